#include "board/clerk/confirm.h"

#include "board/account/account.h"
#include "board/account/passkey.h"
#include "core/clock.h"
#include "core/conf.h"
#include "core/operation.h"

#include <string.h>

_Static_assert((int)TICKET_SECRET_SIZE == (int)OPERATION_NONCE_SIZE,
               "a ticket's secret is the nonce");

static enum result proof_check(struct work *work, const struct ticket *ticket,
                               const uint8_t operation[DIGEST_SIZE],
                               const struct record_proof *proof, struct passkey_signer *signer)
{
    uint8_t challenge[DIGEST_SIZE];
    operation_challenge(challenge, ticket->secret, operation);
    struct passkey_want want =
        passkey_want(work->arena, conf_text("site.url"), bytes_of(challenge, DIGEST_SIZE));
    want.verified = true;
    return passkey_signed(work, work->actor.member, &want, proof, signer);
}

/* The passkey was used, and for this. */
static enum result proof_record(struct work *work, const uint8_t nonce[OPERATION_NONCE_SIZE],
                                struct event_operation_confirmed *e,
                                const struct record_proof *proof,
                                const struct passkey_signer *signer, int64_t *confirmed)
{
    struct event used = {.kind = EVENT_FACTOR_USED}, event = {.kind = EVENT_OPERATION_CONFIRMED};
    used.factor_used = (struct event_factor_used){signer->factor, work->actor.member, signer->mark};
    enum result result = clerk_record(work->clerk, &used, NULL, 0);
    if (result != OK)
        return result;
    e->member = work->actor.member;
    e->factor = signer->factor;
    memcpy(e->nonce, nonce, sizeof(e->nonce));
    e->client_data = base64url_read(work->arena, proof->client_data);
    e->authenticator = base64url_read(work->arena, proof->authenticator);
    e->signature = base64url_read(work->arena, proof->signature);
    event.operation_confirmed = *e;
    result = clerk_record(work->clerk, &event, NULL, 0);
    if (confirmed != NULL)
        *confirmed = event.seq;
    return result;
}

/* Whoever has taken a session over, be it a worker that answers all of them, may add a passkey of
 * his own to that account. Before it confirms anything its owner has read of it in a mail. */
static bool too_new(const struct work *work, const struct passkey_signer *signer)
{
    return work->clerk->now_ms < signer->added_ms + conf_int("confirm.passkey_hours") * HOUR_MS;
}

static enum result too_new_said(struct work *work)
{
    const struct text words =
        arena_format(work->arena,
                     "This passkey was added less than %lld hours ago, and confirms such things "
                     "only after that. One that your account had before does so now.",
                     (long long)conf_int("confirm.passkey_hours"));
    return problem(work, REFUSED, "", words.data);
}

enum result confirm_take(struct work *work, struct text name, int64_t about,
                         const uint8_t operation[DIGEST_SIZE], const struct record_proof *proof,
                         int64_t *confirmed)
{
    struct clerk *clerk = work->clerk;
    struct event_operation_confirmed e = {.name = name, .about = about};
    struct passkey_signer signer;
    struct ticket ticket;
    enum result result = ticket_read(&clerk->tickets, work->arena, proof->ticket, TICKET_CONFIRM,
                                     clerk->now_ms, &ticket);
    if (result != OK || ticket.member != work->actor.member)
        return problem(work, STALE, "",
                       "This lay open for too long, or was sent before. Look at it once more, and "
                       "confirm it again.");
    result = proof_check(work, &ticket, operation, proof, &signer);
    if (result == REFUSED)
        return problem(work, REFUSED, "",
                       "Your passkey did not confirm this. Use one of your own account, and let "
                       "the device see that it is you (finger, face or PIN).");
    if (result == OK && too_new(work, &signer))
        return too_new_said(work);
    if (result == OK)
        result = ticket_use(&clerk->tickets, proof->ticket, clerk->now_ms);
    if (result != OK)
        return result;
    request_put(work, e.request);
    memcpy(e.operation, operation, DIGEST_SIZE);
    result = proof_record(work, ticket.secret, &e, proof, &signer, confirmed);
    seal_wipe(&ticket, sizeof(ticket));
    return result;
}

enum result confirm_ask_run(struct work *work)
{
    const struct command_confirm_ask *c = &work->command->confirm_ask;
    struct reply_passkey_asked reply = {.user = TEXT(""), .name = TEXT("")};
    uint8_t challenge[DIGEST_SIZE];
    struct ticket ticket;
    enum result result = passkeys_list(work, work->actor.member, &reply.allow);
    if (result == OK && reply.allow.size == 0)
        return problem(work, CONFLICT, "",
                       "This takes a passkey, and your account has none. Add one under Your "
                       "account first.");
    if (result != OK)
        return result;
    reply.ticket = ticket_make(&work->clerk->tickets, work->arena, TICKET_CONFIRM,
                               work->actor.member, work->clerk->now_ms, &ticket);
    operation_challenge(challenge, ticket.secret, c->operation);
    reply.challenge = base64url_text(work->arena, bytes_of(challenge, DIGEST_SIZE));
    reply_passkey_asked_write(&work->reply, &reply);
    seal_wipe(&ticket, sizeof(ticket));
    return OK;
}

enum result operation_confirm_run(struct work *work)
{
    const struct command_operation_confirm *c = &work->command->operation_confirm;
    int64_t confirmed = 0;
    /* The clerk's own operations have commands of their own, which know what they are about. */
    if (c->name.size == 0 || text_starts(c->name, "rule/"))
        return INVALID;
    enum result result = confirm_take(work, c->name, c->about, c->operation, &c->proof, &confirmed);
    if (result == OK)
        reply_created(work, confirmed);
    return result;
}
