#include "ranking/world_inside.h"
#include <assert.h>
#include <math.h>
#include <stdlib.h>

/* What a day brings: questions, the answers that are ready, votes that were planned, and votes on
 * what is read. */

enum { READ_DAYS = 10, READ_TRIES = 12, TRADED = 5, REVENGES = 4, FRIENDS_JOIN = 2 };
enum { CAMPAIGN_VOTES = 3, RECENT_DAYS = 3 };
#define SAME_FIELD 30.0     /* so much more often one answers in the own field */
#define READ_ELSEWHERE 0.12 /* of what is read in the own one */
#define VOTES_TRIED 1.9     /* votes thought of for one cast */
#define AIM 1.003           /* of the votes asked for: the last ones are left out */
#define CATCH_UP 2.0        /* of the usual number, at most */
#define NAMES_PRODUCT 0.12
#define TRICKY 0.12
#define CAMPAIGN_A_DAY 0.15 /* answers a campaigner writes beside his others */
#define POT_OF_PRODUCT 0.35
#define POT 0.12

static double within(double x, double low, double high)
{
    return fmin(high, fmax(low, x));
}

static bool has_turned(const struct world_member *member, double at)
{
    return at >= member->turns;
}

/* --- answers --- */

static bool is_crooked(const struct world_member *member, const struct world_answer *answer)
{
    if (!has_turned(member, answer->day))
        return false;
    if (member->type == WORLD_SHILL || member->type == WORLD_CAMPAIGNER)
        return answer->product == member->sponsor && answer->quality < 0.5f;
    if (member->type == WORLD_TRADER || member->type == WORLD_AVENGER)
        return answer->quality < 0.5f;
    return true;
}

/* Put an answer that will be ready at `day` among what is coming. */
static void answer_begin(struct world *world, struct world_answer answer, bool is_campaign)
{
    const struct world_member *member = &world->member[answer.author];
    double skill = member->skill[answer.field];
    double quality = 0.05 + 0.9 * skill - 0.25 * ((double)answer.difficulty - 0.5) +
                     world_draw_normal(world, 0, 0.13);
    if (world_draw(world) < NAMES_PRODUCT)
        answer.product = 1 + world_draw_below(world, world->sponsors);
    bool turned = has_turned(member, answer.day);
    if (member->type == WORLD_LAZY)
        quality = world_draw_normal(world, 0.33, 0.15);
    else if ((member->type == WORLD_RING || member->type == WORLD_SYBIL) && turned)
        quality = world_draw_normal(world, 0.36, 0.15);
    else if (member->type == WORLD_CONTRARIAN)
        quality -= 0.1;
    else if (member->sponsor > 0 && turned && (is_campaign || world_draw(world) < 0.6)) {
        answer.product = member->sponsor;
        quality -= 0.2;
    }
    answer.quality = (float)within(quality, 0, 1);
    answer.last_vote = -1;
    answer.crooked = is_crooked(member, &answer);
    answer.has_pot = world_draw(world) < (answer.product ? POT_OF_PRODUCT : POT);
    if (answer.day < world->preset.days)
        LIST_ADD(world->coming[(int)answer.day], answer);
}

/* Of the own field, thirty times as often as of another. */
static int32_t author_draw(struct world *world, int field)
{
    double sum[WORLD_FIELDS], all = 0;
    for (int i = 0; i < WORLD_FIELDS; i++) {
        const struct world_queue *queue = &world->authors[i];
        sum[i] = queue->here ? queue->sum[queue->here - 1] * (i == field ? SAME_FIELD : 1) : 0;
        all += sum[i];
    }
    double at = world_draw(world) * all;
    int i = 0;
    while (i < WORLD_FIELDS - 1 && at >= sum[i])
        at -= sum[i++];
    return world_draw_member(world, &world->authors[i]);
}

static void question_ask(struct world *world)
{
    enum { AUTHORS_MAX = 16 };
    int32_t authors[AUTHORS_MAX];
    int count = 0;
    struct world_answer answer = {.field = (uint8_t)world_draw_below(world, WORLD_FIELDS)};
    answer.question = world->questions++;
    answer.difficulty = (float)world_draw(world);
    answer.tricky = world_draw(world) < TRICKY;
    double asked = world->day + world_draw(world);
    int32_t wanted = 1 + world_draw_count(world, world->preset.answers);
    for (int32_t i = 0; i < wanted && count < AUTHORS_MAX; i++) {
        int32_t author = author_draw(world, answer.field);
        bool is_new = author >= 0;
        for (int j = 0; j < count; j++)
            is_new = is_new && authors[j] != author;
        if (is_new)
            authors[count++] = author;
    }
    for (int i = 0; i < count; i++) {
        answer.author = authors[i];
        answer.day = asked + world_draw_wait(world, 1.2);
        answer_begin(world, answer, false);
    }
}

/* Small answers that name the product, to whatever is being discussed. */
static void campaign_day(struct world *world)
{
    int32_t first = world->first_of[WORLD_CAMPAIGNER], all = world->count_of[WORLD_CAMPAIGNER];
    int32_t from = world->answers.count;
    while (from > 0 && world->answers.at[from - 1].day > world->day - RECENT_DAYS)
        from--;
    int32_t recent = world->answers.count - from;
    int32_t count = recent > 0 ? world_draw_count(world, CAMPAIGN_A_DAY * all) : 0;
    for (int32_t i = 0; i < count; i++) {
        int32_t author = first + world_draw_below(world, all);
        const struct world_answer *other =
            &world->answers.at[from + world_draw_below(world, recent)];
        struct world_answer answer = {.question = other->question,
                                      .field = other->field,
                                      .difficulty = other->difficulty,
                                      .tricky = other->tricky,
                                      .author = author,
                                      .day = world->day + world_draw(world)};
        const struct world_member *member = &world->member[author];
        if (member->joined <= world->day && has_turned(member, answer.day))
            answer_begin(world, answer, true);
    }
}

/* --- votes that are planned --- */

static void plan(struct world *world, double at, int32_t voter, int32_t answer, int8_t value)
{
    if (at >= world->preset.days || at < world->member[voter].joined)
        return;
    LIST_ADD(world->plans[(int)at], ((struct world_plan){at, voter, answer, value}));
    /* What hides it: votes on what others wrote. */
    double hides = world->member[voter].type == WORLD_RING    ? world->preset.camouflage
                   : world->member[voter].type == WORLD_SYBIL ? 1
                                                              : 0;
    for (int32_t i = hides > 0 ? world_draw_count(world, hides) : 0; i > 0; i--)
        LIST_ADD(world->plans[(int)at], ((struct world_plan){fmax(world->member[voter].joined,
                                                                  floor(at) + world_draw(world)),
                                                             voter, -1, 0}));
}

static void plan_ring(struct world *world, const struct world_answer *answer, int32_t number)
{
    const struct world_member *author = &world->member[answer->author];
    for (int32_t i = 0; i < author->group_count; i++) {
        int32_t mate = author->group_first + i;
        if (mate == answer->author || world_draw(world) >= world->preset.mate_share)
            continue;
        plan(world, answer->day + world_draw_wait(world, world->preset.lag_days), mate, number, 1);
        for (int32_t rival = number - 1; rival >= world->window; rival--) {
            const struct world_answer *other = &world->answers.at[rival];
            if (other->question == answer->question &&
                world->member[other->author].group_first != author->group_first &&
                world_draw(world) < world->preset.rival_share)
                plan(world, answer->day + world_draw_wait(world, 0.6), mate, rival, -1);
            if (number - rival > RIVALS_SEEN)
                break;
        }
    }
}

/* Some of a group, whoever they are. */
static void plan_some(struct world *world, const struct world_member *of, int32_t number, int count,
                      double lag)
{
    const struct world_answer *answer = &world->answers.at[number];
    for (int i = 0; i < count && of->group_count > 1; i++) {
        int32_t mate = of->group_first + world_draw_below(world, of->group_count);
        if (mate != answer->author)
            plan(world, answer->day + world_draw_wait(world, lag), mate, number, 1);
    }
}

static void plan_for(struct world *world, int32_t number)
{
    const struct world_answer *answer = &world->answers.at[number];
    const struct world_member *author = &world->member[answer->author];
    bool turned = has_turned(author, answer->day);
    if (author->type == WORLD_RING && turned)
        plan_ring(world, answer, number);
    if (author->type == WORLD_TRADER && turned)
        plan_some(world, author, number, TRADED, 1);
    if (author->type == WORLD_CAMPAIGNER && turned && answer->product == author->sponsor)
        plan_some(world, author, number, CAMPAIGN_VOTES, 1);
    for (int32_t i = author->sybil; i >= 0; i = world->member[i].next)
        if (turned && world_draw(world) < 0.85)
            plan(world, answer->day + world_draw_wait(world, 0.5), i, number, 1);
    if (answer->product == 0 || world->count_of[WORLD_SHILL] == 0)
        return;
    int64_t shills = world->count_of[WORLD_SHILL], sponsors = world->sponsors;
    int32_t at = (int32_t)(((answer->product - 1) * shills + sponsors - 1) / sponsors);
    const struct world_member *any = &world->member[world->first_of[WORLD_SHILL] + at];
    if (at >= shills || any->sponsor != answer->product)
        return;
    for (int32_t i = 0; i < any->group_count; i++)
        if (has_turned(&world->member[any->group_first + i], answer->day) &&
            world_draw(world) < 0.6)
            plan(world, answer->day + world_draw_wait(world, 1), any->group_first + i, number, 1);
}

/* An avenger and some of his friends look for what his critic wrote. */
static void plan_revenge(struct world *world, const struct world_member *avenger, int32_t critic,
                         double at)
{
    for (int who = 0; who <= FRIENDS_JOIN; who++) {
        int32_t mate = who == 0
                           ? (int32_t)(avenger - world->member)
                           : avenger->group_first + world_draw_below(world, avenger->group_count);
        int32_t number = world->member[critic].last_answer;
        for (int i = 0; i < REVENGES && number >= world->window; i++) {
            plan(world, floor(at) + 1 + world_draw_wait(world, 0.7), mate, number, -1);
            number = world->answers.at[number].before;
        }
    }
}

/* --- votes on what is read --- */

static int net_of(const struct world_answer *answer)
{
    return answer->ups - answer->downs;
}

/* What he makes of it, from what he knows: 1, -1, or 0 for nothing. */
static int8_t honest_vote(struct world *world, const struct world_member *member,
                          const struct world_answer *answer, bool sees)
{
    double skill = member->skill[answer->field], quality = answer->quality;
    if (answer->tricky && skill < 0.62)
        quality = 1 - quality;
    double noise = 0.08 + 0.35 * (1 - skill) * (0.7 + 0.6 * (double)answer->difficulty);
    double seen = quality + world_draw_normal(world, 0, noise) +
                  (sees ? 0.03 * within(net_of(answer), -3, 3) : 0);
    if (fabs(seen - 0.5) < 0.05 && world_draw(world) < 0.5)
        return 0;
    return seen > 0.5 ? 1 : world_draw(world) < 0.6 ? -1 : 0;
}

static int8_t herd_vote(const struct world_answer *answer)
{
    return net_of(answer) >= 0 ? 1 : -1;
}

struct opinion {
    int8_t value;
    bool crooked, looked;
};

static struct opinion vote_of(struct world *world, int32_t voter, const struct world_answer *answer,
                              double at)
{
    const struct world_member *member = &world->member[voter];
    bool open = world->preset.is_open, looked = world_draw(world) < world->preset.looks;
    bool turned = has_turned(member, at), follows = voter % 20 < 13;
    if (turned && member->type == WORLD_LAZY)
        return follows ? (struct opinion){herd_vote(answer), true, true}
                       : (struct opinion){1, true, false};
    if (turned && member->type == WORLD_RING && world_draw(world) < 0.5)
        return (struct opinion){herd_vote(answer), true, true};
    if (turned && member->type == WORLD_SYBIL)
        return (struct opinion){1, true, false};
    if (turned && member->sponsor > 0 && answer->product == member->sponsor)
        return (struct opinion){1, true, false};
    if (member->type == WORLD_CONTRARIAN && abs(net_of(answer)) >= 2 && world_draw(world) < 0.8)
        return (struct opinion){(int8_t)-herd_vote(answer), false, true};
    return (struct opinion){honest_vote(world, member, answer, open || looked),
                            turned && member->type == WORLD_RING, looked};
}

static bool has_voted(const struct world *world, const struct world_answer *answer, int32_t voter)
{
    int32_t at = answer->last_vote;
    while (at >= 0 && world->casts.at[at].voter != voter)
        at = world->casts.at[at].before;
    return at >= 0;
}

static void cast(struct world *world, double at, int32_t voter, int32_t number,
                 struct opinion opinion)
{
    struct world_answer *answer = &world->answers.at[number];
    const struct world_member *author = &world->member[answer->author];
    if (opinion.value == 0 || answer->author == voter || has_voted(world, answer, voter))
        return;
    if (world->wanted > 0 && world->casts.count == world->wanted)
        return;
    double skill = world->member[voter].skill[answer->field];
    int patients = opinion.crooked ? 3 : (int)(4 * skill * world_draw(world));
    LIST_ADD(world->casts, ((struct world_cast){voter, answer->last_vote, opinion.crooked}));
    answer->last_vote = world->casts.count - 1;
    *(opinion.value > 0 ? &answer->ups : &answer->downs) += 1;
    LIST_ADD(world->events,
             ((struct world_event){.day = at,
                                   .kind = WORLD_VOTE,
                                   .answer = number,
                                   .voter = voter,
                                   .value = opinion.value,
                                   .patients = (uint8_t)patients,
                                   .informed = opinion.looked && !world->preset.is_open}));
    if (opinion.value < 0 && author->type == WORLD_AVENGER && !opinion.crooked)
        plan_revenge(world, author, voter, at);
}

/* Something recent, of his own field rather than another, and popular rather than not. */
static void read_and_vote(struct world *world, double at, int32_t voter, int32_t end)
{
    const struct world_member *member = &world->member[voter];
    for (int i = 0; i < READ_TRIES && end > world->window; i++) {
        int32_t number = world->window + world_draw_below(world, end - world->window);
        const struct world_answer *answer = &world->answers.at[number];
        if (answer->day > at || answer->author == voter)
            continue;
        double popular = world->preset.is_open ? within(net_of(answer), 0, 8) / 8 : 0;
        double least = member->type == WORLD_LAZY ? 0.25 : 0.7;
        double read = exp(-(at - answer->day) / 4) * (least + (1 - least) * popular);
        if (world_draw(world) >= read * (answer->field == member->field ? 1 : READ_ELSEWHERE) ||
            has_voted(world, answer, voter)) /* looked up last: that costs most */
            continue;
        cast(world, at, voter, number, vote_of(world, voter, answer, at));
        return;
    }
}

/* --- the day --- */

static int plan_order(const void *a, const void *b)
{
    const struct world_plan *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    if (x->voter != y->voter)
        return x->voter < y->voter ? -1 : 1;
    return x->answer < y->answer ? -1 : x->answer > y->answer;
}

static int answer_order(const void *a, const void *b)
{
    const struct world_answer *x = a, *y = b;
    if (x->day != y->day)
        return x->day < y->day ? -1 : 1;
    return x->author < y->author ? -1 : x->author > y->author;
}

static void arrive(struct world *world)
{
    for (int i = 0; i <= WORLD_FIELDS; i++) {
        struct world_queue *queue = i == WORLD_FIELDS ? &world->voters : &world->authors[i];
        while (queue->here < queue->count &&
               world->member[queue->member[queue->here]].joined <= world->day)
            queue->here++;
    }
}

/* The answers of this day take their numbers, and their friends plan to vote. */
static void answers_appear(struct world *world)
{
    int32_t first = world->answers.count, count = world->coming[world->day].count;
    if (count > 0)
        qsort(world->coming[world->day].at, (size_t)count, sizeof(struct world_answer),
              answer_order);
    for (int32_t i = 0; i < count; i++) {
        struct world_answer answer = world->coming[world->day].at[i];
        struct world_member *author = &world->member[answer.author];
        answer.before = author->last_answer;
        author->last_answer = first + i;
        LIST_ADD(world->answers, answer);
    }
    for (int32_t i = first; i < world->answers.count; i++)
        plan_for(world, i);
    free(world->coming[world->day].at);
    world->coming[world->day].at = NULL;
    while (world->window < first && world->answers.at[world->window].day < world->day - READ_DAYS)
        world->window++;
}

/* How many try to vote today beside those who planned to: as many as there is to read; where a
 * number of votes was asked for, what it still lacks, spread over the days left, by how many of
 * those tried the day before came about. */
static double votes_tried(const struct world *world, int32_t fresh)
{
    double usual = VOTES_TRIED * world->preset.votes_per_answer * fresh;
    if (world->wanted == 0 || world->came == 0)
        return usual;
    double lacks = AIM * world->wanted - world->casts.count;
    double today = lacks / (world->preset.days - world->day) * world->thought_of / world->came;
    return within(today - world->plans[world->day].count, 0, CATCH_UP * usual);
}

/* Who votes today: those who planned to, and some of the others. */
static void votes_gather(struct world *world, int32_t fresh)
{
    double mean = votes_tried(world, fresh);
    for (int32_t left = world_draw_count(world, mean); left > 0; left--) {
        int32_t voter = world_draw_member(world, &world->voters);
        if (voter < 0)
            return;
        double at = world->day + world_draw(world);
        const struct world_member *member = &world->member[voter];
        bool only_planned = member->type == WORLD_RING || member->type == WORLD_SYBIL;
        if (!only_planned || !has_turned(member, at))
            LIST_ADD(world->plans[world->day], ((struct world_plan){at, voter, -1, 0}));
    }
    world->thought_of = world->plans[world->day].count;
}

static void answer_tell(struct world *world, int32_t number)
{
    LIST_ADD(world->events, ((struct world_event){.day = world->answers.at[number].day,
                                                  .kind = WORLD_ANSWER,
                                                  .answer = number,
                                                  .voter = -1}));
}

void world_day(struct world *world)
{
    arrive(world);
    for (int32_t left = world_draw_count(world, world->preset.questions_per_day); left > 0; left--)
        question_ask(world);
    if (world->count_of[WORLD_CAMPAIGNER] > 0)
        campaign_day(world);
    int32_t next = world->answers.count, voted = world->casts.count;
    answers_appear(world);
    votes_gather(world, world->answers.count - next);
    int32_t count = world->plans[world->day].count;
    struct world_plan *todo = world->plans[world->day].at;
    if (count > 0)
        qsort(todo, (size_t)count, sizeof(*todo), plan_order);
    for (int32_t i = 0; i < count; i++) {
        while (next < world->answers.count && world->answers.at[next].day <= todo[i].at)
            answer_tell(world, next++);
        if (todo[i].answer < 0)
            read_and_vote(world, todo[i].at, todo[i].voter, next);
        else if (todo[i].answer < next)
            cast(world, todo[i].at, todo[i].voter, todo[i].answer,
                 (struct opinion){todo[i].value, true, false});
    }
    while (next < world->answers.count)
        answer_tell(world, next++);
    world->came = world->casts.count - voted;
    free(todo);
    world->plans[world->day].at = NULL;
}
