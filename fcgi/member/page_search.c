/* Search: whole questions or a few words; the best threads first, each with the words that were
 * found, and beside them what the results can be narrowed to. Whatever was not taken as it was
 * typed is said, with a way back. */
#include "fcgi/page/page_parts.h"

#include <string.h>
#include <strings.h>

#include "fcgi/guard.h"

enum { SAVED_QUERY_MAX = 400 };
enum { PIECES_MAX = 60, FACETS_SHOWN = 12, SHOWN = 15, SHOWN_MORE = SEARCH_HITS_MAX };

const struct field fields_search[] = {
    {.name = "q",
     .type = FIELD_LINE,
     .high = SEARCH_QUERY_SIZE_MAX,
     .optional = true,
     .label = "The search"},
    {.name = "most",
     .type = FIELD_INT,
     .low = 1,
     .high = SEARCH_HITS_MAX,
     .optional = true,
     .fallback = SHOWN,
     .label = "The number of rows"},
    {.name = "exact",
     .type = FIELD_INT,
     .low = 0,
     .high = 1,
     .optional = true,
     .label = "Whether words are taken as typed"},
    {.name = NULL},
};

/* The snippet comes with bytes 2 and 3 around what was found. */
static void pieces_of(struct arena *arena, struct text snippet, struct view_piece **pieces,
                      size_t *count)
{
    struct view_piece *list = arena_array(arena, struct view_piece, PIECES_MAX);
    bool found = false;
    size_t from = 0;
    *count = 0;
    for (size_t i = 0; i <= snippet.size && *count < PIECES_MAX; i++) {
        if (i < snippet.size && snippet.data[i] != 2 && snippet.data[i] != 3)
            continue;
        if (i > from)
            list[(*count)++] = (struct view_piece){{snippet.data + from, i - from}, found};
        found = i < snippet.size && snippet.data[i] == 2;
        from = i + 1;
    }
    *pieces = list;
}

/* What is beside the results: each leads to the same search with it chosen, or without. */
static void facets_show(struct request *r, struct text query, const char *filter, const char *title,
                        const struct search_facet *facets, size_t count, struct view_search *v)
{
    struct view_facets *shown = &v->facets[v->facets_count];
    const struct text chosen = search_filter(r->arena, query, filter);
    if (count == 0 || (count == 1 && chosen.data == NULL))
        return;
    *shown = (struct view_facets){.title = text_of(title)};
    shown->rows = arena_array(r->arena, struct view_facet, FACETS_SHOWN);
    for (size_t i = 0; i < count && shown->rows_count < FACETS_SHOWN; i++) {
        const bool is = text_equal(chosen, facets[i].name);
        shown->rows[shown->rows_count++] = (struct view_facet){
            .name = facets[i].name,
            .count = facets[i].count,
            .query = search_refine(r->arena, query, filter, is ? NO_TEXT : facets[i].name),
            .chosen = is};
    }
    v->facets_count++;
}

static void chosen_show(struct request *r, struct text query, struct view_search *v)
{
    static const char *const filters[] = {"topic", "state", "kind", "author", "since"};
    v->chosen = arena_array(r->arena, struct view_facet, 5);
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        const struct text value = search_filter(r->arena, query, filters[i]);
        if (value.data == NULL)
            continue;
        v->chosen[v->chosen_count++] = (struct view_facet){
            .name = arena_format(r->arena, "%s: %.*s", filters[i], (int)value.size, value.data),
            .query = search_refine(r->arena, query, filters[i], NO_TEXT),
            .chosen = true};
    }
}

/* `query` with the abbreviation written out as this. */
static struct text written_out(struct request *r, struct text query, struct text word,
                               struct text meaning)
{
    for (size_t at = 0; at + word.size <= query.size; at++) {
        const bool begins = at == 0 || query.data[at - 1] == ' ';
        const bool ends = at + word.size == query.size || query.data[at + word.size] == ' ';
        if (begins && ends && strncasecmp(query.data + at, word.data, word.size) == 0)
            return arena_format(r->arena, "%.*s%.*s%.*s", (int)at, query.data, (int)meaning.size,
                                meaning.data, (int)(query.size - at - word.size),
                                query.data + at + word.size);
    }
    return meaning;
}

static void readings_show(struct request *r, const struct search_answer *answer,
                          struct view_search *v)
{
    v->readings = arena_array(r->arena, struct view_meaning, SEARCH_READINGS_MAX);
    for (size_t i = 0; i < answer->reading_count; i++) {
        const struct search_reading *from = &answer->readings[i];
        struct view_meaning *to = &v->readings[v->readings_count++];
        *to = (struct view_meaning){.word = from->word, .meaning = from->meaning};
        to->others = arena_array(r->arena, struct view_facet, SEARCH_OTHERS_MAX);
        for (size_t j = 0; j < from->other_count; j++)
            to->others[to->others_count++] =
                (struct view_facet){.name = from->others[j],
                                    .query = written_out(r, v->query, from->word, from->others[j])};
    }
}

/* Whoever reads what members wrote may be told of more. */
static void save_show(struct request *r, struct reply *out, struct view_search *v)
{
    bool may = r->reader.role == BOARD_PHYSICIAN && v->query.size <= SAVED_QUERY_MAX;
    v->save_form = may ? guard_form(r, out, "/search/save") : TEXT("");
    v->request = guard_request_id(r);
}

enum result page_search(struct request *r, struct reply *out)
{
    struct text query = request_text(r, "q");
    size_t most = (size_t)request_int(r, "most");
    struct search_answer *answer = arena_new(r->arena, struct search_answer);
    struct view_search v = {.head = page_head(r, query.size > 0 ? query : TEXT("Search"))};
    v.query = query;
    v.head.query = query;
    v.exact = request_int(r, "exact") == 1;
    size_t asked = most < SEARCH_HITS_MAX ? most + 1 : most;
    enum result result =
        search_answer(page_search_handle(r), r->arena, query, asked, v.exact, answer);
    if (result != OK)
        return result;
    v.rows = arena_array(r->arena, struct view_thread_row, most);
    for (size_t i = 0; i < answer->count && i < most; i++) {
        struct view_thread_row *row = &v.rows[v.rows_count++];
        *row = page_thread_row(r, THREAD_FACTS(&answer->hits[i]));
        pieces_of(r->arena, answer->hits[i].snippet, &row->snippet, &row->snippet_count);
    }
    v.total = (int64_t)v.rows_count;
    v.next = answer->count > most ? SHOWN_MORE : 0;
    v.matches = (int64_t)answer->matches;
    v.repaired = answer->repaired;
    v.loosened = answer->loosened;
    v.facets = arena_array(r->arena, struct view_facets, 3);
    facets_show(r, query, "topic", "Topics", answer->topics, answer->topic_count, &v);
    facets_show(r, query, "state", "State", answer->states, answer->state_count, &v);
    facets_show(r, query, "kind", "Kind", answer->kinds, answer->kind_count, &v);
    chosen_show(r, query, &v);
    readings_show(r, answer, &v);
    save_show(r, out, &v);
    return reply_view(r, out, search, &v);
}
