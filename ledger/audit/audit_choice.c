#include "ledger/audit/audit_choice.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/clock.h"
#include "core/journal.h"
#include "core/seal.h"
#include "ledger/log/account.h"
#include "ledger/reward/reward.h"
#include "ledger/log/table.h"

enum { EVENTS_PAGE = 1000, ARENA = 256 << 20, SCRATCH = 64 << 20 };

/* Pays nothing: whom an earmark is on is asked before any rule is. */
static const char *const no_rule[] = {
    [EARMARK_POSTING] = "P = {}\nfunction pay_posting(a, b, c, d, e, f, g) return 0 end\n",
    [EARMARK_ANSWER] = "P = {}\nfunction pay_answer(a, b, c, d, e, f) return 0 end\n",
    [EARMARK_VOTE] = "P = {}\nfunction pay_vote(a, b, c, d, e, f, g) return 0 end\n",
};

struct promise {
    struct earmark terms;
    uint64_t seq;
    int64_t after;
    bool closed;
};
struct paid {
    uint8_t account[16];
};
struct reveal {
    uint64_t commitment, seq;
    size_t paid; /* index of the reward */
};
struct numbers {
    struct table of;
    int64_t *number;
    size_t room;
};
struct choice_audit {
    struct arena arena;   /* what is kept */
    struct arena scratch; /* of one page of the journal */
    struct log *journal;
    struct text said;
    struct numbers scripts, months, campaigns, earmarks, accounts, members;
    struct text *script;
    size_t script_room;
    struct table rewards, taken; /* taken: (earmark, member) of the month that is worked out */
    struct paid *paids;
    struct promise *promises;
    struct reveal *reveals; /* since the last close */
    struct opening_void *voids;
    size_t paid_room, promise_room, reveal_room, void_room;
    size_t promise_count, reveal_count, void_count, fresh; /* fresh: promises below lie after it */
    int64_t place, month_ms, payments;
    const char *fault; /* of what is said */
};

/* --- what is said --- */

/* Whether it says the same as before, if it was said before. */
static bool number_put(struct numbers *numbers, const uint8_t key[16], int64_t number)
{
    bool fresh;
    size_t index = table_put(&numbers->of, key, &fresh);
    numbers->number =
        table_room(numbers->number, &numbers->room, index + 1, sizeof *numbers->number);
    if (fresh)
        numbers->number[index] = number;
    return numbers->number[index] == number;
}

static bool number_find(const struct numbers *numbers, const uint8_t key[16], int64_t *number)
{
    size_t index = table_find(&numbers->of, key);
    if (index != SIZE_MAX)
        *number = numbers->number[index];
    return index != SIZE_MAX;
}

static bool script_take(struct choice_audit *audit, struct text hex, struct text base64)
{
    uint8_t sha256[32], have[32];
    struct bytes script = base64_read(&audit->arena, base64);
    if (!hex_read_into(sha256, 32, hex) || script.data == NULL)
        return false;
    seal_sha256(have, script, NO_BYTES);
    if (memcmp(have, sha256, 32) != 0)
        return false;
    size_t index = table_put(&audit->scripts.of, sha256, NULL);
    audit->script =
        table_room(audit->script, &audit->script_room, index + 1, sizeof *audit->script);
    audit->script[index] = (struct text){(const char *)script.data, script.size};
    return true;
}

static bool account_take(struct choice_audit *audit, const uint8_t account[16], int64_t member)
{
    uint8_t key[16];
    int64_t half;
    memcpy(&half, account, sizeof half);
    table_key(key, member, 0);
    return number_put(&audit->accounts, account, member) && number_put(&audit->members, key, half);
}

static bool line_take(struct choice_audit *audit, struct text line)
{
    struct text what, name;
    uint8_t key[16] = {0};
    int64_t number, of;
    if (!text_next(&line, '\t', &what) || !text_next(&line, '\t', &name))
        return false;
    if (text_is(what, "script"))
        return script_take(audit, name, line);
    if (!text_int(line, text_is(what, "month") ? -INT64_MAX : 0, INT64_MAX, &number))
        return false;
    if (text_is(what, "month")) {
        memcpy(key, name.data, name.size < 16 ? name.size : 16);
        return name.size == 7 && number_put(&audit->months, key, number);
    }
    if (text_is(what, "earmark")) {
        bool good = text_int(name, 0, INT64_MAX, &of);
        table_key(key, of, 0);
        return good && number_put(&audit->earmarks, key, number);
    }
    if (!hex_read_into(key, 16, name))
        return false;
    return text_is(what, "campaign") ? number_put(&audit->campaigns, key, number)
                                     : text_is(what, "account") && account_take(audit, key, number);
}

struct choice_audit *choice_audit_open(struct log *journal, struct text said)
{
    struct choice_audit *audit = calloc(1, sizeof *audit);
    struct text line;
    assert(audit != NULL);
    arena_open(&audit->arena, ARENA);
    arena_open(&audit->scratch, SCRATCH);
    audit->journal = journal;
    audit->month_ms = -1;
    while (audit->fault == NULL && text_next(&said, '\n', &line))
        if (line.size > 0 && !line_take(audit, line))
            audit->fault = "the selection has a line that is none, or says two things of one";
    return audit;
}

void choice_audit_close(struct choice_audit *audit)
{
    if (audit == NULL)
        return;
    struct numbers *const numbers[] = {&audit->scripts,  &audit->months,   &audit->campaigns,
                                       &audit->earmarks, &audit->accounts, &audit->members};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        table_close(&numbers[i]->of);
        free(numbers[i]->number);
    }
    table_close(&audit->rewards);
    table_close(&audit->taken);
    free(audit->script);
    free(audit->paids);
    free(audit->promises);
    free(audit->reveals);
    free(audit->voids);
    arena_close(&audit->scratch);
    arena_close(&audit->arena);
    free(audit);
}

/* --- a month again --- */

static void taken_note(void *self, size_t earmark, int64_t member)
{
    struct choice_audit *audit = self;
    uint8_t key[16];
    table_key(key, (int64_t)earmark, member);
    (void)table_put(&audit->taken, key, NULL);
}

/* Into the engine, as the close put it there. */
static const char *promise_put(struct choice_audit *audit, struct reward *reward,
                               const struct promise *promise, int64_t end_ms)
{
    const struct earmark *terms = &promise->terms;
    struct reward_earmark earmark = {.id = (int64_t)promise->seq,
                                     .terms = *terms,
                                     .after_seq = promise->after,
                                     .start_ms = audit->month_ms,
                                     .end_ms = end_ms};
    struct text script = TEXT(""), why;
    if (!number_find(&audit->campaigns, terms->campaign, &earmark.sponsor))
        return "whose campaign it is of is not said";
    if (terms->by.script) {
        size_t index = table_find(&audit->scripts.of, terms->by.sha256);
        if (index == SIZE_MAX)
            return "its selector is not among those that were handed over";
        script = audit->script[index];
    }
    if (!reward_rule_known(reward, terms->kind, terms->rule) &&
        reward_rule_add(reward, &audit->scratch, terms->kind, terms->rule, TEXT("none"),
                        text_of(no_rule[terms->kind]), &why) != OK)
        return "more rules than a month can have";
    reward_earmark_add(reward, &audit->scratch, &earmark, script);
    return NULL;
}

static const char *events_take(struct choice_audit *audit, struct reward *reward, int64_t end_ms)
{
    int64_t after = 0;
    for (size_t count = 1; count > 0;) {
        struct journal_entry *entries;
        const char *why = NULL;
        arena_reset(&audit->scratch, 0);
        if (journal_read(audit->journal, &audit->scratch, after, EVENTS_PAGE, &entries, &count) !=
            OK)
            return "the journal cannot be read";
        for (size_t i = 0; i < count; i++) {
            after = entries[i].event.seq;
            if (entries[i].event.at_ms < end_ms &&
                reward_event(reward, &entries[i].event, &why) != OK)
                return "the month's events cannot be worked through";
        }
    }
    return NULL;
}

/* Its index; they stand in the ledger's order. */
static size_t earmark_at(const struct reward_earmark *earmarks, size_t count, int64_t leaf)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (earmarks[middle].id < leaf)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && earmarks[low].id == leaf ? low : SIZE_MAX;
}

/* Each reveal of the close, against what was found. */
static const char *reveals_compare(struct choice_audit *audit, const struct reward *reward,
                                   uint64_t *seq)
{
    const struct reward_earmark *earmarks;
    size_t count = reward_earmarks(reward, &earmarks);
    for (size_t i = 0; i < audit->reveal_count; i++) {
        const struct reveal *reveal = &audit->reveals[i];
        uint8_t key[16];
        int64_t member;
        size_t at = earmark_at(earmarks, count, (int64_t)reveal->commitment);
        *seq = reveal->commitment;
        if (at == SIZE_MAX)
            return "it paid in a month that it is not of";
        if (reward_void(reward, at) != NULL)
            return "it was void, and paid";
        if (!number_find(&audit->accounts, audit->paids[reveal->paid].account, &member))
            return "it paid into an account of which is not said whose it is";
        table_key(key, (int64_t)at, member);
        if (table_find(&audit->taken, key) == SIZE_MAX)
            return "it paid a member who did nothing that it is on";
        audit->payments++;
    }
    return NULL;
}

static void voids_note(struct choice_audit *audit, const struct reward *reward)
{
    const struct reward_earmark *earmarks;
    size_t count = reward_earmarks(reward, &earmarks);
    for (size_t i = 0; i < count; i++) {
        const char *why = reward_void(reward, i);
        if (why == NULL)
            continue;
        audit->voids = table_room(audit->voids, &audit->void_room, audit->void_count + 1,
                                  sizeof *audit->voids);
        audit->voids[audit->void_count++] = (struct opening_void){(uint64_t)earmarks[i].id, why};
    }
}

static const char *month_run(struct choice_audit *audit, struct reward *reward, int64_t end_ms,
                             uint64_t *seq)
{
    struct text name;
    uint8_t key[16] = {0};
    const char *why = NULL;
    int64_t audience = 0;
    arena_reset(&audit->scratch, 0);
    name = clock_month(&audit->scratch, audit->month_ms);
    memcpy(key, name.data, name.size < 16 ? name.size : 16);
    if (!number_find(&audit->months, key, &audience))
        return "by which least audience the month was closed is not said";
    if (audience < 0)
        reward_hand_free(reward);
    reward_watch(reward, taken_note, audit);
    for (size_t i = 0; i < audit->promise_count && why == NULL; i++)
        if (!audit->promises[i].closed && audit->promises[i].terms.valid_from_s * 1000 < end_ms) {
            why = promise_put(audit, reward, &audit->promises[i], end_ms);
            *seq = audit->promises[i].seq;
        }
    if (why != NULL)
        return why;
    why = events_take(audit, reward, end_ms);
    const char *failed;
    if (why == NULL && reward_finish(reward, end_ms, llabs(audience), &failed) != OK)
        why = "the month's events cannot be worked through";
    if (why != NULL)
        return why;
    voids_note(audit, reward);
    return reveals_compare(audit, reward, seq);
}

static const char *close_take(struct choice_audit *audit, bool due, uint64_t *seq)
{
    int64_t end_ms = clock_month_next(audit->month_ms);
    const char *why = NULL;
    if (due) {
        struct reward *reward = reward_open();
        why = month_run(audit, reward, end_ms, seq);
        reward_close(reward);
    }
    for (size_t i = 0; i < audit->promise_count; i++)
        audit->promises[i].closed |= audit->promises[i].terms.valid_from_s * 1000 < end_ms;
    table_close(&audit->taken);
    audit->taken = (struct table){0};
    audit->reveal_count = 0;
    audit->month_ms = end_ms;
    return why;
}

/* --- leaves --- */

/* The journal as it was anchored; what was committed before lies before it. */
static const char *anchor_take(struct choice_audit *audit, const struct leaf *leaf)
{
    static const uint8_t none[32];
    struct log_entry *entries;
    size_t count = 0;
    const uint8_t *have = none;
    int64_t place = (int64_t)leaf->anchor.place;
    arena_reset(&audit->scratch, 0);
    if (place > 0 &&
        (log_read(audit->journal, &audit->scratch, place - 1, 1, &entries, &count) != OK ||
         count == 0))
        return "the journal ends before the place that it anchors";
    if (place > 0)
        have = entries[0].digest;
    if (memcmp(have, leaf->anchor.digest, 32) != 0)
        return "the journal is another than the one that was anchored";
    for (; audit->fresh < audit->promise_count; audit->fresh++)
        if (audit->promises[audit->fresh].after > place)
            return "the batch before it has an earmark said to begin after it";
    audit->place = place;
    return NULL;
}

static const char *promise_take(struct choice_audit *audit, uint64_t seq,
                                const struct earmark *terms)
{
    uint8_t key[16];
    int64_t after;
    table_key(key, (int64_t)seq, 0);
    if (!number_find(&audit->earmarks, key, &after))
        return "from which place of the journal on it holds is not said";
    if (after < audit->place)
        return "it is said to hold from before its batch on";
    audit->promises = table_room(audit->promises, &audit->promise_room, audit->promise_count + 1,
                                 sizeof *audit->promises);
    audit->promises[audit->promise_count++] =
        (struct promise){.terms = *terms, .seq = seq, .after = after};
    return NULL;
}

static void reward_take(struct choice_audit *audit, const struct leaf_transfer *transfer)
{
    size_t index = table_put(&audit->rewards, transfer->id, NULL);
    audit->paids = table_room(audit->paids, &audit->paid_room, index + 1, sizeof *audit->paids);
    memcpy(audit->paids[index].account, transfer->credit, 16);
}

static void reveal_take(struct choice_audit *audit, const struct leaf *leaf)
{
    size_t paid = table_find(&audit->rewards, leaf->reveal.transfer);
    if (paid == SIZE_MAX)
        return; /* named by the caller's own walk */
    audit->reveals = table_room(audit->reveals, &audit->reveal_room, audit->reveal_count + 1,
                                sizeof *audit->reveals);
    audit->reveals[audit->reveal_count++] =
        (struct reveal){leaf->reveal.commitment, leaf->seq, paid};
}

const char *choice_audit_take(struct choice_audit *audit, const struct leaf *leaf,
                              const struct earmark *terms, bool due, uint64_t *seq)
{
    if (audit->month_ms < 0)
        audit->month_ms = clock_month_start((int64_t)leaf->tick * 1000);
    *seq = leaf->seq;
    if (audit->fault != NULL)
        return audit->fault;
    switch (leaf->kind) {
    case LEAF_ANCHOR:
        return anchor_take(audit, leaf);
    case LEAF_COMMITMENT:
        return terms == NULL || terms->kind == EARMARK_DUMMY
                   ? NULL
                   : promise_take(audit, leaf->seq, terms);
    case LEAF_TRANSFER:
        if (leaf->transfer.code == TRANSFER_REWARD)
            reward_take(audit, &leaf->transfer);
        return NULL;
    case LEAF_REVEAL:
        reveal_take(audit, leaf);
        return NULL;
    case LEAF_CLOSE:
        return leaf->close.rail == 0 ? close_take(audit, due, seq) : NULL;
    default:
        return NULL;
    }
}

size_t choice_audit_voids(const struct choice_audit *audit, const struct opening_void **voids)
{
    *voids = audit->voids;
    return audit->void_count;
}

int64_t choice_audit_payments(const struct choice_audit *audit)
{
    return audit->payments;
}
