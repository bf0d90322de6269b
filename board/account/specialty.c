#include "board/account/specialty.h"

#include "board/account/account.h"
#include "schema/desk.h"
#include "schema/roster.h"

#include <string.h>

/* A member's specialties: of the operator's list where one is loaded, else his own words. */

enum { CHOSEN_SIZE = 400 };
_Static_assert(SPECIALTIES_OWN_MOST *(SPECIALTY_SIZE_MAX + 2) <= SPECIALTIES_SIZE_MAX,
               "all of them fit into the event");

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool words_same(struct text a, struct text b)
{
    if (a.size != b.size)
        return false;
    for (size_t i = 0; i < a.size; i++) {
        if (lower(a.data[i]) != lower(b.data[i]))
            return false;
    }
    return true;
}

/* No list: OK and none. */
static enum result list_read(struct work *work, struct roster_specialties_row **rows, size_t *count)
{
    struct db *roster = clerk_roster(work->clerk);
    *count = 0;
    return roster == NULL ? OK
                          : roster_specialties(roster, work->arena, SPECIALTIES_MOST, rows, count);
}

/* As shown, "cardiology, nephrology", or as chosen, one a line. */
static struct text listed(struct arena *arena, struct text words, const char *from, const char *to)
{
    struct buf out;
    buf_open(&out, arena, words.size + 8);
    size_t from_size = strlen(from);
    for (size_t i = 0; i < words.size;) {
        bool here = words.size - i >= from_size && memcmp(words.data + i, from, from_size) == 0;
        if (here)
            buf_add(&out, to, strlen(to));
        else
            buf_char(&out, words.data[i]);
        i += here ? from_size : 1;
    }
    return out.size > 0 ? buf_done(&out) : TEXT("");
}

enum result specialties_run(struct work *work)
{
    struct roster_specialties_row *rows = NULL;
    struct desk_member_specialties_row own;
    struct reply_specialties reply = {.loaded = false};
    size_t count = 0;
    enum result result =
        desk_member_specialties(work->clerk->desk, work->arena, work->actor.member, &own);
    if (result == OK)
        result = list_read(work, &rows, &count);
    if (result != OK)
        return result;
    reply.loaded = count > 0;
    reply.own = listed(work->arena, own.words, ", ", "\n");
    reply.shown = own.shown != 0;
    reply.specialties = arena_array(work->arena, struct record_specialty, count + 1);
    for (size_t i = 0; i < count; i++)
        reply.specialties[reply.specialties_count++].words = rows[i].words;
    reply_specialties_write(&work->reply, &reply);
    return OK;
}

struct chosen {
    struct buf codes, words;
    size_t count;
};

static bool chosen_has(const struct chosen *chosen, struct text words)
{
    struct text rest = buf_done(&chosen->words), line;
    while (text_next(&rest, '\n', &line)) {
        if (words_same(line, words))
            return true;
    }
    return false;
}

/* What is wrong with one line, for a person; NULL: nothing. */
static const char *line_take(struct chosen *chosen, struct text line,
                             const struct roster_specialties_row *rows, size_t count)
{
    const struct roster_specialties_row *found = NULL;
    for (size_t i = 0; i < count && found == NULL; i++) {
        if (words_same(rows[i].words, line))
            found = &rows[i];
    }
    if (count > 0 && found == NULL)
        return "Choose from the list: what you typed is not in it.";
    for (size_t i = 0; i < line.size; i++) {
        if ((unsigned char)line.data[i] < 0x20 || line.data[i] == 0x7f || line.data[i] == ',')
            return "A specialty is plain words, without commas.";
    }
    if (line.size > SPECIALTY_SIZE_MAX)
        return "A specialty has at most 76 characters.";
    if (chosen_has(chosen, found != NULL ? found->words : line))
        return NULL;
    if (++chosen->count > SPECIALTIES_OWN_MOST)
        return "At most five specialties.";
    if (chosen->words.size > 0)
        buf_char(&chosen->words, '\n');
    line = found != NULL ? found->words : line;
    buf_add(&chosen->words, line.data, line.size);
    if (found == NULL)
        return NULL;
    if (chosen->codes.size > 0)
        buf_char(&chosen->codes, ' ');
    buf_add(&chosen->codes, found->code.data, found->code.size);
    return NULL;
}

enum result specialties_choose_run(struct work *work)
{
    const struct command_specialties_choose *c = &work->command->specialties_choose;
    struct event event = {.kind = EVENT_SPECIALTIES_CHOSEN};
    struct event_specialties_chosen *e = &event.specialties_chosen;
    struct roster_specialties_row *rows = NULL;
    struct text rest = c->words, line;
    struct chosen chosen = {.count = 0};
    size_t count = 0;
    request_put(work, e->request);
    if (work->actor.role != BOARD_PHYSICIAN)
        return REFUSED;
    enum result result = list_read(work, &rows, &count);
    if (result != OK)
        return result;
    buf_open(&chosen.codes, work->arena, CHOSEN_SIZE);
    buf_open(&chosen.words, work->arena, CHOSEN_SIZE);
    for (int64_t place = 1; text_next(&rest, '\n', &line); place++) {
        line = text_trim(line);
        const char *fault = line.size > 0 ? line_take(&chosen, line, rows, count) : NULL;
        if (fault != NULL)
            return problem(work, INVALID, arena_format(work->arena, "s%lld", (long long)place).data,
                           fault);
    }
    if (chosen.count == 0)
        return problem(work, INVALID, "s1", "Name at least one specialty.");
    e->member = work->actor.member;
    e->codes = chosen.codes.size > 0 ? buf_done(&chosen.codes) : TEXT("");
    e->words = listed(work->arena, buf_done(&chosen.words), "\n", ", ");
    e->shown = c->shown;
    return clerk_record(work->clerk, &event, NULL, 0);
}
