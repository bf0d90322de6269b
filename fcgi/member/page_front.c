/* The front page: own topics, new, rising, rated, unanswered, solved. Pages of a list follow by
 * key, never by offset. */
#include "fcgi/member/page_front_filter.h"
#include "fcgi/member/page_question_votes.h"

#include <stdlib.h>

#include "core/clock.h"
#include "core/session.h"
#include "fcgi/guard.h"
#include "ranking/ranking.h"
#include "schema/board.h"
#include "schema/rank.h"

enum { SIDE_TOPICS = 24, LIVE_ROWS = 5, ROWS_AHEAD = FRONT_AHEAD };

const struct field fields_front[] = {
    {.name = "tab", .type = FIELD_LINE, .high = 20, .optional = true, .label = "The list"},
    {.name = "kind", .type = FIELD_LINE, .high = 20, .optional = true, .label = "The kind"},
    {.name = "state", .type = FIELD_LINE, .high = 20, .optional = true, .label = "The state"},
    {.name = "asked", .type = FIELD_LINE, .high = 20, .optional = true, .label = "By whom"},
    {.name = "by", .type = FIELD_LINE, .high = 20, .optional = true, .label = "The order"},
    PAGE_FIELD_BEFORE,
    {.name = NULL},
};

enum result page_followed(struct request *r, struct text *topics)
{
    const uint8_t *view_key;
    uint8_t tag[SESSION_TAG_SIZE];
    struct bytes plain;
    *topics = TEXT("");
    if (r->reader.role != BOARD_PHYSICIAN)
        return OK;
    enum result result = request_view_key(r, &view_key);
    if (result != OK)
        return result;
    session_topics_tag(tag, view_key);
    result = page_own(r, view_key, tag, &plain);
    if (result == OK && plain.size > 0)
        *topics = (struct text){(const char *)plain.data, plain.size};
    return result;
}

bool page_follows(struct text followed, struct text topic)
{
    struct text rest = followed;
    struct text name;
    while (text_next(&rest, ' ', &name))
        if (text_equal(name, topic))
            return true;
    return false;
}

/* The newest questions of all followed topics together, each once. At most TOPICS_FOLLOWED_MAX
 * short reads. */
static enum result yours_ids(struct request *r, struct text followed, int64_t before, int64_t *ids,
                             size_t *count)
{
    int64_t *all = arena_array(r->arena, int64_t, TOPICS_FOLLOWED_MAX * ROWS_AHEAD);
    size_t found = 0;
    struct text name;
    for (size_t t = 0; t < TOPICS_FOLLOWED_MAX && text_next(&followed, ' ', &name); t++) {
        struct board_topic_questions_row *rows;
        size_t row_count;
        enum result result = board_topic_questions(request_store(r, WEB_BOARD), r->arena, name,
                                                   before, ROWS_AHEAD, &rows, &row_count);
        if (result != OK)
            return result;
        for (size_t i = 0; i < row_count; i++)
            all[found++] = rows[i].question;
    }
    qsort(all, found, sizeof *all, front_newest_first);
    *count = 0;
    for (size_t i = 0; i < found && *count < ROWS_AHEAD; i++)
        if (i == 0 || all[i] != all[i - 1])
            ids[(*count)++] = all[i];
    return OK;
}

static enum result rising_ids(struct request *r, struct text followed, int64_t before, int64_t *ids,
                              size_t *count)
{
    struct db *rank = request_store(r, WEB_RANK);
    (void)followed;
    *count = 0;
    if (before == PAGE_BEFORE_ALL) {
        struct rank_rising_first_row *rows;
        enum result result = rank_rising_first(rank, r->arena, ROWS_AHEAD, &rows, count);
        for (size_t i = 0; result == OK && i < *count; i++)
            ids[i] = rows[i].question;
        return result;
    }
    struct rank_rising_below_row *rows;
    enum result result = rank_rising_below(rank, r->arena, before, ROWS_AHEAD, &rows, count);
    for (size_t i = 0; result == OK && i < *count; i++)
        ids[i] = rows[i].question;
    return result;
}

static enum result list_new(struct request *r, int64_t before, bool sponsored, struct view_front *v)
{
    struct board_threads_new_row *rows;
    size_t count;
    enum result result = board_threads_new(request_store(r, WEB_BOARD), r->arena, before, sponsored,
                                           ROWS_AHEAD, &rows, &count);
    for (size_t i = 0; result == OK && i < count && i < PAGE_ROWS; i++)
        v->rows[v->rows_count++] = page_thread_row(r, THREAD_FACTS(&rows[i]));
    v->next = result == OK && count > PAGE_ROWS ? rows[PAGE_ROWS - 1].question : 0;
    return result;
}

static enum result list_unanswered(struct request *r, int64_t before, bool sponsored,
                                   struct view_front *v)
{
    struct board_threads_unanswered_row *rows;
    size_t count;
    enum result result = board_threads_unanswered(request_store(r, WEB_BOARD), r->arena, before,
                                                  sponsored, ROWS_AHEAD, &rows, &count);
    for (size_t i = 0; result == OK && i < count && i < PAGE_ROWS; i++)
        v->rows[v->rows_count++] = page_thread_row(r, THREAD_FACTS(&rows[i]));
    v->next = result == OK && count > PAGE_ROWS ? rows[PAGE_ROWS - 1].question : 0;
    return result;
}

static enum result list_load(struct request *r, struct text followed,
                             const struct front_filter *filter, struct view_front *v)
{
    int64_t before = request_int(r, "before");
    v->rows = arena_array(r->arena, struct view_thread_row, PAGE_ROWS);
    if (text_is(v->tab, "unanswered"))
        return list_unanswered(r, before, !filter->members_alone, v);
    if (text_is(v->tab, "solved") || (text_is(v->tab, "new") && filter->narrowed))
        return front_list_of_states(r, filter, v);
    if (text_is(v->tab, "new"))
        return list_new(r, before, !filter->members_alone, v);
    front_ids *source = text_is(v->tab, "rising")  ? rising_ids
                        : text_is(v->tab, "rated") ? front_rated_ids
                                                   : yours_ids;
    return front_list_scanned(r, source, followed, filter, v);
}

enum result page_standing(struct request *r, int64_t member, struct view_standing *v)
{
    struct board_member_profile_row profile;
    struct board_totals_of_member_row received = {0};
    struct rank_member_band_row band = {0};
    struct db *board = request_store(r, WEB_BOARD);
    enum result result = board_member_profile(board, r->arena, member, &profile);
    bool figures = sight_member(r, member);
    if (result == OK && figures)
        result = board_totals_of_member(board, r->arena, member, r->now_ms, &received);
    if (result != OK)
        return result;
    result = rank_member_band(request_store(r, WEB_RANK), r->arena, member, &band);
    *v = (struct view_standing){
        .band = text_of(ranking_band_name(band.band)),
        .postings = profile.postings,
        .answers = profile.answers,
        .corroborations = received.corroborate,
        .score = figures ? arena_format(r->arena, "%.2f", band.score) : TEXT(""),
    };
    return result == NOT_FOUND ? OK : result;
}

/* Followed topics first, in the member's order, then those with most threads. */
static enum result side_topics(struct request *r, struct text followed, struct view_front *v)
{
    struct board_topics_popular_row *rows;
    size_t count;
    struct text rest = followed;
    struct text name;
    enum result result =
        board_topics_popular(request_store(r, WEB_BOARD), r->arena, SIDE_TOPICS, &rows, &count);
    if (result != OK)
        return result;
    v->topics = arena_array(r->arena, struct view_topic, SIDE_TOPICS);
    while (v->topics_count < SIDE_TOPICS && text_next(&rest, ' ', &name))
        v->topics[v->topics_count++] = (struct view_topic){.name = name, .followed = true};
    for (size_t i = 0; i < count && v->topics_count < SIDE_TOPICS; i++)
        if (!page_follows(followed, rows[i].name))
            v->topics[v->topics_count++] =
                (struct view_topic){.name = rows[i].name, .threads = rows[i].threads};
    return OK;
}

static enum result live_load(struct request *r, struct view_front *v)
{
    struct board_threads_live_row *rows;
    size_t count;
    enum result result = board_threads_live(request_store(r, WEB_BOARD), r->arena, r->now_ms,
                                            LIVE_ROWS, &rows, &count);
    v->live = arena_array(r->arena, struct view_live_row, LIVE_ROWS);
    for (size_t i = 0; result == OK && i < count; i++)
        v->live[v->live_count++] = (struct view_live_row){
            .id = rows[i].question,
            .title = rows[i].title,
            .answers = rows[i].answers,
            .until = clock_iso(r->arena, rows[i].live_until_ms),
            .until_words = page_time_of_day(r->arena, rows[i].live_until_ms),
        };
    return result;
}

static struct text tab_of(const struct request *r, struct text followed)
{
    static const char *const tabs[] = {"yours", "new", "rising", "rated", "unanswered", "solved"};
    struct text asked = request_text(r, "tab");
    for (size_t i = 0; i < sizeof tabs / sizeof tabs[0]; i++)
        if (text_is(asked, tabs[i]))
            return text_of(tabs[i]);
    return followed.size > 0 ? TEXT("yours") : TEXT("new");
}

enum result page_front(struct request *r, struct reply *out)
{
    struct view_front v = {.head = page_head(r, TEXT("Questions"))};
    struct text followed;
    enum result result = page_followed(r, &followed);
    if (result != OK)
        return result;
    v.tab = tab_of(r, followed);
    struct front_filter filter = front_filter_read(r, v.tab);
    result = list_load(r, followed, &filter, &v);
    front_chips(r, &filter, &v);
    if (result == OK)
        result = live_load(r, &v);
    if (result == OK)
        result = side_topics(r, followed, &v);
    if (result == OK)
        result = page_standing(r, r->reader.member, &v.standing);
    if (result != OK)
        return result;
    v.decline_form = TEXT("");
    if (r->reader.role == BOARD_PHYSICIAN) {
        v.decline_form = guard_form(r, out, "/q/:id/decline");
        result = page_sought(r, &v.sought, &v.sought_count);
    }
    if (result != OK)
        return result;
    return reply_view(r, out, front, &v);
}
