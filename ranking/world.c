#include "ranking/world.h"
#include "ranking/world_inside.h"
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NEVER 1e9
#define PI 3.14159265358979323846
enum { MEMBERS_MAX = 1 << 24, COUNT_BY_STEPS_MAX = 30, MARKET = 10 };

/* --- presets --- */

/* What a preset leaves at zero. */
static const struct world_preset usual = {.members = 600,
                                          .days = 182,
                                          .questions_per_day = 7,
                                          .answers = 3.2,
                                          .votes_per_answer = 8,
                                          .looks = 0.1,
                                          .group_low = 4,
                                          .group_high = 8,
                                          .mate_share = 0.9,
                                          .rival_share = 0.2,
                                          .lag_days = 0.4,
                                          .camouflage = 1};
#define USUAL_CHEATS                                                                         \
    [WORLD_NEWCOMER] = 0.03, [WORLD_LAZY] = 0.12, [WORLD_RING] = 0.08, [WORLD_SYBIL] = 0.04, \
    [WORLD_SHILL] = 0.05, [WORLD_CONTRARIAN] = 0.05

static const struct world_preset presets[] = {
    {"honest", "nobody cheats", .share = {[WORLD_NEWCOMER] = 0.03}},
    {"usual", "lazy voters, small rings, second accounts, shills and contrarians",
     .share = {USUAL_CHEATS}},
    {"open", "the same, with totals open to everybody", .share = {USUAL_CHEATS}, .is_open = true},
    {"young", "the same, with three votes on an answer", .share = {USUAL_CHEATS},
     .votes_per_answer = 3},
    {"small", "sixty honest members who all meet each other", .share = {0}, .members = 60,
     .questions_per_day = 1.5, .votes_per_answer = 10},
    {"crowded", "twice the usual cheats, who hide better",
     .share = {[WORLD_NEWCOMER] = 0.03,
               [WORLD_LAZY] = 0.18,
               [WORLD_RING] = 0.15,
               [WORLD_SYBIL] = 0.08,
               [WORLD_SHILL] = 0.08,
               [WORLD_CONTRARIAN] = 0.05},
     .camouflage = 3, .votes_per_answer = 5},
    {"market", "votes traded for votes in markets of sixty, over all fields",
     .share = {[WORLD_NEWCOMER] = 0.03, [WORLD_TRADER] = 0.15}},
    {"sleepers", "large rings that are honest for 110 days, and slow afterwards",
     .share = {[WORLD_NEWCOMER] = 0.03, [WORLD_RING] = 0.15}, .turns = 110, .group_low = 10,
     .group_high = 14, .mate_share = 0.35, .rival_share = 0.05, .lag_days = 2, .camouflage = 2},
    {"campaign", "sponsors' people write many small answers and corroborate each other's",
     .share = {[WORLD_NEWCOMER] = 0.03, [WORLD_CAMPAIGNER] = 0.1, [WORLD_SHILL] = 0.03}},
    {"bought", "able members' accounts are sold to rings and shills after 90 days",
     .share = {[WORLD_NEWCOMER] = 0.03, [WORLD_RING] = 0.08, [WORLD_SHILL] = 0.06}, .turns = 90,
     .sold = 1},
    {"revenge", "one in eight disputes, with his friends, whoever disputed him",
     .share = {[WORLD_NEWCOMER] = 0.03, [WORLD_AVENGER] = 0.12}},
};

static struct world_preset completed(struct world_preset preset)
{
#define COMPLETE(field) preset.field = preset.field > 0 ? preset.field : usual.field
    COMPLETE(members);
    COMPLETE(days);
    COMPLETE(questions_per_day);
    COMPLETE(answers);
    COMPLETE(votes_per_answer);
    COMPLETE(looks);
    COMPLETE(group_low);
    COMPLETE(group_high);
    COMPLETE(mate_share);
    COMPLETE(rival_share);
    COMPLETE(lag_days);
    COMPLETE(camouflage);
#undef COMPLETE
    return preset;
}

const struct world_preset *world_presets(size_t *count)
{
    *count = sizeof(presets) / sizeof(*presets);
    return presets;
}

static const struct kind {
    const char *name;
    double skill, deviation, votes, answers; /* in his field; rates, as parts of others' */
} kinds[WORLD_TYPES] = {
    [WORLD_HONEST] = {"honest", 0.65, 0.17, 1, 1},
    [WORLD_NEWCOMER] = {"newcomer", 0.85, 0.05, 1, 1},
    [WORLD_LAZY] = {"lazy", 0.45, 0.17, 2, 0.6},
    [WORLD_RING] = {"ring", 0.42, 0.17, 0.8, 1},
    [WORLD_SYBIL] = {"sybil", 0.30, 0.17, 1, 0.15},
    [WORLD_SHILL] = {"shill", 0.60, 0.17, 1, 1},
    [WORLD_CONTRARIAN] = {"contrarian", 0.52, 0.17, 1, 1},
    [WORLD_TRADER] = {"trader", 0.45, 0.17, 1, 1},
    [WORLD_CAMPAIGNER] = {"campaigner", 0.50, 0.17, 1, 0.5},
    [WORLD_AVENGER] = {"avenger", 0.50, 0.17, 1, 1},
};
#define SKILL_ELSEWHERE 0.34
#define SKILL_SOLD 0.75

const char *world_type_name(enum world_type type)
{
    return kinds[type].name;
}

/* --- chance --- */

double world_draw(struct world *world)
{
    uint64_t x = world->random += 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return (double)((x ^ x >> 31) >> 11) * 0x1p-53;
}

double world_draw_between(struct world *world, double low, double high)
{
    return low + (high - low) * world_draw(world);
}

double world_draw_normal(struct world *world, double mean, double deviation)
{
    double length = sqrt(-2 * log(1 - world_draw(world)));
    return mean + deviation * length * cos(2 * PI * world_draw(world));
}

double world_draw_wait(struct world *world, double mean)
{
    return -mean * log(1 - world_draw(world));
}

int32_t world_draw_count(struct world *world, double mean)
{
    if (mean > COUNT_BY_STEPS_MAX) /* near enough to the normal distribution */
        return (int32_t)fmax(0, floor(world_draw_normal(world, mean + 0.5, sqrt(mean))));
    int32_t count = -1;
    for (double left = 1, limit = exp(-mean); left > limit || count < 0; count++)
        left *= world_draw(world);
    return count;
}

int32_t world_draw_below(struct world *world, int32_t count)
{
    return (int32_t)(world_draw(world) * count);
}

int32_t world_draw_member(struct world *world, const struct world_queue *queue)
{
    if (queue->here == 0)
        return -1;
    double at = world_draw(world) * queue->sum[queue->here - 1];
    int32_t low = 0, high = queue->here - 1;
    while (low < high) {
        int32_t middle = low + (high - low) / 2;
        if (queue->sum[middle] < at)
            low = middle + 1;
        else
            high = middle;
    }
    return queue->member[low];
}

/* --- who is there --- */

static double within(double x, double low, double high)
{
    return fmin(high, fmax(low, x));
}

static void member_make(struct world *world, struct world_member *member, enum world_type type)
{
    const struct world_preset *preset = &world->preset;
    const struct kind *kind = &kinds[type];
    bool cheats = type >= WORLD_LAZY && type != WORLD_CONTRARIAN;
    bool is_sold = (type == WORLD_RING || type == WORLD_SHILL) && world_draw(world) < preset->sold;
    *member = (struct world_member){
        .type = (uint8_t)type, .master = -1, .sybil = -1, .next = -1, .last_answer = -1};
    for (int i = 0; i < WORLD_FIELDS; i++)
        member->skill[i] =
            (float)within(world_draw_normal(world, SKILL_ELSEWHERE, 0.14), 0.05, 0.95);
    member->field = (uint8_t)world_draw_below(world, WORLD_FIELDS);
    double skill = world_draw_normal(world, is_sold ? SKILL_SOLD : kind->skill, kind->deviation);
    member->skill[member->field] = (float)within(skill, 0.05, 0.98);
    bool is_early = world_draw(world) < 0.65;
    member->joined = type == WORLD_NEWCOMER ? world_draw_between(world, 60, 110)
                     : type == WORLD_RING   ? world_draw_between(world, 0, 40)
                     : is_early             ? world_draw_between(world, 0, 14)
                                            : world_draw_between(world, 15, 130);
    member->turns = cheats ? preset->turns : NEVER;
    member->vote_rate = kind->votes * exp(world_draw_normal(world, 0, 0.8));
    member->answer_rate =
        type == WORLD_NEWCOMER ? 2 : kind->answers * exp(world_draw_normal(world, 0, 0.8));
}

/* Those of one type stand one after the other, and are cut into groups. */
static void groups_make(struct world *world, enum world_type type)
{
    const struct world_preset *preset = &world->preset;
    int32_t end = world->first_of[type] + world->count_of[type];
    int low = preset->group_low, high = preset->group_high;
    if (type == WORLD_TRADER)
        low *= MARKET, high *= MARKET;
    for (int32_t at = world->first_of[type]; at < end;) {
        int32_t size = low + world_draw_below(world, high - low + 1);
        size = size < end - at ? size : end - at;
        for (int32_t i = at; i < at + size; i++) {
            world->member[i].group_first = at;
            world->member[i].group_count = size;
        }
        at += size;
    }
}

/* Sponsors' people, the same number for each sponsor. */
static void sponsors_make(struct world *world, enum world_type type)
{
    int32_t first = world->first_of[type], count = world->count_of[type];
    for (int32_t i = 0; i < count; i++) {
        struct world_member *member = &world->member[first + i];
        int64_t sponsor = (int64_t)i * world->sponsors / count;
        int32_t from = (int32_t)((sponsor * count + world->sponsors - 1) / world->sponsors);
        int32_t to = (int32_t)(((sponsor + 1) * count + world->sponsors - 1) / world->sponsors);
        member->sponsor = 1 + (int32_t)sponsor;
        member->group_first = first + from;
        member->group_count = to - from;
    }
}

static void sybils_make(struct world *world)
{
    int32_t rings = world->count_of[WORLD_RING], lazy = world->count_of[WORLD_LAZY];
    if (rings + lazy == 0)
        return;
    for (int32_t i = 0; i < world->count_of[WORLD_SYBIL]; i++) {
        int32_t number = world->first_of[WORLD_SYBIL] + i;
        struct world_member *member = &world->member[number];
        bool of_ring = lazy == 0 || (rings > 0 && world_draw(world) < 0.75);
        member->master = of_ring ? world->first_of[WORLD_RING] + world_draw_below(world, rings)
                                 : world->first_of[WORLD_LAZY] + world_draw_below(world, lazy);
        struct world_member *master = &world->member[member->master];
        member->joined = fmax(member->joined, master->joined + world_draw_between(world, 1, 30));
        member->next = master->sybil;
        master->sybil = number;
    }
}

static void members_make(struct world *world)
{
    const struct world_preset *preset = &world->preset;
    int32_t at = 0, left = world->members;
    for (int type = WORLD_TYPES - 1; type >= 0; type--) {
        int32_t count =
            type == WORLD_HONEST ? left : (int32_t)lround(preset->share[type] * world->members);
        world->first_of[type] = at;
        world->count_of[type] = count;
        for (int32_t i = 0; i < count; i++)
            member_make(world, &world->member[at + i], (enum world_type)type);
        at += count;
        left -= count;
    }
    assert(left == 0 && at == world->members);
    groups_make(world, WORLD_RING);
    groups_make(world, WORLD_TRADER);
    groups_make(world, WORLD_AVENGER);
    sponsors_make(world, WORLD_SHILL);
    sponsors_make(world, WORLD_CAMPAIGNER);
    sybils_make(world);
}

/* --- queues --- */

struct arrival {
    double joined;
    int32_t member;
};

static int by_arrival(const void *a, const void *b)
{
    const struct arrival *x = a, *y = b;
    if (x->joined != y->joined)
        return x->joined < y->joined ? -1 : 1;
    return x->member < y->member ? -1 : x->member > y->member;
}

static void queues_make(struct world *world)
{
    struct arrival *arrivals = calloc((size_t)world->members, sizeof(*arrivals));
    assert(arrivals);
    for (int32_t i = 0; i < world->members; i++)
        arrivals[i] = (struct arrival){world->member[i].joined, i};
    qsort(arrivals, (size_t)world->members, sizeof(*arrivals), by_arrival);
    for (int field = 0; field <= WORLD_FIELDS; field++) {
        bool votes = field == WORLD_FIELDS;
        struct world_queue *queue = votes ? &world->voters : &world->authors[field];
        double sum = 0;
        queue->member = calloc((size_t)world->members, sizeof(*queue->member));
        queue->sum = calloc((size_t)world->members, sizeof(*queue->sum));
        assert(queue->member && queue->sum);
        for (int32_t i = 0; i < world->members; i++) {
            const struct world_member *member = &world->member[arrivals[i].member];
            if (!votes && member->field != field)
                continue;
            sum += votes ? member->vote_rate : member->answer_rate;
            queue->member[queue->count] = arrivals[i].member;
            queue->sum[queue->count++] = sum;
        }
    }
    free(arrivals);
}

/* --- opening, telling --- */

struct world *world_open(const char *name, uint64_t seed, int members, double votes)
{
    const struct world_preset *preset = presets, *end = preset + sizeof(presets) / sizeof(*presets);
    while (preset < end && strcmp(preset->name, name) != 0)
        preset++;
    if (preset == end || members < 0 || members > MEMBERS_MAX || votes < 0 ||
        votes > WORLD_VOTES_MAX)
        return NULL;
    struct world *world = calloc(1, sizeof(*world));
    assert(world);
    world->preset = completed(*preset);
    preset = &world->preset;
    world->random = seed * 0x632be59bd9b4e019u + 17;
    world->members = members > 0 ? members : preset->members;
    double larger = votes > 0 ? votes / (preset->days * preset->questions_per_day *
                                         (1 + preset->answers) * preset->votes_per_answer)
                              : (double)world->members / preset->members;
    world->preset.questions_per_day *= larger;
    world->wanted = (int32_t)votes;
    world->sponsors = world->members / WORLD_MEMBERS_PER_SPONSOR;
    world->sponsors = world->sponsors > 0 ? world->sponsors : 1;
    world->member = calloc((size_t)world->members, sizeof(*world->member));
    world->plans = calloc((size_t)preset->days, sizeof(*world->plans));
    world->coming = calloc((size_t)preset->days, sizeof(*world->coming));
    assert(world->member && world->plans && world->coming);
    members_make(world);
    queues_make(world);
    return world;
}

void world_close(struct world *world)
{
    if (!world)
        return;
    for (int i = 0; i <= WORLD_FIELDS; i++) {
        struct world_queue *queue = i == WORLD_FIELDS ? &world->voters : &world->authors[i];
        free(queue->member);
        free(queue->sum);
    }
    for (int i = 0; i < world->preset.days; i++) {
        free(world->plans[i].at);
        free(world->coming[i].at);
    }
    free(world->plans);
    free(world->coming);
    free(world->member);
    free(world->answers.at);
    free(world->casts.at);
    free(world->events.at);
    free(world);
}

struct world_event world_next(struct world *world)
{
    while (world->told == world->events.count && world->day < world->preset.days) {
        world->told = world->events.count = 0;
        world_day(world);
        world->day++;
    }
    if (world->told == world->events.count)
        return (struct world_event){.kind = WORLD_END, .day = world->preset.days};
    return world->events.at[world->told++];
}

/* --- the truth --- */

const struct world_preset *world_preset_of(const struct world *world)
{
    return &world->preset;
}

const struct world_member *world_members(const struct world *world, int32_t *count)
{
    *count = world->members;
    return world->member;
}

const struct world_answer *world_answers(const struct world *world, int32_t *count)
{
    *count = world->answers.count;
    return world->answers.at;
}

bool world_vote_crooked(const struct world *world, int32_t answer, int32_t voter)
{
    assert(answer < world->answers.count);
    for (int32_t i = world->answers.at[answer].last_vote; i >= 0; i = world->casts.at[i].before)
        if (world->casts.at[i].voter == voter)
            return world->casts.at[i].crooked;
    return false;
}
