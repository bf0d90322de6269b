#include "board/door/door.h"

#include "board/roster/name.h"
#include "core/buf.h"
#include "schema/roster.h"

enum { EVIDENCE_MOST = 10, WORDS_MOST = 100 };

enum result lists_address(struct work *work, struct text npi, struct lists_address *address)
{
    struct roster_provider_address_row row;
    struct db *roster = clerk_roster(work->clerk);
    struct roster_provider_get_row person;
    enum result result =
        roster == NULL ? NOT_FOUND : roster_provider_address(roster, work->arena, npi, &row);
    if (result == OK)
        result = roster_provider_get(roster, work->arena, npi, &person);
    if (result != OK)
        return result;
    struct text name =
        arena_format(work->arena, "%.*s %.*s", (int)person.first_name.size, person.first_name.data,
                     (int)person.last_name.size, person.last_name.data);
    *address = (struct lists_address){name, row.line_1, row.line_2, row.city, row.state, row.zip};
    return OK;
}

enum result lists_place(struct work *work, struct text npi, struct text *place)
{
    struct lists_address a = {.city = NO_TEXT};
    enum result result = lists_address(work, npi, &a);
    *place = TEXT("");
    if (result == OK)
        *place = text_cut(arena_format(work->arena, "%.*s, %.*s %.*s", (int)a.city.size,
                                       a.city.data, (int)a.state.size, a.state.data,
                                       a.zip.size > 5 ? 5 : (int)a.zip.size, a.zip.data),
                          120);
    return result == NOT_FOUND ? OK : result;
}

enum result lists_school(struct work *work, struct text state, struct text licence,
                         struct text *school)
{
    struct roster_licence_get_row *rows;
    struct db *roster = clerk_roster(work->clerk);
    size_t count = 0;
    *school = TEXT("");
    if (roster == NULL)
        return OK;
    enum result result = roster_licence_get(roster, work->arena, state,
                                            licence_key(work->arena, licence), &rows, &count);
    if (result == OK && count > 0)
        *school = text_cut(rows[0].school, 120);
    return result;
}

/* --- what he said | NPPES | board | LEIE --- */

struct evidence {
    struct work *work;
    const struct application *application;
    struct roster_provider_get_row provider;
    bool provider_found, nppes, board, leie; /* lists that are there */
    struct roster_licence_get_row *licences;
    size_t licence_count;
    struct record_evidence *rows;
    size_t count;
};

static struct text joined(struct evidence *e, struct text a, struct text b)
{
    return text_cut(arena_format(e->work->arena, "%.*s%s%.*s", (int)a.size, a.data,
                                 a.size > 0 && b.size > 0 ? " " : "", (int)b.size, b.data),
                    WORDS_MOST);
}

static void row_add(struct evidence *e, const char *fact, struct text said, struct text nppes,
                    struct text board, bool differs)
{
    e->rows[e->count++] = (struct record_evidence){.fact = text_of(fact),
                                                   .said = text_cut(said, WORDS_MOST),
                                                   .nppes = text_cut(nppes, WORDS_MOST),
                                                   .board = text_cut(board, WORDS_MOST),
                                                   .leie = TEXT(""),
                                                   .differs = differs};
}

static bool name_same(struct evidence *e, struct text first, struct text last)
{
    const struct application *a = e->application;
    return names_match(e->work->arena, a->first_name, first) &&
           names_match(e->work->arena, a->last_name, last);
}

static void row_name(struct evidence *e)
{
    const struct application *a = e->application;
    const struct roster_provider_get_row *p = &e->provider;
    struct text nppes = TEXT(""), board = TEXT("");
    bool differs = false;
    if (e->provider_found) {
        nppes = joined(e, p->first_name, p->last_name);
        if (p->other_last_name.size > 0)
            nppes = joined(e, nppes,
                           arena_format(e->work->arena, "(also %.*s)", (int)p->other_last_name.size,
                                        p->other_last_name.data));
        differs = !name_same(e, p->first_name, p->last_name) &&
                  !names_match(e->work->arena, a->last_name, p->other_last_name);
    }
    if (e->licence_count > 0) {
        const struct roster_licence_get_row *l = &e->licences[0];
        board = joined(e, l->first_name, l->last_name);
        if (l->former_name.size > 0)
            board = joined(e, board,
                           arena_format(e->work->arena, "(formerly %.*s)", (int)l->former_name.size,
                                        l->former_name.data));
        differs = differs || (!name_same(e, l->first_name, l->last_name) &&
                              !names_match(e->work->arena, a->last_name, l->former_name));
    }
    row_add(e, "Name", joined(e, a->first_name, a->last_name), nppes, board, differs);
}

static void row_npi(struct evidence *e)
{
    static const char *const kinds[] = {"", "physician", "another profession", "organisation",
                                        "deactivated"};
    struct text words = !e->nppes            ? TEXT("no list")
                        : !e->provider_found ? TEXT("not listed")
                        : e->provider.kind >= 1 && e->provider.kind <= 4
                            ? text_of(kinds[e->provider.kind])
                            : TEXT("");
    bool differs = e->nppes && (!e->provider_found || e->provider.kind != 1);
    if (e->provider_found && e->provider.deactivated.size > 0)
        words = joined(e, words, e->provider.deactivated);
    row_add(e, "NPI", e->application->npi, words, TEXT(""), differs);
}

/* The licence number this provider is registered with in the state, "" when none is. */
static struct text provider_licence(struct evidence *e)
{
    struct text rest = e->provider_found ? e->provider.taxonomies : TEXT(""), line;
    while (text_next(&rest, '\n', &line)) {
        struct text code, state, number;
        if (text_next(&line, '\t', &code) && text_next(&line, '\t', &state) &&
            text_next(&line, '\t', &number) && text_equal(state, e->application->state))
            return number;
    }
    return TEXT("");
}

static void rows_licence(struct evidence *e)
{
    struct arena *arena = e->work->arena;
    const struct application *a = e->application;
    struct text nppes = provider_licence(e), key = licence_key(arena, a->licence);
    bool same = nppes.size == 0 || text_equal(licence_key(arena, nppes), key);
    struct text none = e->board ? TEXT("not listed") : TEXT("no list");
    if (e->licence_count == 0) {
        row_add(e, "Licence", joined(e, a->state, a->licence), nppes, none, e->board || !same);
        return;
    }
    const struct roster_licence_get_row *l = &e->licences[0];
    struct text status = l->gone ? TEXT("no longer listed") : l->status;
    bool bad = l->gone != 0 || l->discipline.size > 0 || !text_is(l->status, "active");
    row_add(e, "Licence", joined(e, a->state, a->licence), nppes, l->number, !same);
    row_add(e, "Profession", a->specialty, TEXT(""), l->profession, l->physician == 0);
    row_add(e, "Status", TEXT(""), TEXT(""), joined(e, status, l->discipline), bad);
    row_add(e, "Issued, expires", TEXT(""), TEXT(""), joined(e, l->issued, l->expires), false);
    if (l->school.size > 0)
        row_add(e, "School", TEXT(""), TEXT(""),
                joined(e, l->school, arena_format(arena, "%lld", (long long)l->graduation_year)),
                false);
}

static enum result row_practice(struct evidence *e)
{
    struct text place;
    enum result result = lists_place(e->work, e->application->npi, &place);
    if (result == OK && place.size > 0)
        row_add(e, "Practice", TEXT(""), place, TEXT(""), false);
    return result;
}

/* By NPI it is he; by name and state it may be, and a person looks. */
static enum result row_excluded(struct evidence *e, struct db *roster)
{
    struct arena *arena = e->work->arena;
    const struct application *a = e->application;
    struct roster_exclusions_of_npi_row *sure;
    struct roster_exclusions_of_name_row *maybe;
    size_t sure_count = 0, maybe_count = 0;
    enum result result = roster_exclusions_of_npi(roster, arena, a->npi, &sure, &sure_count);
    if (result == OK)
        result = roster_exclusions_of_name(roster, arena,
                                           name_key(arena, a->first_name, a->last_name, false),
                                           a->state, &maybe, &maybe_count);
    if (result != OK)
        return result;
    row_add(e, "Excluded", TEXT(""), TEXT(""), TEXT(""), sure_count + maybe_count > 0);
    struct record_evidence *row = &e->rows[e->count - 1];
    row->leie = !e->leie ? TEXT("no list") : TEXT("not listed");
    if (sure_count > 0)
        row->leie = joined(e, sure[0].type, sure[0].excluded);
    else if (maybe_count > 0)
        row->leie = text_cut(arena_format(arena, "the same name in this state, born %.*s",
                                          maybe[0].born.size > 0 ? (int)maybe[0].born.size : 7,
                                          maybe[0].born.size > 0 ? maybe[0].born.data : "unknown"),
                             WORDS_MOST);
    return OK;
}

static enum result list_is(struct work *work, struct db *roster, struct text name, bool *there)
{
    struct roster_list_get_row row;
    enum result result = roster_list_get(roster, work->arena, name, &row);
    *there = result == OK;
    return result == NOT_FOUND ? OK : result;
}

static enum result evidence_read(struct evidence *e, struct db *roster)
{
    struct arena *arena = e->work->arena;
    const struct application *a = e->application;
    struct text board = arena_format(arena, "board:%.*s", (int)a->state.size, a->state.data);
    enum result result = list_is(e->work, roster, TEXT("nppes"), &e->nppes);
    if (result == OK)
        result = list_is(e->work, roster, TEXT("leie"), &e->leie);
    if (result == OK)
        result = list_is(e->work, roster, board, &e->board);
    if (result == OK)
        result = roster_licence_get(roster, arena, a->state, licence_key(arena, a->licence),
                                    &e->licences, &e->licence_count);
    if (result == OK)
        result = roster_provider_get(roster, arena, a->npi, &e->provider);
    e->provider_found = result == OK;
    return result == NOT_FOUND ? OK : result;
}

enum result lists_evidence(struct work *work, const struct application *application,
                           struct record_evidence **rows, size_t *count)
{
    struct evidence e = {.work = work, .application = application};
    struct db *roster = clerk_roster(work->clerk);
    enum result result = OK;
    e.rows = arena_array(work->arena, struct record_evidence, EVIDENCE_MOST);
    if (roster != NULL)
        result = evidence_read(&e, roster);
    if (result != OK)
        return result;
    row_name(&e);
    row_npi(&e);
    rows_licence(&e);
    if (roster != NULL)
        result = row_practice(&e);
    if (result == OK && roster != NULL)
        result = row_excluded(&e, roster);
    *rows = e.rows;
    *count = e.count;
    return result;
}
