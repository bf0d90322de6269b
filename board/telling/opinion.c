#include "board/telling/telling.h"

#include "core/clock.h"
#include "core/conf.h"
#include "schema/board.h"
#include "schema/desk.h"

#include <stdlib.h>

/* Whose experience is sought. An asker may let the house ask colleagues: those who answered under
 * the same topics, whose answers were corroborated, or whose specialty is one of the topics. Within
 * a budget a member, so that the few who know most are not asked all the time. The asker never
 * learns who was asked, nor how many. */

enum {
    CANDIDATES_MOST = 4000,
    THREADS_LOOKED = 500, /* the latest of each topic */
    LOOKED_MOST = 200,    /* of the best, for budget and place */
    SPECIALTY_MOST = 500,
    SPECIALTY_SCORE = 6,
    ANSWER_SCORE = 2,
    CORROBORATED_MOST = 20, /* of one topic: many votes are no more experience */
};
#define WEEK_MS (7 * DAY_MS)

struct candidate {
    int64_t member, score;
    uint64_t turn; /* among equals, another one comes first for each question */
};
struct candidates {
    struct candidate *list;
    size_t count;
};

static void candidate_add(struct candidates *all, int64_t member, int64_t score)
{
    for (size_t i = 0; i < all->count; i++) {
        if (all->list[i].member != member)
            continue;
        all->list[i].score += score;
        return;
    }
    if (all->count < CANDIDATES_MOST)
        all->list[all->count++] = (struct candidate){.member = member, .score = score};
}

static enum result by_history(struct work *work, struct text topic, struct candidates *all)
{
    struct board_topic_answerers_row *rows;
    size_t count = 0;
    enum result result = board_topic_answerers(work->clerk->board, work->arena, topic,
                                               THREADS_LOOKED, &rows, &count);
    for (size_t i = 0; i < count && result == OK; i++) {
        int64_t corroborated =
            rows[i].corroborations < CORROBORATED_MOST ? rows[i].corroborations : CORROBORATED_MOST;
        candidate_add(all, rows[i].member, rows[i].answers * ANSWER_SCORE + corroborated);
    }
    return result;
}

/* "internal-medicine" is the specialty "internal medicine". */
static enum result by_specialty(struct work *work, struct text topic, struct candidates *all)
{
    struct desk_members_of_specialty_row *rows;
    char *name = arena_take(work->arena, topic.size + 1);
    size_t count = 0;
    for (size_t i = 0; i < topic.size; i++)
        name[i] = topic.data[i] == '-' ? ' ' : topic.data[i];
    enum result result =
        desk_members_of_specialty(work->clerk->desk, work->arena, (struct text){name, topic.size},
                                  0, SPECIALTY_MOST, &rows, &count);
    for (size_t i = 0; i < count && result == OK; i++)
        candidate_add(all, rows[i].id, SPECIALTY_SCORE);
    return result;
}

static int best_first(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return x->turn < y->turn ? -1 : x->turn > y->turn;
}

/* In his place, willing, and not asked too often already. */
static enum result may_be_asked(struct work *work, int64_t member, bool *may)
{
    struct desk_member_get_row row;
    struct desk_reader_get_row reader;
    struct desk_opinions_since_row asked = {0};
    struct db *desk = work->clerk->desk;
    *may = false;
    enum result result = desk_member_get(desk, work->arena, member, &row);
    if (result != OK || row.role != BOARD_PHYSICIAN || row.state != MEMBER_IN ||
        row.level < BOARD_LEVEL_OPEN)
        return result == NOT_FOUND ? OK : result;
    result = reader_find(work, member, &reader);
    if (result == OK)
        result =
            desk_opinions_since(desk, work->arena, member, work->clerk->now_ms - WEEK_MS, &asked);
    *may = result == OK && reader.opinions != 0 && asked.asked < conf_int("opinion.per_week");
    return result;
}

static enum result opinions_record(struct work *work, int64_t question,
                                   const struct candidates *all)
{
    int64_t wanted = conf_int("opinion.members"), asked = 0;
    enum result result = OK;
    for (size_t i = 0; i < all->count && i < LOOKED_MOST && asked < wanted && result == OK; i++) {
        struct event event = {.kind = EVENT_OPINION_SOUGHT};
        bool may = all->list[i].member != work->actor.member;
        if (may)
            result = may_be_asked(work, all->list[i].member, &may);
        if (result != OK || !may)
            continue;
        event.opinion_sought =
            (struct event_opinion_sought){.question = question, .member = all->list[i].member};
        result = clerk_record(work->clerk, &event, NULL, 0);
        asked++;
    }
    return result;
}

enum result opinions_seek(struct work *work, int64_t question, struct text topics)
{
    struct candidates all = {arena_array(work->arena, struct candidate, CANDIDATES_MOST), 0};
    struct text topic;
    enum result result = OK;
    while (result == OK && text_next(&topics, ' ', &topic)) {
        result = by_history(work, topic, &all);
        if (result == OK)
            result = by_specialty(work, topic, &all);
    }
    for (size_t i = 0; i < all.count; i++) {
        uint64_t mixed = (uint64_t)all.list[i].member * 31 + (uint64_t)question;
        all.list[i].turn = (mixed ^ mixed >> 15) * 0x9e3779b97f4a7c15u;
    }
    qsort(all.list, all.count, sizeof(*all.list), best_first);
    return result == OK ? opinions_record(work, question, &all) : result;
}

enum result opinion_decline_run(struct work *work)
{
    struct desk_opinion_get_row row;
    int64_t question = work->command->opinion_decline.question;
    struct event event = {.kind = EVENT_OPINION_DECLINED};
    enum result result =
        desk_opinion_get(work->clerk->desk, work->arena, question, work->actor.member, &row);
    if (result != OK || row.declined != 0)
        return result;
    event.opinion_declined =
        (struct event_opinion_declined){.question = question, .member = work->actor.member};
    return clerk_record(work->clerk, &event, NULL, 0);
}
