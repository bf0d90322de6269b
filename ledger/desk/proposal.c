#include "ledger/desk/proposal.h"

#include <string.h>

#include "core/clock.h"
#include "core/conf.h"
#include "core/operation.h"
#include "core/trace.h"
#include "ledger/payout/batch.h"
#include "ledger/reward/breaker.h"
#include "ledger/reward/held.h"
#include "ledger/earmark/refund.h"
#include "ledger/close/reverse.h"
#include "ledger/payout/withhold.h"

enum { SHOWN_MOST = 40 };
/* So many may wait: of all members, of one of them, of sponsors; and as many of the machine. One
 * session that was taken over keeps nobody else from proposing. */
enum { WAITING_MOST = 20, WAITING_EACH = 6, WAITING_SPONSORS = 10 };
enum { OPERATION_DONE = 3, OPERATION_FELL_OUT = 4, OPERATION_ASIDE = 7 };
/* Tried so often, each time a little later (140 s in all), then it steps aside. */
enum { TRIES_MOST = 8, TRY_AGAIN_MS = 5000, STEPS_MOST = 8 };
enum { BY_OPERATOR = 0, BY_SPONSOR = 2, BY_ADMIN = 3 };
enum { BY_ASKER = 1, BY_ANOTHER = 2, BY_ITSELF = 3 }; /* of a step */

static const struct proposal_kind {
    enum command_kind kind;
    const char *name;    /* in the journal, and in what is signed */
    const char *setting; /* 1: it takes two */
    int64_t role;        /* of the members who may propose it */
    bool at_machine;     /* whether the operator may too */
    bool alone;          /* where the setting is 0: whether a member may do it without another */
    words_of *words;
} kinds[] = {
    {COMMAND_PAYOUT_CLOSE, "payout/close", "payout.two_admins", BY_ADMIN, true, false, batch_words},
    {COMMAND_CAMPAIGN_FUND, "campaign/fund", "money.two_admins", BY_ADMIN, true, true,
     deposit_words},
    {COMMAND_CAMPAIGN_REFUND, "campaign/refund", "money.two_admins", BY_OPERATOR, true, false,
     refund_words},
    {COMMAND_PERIOD_CLOSE, "period/close", "money.two_admins", BY_ADMIN, true, true, period_words},
    {COMMAND_REWARD_REVERSE, "reward/reverse", "money.two_admins", BY_ADMIN, true, false,
     reverse_words},
    {COMMAND_BREAKER_RESET, "breaker/reset", "money.two_admins", BY_ADMIN, true, false,
     breaker_words},
    {COMMAND_HELD_DECIDE, "held/decide", "money.two_admins", BY_ADMIN, true, false, held_words},
    {COMMAND_WITHHELD_REMIT, "withheld/remit", "money.two_admins", BY_ADMIN, true, false,
     remit_words},
    {COMMAND_SPONSOR_KEY_ADD, "key/sponsor", "key.two_admins", BY_SPONSOR, false, true, key_words},
};

static const struct proposal_kind *kind_of(enum command_kind kind)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (kinds[i].kind == kind)
            return &kinds[i];
    return NULL;
}

bool proposal_wanted(enum command_kind command, const struct vault_actor *actor)
{
    const struct proposal_kind *kind = kind_of(command);
    return kind != NULL &&
           (conf_int(kind->setting) != 0 || (actor->role != BY_OPERATOR && !kind->alone));
}

/* --- proposing --- */

/* What will be run: the command without who sent it, under the request it came with. */
static struct text command_text(struct arena *arena, const struct command *command)
{
    struct command bare = *command;
    struct buf out;
    bare.token = bare.form = TEXT("");
    buf_open(&out, arena, 1024);
    command_write(&out, &bare);
    return buf_done(&out);
}

static enum result proposal_keep(struct paymaster *paymaster, const struct proposal_kind *kind,
                                 struct bytes request, struct text subject, struct text command,
                                 struct text words, int64_t by, int64_t *number)
{
    const struct bytes parts[] = {text_bytes(command), text_bytes(words)};
    struct vault_operation_next_row next;
    struct vault_operation_waiting_row old;
    uint8_t digest[DIGEST_SIZE];
    struct text name = text_of(kind->name);
    int64_t now_ms = clock_now_ms();
    enum result result = db_begin(paymaster->vault);
    if (result != OK)
        return result;
    result = vault_operation_waiting(paymaster->vault, &paymaster->arena, name, subject, &old);
    if (result == OK)
        result = vault_operation_withdraw(paymaster->vault, old.number, by, now_ms);
    else if (result == NOT_FOUND)
        result = OK;
    if (result == OK)
        result = vault_operation_next(paymaster->vault, &paymaster->arena, &next);
    if (result == OK) {
        *number = next.number;
        operation_digest(digest, kind->name, next.number, parts, 2);
        result = vault_operation_add(paymaster->vault, next.number, request, name, subject, command,
                                     words, bytes_of(digest, DIGEST_SIZE), by, now_ms,
                                     now_ms + conf_int("money.proposal_days") * DAY_MS);
    }
    if (result == OK)
        return db_commit(paymaster->vault);
    db_rollback(paymaster->vault);
    return result;
}

/* The number of a proposal that is there already: of this request, or word for word the same by the
 * same person. NOT_FOUND: none. */
static enum result proposal_there(struct paymaster *paymaster, const struct proposal_kind *kind,
                                  struct bytes request, struct text subject, struct text command,
                                  struct text words, int64_t by, int64_t *number)
{
    struct vault_operation_of_request_row sent;
    struct vault_operation_waiting_row waits;
    enum result result =
        vault_operation_of_request(paymaster->vault, &paymaster->arena, request, &sent);
    if (result == OK) {
        *number = sent.number;
        return text_equal(sent.command, command) ? OK : CONFLICT;
    }
    if (result != NOT_FOUND)
        return result;
    result = vault_operation_waiting(paymaster->vault, &paymaster->arena, text_of(kind->name),
                                     subject, &waits);
    if (result == OK && (waits.proposed_by != by || !text_equal(waits.words, words)))
        return NOT_FOUND;
    if (result == OK)
        *number = waits.number;
    return result;
}

/* OK: there is room for one more of this actor's. A member reads what to do about it. */
static enum result proposal_room(struct paymaster *paymaster, const struct proposal_kind *kind,
                                 const struct vault_actor *actor, struct buf *reply)
{
    struct vault_operations_waiting_row waiting;
    enum result result = vault_operations_waiting(paymaster->vault, &paymaster->arena,
                                                  actor->member, text_of(kind->name), &waiting);
    if (result != OK)
        return result;
    if (actor->role == BY_OPERATOR)
        return waiting.own < WAITING_MOST ? OK : TOO_MUCH;
    struct reply_problem problem = {TEXT(""), NO_TEXT};
    if (waiting.own >= WAITING_EACH)
        problem.reason = TEXT("As many of your proposals wait as may. Have one confirmed, or "
                              "withdraw one, first.");
    else if (waiting.members >= WAITING_MOST ||
             (kind->role == BY_SPONSOR && waiting.named >= WAITING_SPONSORS))
        problem.reason = TEXT("As many proposals wait as may. An admin confirms or withdraws some "
                              "first.");
    if (problem.reason.data == NULL)
        return OK;
    reply_problem_write(reply, &problem);
    return INVALID;
}

enum result proposal_make(struct paymaster *paymaster, const struct command *command,
                          const struct vault_actor *actor, struct buf *reply)
{
    const struct proposal_kind *kind = kind_of(command->kind);
    struct reply_proposed proposed;
    struct text subject = NO_TEXT, words = NO_TEXT, bare = command_text(&paymaster->arena, command);
    uint8_t request[16];
    if (actor->role == BY_OPERATOR ? !kind->at_machine : actor->role != kind->role)
        return REFUSED;
    enum result result = kind->words(paymaster, command, actor->member, &subject, &words);
    if (result != OK || words.data == NULL)
        return result;
    account_request_id(&paymaster->key, "operation", actor->member, command->request, request);
    result = proposal_there(paymaster, kind, bytes_of(request, 16), subject, bare, words,
                            actor->member, &proposed.operation);
    if (result == NOT_FOUND) {
        result = proposal_room(paymaster, kind, actor, reply);
        if (result == OK)
            result = proposal_keep(paymaster, kind, bytes_of(request, 16), subject, bare, words,
                                   actor->member, &proposed.operation);
    }
    if (result == OK)
        reply_proposed_write(reply, &proposed);
    return result;
}

/* --- what waits --- */

static enum result steps_list(struct paymaster *paymaster, int64_t member,
                              struct record_operation *operation)
{
    struct vault_operation_steps_row *rows;
    enum result result =
        vault_operation_steps(paymaster->vault, &paymaster->arena, operation->number, STEPS_MOST,
                              &rows, &operation->steps_count);
    if (result != OK)
        return result;
    operation->steps =
        arena_array(&paymaster->arena, struct record_operation_step, operation->steps_count + 1);
    for (size_t i = 0; i < operation->steps_count; i++)
        operation->steps[i] = (struct record_operation_step){
            .at_ms = rows[i].at_ms,
            .state = rows[i].state,
            .by = rows[i].by == 0 ? BY_ITSELF : (rows[i].by == member ? BY_ASKER : BY_ANOTHER),
            .why = rows[i].why};
    return OK;
}

static enum result operations_list(struct paymaster *paymaster, int64_t member, struct buf *reply)
{
    struct vault_operations_row *rows;
    struct reply_operations list = {0};
    enum result result = vault_operations(paymaster->vault, &paymaster->arena, SHOWN_MOST, &rows,
                                          &list.operations_count);
    if (result != OK)
        return result;
    list.operations =
        arena_array(&paymaster->arena, struct record_operation, list.operations_count + 1);
    for (size_t i = 0; i < list.operations_count && result == OK; i++) {
        struct buf hex;
        buf_open(&hex, &paymaster->arena, 80);
        buf_hex(&hex, rows[i].digest);
        list.operations[i] = (struct record_operation){.number = rows[i].number,
                                                       .name = rows[i].name,
                                                       .words = rows[i].words,
                                                       .digest = buf_done(&hex),
                                                       .own = rows[i].proposed_by == member,
                                                       .machine = rows[i].proposed_by == 0,
                                                       .at_ms = rows[i].at_ms,
                                                       .expires_ms = rows[i].expires_ms,
                                                       .state = rows[i].state,
                                                       .moved_ms = rows[i].moved_ms,
                                                       .why = rows[i].why,
                                                       .begun = rows[i].begun != 0};
        result = steps_list(paymaster, member, &list.operations[i]);
    }
    if (result == OK)
        reply_operations_write(reply, &list);
    return result;
}

enum result proposal_command(struct paymaster *paymaster, const struct command *command,
                             const struct vault_actor *actor, struct buf *reply)
{
    switch (command->kind) {
    case COMMAND_OPERATION_WITHDRAW:
        return vault_operation_withdraw(paymaster->vault, command->operation_withdraw.number,
                                        actor->member, clock_now_ms());
    case COMMAND_OPERATION_RETRY:
        paymaster->confirmed = true;
        return vault_operation_again(paymaster->vault, command->operation_retry.number,
                                     actor->member, clock_now_ms());
    default:
        return operations_list(paymaster, actor->member, reply);
    }
}

enum result proposal_expire(struct paymaster *paymaster)
{
    /* What was confirmed in time counts, however late we read of it. */
    enum result result = vault_follow(paymaster);
    return result == OK ? vault_operations_expire(paymaster->vault, clock_now_ms()) : result;
}

/* --- doing it --- */

/* OK: done. UNKNOWN: it goes on. BUSY, BROKEN: to be tried again. Anything else: never like this.
 * *begun: whether something of it may be in the ledger, which is written before all else. */
static enum result operation_do(struct paymaster *paymaster,
                                const struct vault_operation_confirmed_row *operation, bool *begun)
{
    struct command command;
    struct buf reply;
    struct text subject = NO_TEXT, words = NO_TEXT;
    *begun = operation->begun != 0;
    enum result result = command_read(text_bytes(operation->command), &paymaster->arena, &command);
    const struct proposal_kind *kind = result == OK ? kind_of(command.kind) : NULL;
    if (kind == NULL)
        return INVALID;
    struct vault_actor actor = {operation->proposed_by,
                                operation->proposed_by == 0 ? BY_OPERATOR : kind->role};
    result = kind->words(paymaster, &command, actor.member, &subject, &words);
    if (result == OK && words.data == NULL) /* done before a crash */
        return OK;
    if (result == OK && !text_equal(words, operation->words))
        return STALE;
    if (result != OK)
        return result;
    uint64_t size = writer_size(&paymaster->writer);
    buf_open(&reply, &paymaster->arena, 1024);
    result = paymaster_run(paymaster, &command, &actor, &reply);
    *begun = *begun || result == UNKNOWN || writer_size(&paymaster->writer) != size;
    /* Half of it is no reason to fall out. */
    return *begun && result != OK && result != UNKNOWN ? BROKEN : result;
}

/* One that is to be tried now. What may pass (BUSY, BROKEN) is tried again later; what does not
 * pass in TRIES_MOST times, or kills us so often, steps aside. */
static enum result operation_take(struct paymaster *paymaster,
                                  const struct vault_operation_confirmed_row *operation, bool *more)
{
    bool begun = operation->begun != 0;
    int64_t now_ms = clock_now_ms();
    enum result did = BROKEN;
    if (operation->tries < TRIES_MOST) {
        enum result result = vault_operation_try(paymaster->vault, operation->number);
        if (result != OK)
            return result;
        did = operation_do(paymaster, operation, &begun);
    }
    bool again = did == BUSY || did == BROKEN || did == UNKNOWN;
    if (again && operation->tries + 1 < TRIES_MOST) {
        *more = true;
        return vault_operation_later(
            paymaster->vault, operation->number,
            did == UNKNOWN ? 0 : now_ms + (operation->tries + 1) * TRY_AGAIN_MS, begun);
    }
    if (did != OK)
        trace_warn("operation", "number=%lld %s: %s", (long long)operation->number,
                   again ? "stepped aside" : "fell out", result_name(did));
    return vault_operation_end(paymaster->vault, operation->number,
                               did == OK ? OPERATION_DONE
                               : again   ? OPERATION_ASIDE
                                         : OPERATION_FELL_OUT,
                               now_ms, text_of(did == OK ? "" : result_name(did)), begun);
}

enum result proposal_confirmed(struct paymaster *paymaster, bool *more)
{
    struct vault_operation_confirmed_row operation = {0};
    size_t mark = paymaster->arena.used;
    enum result result = OK;
    *more = false;
    while (result == OK) {
        arena_reset(&paymaster->arena, mark);
        if (paymaster->close != NULL) { /* when the month is closed */
            *more = true;
            return OK;
        }
        result = vault_operation_confirmed(paymaster->vault, &paymaster->arena, operation.number,
                                           &operation);
        if (result != OK)
            return result == NOT_FOUND ? OK : result;
        if (operation.next_ms > clock_now_ms())
            *more = true;
        else
            result = operation_take(paymaster, &operation, more);
    }
    *more = true;
    return result;
}
