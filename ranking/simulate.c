#include "ranking/simulate.h"
#include "ranking/community.h"
#include "ranking/figure.h"
#include "ranking/world.h"
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WEEK_DAYS = 7, STEADY_FROM_DAY = 56, SETTLE_DAYS = 14, NEWCOMER_DAYS_MAX = 60 };
enum { ANSWERS_LEAST = 3, SEEDS_MAX = 100, NAMES_MAX = 400, MICRO = 1000000 };
#define UNSEEN (-1.0)

/* What acts of one kind were there on answers that could pay, and what they got. */
struct acts {
    double count, micro;
};
/* What one of them, the rules or a baseline, made of the world. */
struct judge {
    enum simulate_by by;
    double *score, *before; /* of members: now, and a week ago */
    double *first_seen;     /* of newcomers in the first quarter: day; UNSEEN */
    double steady_sum;
    int32_t steady_weeks;
    double micro_paid, micro_leak, micro_ring, micro_right;
    struct acts honest_answer, honest_vote, cheat_answer, cheat_vote;
};
struct run {
    struct world *world;
    struct community community;
    int32_t members;
    enum pay_kind kind; /* of the rule of pay; none: both pots are paid by one script */
    struct judge judges[SIMULATE_BY];
};

static bool is_honest(const struct run *run, int32_t member)
{
    int32_t count;
    uint8_t type = world_members(run->world, &count)[member].type;
    return type == WORLD_HONEST || type == WORLD_NEWCOMER;
}

static bool trades_votes(const struct run *run, int32_t member)
{
    int32_t count;
    uint8_t type = world_members(run->world, &count)[member].type;
    return type == WORLD_RING || type == WORLD_SYBIL || type == WORLD_TRADER;
}

static bool pays_authors(const struct run *run)
{
    return run->kind != PAY_VOTE;
}

static bool pays_votes(const struct run *run)
{
    return run->kind == PAY_NO_KIND || run->kind == PAY_VOTE;
}

static const struct world_answer *answer_at(const struct run *run, int32_t number)
{
    int32_t count;
    return &world_answers(run->world, &count)[number];
}

/* --- the money --- */

static int sign_of(const struct run *run, int32_t number, int32_t voter)
{
    const struct counters *counters = &run->community.ranking.counters;
    int32_t posting = run->community.answers.at[number].posting;
    int32_t member = counters_member_find(counters, 1 + (int64_t)voter);
    int32_t vote = member >= 0 ? counters_vote_find(counters, member, posting) : -1;
    return vote >= 0 ? counters->votes.at[vote].sign : 0;
}

static void pay_count(const struct run *run, struct judge *judge, int32_t number, int32_t member,
                      bool is_author, int64_t micro)
{
    const struct world_answer *answer = answer_at(run, number);
    bool is_good = answer->quality >= 0.5f;
    bool crooked = is_author ? answer->crooked : world_vote_crooked(run->world, number, member);
    bool right = is_author ? is_good : (sign_of(run, number, member) > 0) == is_good;
    double amount = (double)micro;
    judge->micro_paid += amount;
    if (crooked) {
        judge->micro_leak += amount;
        judge->micro_ring += trades_votes(run, member) ? amount : 0;
        (is_author ? &judge->cheat_answer : &judge->cheat_vote)->micro += amount;
    } else if (is_honest(run, member)) {
        (is_author ? &judge->honest_answer : &judge->honest_vote)->micro += amount;
        judge->micro_right += right ? amount : 0;
    }
}

static void on_paid(void *self, int32_t number, int32_t member, bool is_author, int64_t micro)
{
    struct run *run = self;
    pay_count(run, &run->judges[SIMULATE_RULES], number, member, is_author, micro);
}

/* Acts on answers that could pay; what a judge who knows the truth would pay for them. */
static double deserved_micro(const struct run *run, struct judge *judge, double *pots_micro)
{
    const struct counters *counters = &run->community.ranking.counters;
    double sum = 0;
    *pots_micro = 0;
    for (int32_t i = 0; i < run->community.told; i++) {
        const struct world_answer *answer = answer_at(run, i);
        if (!answer->has_pot || world_preset_of(run->world)->days - answer->day < SETTLE_DAYS)
            continue;
        int32_t posting = run->community.answers.at[i].posting;
        bool is_good = answer->quality >= 0.5f, honest = is_honest(run, answer->author);
        double pot = (double)WORLD_POT * MICRO, voters = 0, right = 0;
        *pots_micro += pot * (pays_authors(run) + pays_votes(run));
        if (pays_authors(run) && (honest || answer->crooked))
            (answer->crooked ? &judge->cheat_answer : &judge->honest_answer)->count += 1;
        sum += pays_authors(run) && honest && is_good ? pot : 0;
        for (int32_t at = counters->postings.at[posting].first_vote; at >= 0;
             at = counters->votes.at[at].next) {
            const struct vote_facts *vote = &counters->votes.at[at];
            int32_t voter = (int32_t)(counters->members.at[vote->voter].id - 1);
            bool crooked = world_vote_crooked(run->world, i, voter);
            if (crooked)
                judge->cheat_vote.count += 1;
            else if (is_honest(run, voter))
                judge->honest_vote.count += 1;
            voters += !crooked && (vote->sign > 0) == is_good;
            right += is_honest(run, voter) && (vote->sign > 0) == is_good;
        }
        sum += pays_votes(run) && voters > 0 ? pot * right / voters : 0;
    }
    return sum;
}

static double mean_pay(struct acts acts)
{
    return acts.count > 0 ? acts.micro / acts.count : 0;
}

static double part_of(double a, double of)
{
    return of > 0 ? a / of : 0;
}

static void money_figures(const struct run *run, struct judge *judge, struct simulate_figures *out)
{
    double pots, deserved = deserved_micro(run, judge, &pots);
    out->paid = part_of(judge->micro_paid, pots);
    out->leak = part_of(judge->micro_leak, judge->micro_paid);
    out->ring_leak = part_of(judge->micro_ring, judge->micro_paid);
    out->cover = part_of(judge->micro_right, deserved);
    out->cheat_answer = part_of(mean_pay(judge->cheat_answer), mean_pay(judge->honest_answer));
    out->cheat_vote = part_of(mean_pay(judge->cheat_vote), mean_pay(judge->honest_vote));
}

/* --- the baselines --- */

/* Lower end of the interval in which the share lies with 80 percent. */
static double wilson(double ups, double votes)
{
    static const double z = 1.2815515655;
    if (votes <= 0)
        return 0;
    double share = ups / votes, spread = share * (1 - share) / votes + z * z / (4 * votes * votes);
    return (share + z * z / (2 * votes) - z * sqrt(spread)) / (1 + z * z / votes);
}

static const struct posting_facts *posting_of(const struct run *run, int32_t number)
{
    const struct counters *counters = &run->community.ranking.counters;
    return &counters->postings.at[run->community.answers.at[number].posting];
}

static double answer_score(const struct run *run, enum simulate_by by, int32_t number)
{
    const struct posting_facts *posting = posting_of(run, number);
    return by == SIMULATE_RULES    ? posting->score
           : by == SIMULATE_POINTS ? posting->up
                                   : wilson(posting->up, posting->up + posting->down);
}

/* Points: two for an answer, one for a corroboration received, half for siding with most. */
static void baseline_standing(const struct run *run, struct judge *judge)
{
    const struct counters *counters = &run->community.ranking.counters;
    for (int32_t i = 0; i < run->members; i++) {
        int32_t member = counters_member_find(counters, 1 + (int64_t)i);
        const struct member_facts *facts = member >= 0 ? &counters->members.at[member] : NULL;
        judge->score[i] = 0;
        if (facts && judge->by == SIMULATE_POINTS)
            judge->score[i] = 2 * facts->postings + facts->received_up;
        else if (facts)
            judge->score[i] = wilson(facts->received_up, facts->received_up + facts->received_down);
    }
    for (int32_t i = 0; i < counters->votes.count && judge->by == SIMULATE_POINTS; i++) {
        const struct vote_facts *vote = &counters->votes.at[i];
        const struct posting_facts *posting = &counters->postings.at[vote->posting];
        if (vote->sign * (posting->up - posting->down) > 0)
            judge->score[counters->members.at[vote->voter].id - 1] += 0.5;
    }
}

static void votes_pay(const struct run *run, struct judge *judge, int32_t number, int side,
                      int64_t micro)
{
    const struct counters *counters = &run->community.ranking.counters;
    for (int32_t at = posting_of(run, number)->first_vote; at >= 0;
         at = counters->votes.at[at].next)
        if (side == 0 || counters->votes.at[at].sign == side)
            pay_count(run, judge, number,
                      (int32_t)(counters->members.at[counters->votes.at[at].voter].id - 1), false,
                      micro);
}

/* Points pay an answer with three corroborations and who gave them, or, beside a rule of one kind,
 * everything; Wilson's bound pays an answer from one half on, and who sided with most. */
static void baseline_pay(const struct run *run, struct judge *judge)
{
    const int64_t pot = (int64_t)WORLD_POT * MICRO;
    bool points = judge->by == SIMULATE_POINTS, all = points && run->kind != PAY_NO_KIND;
    for (int32_t i = 0; i < run->community.told; i++) {
        const struct world_answer *answer = answer_at(run, i);
        const struct posting_facts *posting = posting_of(run, i);
        if (!answer->has_pot || world_preset_of(run->world)->days - answer->day < SETTLE_DAYS)
            continue;
        int side = all ? 0 : points || posting->up > posting->down ? 1 : -1;
        int32_t sided = all ? posting->up + posting->down : side > 0 ? posting->up : posting->down;
        bool author = all || (points ? posting->up >= 3 : answer_score(run, judge->by, i) >= 0.5);
        bool votes = all || (points ? posting->up >= 3 : posting->up != posting->down);
        if (pays_authors(run) && author)
            pay_count(run, judge, i, answer->author, true, pot);
        if (pays_votes(run) && votes && sided > 0)
            votes_pay(run, judge, i, side, pot / sided);
    }
}

/* --- standing, week by week --- */

static void standing_read(const struct run *run, struct judge *judge)
{
    const struct counters *counters = &run->community.ranking.counters;
    for (int32_t i = 0; i < run->members; i++) {
        int32_t member = counters_member_find(counters, 1 + (int64_t)i);
        judge->score[i] = member >= 0 ? counters->members.at[member].score : 0;
    }
    if (judge->by != SIMULATE_RULES)
        baseline_standing(run, judge);
}

/* Of the able who came late, who stands in the first quarter of those who are in? */
static void newcomers_look(const struct run *run, struct judge *judge, double day)
{
    int32_t count, in = 0;
    const struct world_member *members = world_members(run->world, &count);
    for (int32_t i = 0; i < count; i++)
        in += members[i].joined <= day;
    for (int32_t i = 0; i < count; i++) {
        int32_t above = 0;
        if (members[i].type != WORLD_NEWCOMER || members[i].joined > day ||
            judge->first_seen[i] >= 0)
            continue;
        for (int32_t other = 0; other < count; other++)
            above += members[other].joined <= day && judge->score[other] > judge->score[i];
        if (4 * above < in)
            judge->first_seen[i] = day;
    }
}

static void week_end(const struct run *run, struct judge *judge, double day)
{
    memcpy(judge->before, judge->score, (size_t)run->members * sizeof(*judge->score));
    standing_read(run, judge);
    newcomers_look(run, judge, day);
    if (day <= STEADY_FROM_DAY)
        return;
    judge->steady_sum += figure_agreement(judge->before, judge->score, run->members);
    judge->steady_weeks++;
}

static int by_size(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

static double newcomer_days(const struct run *run, const struct judge *judge,
                            const int32_t *answers, double *room)
{
    int32_t all, count = 0;
    const struct world_member *members = world_members(run->world, &all);
    for (int32_t i = 0; i < all; i++)
        if (members[i].type == WORLD_NEWCOMER && answers[i] >= ANSWERS_LEAST)
            room[count++] = judge->first_seen[i] >= 0
                                ? fmin(NEWCOMER_DAYS_MAX, judge->first_seen[i] - members[i].joined)
                                : NEWCOMER_DAYS_MAX;
    qsort(room, (size_t)count, sizeof(*room), by_size);
    return count > 0 ? room[count / 2] : -1;
}

/* --- scores at the end --- */

static void members_figures(const struct run *run, const struct judge *judge, struct arena *arena,
                            struct simulate_figures *out)
{
    int32_t all, able = 0, crooked = 0, active = 0;
    const struct world_member *members = world_members(run->world, &all);
    int32_t *answers = arena_array(arena, int32_t, (size_t)all);
    double *standing = arena_array(arena, double, (size_t)all);
    double *skill = arena_array(arena, double, (size_t)all);
    double *places = arena_array(arena, double, (size_t)all);
    for (int32_t i = 0; i < run->community.told; i++)
        answers[answer_at(run, i)->author]++;
    for (int32_t i = 0; i < all; i++) {
        if (!is_honest(run, i) || answers[i] < ANSWERS_LEAST)
            continue;
        standing[able] = judge->score[i];
        skill[able++] = (double)members[i].skill[members[i].field];
    }
    out->rank_agreement = figure_agreement(standing, skill, able);
    out->newcomer_days = newcomer_days(run, judge, answers, standing);
    figure_places(judge->score, all, places);
    for (int32_t i = 0; i < all; i++) {
        bool first = places[i] >= 0.9 * all;
        active += first;
        crooked += first && !is_honest(run, i) && members[i].type != WORLD_CONTRARIAN;
    }
    out->crooked_on_top = part_of(crooked, active);
}

static void answers_figures(const struct run *run, enum simulate_by by, struct arena *arena,
                            struct simulate_figures *out)
{
    int32_t count = 0, told = run->community.told, bad = 0, asked = 0;
    int32_t questions = run->community.questions.count;
    double *score = arena_array(arena, double, (size_t)told);
    bool *good = arena_array(arena, bool, (size_t)told);
    int32_t *first = arena_array(arena, int32_t, (size_t)questions);
    uint8_t *has = arena_array(arena, uint8_t, (size_t)questions); /* answers, a good one */
    enum { COUNT = 0x3f, GOOD = 0x40 };
    for (int32_t i = 0; i < told; i++) {
        const struct world_answer *answer = answer_at(run, i);
        double mine = answer_score(run, by, i), days = world_preset_of(run->world)->days;
        uint8_t *of = &has[answer->question];
        if (!(*of & COUNT) || mine > answer_score(run, by, first[answer->question]))
            first[answer->question] = i;
        *of = (uint8_t)(*of + ((*of & COUNT) < COUNT));
        *of = (uint8_t)(*of | (answer->quality >= 0.5f ? GOOD : 0));
        if (days - answer->day <= SETTLE_DAYS)
            continue;
        score[count] = mine;
        good[count++] = answer->quality >= 0.5f;
    }
    out->answers_apart = figure_apart(score, good, count);
    for (int32_t i = 0; i < questions; i++) {
        if ((has[i] & COUNT) < ANSWERS_LEAST || !(has[i] & GOOD))
            continue;
        asked++;
        bad += answer_at(run, first[i])->quality < 0.5f;
    }
    out->bad_on_top = part_of(bad, asked);
}

/* --- the run --- */

static enum result event_tell(struct run *run, struct world_event event)
{
    const struct world_answer *answer = answer_at(run, event.answer);
    if (event.kind == WORLD_VOTE)
        return community_vote(&run->community, (struct community_vote){.day = event.day,
                                                                       .voter = event.voter,
                                                                       .answer = event.answer,
                                                                       .sign = event.value,
                                                                       .patients = event.patients,
                                                                       .informed = event.informed});
    int64_t pot = answer->has_pot ? (int64_t)WORLD_POT * MICRO : 0;
    community_pots(&run->community, event.answer, pot, pot);
    return community_answer(&run->community, (struct community_told){.day = event.day,
                                                                     .answer = event.answer,
                                                                     .question = answer->question,
                                                                     .author = answer->author,
                                                                     .field = answer->field,
                                                                     .product = answer->product});
}

static enum result run_play(struct run *run, bool (*progress)(void *, double), void *self)
{
    const double days = world_preset_of(run->world)->days;
    enum result result = OK;
    double day = WEEK_DAYS;
    for (bool more = true; more && result == OK;) {
        struct world_event event = world_next(run->world);
        more = event.kind != WORLD_END;
        while (result == OK && (event.day > day || (!more && day <= days))) {
            result = community_time(&run->community, day);
            for (int by = 0; by < SIMULATE_BY; by++)
                week_end(run, &run->judges[by], day);
            day += WEEK_DAYS;
            if (result == OK && progress && !progress(self, fmin(1, event.day / days)))
                result = BUSY;
        }
        if (more && result == OK)
            result = event_tell(run, event);
    }
    if (result == OK)
        result = community_time(&run->community, days);
    for (int by = 0; by < SIMULATE_BY; by++)
        standing_read(run, &run->judges[by]);
    return result;
}

static void figures_take(struct run *run, struct judge *judge, struct arena *arena,
                         struct simulate_figures *out)
{
    *out = (struct simulate_figures){.members = run->members,
                                     .answers = run->community.told,
                                     .votes = run->community.ranking.counters.votes.count};
    members_figures(run, judge, arena, out);
    answers_figures(run, judge->by, arena, out);
    if (judge->by != SIMULATE_RULES)
        baseline_pay(run, judge);
    money_figures(run, judge, out);
    out->steady = judge->steady_weeks > 0 ? judge->steady_sum / judge->steady_weeks : 1;
}

static void judges_open(struct run *run, struct arena *arena)
{
    (void)world_members(run->world, &run->members);
    for (int by = 0; by < SIMULATE_BY; by++) {
        struct judge *judge = &run->judges[by];
        judge->by = (enum simulate_by)by;
        judge->score = arena_array(arena, double, (size_t)run->members);
        judge->before = arena_array(arena, double, (size_t)run->members);
        judge->first_seen = arena_array(arena, double, (size_t)run->members);
        for (int32_t i = 0; i < run->members; i++)
            judge->first_seen[i] = UNSEEN;
    }
}

/* Its rules of pay; who joined when is known from the beginning. */
static enum result kind_open(struct run *run, struct text pay, struct text *why)
{
    const struct world_member *members = world_members(run->world, &run->members);
    enum result result = community_pay_kind(&run->community, run->kind, pay, why);
    for (int32_t i = 0; i < run->members && result == OK; i++)
        community_joined(&run->community, i, members[i].joined);
    return result;
}

enum result simulate_kind(const char *preset, uint64_t seed, struct text rules, enum pay_kind kind,
                          struct text pay, struct arena *arena, bool (*progress)(void *, double),
                          void *self, struct simulate_figures out[SIMULATE_BY], struct text *why)
{
    struct run run = {.world = world_open(preset, seed, 0, 0), .kind = kind};
    size_t mark = arena->used;
    *why = NO_TEXT;
    if (!run.world)
        return NOT_FOUND;
    judges_open(&run, arena);
    enum result result =
        community_open(&run.community, rules, kind == PAY_NO_KIND ? pay : pay_first_script(), why);
    if (result == OK && kind != PAY_NO_KIND)
        result = kind_open(&run, pay, why);
    run.community.paid = on_paid;
    run.community.self = &run;
    if (result == OK)
        result = run_play(&run, progress, self);
    for (int by = 0; by < SIMULATE_BY && result == OK; by++)
        figures_take(&run, &run.judges[by], arena, &out[by]);
    arena_reset(arena, mark);
    if (result == INVALID)
        *why = arena_text(arena, run.community.why ? text_of(run.community.why) : *why);
    community_close(&run.community);
    world_close(run.world);
    return result;
}

enum result simulate(const char *preset, uint64_t seed, struct text rules, struct text pay,
                     struct arena *arena, bool (*progress)(void *, double), void *self,
                     struct simulate_figures out[SIMULATE_BY], struct text *why)
{
    return simulate_kind(preset, seed, rules, PAY_NO_KIND, pay, arena, progress, self, out, why);
}

/* --- the verb --- */

static void figures_add(struct simulate_figures *sum, const struct simulate_figures *one)
{
    sum->votes += one->votes;
    double *to = &sum->rank_agreement;
    const double *from = &one->rank_agreement;
    for (const double *end = &one->cheat_vote; from <= end; from++, to++)
        *to += *from;
}

static int rows_print(struct arena *arena, const char *preset, int64_t first, int64_t last,
                      struct text rules, enum pay_kind kind, struct text pay)
{
    static const char *const names[SIMULATE_BY] = {"rules", "points", "wilson"};
    struct simulate_figures sums[SIMULATE_BY] = {{0}}, figures[SIMULATE_BY];
    const double n = (double)(last - first + 1);
    for (int64_t seed = first; seed <= last; seed++) {
        struct text why;
        enum result result = simulate_kind(preset, (uint64_t)seed, rules, kind, pay, arena, NULL,
                                           NULL, figures, &why);
        if (result != OK) {
            why = result == INVALID ? why : text_of(result_name(result));
            fprintf(stderr, "simulate: %s: %.*s\n", preset, (int)why.size, why.data);
            return 1;
        }
        for (int by = 0; by < SIMULATE_BY; by++)
            figures_add(&sums[by], &figures[by]);
    }
    for (int by = 0; by < SIMULATE_BY; by++) {
        const struct simulate_figures *sum = &sums[by];
        printf("%-10s %-7s %6.0f %7.3f %6.3f %6.3f %7.3f %6.3f %6.1f %6.3f %6.3f %6.3f %6.2f "
               "%6.2f\n",
               preset, names[by], sum->votes / n, sum->rank_agreement / n, sum->answers_apart / n,
               sum->bad_on_top / n, sum->crooked_on_top / n, sum->steady / n,
               sum->newcomer_days / n, sum->paid / n, sum->leak / n, sum->cover / n,
               sum->cheat_answer / n, sum->cheat_vote / n);
    }
    fflush(stdout);
    return 0;
}

int simulate_verb(struct arena *arena, const char *presets, const char *seeds, struct text rules,
                  enum pay_kind kind, struct text pay)
{
    struct text range = text_of(seeds), part, names = text_of(presets);
    int64_t first = 0, last = 0;
    if (!text_next(&range, '-', &part) || !text_int(part, 0, INT32_MAX, &first))
        return 2;
    last = first;
    if (range.size > 0 && !text_int(range, first, first + SEEDS_MAX, &last))
        return 2;
    printf("%-10s %-7s %6s %7s %6s %6s %7s %6s %6s %6s %6s %6s %6s %6s\n", "preset", "by", "votes",
           "agree", "apart", "badtop", "crooked", "steady", "newc.", "paid", "leak", "cover",
           "cheat a", "cheat v");
    if (text_is(names, "all")) {
        size_t count;
        const struct world_preset *preset = world_presets(&count);
        for (size_t i = 0; i < count; i++)
            if (rows_print(arena, preset[i].name, first, last, rules, kind, pay) != 0)
                return 1;
        return 0;
    }
    while (text_next(&names, ',', &part))
        if (rows_print(arena, arena_text(arena, part).data, first, last, rules, kind, pay) != 0)
            return 1;
    return 0;
}
