#include "board/door/door.h"

#include "core/clock.h"
#include "core/conf.h"

/* A pioneer vouches for colleagues he knows. He sees of an applicant only what that applicant
 * chose, and nobody learns here who is a member: an ask that names nobody who may vouch is taken
 * like any other, and is never answered. */
enum { ASKS_MOST = 50, INVITATIONS_MOST = 20, GIVEN_MOST = 100, OPEN_MOST = 5000 };

struct text invitation_code(struct work *work, int64_t id)
{
    char code[CODE_TEXT_SIZE + 1];
    door_code(&work->clerk->keys, "invitation", id, code);
    return arena_text(work->arena, text_of(code));
}

static int64_t invitations_since(const struct work *work)
{
    return work->clerk->now_ms - conf_int("vouch.invitation_days") * DAY_MS;
}

/* What is left of a voucher's budget; invitations that may still be used count as spent. */
static enum result budget_left(struct work *work, int64_t voucher, bool invitations, int64_t *left)
{
    struct desk_vouch_spent_row row;
    enum result result =
        desk_vouch_spent(work->clerk->desk, work->arena, voucher, invitations_since(work), &row);
    if (result == OK)
        *left = conf_int("vouch.budget") - row.given - (invitations ? row.invited : 0);
    return result;
}

/* Whoever may vouch: a pioneer who is in. */
static enum result pioneer_is(struct work *work, int64_t member, bool *pioneer)
{
    struct desk_standing_of_row row;
    enum result result = desk_standing_of(work->clerk->desk, work->arena, member, &row);
    *pioneer =
        result == OK && row.pioneer != 0 && row.state == MEMBER_IN && row.level >= BOARD_LEVEL_OPEN;
    return result == NOT_FOUND ? OK : result;
}

static enum result voucher_named(struct work *work, struct text name, int64_t *voucher)
{
    struct desk_member_by_name_row row;
    bool pioneer = false;
    *voucher = 0;
    enum result result =
        desk_member_by_name(work->clerk->desk, work->arena, pseudonym_key(work->arena, name), &row);
    if (result == OK)
        result = pioneer_is(work, row.id, &pioneer);
    if (result == OK && pioneer)
        *voucher = row.id;
    return result == NOT_FOUND ? OK : result;
}

/* The open invitation with this code. All are tried: there are as many as pioneers' budgets allow.
 */
static enum result invitation_find(struct work *work, struct text code, int64_t *id,
                                   int64_t *voucher)
{
    struct desk_invitations_all_row *rows;
    size_t count = 0;
    bool pioneer = false;
    *id = 0;
    enum result result = desk_invitations_all(work->clerk->desk, work->arena,
                                              invitations_since(work), OPEN_MOST, &rows, &count);
    for (size_t i = 0; i < count && result == OK; i++) {
        char right[CODE_TEXT_SIZE + 1];
        door_code(&work->clerk->keys, "invitation", rows[i].id, right);
        if (!door_code_is(code, right))
            continue;
        *id = rows[i].id;
        *voucher = rows[i].member;
    }
    if (result == OK && *id != 0)
        result = pioneer_is(work, *voucher, &pioneer);
    if (result == OK && !pioneer)
        return problem(work, INVALID, "invitation",
                       "This is no invitation, or it is used up or too old.");
    return result;
}

enum result vouch_ask_run(struct work *work)
{
    struct clerk *clerk = work->clerk;
    const struct command_vouch_ask *c = &work->command->vouch_ask;
    struct event event = {.kind = EVENT_VOUCH_ASKED};
    struct event_vouch_asked *e = &event.vouch_asked;
    struct desk_vouch_counts_row counts;
    struct desk_vouch_between_row before;
    if (work->actor.role != BOARD_PHYSICIAN || work->actor.state != MEMBER_WAITING)
        return REFUSED;
    if (work->actor.level < 2)
        return problem(work, CONFLICT, "", "The quiz and the lists come first.");
    if ((c->voucher.size > 0) == (c->invitation.size > 0))
        return problem(work, INVALID, "voucher",
                       "Give a colleague's pseudonym or an invitation, one of them.");
    if (c->facts == 0)
        return problem(work, INVALID, "facts",
                       "Choose at least one thing by which your colleague can know you.");
    enum result result = desk_vouch_counts(clerk->desk, work->arena, work->actor.member, &counts);
    if (result == OK && counts.asked >= conf_int("vouch.asks"))
        return problem(work, TOO_OFTEN, "", "You have asked as many colleagues as one may.");
    if (result == OK)
        result = c->voucher.size > 0
                     ? voucher_named(work, c->voucher, &e->voucher)
                     : invitation_find(work, c->invitation, &e->invitation, &e->voucher);
    if (result == OK && e->voucher > 0)
        result = desk_vouch_between(clerk->desk, work->arena, work->actor.member, e->voucher,
                                    &before) == OK
                     ? STALE
                     : OK;
    if (result == STALE) /* asked before: taken, and changes nothing, as for a name of nobody */
        e->voucher = 0, result = OK;
    if (result != OK)
        return result;
    e->member = work->actor.member;
    e->facts = c->facts;
    return clerk_record(clerk, &event, NULL, 0);
}

/* What this applicant let this voucher see; NOT_FOUND when he waits no more. */
static enum result ask_show(struct work *work, const struct desk_vouch_asks_row *row,
                            struct record_vouch_ask *out)
{
    struct application a;
    int64_t at_ms = 0;
    enum result result =
        keyring_application_get(&work->clerk->keys, work->arena, row->member, &a, &at_ms);
    *out = (struct record_vouch_ask){row->id,  TEXT(""), TEXT(""), TEXT(""),
                                     TEXT(""), TEXT(""), TEXT(""), row->asked_ms};
    if (result != OK)
        return result;
    if (row->facts & VOUCH_NAME)
        out->name =
            text_cut(arena_format(work->arena, "%.*s %.*s", (int)a.first_name.size,
                                  a.first_name.data, (int)a.last_name.size, a.last_name.data),
                     141);
    if (row->facts & VOUCH_SPECIALTY)
        out->specialty = a.specialty;
    if (row->facts & VOUCH_STATE)
        out->state = a.state;
    if (row->facts & VOUCH_NPI)
        out->npi = a.npi;
    if (row->facts & VOUCH_PLACE)
        result = lists_place(work, a.npi, &out->place);
    if (result == OK && (row->facts & VOUCH_SCHOOL))
        result = lists_school(work, a.state, a.licence, &out->school);
    return result;
}

static enum result vouching_asks(struct work *work, struct reply_vouching *reply)
{
    struct desk_vouch_asks_row *rows;
    size_t count = 0;
    enum result result = desk_vouch_asks(work->clerk->desk, work->arena, work->actor.member,
                                         ASKS_MOST, &rows, &count);
    if (result != OK)
        return result;
    reply->asks = arena_array(work->arena, struct record_vouch_ask, count + 1);
    for (size_t i = 0; i < count && result == OK; i++) {
        result = ask_show(work, &rows[i], &reply->asks[reply->asks_count]);
        if (result == OK)
            reply->asks_count++;
        else if (result == NOT_FOUND)
            result = OK;
    }
    return result;
}

static enum result vouching_given(struct work *work, struct reply_vouching *reply)
{
    struct desk_invitations_open_row *open;
    struct desk_vouch_given_row *given;
    size_t count = 0;
    enum result result =
        desk_invitations_open(work->clerk->desk, work->arena, work->actor.member,
                              invitations_since(work), INVITATIONS_MOST, &open, &count);
    if (result != OK)
        return result;
    reply->invitations = arena_array(work->arena, struct record_invitation, count + 1);
    for (size_t i = 0; i < count; i++)
        reply->invitations[reply->invitations_count++] = (struct record_invitation){
            open[i].id, invitation_code(work, open[i].id), open[i].at_ms};
    result = desk_vouch_given(work->clerk->desk, work->arena, work->actor.member, GIVEN_MOST,
                              &given, &count);
    if (result != OK)
        return result;
    reply->given = arena_array(work->arena, struct record_vouched, count + 1);
    for (size_t i = 0; i < count; i++)
        reply->given[reply->given_count++] = (struct record_vouched){
            given[i].pseudonym, given[i].level, given[i].answered_ms, given[i].answer != 1};
    return OK;
}

enum result vouching_run(struct work *work)
{
    struct reply_vouching reply = {0};
    enum result result = pioneer_is(work, work->actor.member, &reply.pioneer);
    if (result == OK && reply.pioneer)
        result = budget_left(work, work->actor.member, true, &reply.left);
    if (result == OK && reply.pioneer)
        result = vouching_asks(work, &reply);
    if (result == OK)
        result = vouching_given(work, &reply);
    if (result == OK)
        reply_vouching_write(&work->reply, &reply);
    return result;
}

static enum result pioneer_must(struct work *work, bool invitations)
{
    bool pioneer = false;
    int64_t left = 0;
    enum result result = pioneer_is(work, work->actor.member, &pioneer);
    if (result == OK && !pioneer)
        return REFUSED;
    if (result == OK)
        result = budget_left(work, work->actor.member, invitations, &left);
    if (result == OK && left <= 0)
        return problem(work, TOO_OFTEN, "", "You have vouched for as many as one may.");
    return result;
}

enum result invite_run(struct work *work)
{
    struct event event = {.kind = EVENT_INVITATION_MADE};
    request_put(work, event.invitation_made.request);
    enum result result = pioneer_must(work, true);
    if (result != OK)
        return result;
    event.invitation_made.member = work->actor.member;
    return clerk_record(work->clerk, &event, NULL, 0);
}

enum result vouch_answer_run(struct work *work)
{
    struct clerk *clerk = work->clerk;
    const struct command_vouch_answer *c = &work->command->vouch_answer;
    struct event event = {.kind = EVENT_VOUCH_ANSWERED};
    struct event_vouch_answered *e = &event.vouch_answered;
    struct desk_vouch_get_row row;
    struct desk_vouch_counts_row counts;
    request_put(work, e->request);
    enum result result = desk_vouch_get(clerk->desk, work->arena, c->ask, &row);
    if (result == OK && row.voucher != work->actor.member)
        result = NOT_FOUND; /* another's ask is none */
    if (result == OK && row.answer != 0)
        return problem(work, CONFLICT, "ask", "This has been answered already.");
    if (result == OK)
        result = c->vouched ? pioneer_must(work, false) : OK;
    if (result != OK)
        return result;
    e->ask = c->ask;
    e->member = row.member;
    e->voucher = work->actor.member;
    e->vouched = c->vouched;
    result = clerk_record(clerk, &event, NULL, 0);
    if (result == OK)
        result = desk_vouch_counts(clerk->desk, work->arena, row.member, &counts);
    if (result != OK || counts.vouched < VOUCHES_NEEDED)
        return result;
    result = level_by_proof(work, row.member, "vouched");
    if (result == CONFLICT) { /* the admins see it: his licence has let somebody in already */
        work->reply.size = 0;
        result = OK;
    }
    return result;
}

/* --- admins --- */

enum result pioneer_set_run(struct work *work)
{
    struct clerk *clerk = work->clerk;
    const struct command_pioneer_set *c = &work->command->pioneer_set;
    struct event event = {.kind = EVENT_PIONEER_SET};
    struct event_pioneer_set *e = &event.pioneer_set;
    struct desk_member_by_name_row row;
    request_put(work, e->request);
    enum result result = desk_member_by_name(clerk->desk, work->arena,
                                             pseudonym_key(work->arena, c->pseudonym), &row);
    bool fits = result == OK && row.role == BOARD_PHYSICIAN && row.state == MEMBER_IN &&
                row.level >= BOARD_LEVEL_OPEN;
    if (result == NOT_FOUND || (result == OK && c->pioneer && !fits))
        return problem(work, INVALID, "pseudonym", "No physician who is in has this pseudonym.");
    if (result != OK)
        return result;
    e->member = row.id;
    e->by = work->actor.member;
    e->pioneer = c->pioneer;
    e->reason = c->reason;
    return clerk_record(clerk, &event, NULL, 0);
}

enum result domain_set_run(struct work *work)
{
    const struct command_domain_set *c = &work->command->domain_set;
    struct event event = {.kind = EVENT_DOMAIN_SET};
    struct event_domain_set *e = &event.domain_set;
    size_t dots = 0;
    for (size_t i = 0; i < c->domain.size; i++) {
        char d = c->domain.data[i];
        bool end = i == 0 || i + 1 == c->domain.size;
        if (d == '.' && !end && c->domain.data[i - 1] != '.')
            dots++;
        else if (!((d >= 'a' && d <= 'z') || (d >= '0' && d <= '9') || (d == '-' && !end)))
            dots = c->domain.size + 1;
    }
    if (dots == 0 || dots > c->domain.size)
        return problem(work, INVALID, "domain",
                       "A domain looks like hospital.example: small letters, digits, '-' and '.'.");
    request_put(work, e->request);
    e->domain = c->domain;
    e->by = work->actor.member;
    e->listed = c->listed;
    e->reason = c->reason;
    return clerk_record(work->clerk, &event, NULL, 0);
}
