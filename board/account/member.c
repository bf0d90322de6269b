#include "board/account/account.h"

#include "board/account/pseudonym.h"
#include "core/clock.h"
#include "core/trace.h"
#include "schema/desk.h"

#include <string.h>

/* One printable line of at least `least` bytes. */
static bool line_good(struct text line, size_t least)
{
    for (size_t i = 0; i < line.size; i++) {
        if ((unsigned char)line.data[i] < 0x20 || line.data[i] == 0x7f)
            return false;
    }
    return line.size >= least;
}

bool email_good(struct text email)
{
    const char *at = email.size > 0 ? memchr(email.data, '@', email.size) : NULL;
    if (at == NULL || !line_good(email, 6) || memchr(email.data, ' ', email.size) != NULL)
        return false;
    size_t before = (size_t)(at - email.data), behind = email.size - before - 1;
    const char *dot = behind > 0 ? memchr(at + 1, '.', behind) : NULL;
    return before > 0 && dot != NULL && dot > at + 1 && dot < email.data + email.size - 1 &&
           memchr(at + 1, '@', behind) == NULL;
}

static bool state_good(struct text state)
{
    return state.size == 2 && state.data[0] >= 'A' && state.data[0] <= 'Z' &&
           state.data[1] >= 'A' && state.data[1] <= 'Z';
}

static enum result password_check(struct work *work, struct text password, struct text pseudonym)
{
    const char *fault = password_fault(&work->clerk->passwords, work->arena, password, pseudonym);
    return fault == NULL ? OK : problem(work, INVALID, "password", fault);
}

static enum result pseudonym_check(struct work *work, struct text pseudonym)
{
    const char *fault = pseudonym_fault(pseudonym);
    return fault == NULL ? OK : problem(work, INVALID, "pseudonym", fault);
}

static enum result join_check(struct work *work)
{
    const struct command_join *c = &work->command->join;
    enum result result = pseudonym_check(work, c->pseudonym);
    if (result == OK && pseudonym_is_reserved(work->arena, c->pseudonym))
        result = problem(work, INVALID, "pseudonym",
                         "This sounds like the house itself. Take one that is only yours.");
    if (result == OK && pseudonym_is_own(work->arena, c->pseudonym, c->first_name, c->last_name))
        result = problem(work, INVALID, "pseudonym",
                         "This tells who you are. Take one without your own name.");
    if (result == OK)
        result = password_check(work, c->password, c->pseudonym);
    if (result != OK)
        return result;
    if (!email_good(c->email))
        return problem(work, INVALID, "email", "This is not an e-mail address.");
    if (!line_good(c->first_name, 1))
        return problem(work, INVALID, "first_name", "The first name is missing.");
    if (!line_good(c->last_name, 1))
        return problem(work, INVALID, "last_name", "The last name is missing.");
    if (!npi_valid(c->npi))
        return problem(work, INVALID, "npi",
                       "An NPI has ten digits; the last one checks the others, and does not here.");
    if (!line_good(c->licence, 1))
        return problem(work, INVALID, "licence", "The licence number is missing.");
    if (!state_good(c->state))
        return problem(work, INVALID, "state", "The state has two capital letters, such as MO.");
    if (!line_good(c->specialty, 0))
        return problem(work, INVALID, "specialty", "The specialty is one line.");
    return OK;
}

/* A new hash costs the same whoever asks; whether a name is taken is looked at afterwards. */
static enum result new_hash(struct work *work, struct text password, struct hash_ask *ask)
{
    if (!throttle_house(&work->clerk->throttle, clock_steady_us()))
        return TOO_OFTEN;
    hash_ask_password(ask, work->clerk->keys.pepper, password);
    return OK;
}

enum result join_hash(struct work *work, struct hash_ask *ask)
{
    enum result result = join_check(work);
    return result == OK ? new_hash(work, work->command->join.password, ask) : result;
}

static enum result pseudonym_free(struct work *work, struct text pseudonym)
{
    struct desk_member_by_name_row row;
    struct desk_member_by_look_row look;
    enum result result = desk_member_by_name(work->clerk->desk, work->arena,
                                             pseudonym_key(work->arena, pseudonym), &row);
    if (result == NOT_FOUND)
        result = desk_member_by_look(work->clerk->desk, work->arena,
                                     pseudonym_look(work->arena, pseudonym), &look);
    if (result == NOT_FOUND)
        return OK;
    if (result != OK)
        return result;
    return problem(work, CONFLICT, "pseudonym",
                   "This pseudonym, or one that looks like it, is taken.");
}

/* A fresh member key, and hash and address boxed under it. */
static struct bytes credential_make(struct work *work, struct text email, uint8_t key[KEY_SIZE])
{
    const struct credential credential = {text_of(work->job->hash->hash), email};
    seal_random(key, KEY_SIZE);
    return credential_box(work->arena, key, &credential);
}

/* The digests of NPI and licence stay with whoever came first: a second application is taken like
 * any other, so that nobody can find out who is a member; the admin who decides is told
 * (application.c). */
static enum result person_keep(struct work *work, const struct application *application,
                               int64_t member)
{
    int64_t holder = 0;
    enum result result = keyring_person_holder(&work->clerk->keys, application, &holder);
    if (result == OK && holder == 0)
        result = keyring_person_hold(&work->clerk->keys, application, member);
    return result;
}

enum result join_run(struct work *work)
{
    struct clerk *clerk = work->clerk;
    const struct command_join *c = &work->command->join;
    struct event event = {.kind = EVENT_MEMBER_APPLIED};
    struct event_member_applied *e = &event.member_applied;
    const struct application application = {c->first_name, c->last_name, c->npi,
                                            c->licence,    c->state,     c->specialty};
    uint8_t key[KEY_SIZE];
    if (!work->job->hash->good)
        return BUSY;
    request_put(work, e->request);
    enum result result = pseudonym_free(work, c->pseudonym);
    if (result != OK)
        return result;
    e->pseudonym = c->pseudonym;
    e->specialty = c->specialty;
    e->show_specialty = c->show_specialty;
    e->credential = credential_make(work, c->email, key);
    result = clerk_record(clerk, &event, NULL, 0);
    if (result == OK)
        result = keyring_key_put(&clerk->keys, work->arena, event.seq, key);
    if (result == OK)
        result = keyring_application_put(&clerk->keys, work->arena, event.seq, &application,
                                         clerk->now_ms);
    if (result == OK)
        result = person_keep(work, &application, event.seq);
    seal_wipe(key, sizeof(key));
    if (result != OK)
        clerk->fatal = result; /* a member without a key must not come to be */
    return result;
}

enum result staff_add_hash(struct work *work, struct hash_ask *ask)
{
    const struct command_staff_add *c = &work->command->staff_add;
    enum result result = pseudonym_check(work, c->pseudonym);
    if (result == OK)
        result = password_check(work, c->password, c->pseudonym);
    if (result == OK && c->email.size > 0 && !email_good(c->email))
        result = problem(work, INVALID, "email", "This is not an e-mail address.");
    if (result == OK && !line_good(c->organisation, c->role == BOARD_SPONSOR ? 1 : 0))
        result = problem(work, INVALID, "organisation", "A sponsor has an organisation.");
    return result == OK ? new_hash(work, c->password, ask) : result;
}

enum result staff_add_run(struct work *work)
{
    struct clerk *clerk = work->clerk;
    const struct command_staff_add *c = &work->command->staff_add;
    struct event event = {.kind = EVENT_STAFF_ADDED};
    struct event_staff_added *e = &event.staff_added;
    uint8_t key[KEY_SIZE];
    if (!work->job->hash->good)
        return BUSY;
    request_put(work, e->request);
    enum result result = pseudonym_free(work, c->pseudonym);
    if (result != OK)
        return result;
    e->pseudonym = c->pseudonym;
    e->role = c->role;
    e->organisation = c->organisation;
    e->credential = credential_make(work, c->email, key);
    result = clerk_record(clerk, &event, NULL, 0);
    if (result == OK)
        result = keyring_key_put(&clerk->keys, work->arena, event.seq, key);
    seal_wipe(key, sizeof(key));
    if (result != OK)
        clerk->fatal = result;
    else
        reply_created(work, event.seq);
    return result;
}
