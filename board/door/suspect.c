#include "board/door/door.h"

#include "board/door/standing.h"
#include "core/conf.h"
#include "schema/desk.h"
#include "schema/roster.h"

#include <string.h>

/* What the recheck proposes (recheck.c) and the clerk decides: it alone knows who holds an NPI or a
 * licence, by keyed digests, and it reads the lists itself. A caller's word lowers nobody. */

enum { LEVEL_KNOWN = 1, SUSPICIONS_MOST = 100 }; /* what is left to whom the lists lower */

struct tally {
    int64_t known, lowered, raised;
};

struct db *clerk_roster(struct clerk *clerk)
{
    if (clerk->roster == NULL && /* imported since we started? */
        db_open(&clerk->roster, &roster_store, conf_store("roster"), ROLE_CLERK, DB_READ, 0) != OK)
        clerk->roster = NULL;
    return clerk->roster;
}

/* A physician who is in or waits; NOT_FOUND for everybody else. */
static enum result standing_find(struct work *work, int64_t member,
                                 struct desk_member_standing_row *row)
{
    enum result result = desk_member_standing(work->clerk->desk, work->arena, member, row);
    if (result == OK &&
        (row->role != BOARD_PHYSICIAN || (row->state != MEMBER_IN && row->state != MEMBER_WAITING)))
        result = NOT_FOUND;
    return result;
}

static enum result member_lower(struct work *work, int64_t member, const char *why,
                                struct tally *tally)
{
    struct desk_member_standing_row row;
    enum result result = standing_find(work, member, &row);
    if (result != OK)
        return result == NOT_FOUND ? OK : result;
    if (row.level <= LEVEL_KNOWN)
        return OK;
    tally->lowered++;
    return level_move(work, member, LEVEL_KNOWN, why, 0);
}

/* Back to where the lists took him from, if nothing else has moved him since and no person said
 * that the exclusion list means him. */
static enum result member_raise(struct work *work, int64_t member, struct tally *tally)
{
    struct desk_member_standing_row row;
    bool held = false;
    enum result result = standing_find(work, member, &row);
    if (result != OK)
        return result == NOT_FOUND ? OK : result;
    if (row.level_from <= row.level)
        return OK;
    result = keyring_suspect_held(&work->clerk->keys, work->arena, member, &held);
    if (result != OK || held)
        return result;
    tally->raised++;
    return level_move(work, member, row.level_from, "restored", 0);
}

/* Whom one record means, and how NPI and licence stand by the lists. */
struct looked {
    int64_t by_npi, by_licence;
    enum standing npi, licence;
};

static enum result suspect_look(struct work *work, const struct record_suspect *suspect,
                                struct looked *looked)
{
    struct keyring *keys = &work->clerk->keys;
    struct db *roster = work->clerk->roster;
    enum result result = OK;
    memset(looked, 0, sizeof(*looked));
    if (suspect->npi.size > 0)
        result = keyring_npi_holder(keys, suspect->npi, &looked->by_npi);
    if (result == OK && suspect->licence.size > 0)
        result =
            keyring_licence_holder(keys, suspect->state, suspect->licence, &looked->by_licence);
    if (result == OK && looked->by_npi != 0)
        result = standing_of_npi(roster, work->arena, suspect->npi, &looked->npi);
    if (result == OK && looked->by_licence != 0)
        result = standing_of_licence(roster, work->arena, suspect->state,
                                     licence_key(work->arena, suspect->licence),
                                     work->clerk->now_ms, &looked->licence);
    return result;
}

static enum result suspect_run(struct work *work, const struct record_suspect *suspect,
                               struct tally *tally)
{
    struct looked looked;
    enum result result = suspect_look(work, suspect, &looked);
    if (result != OK || (looked.by_npi == 0 && looked.by_licence == 0))
        return result;
    tally->known++;
    const char *npi_why = standing_why(looked.npi), *licence_why = standing_why(looked.licence);
    if (npi_why != NULL)
        result = member_lower(work, looked.by_npi, npi_why, tally);
    if (result == OK && licence_why != NULL)
        result = member_lower(work, looked.by_licence, licence_why, tally);
    bool whole = looked.by_npi != 0 && looked.by_npi == looked.by_licence;
    if (result == OK && whole && looked.npi == STANDING_GOOD && looked.licence == STANDING_GOOD)
        result = member_raise(work, looked.by_npi, tally);
    return result;
}

enum result licence_suspects_run(struct work *work)
{
    const struct command_licence_suspects *c = &work->command->licence_suspects;
    struct desk_lowered_count_row lowered;
    struct tally tally = {0};
    enum result result = OK;
    if (clerk_roster(work->clerk) == NULL)
        return NOT_FOUND;
    for (size_t i = 0; i < c->suspects_count && result == OK; i++)
        result = suspect_run(work, &c->suspects[i], &tally);
    if (result == OK)
        result = desk_lowered_count(work->clerk->desk, work->arena, &lowered);
    if (result != OK)
        return result;
    const struct reply_licence_suspects reply = {.known = tally.known,
                                                 .lowered = tally.lowered,
                                                 .raised = tally.raised,
                                                 .members_lowered = lowered.members};
    reply_licence_suspects_write(&work->reply, &reply);
    return OK;
}

/* --- by name alone: a person looks --- */

static bool years_differ(struct text born, int64_t birth_year)
{
    int64_t year = 0;
    return birth_year > 0 && text_int(text_cut(born, 4), 1800, 2200, &year) && year != birth_year;
}

/* Whether the entry has no NPI, stands, and bears name and state of a physician with this licence.
 */
static enum result entry_fits(struct work *work, const struct record_name_suspect *suspect,
                              struct roster_exclusion_get_row *entry, bool *fits)
{
    struct db *roster = work->clerk->roster;
    struct roster_licence_get_row *rows;
    size_t count = 0;
    *fits = false;
    enum result result = roster_exclusion_get(roster, work->arena, suspect->entry, entry);
    if (result == OK)
        result = roster_licence_get(roster, work->arena, suspect->state,
                                    licence_key(work->arena, suspect->licence), &rows, &count);
    if (result != OK)
        return result == NOT_FOUND ? OK : result;
    bool open =
        entry->npi == 0 && entry->reinstated.size == 0 && text_equal(entry->state, suspect->state);
    for (size_t i = 0; i < count && open; i++)
        *fits = *fits || (rows[i].physician != 0 &&
                          names_match(work->arena, entry->first_name, rows[i].first_name) &&
                          names_match(work->arena, entry->last_name, rows[i].last_name) &&
                          !years_differ(entry->born, rows[i].birth_year));
    return OK;
}

static struct text entry_says(struct arena *arena, const struct roster_exclusion_get_row *entry)
{
    return text_cut(
        arena_format(arena, "%.*s %.*s %.*s, born %.*s, %.*s, %.*s: excluded %.*s (%.*s)",
                     (int)entry->first_name.size, entry->first_name.data,
                     (int)entry->middle_name.size, entry->middle_name.data,
                     (int)entry->last_name.size, entry->last_name.data, (int)entry->born.size,
                     entry->born.data, (int)entry->state.size, entry->state.data,
                     (int)entry->specialty.size, entry->specialty.data, (int)entry->excluded.size,
                     entry->excluded.data, (int)entry->type.size, entry->type.data),
        400);
}

static enum result name_suspect_run(struct work *work, const struct record_name_suspect *suspect,
                                    int64_t *known, int64_t *queued)
{
    struct keyring *keys = &work->clerk->keys;
    struct desk_member_standing_row row;
    struct roster_exclusion_get_row entry;
    int64_t member = 0;
    bool fits = false, fresh = false;
    enum result result = keyring_licence_holder(keys, suspect->state, suspect->licence, &member);
    if (result != OK || member == 0)
        return result;
    result = standing_find(work, member, &row);
    if (result == OK)
        result = entry_fits(work, suspect, &entry, &fits);
    if (result != OK || !fits)
        return result == NOT_FOUND ? OK : result;
    (*known)++;
    result = keyring_suspect_put(keys, work->arena, member, suspect->entry,
                                 entry_says(work->arena, &entry), work->clerk->now_ms, &fresh);
    *queued += fresh;
    return result;
}

enum result name_suspects_run(struct work *work)
{
    const struct command_name_suspects *c = &work->command->name_suspects;
    struct reply_name_suspects reply = {0};
    enum result result = OK;
    if (clerk_roster(work->clerk) == NULL)
        return NOT_FOUND;
    for (size_t i = 0; i < c->suspects_count && result == OK; i++)
        result = name_suspect_run(work, &c->suspects[i], &reply.known, &reply.queued);
    if (result == OK)
        reply_name_suspects_write(&work->reply, &reply);
    return result;
}

enum result suspicions_run(struct work *work)
{
    struct reply_suspicions reply = {0};
    struct suspect *suspects;
    size_t count = 0;
    enum result result =
        keyring_suspects(&work->clerk->keys, work->arena, work->command->suspicions.after,
                         SUSPICIONS_MOST, &suspects, &count);
    reply.suspicions = arena_array(work->arena, struct record_suspicion, count + 1);
    for (size_t i = 0; i < count && result == OK; i++) {
        struct desk_member_get_row row;
        struct buf entry;
        result = desk_member_get(work->clerk->desk, work->arena, suspects[i].member, &row);
        if (result != OK)
            continue;
        buf_open(&entry, work->arena, 2 * ID_SIZE);
        buf_hex(&entry, bytes_of(suspects[i].entry, ID_SIZE));
        reply.suspicions[reply.suspicions_count++] =
            (struct record_suspicion){.member = suspects[i].member,
                                      .pseudonym = row.pseudonym,
                                      .entry = buf_done(&entry),
                                      .says = suspects[i].says,
                                      .at_ms = suspects[i].at_ms};
    }
    if (result == OK)
        reply_suspicions_write(&work->reply, &reply);
    return result;
}

enum result suspicion_decide_run(struct work *work)
{
    const struct command_suspicion_decide *c = &work->command->suspicion_decide;
    struct tally tally = {0};
    uint8_t entry[ID_SIZE];
    if (!hex_read_into(entry, ID_SIZE, c->entry))
        return problem(work, INVALID, "entry", "An entry is 32 hexadecimal digits.");
    enum result result =
        keyring_suspect_decide(&work->clerk->keys, work->arena, c->member, entry, c->excluded);
    if (result == OK && c->excluded)
        result = member_lower(work, c->member, "excluded", &tally);
    return result;
}
