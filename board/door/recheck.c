#include "board/clerk/tools.h"

#include "board/roster/name.h"
#include "board/roster/match.h"
#include "board/door/standing.h"
#include "core/clock.h"
#include "core/conf.h"
#include "schema/roster.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The recheck: walks every list for whoever has lapsed, was deactivated or excluded, and asks the
 * clerk about them, some hundred at a time. The clerk decides (suspect.c); this knows no member.
 * Who is in order is sent too, but only while somebody whom the lists lowered might come back. */
enum {
    RECHECK_ARENA_SIZE = 64 * 1024 * 1024,
    CHUNK = 500,
    WALK_ROWS = 1000,
    NUMBER_SIZE = 30,
    KEY_ROOM = 1024
};

struct recheck {
    struct db *db;
    struct arena arena; /* the chunks; reset when both were sent */
    int64_t now_ms;
    struct record_suspect suspects[CHUNK];
    struct record_name_suspect names[CHUNK];
    size_t suspect_count, name_count;
    bool raising; /* somebody is lowered */
    int64_t looked, asked, known, lowered, raised, queued, said_us;
};

static void progress_say(struct recheck *re, const char *what)
{
    int64_t now_us = clock_steady_us();
    if (now_us - re->said_us < 1000 * 1000 || isatty(STDERR_FILENO) == 0)
        return;
    re->said_us = now_us;
    fprintf(stderr, "\r%s: %lld looked at, %lld asked about   ", what, (long long)re->looked,
            (long long)re->asked);
}

static enum result ask(struct recheck *re, struct command *command, struct json **json)
{
    struct bytes reply = NO_BYTES;
    enum result result = clerk_ask(&re->arena, command, &reply);
    if (result == OK)
        result = json_read(reply, json);
    return result;
}

static enum result suspects_send(struct recheck *re)
{
    struct command command = {.kind = COMMAND_LICENCE_SUSPECTS};
    struct reply_licence_suspects reply = {0};
    struct json *json = NULL;
    command.licence_suspects = (struct command_licence_suspects){
        .suspects = re->suspects, .suspects_count = re->suspect_count};
    enum result result = ask(re, &command, &json);
    if (result == OK)
        result = reply_licence_suspects_read(json, &re->arena, &reply);
    json_close(json);
    re->asked += (int64_t)re->suspect_count;
    re->known += reply.known;
    re->lowered += reply.lowered;
    re->raised += reply.raised;
    re->raising = reply.members_lowered > 0;
    re->suspect_count = 0;
    return result;
}

static enum result names_send(struct recheck *re)
{
    struct command command = {.kind = COMMAND_NAME_SUSPECTS};
    struct reply_name_suspects reply = {0};
    struct json *json = NULL;
    command.name_suspects =
        (struct command_name_suspects){.suspects = re->names, .suspects_count = re->name_count};
    enum result result = ask(re, &command, &json);
    if (result == OK)
        result = reply_name_suspects_read(json, &re->arena, &reply);
    json_close(json);
    re->asked += (int64_t)re->name_count;
    re->queued += reply.queued;
    re->name_count = 0;
    return result;
}

static enum result suspect_add(struct recheck *re, struct text npi, struct text state,
                               struct text licence)
{
    if (licence.size > NUMBER_SIZE || state.size > 2)
        return OK; /* no application can have it */
    re->suspects[re->suspect_count++] =
        (struct record_suspect){.npi = arena_text(&re->arena, npi),
                                .state = arena_text(&re->arena, state),
                                .licence = arena_text(&re->arena, licence)};
    return re->suspect_count == CHUNK ? suspects_send(re) : OK;
}

static enum result name_add(struct recheck *re, struct text state, struct text licence,
                            int64_t entry)
{
    if (licence.size > NUMBER_SIZE)
        return OK;
    re->names[re->name_count++] =
        (struct record_name_suspect){.state = arena_text(&re->arena, state),
                                     .licence = arena_text(&re->arena, licence),
                                     .entry = entry};
    return re->name_count == CHUNK ? names_send(re) : OK;
}

static enum result all_send(struct recheck *re)
{
    enum result result = re->suspect_count > 0 ? suspects_send(re) : OK;
    if (result == OK && re->name_count > 0)
        result = names_send(re);
    arena_reset(&re->arena, 0);
    return result;
}

/* In order by every list: the NPI with each licence it is registered with. */
static enum result provider_raise(struct recheck *re, struct text npi, struct text taxonomies)
{
    struct taxonomy taxonomy;
    enum result result = OK;
    while (result == OK && taxonomy_next(&taxonomies, &taxonomy)) {
        if (taxonomy.number.size > 0)
            result = suspect_add(re, npi, taxonomy.state, taxonomy.number);
    }
    return result;
}

static enum result provider_look(struct recheck *re, const struct roster_providers_walk_row *row)
{
    enum standing standing = STANDING_DEACTIVATED;
    enum result result = OK;
    struct text npi = arena_format(&re->arena, "%lld", (long long)row->npi);
    if (row->kind == PROVIDER_PHYSICIAN)
        result = standing_of_npi(re->db, &re->arena, npi, &standing);
    if (result == OK && standing_why(standing) != NULL)
        return suspect_add(re, npi, TEXT(""), TEXT(""));
    if (result == OK && standing == STANDING_GOOD && re->raising)
        result = provider_raise(re, npi, row->taxonomies);
    return result;
}

static enum result providers_walk(struct recheck *re)
{
    enum result result = OK;
    int64_t npi = 0;
    for (size_t count = WALK_ROWS; result == OK && count == WALK_ROWS;) {
        struct roster_providers_walk_row *rows;
        result = roster_providers_walk(re->db, &re->arena, npi, WALK_ROWS, &rows, &count);
        for (size_t i = 0; i < count && result == OK; i++) {
            npi = rows[i].npi;
            re->looked++;
            result = provider_look(re, &rows[i]);
        }
        if (result == OK)
            result = all_send(re);
        progress_say(re, "nppes");
    }
    return result;
}

static enum result names_look(struct recheck *re, struct text state,
                              const struct roster_licences_walk_row *row)
{
    enum result result = OK;
    struct text before = NO_TEXT;
    for (int wide = 0; wide < 2 && result == OK; wide++) {
        struct roster_exclusions_of_name_row *rows;
        size_t count = 0;
        struct text key = name_key(&re->arena, row->first_name, row->last_name, wide != 0);
        if (before.data != NULL && text_equal(key, before))
            break; /* both ways of writing it are the same */
        before = key;
        result = roster_exclusions_of_name(re->db, &re->arena, key, state, &rows, &count);
        for (size_t i = 0; i < count && result == OK; i++) {
            if (rows[i].npi == 0 && rows[i].reinstated.size == 0)
                result = name_add(re, state, row->key, rows[i].id);
        }
    }
    return result;
}

static enum result licence_look(struct recheck *re, struct text state,
                                const struct roster_licences_walk_row *row, bool exclusions)
{
    enum standing standing;
    enum result result =
        standing_of_licence(re->db, &re->arena, state, row->key, re->now_ms, &standing);
    if (result == OK && standing_why(standing) != NULL)
        result = suspect_add(re, TEXT(""), state, row->key);
    return result == OK && exclusions ? names_look(re, state, row) : result;
}

static enum result licences_walk(struct recheck *re, struct text list, bool exclusions)
{
    struct text state = {list.data + 6, list.size - 6}; /* board:MO */
    char place[KEY_ROOM];
    struct text key = TEXT("");
    enum result result = OK;
    for (size_t count = WALK_ROWS; result == OK && count == WALK_ROWS;) {
        struct roster_licences_walk_row *rows;
        result = roster_licences_walk(re->db, &re->arena, state, key, WALK_ROWS, &rows, &count);
        for (size_t i = 0; i < count && result == OK; i++) {
            re->looked++;
            result = licence_look(re, state, &rows[i], exclusions);
        }
        if (result == OK && count > 0) { /* the rows go with the arena */
            key = text_cut(rows[count - 1].key, sizeof(place));
            memcpy(place, key.data, key.size);
            key.data = place;
        }
        if (result == OK)
            result = all_send(re);
        progress_say(re, "boards");
    }
    return result;
}

static enum result lists_walk(struct recheck *re, struct arena *kept)
{
    struct roster_lists_row *lists;
    size_t count = 0;
    bool exclusions = false;
    enum result result = roster_lists(re->db, kept, &lists, &count);
    for (size_t i = 0; i < count && result == OK; i++) {
        exclusions = exclusions || text_is(lists[i].name, "leie");
        printf("%.*s as of %.*s, %lld rows\n", (int)lists[i].name.size, lists[i].name.data,
               (int)lists[i].as_of.size, lists[i].as_of.data, (long long)lists[i].rows);
    }
    if (result == OK && count == 0)
        return NOT_FOUND;
    if (result == OK)
        result = suspects_send(re); /* nobody yet: tells whether anybody is lowered */
    for (size_t i = 0; i < count && result == OK; i++) {
        if (text_starts(lists[i].name, "board:"))
            result = licences_walk(re, lists[i].name, exclusions);
    }
    return result == OK ? providers_walk(re) : result;
}

int roster_recheck(void)
{
    static struct recheck re;
    struct arena kept;
    memset(&re, 0, sizeof(re));
    arena_open(&re.arena, RECHECK_ARENA_SIZE);
    arena_open(&kept, 1024 * 1024);
    re.now_ms = clock_now_ms();
    enum result result =
        db_open(&re.db, &roster_store, conf_store("roster"), ROLE_OPERATOR, DB_READ, 0);
    if (result == OK)
        result = lists_walk(&re, &kept);
    else
        result = NOT_FOUND;
    if (isatty(STDERR_FILENO) != 0)
        fprintf(stderr, "\r\033[K");
    if (result == OK)
        printf("%lld rows looked at, %lld asked about: %lld members found, %lld lowered, "
               "%lld restored, %lld queued by name\n",
               (long long)re.looked, (long long)re.asked, (long long)re.known,
               (long long)re.lowered, (long long)re.raised, (long long)re.queued);
    else
        fprintf(stderr, "curbside-clerk: %s\n",
                result == NOT_FOUND ? "no list has been imported"
                : result == BUSY    ? "no clerk is serving this state (curbside up)"
                                    : result_name(result));
    if (re.db != NULL)
        db_close(re.db);
    arena_close(&kept);
    arena_close(&re.arena);
    return result == OK ? 0 : 1;
}

/* --- the queue by name --- */

int roster_suspicions(void)
{
    struct command command = {.kind = COMMAND_SUSPICIONS};
    struct arena arena;
    int64_t after = 0;
    size_t count = 1;
    enum result result = OK;
    arena_open(&arena, RECHECK_ARENA_SIZE);
    while (result == OK && count > 0) {
        struct reply_suspicions reply = {0};
        struct bytes bytes = NO_BYTES;
        struct json *json = NULL;
        command.suspicions.after = after;
        result = clerk_ask(&arena, &command, &bytes);
        if (result == OK)
            result = json_read(bytes, &json);
        if (result == OK)
            result = reply_suspicions_read(json, &arena, &reply);
        json_close(json);
        count = reply.suspicions_count;
        for (size_t i = 0; i < count && result == OK; i++) {
            const struct record_suspicion *s = &reply.suspicions[i];
            after = s->member;
            printf("%lld\t%.*s\t%.*s\t%.*s\n", (long long)s->member, (int)s->entry.size,
                   s->entry.data, (int)s->pseudonym.size, s->pseudonym.data, (int)s->says.size,
                   s->says.data);
        }
        arena_reset(&arena, 0);
    }
    if (result != OK)
        fprintf(stderr, "curbside-clerk: %s\n",
                result == BUSY ? "no clerk is serving this state (curbside up)"
                               : result_name(result));
    arena_close(&arena);
    return result == OK ? 0 : 1;
}

int roster_suspicion_decide(int64_t member, const char *entry, const char *decision)
{
    struct command command = {.kind = COMMAND_SUSPICION_DECIDE};
    struct arena arena;
    struct bytes reply = NO_BYTES;
    bool excluded = strcmp(decision, "excluded") == 0;
    if (!excluded && strcmp(decision, "another") != 0) {
        fprintf(stderr, "curbside-clerk: the decision is excluded or another\n");
        return 2;
    }
    arena_open(&arena, RECHECK_ARENA_SIZE);
    command.suspicion_decide = (struct command_suspicion_decide){
        .member = member, .entry = text_of(entry), .excluded = excluded};
    enum result result = clerk_ask(&arena, &command, &reply);
    if (result != OK)
        fprintf(stderr, "curbside-clerk: %s\n",
                result == NOT_FOUND ? "there is no such entry in the queue"
                : result == BUSY    ? "no clerk is serving this state (curbside up)"
                                    : result_name(result));
    arena_close(&arena);
    return result == OK ? 0 : 1;
}
