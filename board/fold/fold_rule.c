/* What becomes of rules, in board.db: proposals and their state, and every step with who did it
 * and why. */
#include "board/board.h"
#include "board/fold/fold.h"
#include "schema/board.h"

enum { STEP_PROPOSED = 1, STEP_SHADOWED, STEP_APPROVED, STEP_WITHDRAWN, STEP_BACK };

static enum result step_add(struct db *db, const struct event *event, struct text name,
                            int64_t proposal, int64_t step, int64_t by, struct text reason)
{
    return board_rule_step_add(db, event->seq, name, proposal, step, by, event->at_ms, reason);
}

static enum result proposed(struct db *db, const struct journal_entry *entry)
{
    const struct event_rule_proposed *e = &entry->event.rule_proposed;
    struct text script = entry->texts[0].data == NULL ? TEXT("") : entry->texts[0];
    int64_t seq = entry->event.seq;
    enum result result =
        board_rule_add(db, seq, e->name, script, e->reason, e->by, entry->event.at_ms);
    THEN(result, step_add(db, &entry->event, e->name, seq, STEP_PROPOSED, e->by, e->reason));
    return result;
}

/* Whoever proposed it is told when somebody else decides. */
static enum result decided(struct db *db, const struct event *event, struct arena *arena,
                           int64_t proposal, int64_t by, struct text reason, int64_t step)
{
    struct board_rule_proposer_row row;
    int64_t state = step == STEP_APPROVED ? RULE_ACTIVE : RULE_WITHDRAWN;
    enum result result = board_rule_proposer(db, arena, proposal, &row);
    if (state == RULE_ACTIVE)
        THEN(result, board_rule_supersede(db, proposal));
    THEN(result, board_rule_decide(db, proposal, state, by, event->at_ms,
                                   state == RULE_ACTIVE ? event->seq : 0));
    THEN(result, step_add(db, event, row.name, proposal, step, by, reason));
    if (result == OK && row.proposed_by != by)
        result = fold_notify(db, event->seq * NOTICES_PER_EVENT, row.proposed_by, NOTICE_RULE, 0,
                             event->at_ms);
    return result;
}

static enum result shadowed(struct db *db, const struct event *event, struct arena *arena)
{
    const struct event_rule_shadowed *e = &event->rule_shadowed;
    struct board_rule_proposer_row row;
    enum result result = board_rule_proposer(db, arena, e->proposal, &row);
    THEN(result, board_rule_shadow_set(db, e->proposal, event->at_ms));
    THEN(result, step_add(db, event, row.name, e->proposal, STEP_SHADOWED, e->by,
                          arena_format(arena, "for %lld days", (long long)e->days)));
    return result;
}

static enum result rolled_back(struct db *db, const struct event *event)
{
    const struct event_rule_rolled_back *e = &event->rule_rolled_back;
    enum result result = board_rule_back(db, e->name, e->proposal, event->seq);
    THEN(result, step_add(db, event, e->name, e->proposal, STEP_BACK, e->by, e->reason));
    return result;
}

enum result fold_rule_apply(struct db *db, const struct journal_entry *entry, struct arena *arena)
{
    const struct event *event = &entry->event;
    switch (event->kind) {
    case EVENT_RULE_PROPOSED:
        return proposed(db, entry);
    case EVENT_RULE_SHADOWED:
        return shadowed(db, event, arena);
    case EVENT_RULE_APPROVED:
        return decided(db, event, arena, event->rule_approved.proposal, event->rule_approved.by,
                       TEXT(""), STEP_APPROVED);
    case EVENT_RULE_WITHDRAWN:
        return decided(db, event, arena, event->rule_withdrawn.proposal, event->rule_withdrawn.by,
                       event->rule_withdrawn.reason, STEP_WITHDRAWN);
    default:
        return rolled_back(db, event);
    }
}
