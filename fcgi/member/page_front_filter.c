#include "fcgi/member/page_front_filter.h"

#include <stdlib.h>

#include "schema/board.h"

#define ASKED_MEMBERS "members"
enum { SCAN_ROUNDS = 10, STATES = 3, MEAN_ABOVE_ALL = RATING_MAX * 100 + 1 };

static const struct {
    const char *name, *words;
    int64_t kind;
} kinds[] = {{"question", "Questions", POSTING_QUESTION},
             {"case", "Cases", POSTING_CASE},
             {"observation", "Observations", POSTING_OBSERVATION}};

static const struct {
    const char *name, *words;
    int64_t first, last; /* of enum thread_solved */
} states[] = {{"unsolved", "Unsolved", THREAD_UNSOLVED, THREAD_UNSOLVED},
              {"solved", "Solved", THREAD_SOLVED, THREAD_STUDY},
              {"study", "Case studies", THREAD_STUDY, THREAD_STUDY}};

/* Observations are neither solved nor unsolved: a state leaves them out. */
struct front_filter front_filter_read(const struct request *r, struct text tab)
{
    struct text kind = request_text(r, "kind"), state = request_text(r, "state");
    struct front_filter filter = {.kind = TEXT(""), .state = TEXT("")};
    int64_t first = THREAD_UNSOLVED, last = THREAD_STUDY;
    bool solved_tab = text_is(tab, "solved");
    if (solved_tab && !text_is(state, "study"))
        state = TEXT("solved");
    filter.by =
        text_is(request_text(r, "by"), "importance") ? TEXT("importance") : TEXT("relevance");
    for (size_t i = 0; i < STATES; i++) {
        if (!text_is(state, states[i].name))
            continue;
        filter.state = text_of(states[i].name);
        first = states[i].first;
        last = states[i].last;
    }
    for (size_t i = 0; i < STATES; i++) {
        if (text_is(kind, kinds[i].name))
            filter.kind = text_of(kinds[i].name);
    }
    for (size_t i = 0; i < STATES; i++) {
        bool wanted = filter.kind.size == 0 || text_is(filter.kind, kinds[i].name);
        if (wanted && (filter.state.size == 0 || kinds[i].kind != POSTING_OBSERVATION))
            filter.kinds[filter.kind_count++] = kinds[i].kind;
    }
    for (int64_t solved = first; solved <= last; solved++)
        filter.states[filter.state_count++] = solved;
    filter.members_alone = text_is(request_text(r, "asked"), ASKED_MEMBERS);
    filter.narrowed = filter.kind.size > 0 || (filter.state.size > 0 && !solved_tab);
    return filter;
}

static bool listed(const int64_t *list, size_t count, int64_t number)
{
    for (size_t i = 0; i < count; i++)
        if (list[i] == number)
            return true;
    return false;
}

/* One more row, if it fits and is still there. */
static enum result row_add(struct request *r, int64_t id, const struct front_filter *filter,
                           struct view_front *v)
{
    struct board_thread_get_row row;
    enum result result = board_thread_get(request_store(r, WEB_BOARD), r->arena, id, &row);
    if (result != OK)
        return result == NOT_FOUND ? OK : result;
    if (filter->members_alone && row.member == 0)
        return OK;
    if (filter->kind.size + filter->state.size == 0 ||
        (listed(filter->kinds, filter->kind_count, row.kind) &&
         listed(filter->states, filter->state_count, row.solved)))
        v->rows[v->rows_count++] = page_thread_row(r, THREAD_FACTS(&row));
    return OK;
}

enum result front_list_scanned(struct request *r, front_ids *source, struct text followed,
                               const struct front_filter *filter, struct view_front *v)
{
    int64_t ids[FRONT_AHEAD], before = request_int(r, "before");
    size_t count = FRONT_AHEAD, at = 0;
    enum result result = OK;
    for (int round = 0;
         round < SCAN_ROUNDS && count == FRONT_AHEAD && v->rows_count < PAGE_ROWS && result == OK;
         round++) {
        result = source(r, followed, before, ids, &count);
        for (at = 0; at < count && at < PAGE_ROWS && v->rows_count < PAGE_ROWS && result == OK;
             at++) {
            before = ids[at];
            result = row_add(r, ids[at], filter, v);
        }
    }
    v->next = at < count ? before : 0;
    return result;
}

int front_newest_first(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return x < y ? 1 : x > y ? -1 : 0;
}

enum result front_list_of_states(struct request *r, const struct front_filter *filter,
                                 struct view_front *v)
{
    int64_t ids[STATES * STATES * FRONT_AHEAD];
    size_t count = 0;
    enum result result = OK;
    for (size_t k = 0; k < filter->kind_count; k++) {
        for (size_t s = 0; s < filter->state_count && result == OK; s++) {
            struct board_threads_of_state_row *rows;
            size_t found = 0;
            result = board_threads_of_state(request_store(r, WEB_BOARD), r->arena, filter->kinds[k],
                                            filter->states[s], request_int(r, "before"),
                                            FRONT_AHEAD, &rows, &found);
            for (size_t i = 0; i < found && result == OK; i++)
                ids[count++] = rows[i].question;
        }
    }
    qsort(ids, count, sizeof *ids, front_newest_first);
    for (size_t i = 0; i < count && i < PAGE_ROWS && result == OK; i++)
        result = row_add(r, ids[i], filter, v);
    v->next = count > PAGE_ROWS ? ids[PAGE_ROWS - 1] : 0;
    return result;
}

enum result front_rated_ids(struct request *r, struct text followed, int64_t before, int64_t *ids,
                            size_t *count)
{
    struct db *board = request_store(r, WEB_BOARD);
    struct board_rating_get_row last = {.relevance = MEAN_ABOVE_ALL, .importance = MEAN_ABOVE_ALL};
    bool importance = text_is(request_text(r, "by"), "importance");
    struct board_threads_by_importance_row *important;
    struct board_threads_by_relevance_row *relevant;
    enum result result = OK;
    (void)followed;
    *count = 0;
    if (before != PAGE_BEFORE_ALL)
        result = board_rating_get(board, r->arena, before, &last);
    if (result != OK)
        return result == NOT_FOUND ? OK : result;
    result = importance ? board_threads_by_importance(board, r->arena, last.importance, before,
                                                      FRONT_AHEAD, &important, count)
                        : board_threads_by_relevance(board, r->arena, last.relevance, before,
                                                     FRONT_AHEAD, &relevant, count);
    for (size_t i = 0; result == OK && i < *count; i++)
        ids[i] = importance ? important[i].question : relevant[i].question;
    return result;
}

/* ---- links ---- */

struct linked {
    struct text tab, kind, state, by;
};

static struct text link_asked(struct request *r, struct linked to, bool members_alone)
{
    struct buf out;
    buf_open(&out, r->arena, 80);
    buf_format(&out, "/?tab=%.*s", (int)to.tab.size, to.tab.data);
    if (to.kind.size > 0)
        buf_format(&out, "&kind=%.*s", (int)to.kind.size, to.kind.data);
    if (to.state.size > 0)
        buf_format(&out, "&state=%.*s", (int)to.state.size, to.state.data);
    if (to.by.size > 0)
        buf_format(&out, "&by=%.*s", (int)to.by.size, to.by.data);
    if (members_alone)
        buf_format(&out, "&asked=" ASKED_MEMBERS);
    return buf_done(&out);
}

/* With or without sponsors' questions as it is now. */
static struct text link_to(struct request *r, struct text tab, struct text kind, struct text state,
                           struct text by)
{
    bool alone = text_is(request_text(r, "asked"), ASKED_MEMBERS);
    return link_asked(r, (struct linked){tab, kind, state, by}, alone);
}

static void chip_add(struct view_chip *chips, size_t *count, const char *words, struct text link,
                     bool chosen)
{
    chips[(*count)++] = (struct view_chip){text_of(words), link, chosen};
}

/* Only where there is something to leave out, or it is left out. */
static void asked_chips(struct request *r, const struct front_filter *filter, struct view_front *v)
{
    struct linked to = {v->tab, v->kind, v->state, text_is(v->tab, "rated") ? v->by : TEXT("")};
    bool any = filter->members_alone;
    for (size_t i = 0; i < v->rows_count; i++)
        any = any || v->rows[i].sponsor.size > 0;
    v->asked = arena_array(r->arena, struct view_chip, 2);
    if (!any)
        return;
    chip_add(v->asked, &v->asked_count, "With sponsored", link_asked(r, to, false),
             !filter->members_alone);
    chip_add(v->asked, &v->asked_count, "Colleagues’ questions alone", link_asked(r, to, true),
             filter->members_alone);
}

void front_chips(struct request *r, const struct front_filter *filter, struct view_front *v)
{
    bool rated = text_is(v->tab, "rated"), solved = text_is(v->tab, "solved");
    struct text by = rated ? filter->by : TEXT(""), none = TEXT("");
    v->kind = filter->kind;
    v->state = solved && text_is(filter->state, "solved") ? none : filter->state;
    v->by = filter->by;
    v->narrowed = filter->narrowed || (solved && v->state.size > 0);
    v->all = link_to(r, v->tab, none, none, by);
    v->older = link_to(r, v->tab, v->kind, v->state, by);
    if (v->next > 0)
        v->older = arena_format(r->arena, "%.*s&before=%lld", (int)v->older.size, v->older.data,
                                (long long)v->next);
    v->kinds = arena_array(r->arena, struct view_chip, STATES + 1);
    v->states = arena_array(r->arena, struct view_chip, STATES + 1);
    v->scales = arena_array(r->arena, struct view_chip, 2);
    asked_chips(r, filter, v);
    if (text_is(v->tab, "unanswered"))
        return;
    chip_add(v->kinds, &v->kinds_count, "All kinds", link_to(r, v->tab, none, v->state, by),
             v->kind.size == 0);
    for (size_t i = 0; i < STATES; i++)
        chip_add(v->kinds, &v->kinds_count, kinds[i].words,
                 link_to(r, v->tab, text_of(kinds[i].name), v->state, by),
                 text_is(v->kind, kinds[i].name));
    chip_add(v->states, &v->states_count, solved ? "All solved" : "Any state",
             link_to(r, v->tab, v->kind, none, by), v->state.size == 0);
    for (size_t i = solved ? STATES - 1 : 0; i < STATES; i++)
        chip_add(v->states, &v->states_count, states[i].words,
                 link_to(r, v->tab, v->kind, text_of(states[i].name), by),
                 text_is(v->state, states[i].name));
    if (!rated)
        return;
    chip_add(v->scales, &v->scales_count, "By relevance",
             link_to(r, v->tab, v->kind, v->state, TEXT("relevance")), text_is(by, "relevance"));
    chip_add(v->scales, &v->scales_count, "By importance",
             link_to(r, v->tab, v->kind, v->state, TEXT("importance")), text_is(by, "importance"));
}
