#include "ledger/close/reverse.h"

#include <string.h>

#include "core/clock.h"
#include "core/trace.h"
#include "ledger/ledger.h"

enum { MEANT_MOST = 1000, WHY_MAX = 200 };

/* The reversing transfer; *answer says what the ledger made of it. */
static enum result reversal_write(struct paymaster *paymaster,
                                  const struct vault_reward_at_row *reward,
                                  enum book_answer *answer, uint64_t *seq)
{
    struct leaf_transfer back = {.amount = (uint64_t)reward->cents,
                                 .exponent = LEDGER_EXPONENT,
                                 .code = TRANSFER_CORRECTION};
    memcpy(back.currency, LEDGER_CURRENCY, 3);
    memcpy(back.ref, reward->id.data, 16);
    account_payout_id(&paymaster->key, "reverse", reward->id.data, 0, back.id);
    account_member(&paymaster->key, reward->member, back.debit);
    account_escrow(&paymaster->key, reward->campaign.data, back.credit);
    enum result result = writer_begin(&paymaster->writer);
    if (result != OK)
        return result;
    result = writer_transfer(&paymaster->writer, 0, &back, answer, seq);
    if (result == OK)
        return writer_commit(&paymaster->writer);
    writer_rollback(&paymaster->writer);
    return result;
}

/* What was meant is written, or dropped if the ledger refuses it: it may be meant again later. */
static enum result reversal_finish(struct paymaster *paymaster,
                                   const struct vault_reward_at_row *reward)
{
    enum book_answer answer;
    uint64_t seq;
    enum result result = reversal_write(paymaster, reward, &answer, &seq);
    if (result != OK)
        return result;
    if (answer == BOOK_CREATED || answer == BOOK_EXISTS)
        return vault_reversal_written(paymaster->vault, reward->id, (int64_t)seq);
    trace_warn("reverse", "refused: %s", book_answer_name(answer));
    result = vault_reversal_drop(paymaster->vault, reward->id);
    return result == OK ? CONFLICT : result;
}

/* Whether the member still has it: what a bank has, or is about to have, is gone. Asked before the
 * ledger is, since an id that was refused once stays refused. */
static enum result reversal_may(struct paymaster *paymaster,
                                const struct vault_reward_at_row *reward)
{
    struct book_account account;
    uint8_t id[16];
    account_member(&paymaster->key, reward->member, id);
    arena_reset(&paymaster->book_arena, 0);
    enum result result = book_account(&paymaster->writer.book, id, &account);
    if (result != OK)
        return result;
    return account.credits_posted - account.debits_posted - account.debits_pending >= reward->cents
               ? OK
               : CONFLICT;
}

/* The reward that lies there, if there is one whose month is closed, and a reason is given. */
static enum result reward_find(struct paymaster *paymaster, int64_t leaf, struct text said,
                               struct vault_reward_at_row *reward)
{
    if (said.size == 0 || said.size > WHY_MAX)
        return INVALID;
    enum result result = vault_reward_at(paymaster->vault, &paymaster->arena, leaf, reward);
    if (result == OK && (paymaster->close != NULL || reward->state != 3))
        result = BUSY;
    return result;
}

enum result reverse_words(struct paymaster *paymaster, const struct command *command,
                          int64_t by UNUSED, struct text *subject, struct text *words)
{
    const struct command_reward_reverse *reverse = &command->reward_reverse;
    struct text said = text_trim(reverse->why);
    struct vault_reward_at_row reward;
    struct vault_reversal_find_row there;
    enum result result = reward_find(paymaster, reverse->leaf, said, &reward);
    if (result == OK)
        result = vault_reversal_find(paymaster->vault, &paymaster->arena, reward.id, &there);
    if (result == OK && !text_equal(there.why, said))
        result = CONFLICT;
    if (result == OK && there.has_leaf_seq)
        return OK;
    if (result == NOT_FOUND)
        result = reversal_may(paymaster, &reward);
    if (result != OK)
        return result;
    *subject = arena_format(&paymaster->arena, "%lld", (long long)reverse->leaf);
    *words = arena_format(&paymaster->arena,
                          "Take back the reward of %s at entry %lld; its member reads: “%.*s”",
                          ledger_money(&paymaster->arena, reward.cents).data,
                          (long long)reverse->leaf, (int)said.size, said.data);
    return OK;
}

enum result reward_reverse(struct paymaster *paymaster, int64_t leaf, struct text why)
{
    struct vault_reward_at_row reward;
    struct vault_reversal_find_row there;
    struct text said = text_trim(why);
    enum result result = reward_find(paymaster, leaf, said, &reward);
    if (result != OK)
        return result;
    result = vault_reversal_find(paymaster->vault, &paymaster->arena, reward.id, &there);
    if (result == OK && there.has_leaf_seq)
        return text_equal(there.why, said) ? OK : CONFLICT;
    if (result == NOT_FOUND) {
        result = reversal_may(paymaster, &reward);
        if (result == OK)
            result = vault_reversal_add(paymaster->vault, reward.id, said, clock_now_ms());
    }
    if (result == OK)
        result = reversal_finish(paymaster, &reward);
    return result == OK ? statement_catch_up(paymaster) : result;
}

enum result reward_reverse_recover(struct paymaster *paymaster)
{
    struct vault_reversals_meant_row *rows;
    size_t count;
    enum result result =
        vault_reversals_meant(paymaster->vault, &paymaster->arena, MEANT_MOST, &rows, &count);
    for (size_t i = 0; i < count && result == OK; i++) {
        struct vault_reward_at_row reward;
        result = vault_reward_at(paymaster->vault, &paymaster->arena, rows[i].leaf, &reward);
        if (result == OK)
            result = reversal_finish(paymaster, &reward);
        if (result == CONFLICT)
            result = OK;
    }
    return result;
}
