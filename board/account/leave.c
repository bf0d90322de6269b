#include "board/desk/moderation.h"

#include "board/account/account.h"
#include "board/account/background.h"
#include "board/telling/telling.h"
#include "board/posting/posting.h"

#include "core/clock.h"
#include "schema/desk.h"

/* Leaving for good. The member's key goes after the journal's commit, and with it every box he has
 * in the journal; the digests of NPI and licence stay, so that whoever comes back is seen by a
 * person. What he wrote stays without a name, or is blanked, as he chooses. */

enum { POSTINGS_SLICE = 500, TEXT_PARTS = 3 };

enum result leave_hash(struct work *work, struct hash_ask *ask)
{
    return own_password_hash(work, work->command->leave.password, ask);
}

/* What stands for good, or never was, is no fault. */
enum result text_erase(struct work *work, int64_t seq, int64_t part)
{
    enum result result = posting_text_erase(work, seq, part, work->actor.member);
    return result == NOT_FOUND ? OK : result;
}

static enum result texts_erase(struct work *work)
{
    struct desk_postings_of_row *rows;
    enum result result = OK;
    int64_t after = 0;
    for (size_t count = POSTINGS_SLICE; count == POSTINGS_SLICE && result == OK;) {
        result = desk_postings_of(work->clerk->desk, work->arena, work->actor.member, after,
                                  POSTINGS_SLICE, &rows, &count);
        for (size_t i = 0; i < count && result == OK; i++) {
            after = rows[i].id;
            for (int64_t part = 0; part < TEXT_PARTS && result == OK; part++)
                result = text_erase(work, after, part);
        }
    }
    return result;
}

static enum result searches_erase(struct work *work)
{
    struct desk_saved_of_row *rows;
    size_t count = 0;
    enum result result =
        desk_saved_of(work->clerk->desk, work->arena, work->actor.member, SAVED_MAX, &rows, &count);
    for (size_t i = 0; i < count && result == OK; i++)
        result = text_erase(work, rows[i].id, 0);
    return result;
}

/* What he wrote on how his questions were solved. */
static enum result hows_erase(struct work *work)
{
    struct desk_hows_of_row *rows;
    enum result result = OK;
    int64_t after = 0;
    for (size_t count = POSTINGS_SLICE; count == POSTINGS_SLICE && result == OK;) {
        result = desk_hows_of(work->clerk->desk, work->arena, work->actor.member, after,
                              POSTINGS_SLICE, &rows, &count);
        for (size_t i = 0; i < count && result == OK; i++) {
            after = rows[i].seq;
            result = text_erase(work, after, 0);
        }
    }
    return result;
}

/* What he wrote to admins alone. */
static enum result said_erase(struct work *work)
{
    struct desk_said_of_row *rows;
    enum result result = OK;
    int64_t after = 0;
    for (size_t count = POSTINGS_SLICE; count == POSTINGS_SLICE && result == OK;) {
        result = desk_said_of(work->clerk->desk, work->arena, work->actor.member, after,
                              POSTINGS_SLICE, &rows, &count);
        for (size_t i = 0; i < count && result == OK; i++) {
            after = rows[i].seq;
            result = text_erase(work, after, 0);
        }
    }
    return result;
}

enum result leave_run(struct work *work)
{
    struct clerk *clerk = work->clerk;
    struct event event = {.kind = EVENT_MEMBER_LEFT};
    struct event_member_left *e = &event.member_left;
    request_put(work, e->request);
    if (work->actor.role != BOARD_PHYSICIAN)
        return problem(work, CONFLICT, "", "Accounts of the staff are closed by an operator.");
    enum result result = own_password_good(work, "password");
    if (result != OK)
        return result;
    if (work->command->leave.blank)
        result = texts_erase(work);
    if (result == OK)
        result = searches_erase(work); /* nobody reads them but he */
    if (result == OK)
        result = said_erase(work);
    if (result == OK)
        result = background_erase(work);
    if (work->command->leave.blank && result == OK)
        result = texts_own_erase(work);
    if (result == OK && work->command->leave.blank)
        result = hows_erase(work);
    e->member = work->actor.member;
    e->was = work->actor.level;
    if (result == OK)
        result = clerk_record(clerk, &event, NULL, 0);
    if (result == OK)
        result = keyring_left(&clerk->keys, work->actor.member);
    if (result != OK)
        clerk->fatal = result; /* half a farewell must not come to be */
    else
        drafts_left(work);
    return result;
}
