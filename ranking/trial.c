#include "ranking/trial.h"
#include "core/clock.h"
#include "ranking/figure.h"
#include "ranking/pay.h"
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLICE = 32, PROGRESS_EVENTS = 512 };
static const double same =
    1e-9; /* scores closer than this are equal: libm differs in the last bit between machines */

#define MICRO INT64_C(1000000)

/* What one of the two would have paid. */
struct side_pay {
    struct pay rules;
    struct ranking *ranking;
    int64_t from_ms, author, votes;
    GROWING(int64_t) members; /* by number */
    char why[200];            /* a rule of pay failed */
};
struct pair_of_rankings {
    struct ranking live, proposed;
    struct side_pay live_pay, proposed_pay;
};

static void on_paid(void *self, int32_t posting, int32_t member, bool is_author, int64_t micro)
{
    struct side_pay *side = self;
    (void)posting;
    while (side->members.count <= member)
        LIST_ADD(side->members, 0);
    side->members.at[member] += micro;
    *(is_author ? &side->author : &side->votes) += micro;
}

static void on_settled(void *self, int32_t posting, double odds)
{
    struct side_pay *side = self;
    const char *why = NULL;
    if (side->ranking->now_ms < side->from_ms || side->why[0])
        return;
    if (pay_settled(&side->rules, side->ranking, posting, odds, TRIAL_POT * MICRO,
                    TRIAL_POT * MICRO, on_paid, side, &why) != OK)
        snprintf(side->why, sizeof(side->why), "%s", why);
}

static enum result pay_begin(struct side_pay *side, struct ranking *ranking, struct arena *arena,
                             int64_t from_ms, struct text *why)
{
    *side = (struct side_pay){.ranking = ranking, .from_ms = from_ms};
    ranking->settled = on_settled;
    ranking->settled_self = side;
    return pay_open(&side->rules, arena, pay_first_script(), why);
}

static void pay_end(struct side_pay *side)
{
    pay_close(&side->rules);
    free(side->members.at);
}

static enum result both_apply(struct pair_of_rankings *both, const struct journal_entry *entry,
                              struct arena *arena, struct text *why)
{
    enum result result = ranking_apply(&both->live, entry, arena);
    if (result != OK)
        return result;
    result = ranking_apply(&both->proposed, entry, arena);
    if (result == OK && both->proposed_pay.why[0]) {
        *why = arena_format(arena, "at event %lld of the journal, paying: %s",
                            (long long)entry->event.seq, both->proposed_pay.why);
        return INVALID;
    }
    if (result == BROKEN && both->proposed.policy.broken) {
        *why = arena_format(arena, "at event %lld of the journal: %s", (long long)entry->event.seq,
                            both->proposed.policy.why);
        return INVALID;
    }
    return result;
}

static enum result both_fold(struct pair_of_rankings *both, struct log *journal,
                             struct arena *arena, int64_t upto, void (*progress)(int64_t, int64_t),
                             struct text *why)
{
    int64_t at = 0, shown = 0;
    while (at < upto) {
        size_t mark = arena->used, count = 0;
        size_t most = upto - at < SLICE ? (size_t)(upto - at) : SLICE;
        struct journal_entry *entries;
        enum result result = journal_read(journal, arena, at, most, &entries, &count);
        for (size_t i = 0; i < count && result == OK; i++) {
            result = both_apply(both, &entries[i], arena, why);
            at = entries[i].event.seq;
        }
        if (result != OK)
            return result; /* with the reason still in the arena */
        arena_reset(arena, mark);
        if (count == 0)
            return OK;
        if (progress && at - shown >= PROGRESS_EVENTS) {
            progress(at, upto);
            shown = at;
        }
    }
    return OK;
}

/* --- who moved --- */

/* Keep the largest: `size` of a move is what it is sorted by; ties go to the older one. */
static void keep_largest(struct trial_move *moves, double *sizes, size_t *count,
                         struct trial_move move, double size)
{
    size_t at = *count;
    while (at > 0 &&
           (sizes[at - 1] < size || (sizes[at - 1] == size && moves[at - 1].id > move.id)))
        at--;
    if (at == TRIAL_MOVES_MAX)
        return;
    size_t last = *count < TRIAL_MOVES_MAX ? *count : TRIAL_MOVES_MAX - 1;
    memmove(&moves[at + 1], &moves[at], (last - at) * sizeof(*moves));
    memmove(&sizes[at + 1], &sizes[at], (last - at) * sizeof(*sizes));
    moves[at] = move;
    sizes[at] = size;
    *count = last + 1;
}

/* Rank correlation; 1 when nobody differs from anybody in either. */
static double agreement_of(const double *before, const double *after, int32_t count)
{
    bool differ = false;
    for (int32_t i = 1; i < count; i++)
        differ = differ || before[i] != before[0] || after[i] != after[0];
    return differ ? figure_agreement(before, after, count) : 1;
}

/* What differs by less than `same` becomes equal. */
static double rounded(double score)
{
    return round(score / same) * same;
}

static void members_compare(const struct pair_of_rankings *both, struct arena *arena,
                            struct trial_result *out)
{
    const struct counters *live = &both->live.counters, *proposed = &both->proposed.counters;
    assert(live->members.count == proposed->members.count);
    size_t room = (size_t)live->members.count;
    double *before = arena_array(arena, double, room + 1), sizes[TRIAL_MOVES_MAX];
    double *after = arena_array(arena, double, room + 1);
    int32_t count = 0;
    for (int32_t i = 0; i < live->members.count; i++) {
        const struct member_facts *a = &live->members.at[i], *b = &proposed->members.at[i];
        if (!a->has_score || !b->has_score)
            continue;
        before[count] = rounded(a->score);
        after[count++] = rounded(b->score);
        double change = b->score - a->score;
        out->members_up += change > same;
        out->members_down += change < -same;
        out->bands_up += b->band > a->band;
        out->bands_down += b->band < a->band;
        struct trial_move move = {a->id, 0, a->score, b->score, a->band, b->band};
        if (fabs(change) > same)
            keep_largest(out->members_moved, sizes, &out->members_moved_count, move, fabs(change));
    }
    out->members = count;
    out->agreement = agreement_of(before, after, count);
}

/* Place within the thread, from 1: one more than those that stand before it. */
static int64_t place_of(const struct counters *counters, int32_t posting)
{
    const struct posting_facts *own = &counters->postings.at[posting];
    int64_t place = 1;
    int32_t at = counters->questions.at[own->question].first_posting;
    for (; at >= 0; at = counters->postings.at[at].next_in_question) {
        const struct posting_facts *other = &counters->postings.at[at];
        if (at != posting && other->has_score &&
            other->id != counters->questions.at[own->question].id)
            place +=
                other->score > own->score || (other->score == own->score && other->id < own->id);
    }
    return place;
}

static void question_compare(const struct pair_of_rankings *both, int32_t question, double *sizes,
                             struct trial_result *out)
{
    const struct counters *live = &both->live.counters, *proposed = &both->proposed.counters;
    const struct question_facts *facts = &live->questions.at[question];
    int64_t listed = 0, moved = 0, new_top = 0;
    for (int32_t i = facts->first_posting; i >= 0; i = live->postings.at[i].next_in_question) {
        const struct posting_facts *a = &live->postings.at[i], *b = &proposed->postings.at[i];
        if (!a->has_score)
            continue;
        out->postings++;
        bool changed = fabs(a->score - b->score) > same;
        out->postings_changed += changed;
        bool is_listed = a->id != facts->id; /* the opening posting stands above the order */
        int64_t from = is_listed ? place_of(live, i) : 0;
        int64_t to = is_listed ? place_of(proposed, i) : 0;
        listed += is_listed;
        moved += from != to;
        new_top += to == 1 && from != 1;
        struct trial_move move = {a->id, facts->id, a->score, b->score, from, to};
        if (changed || from != to)
            keep_largest(out->postings_moved, sizes, &out->postings_moved_count, move,
                         (double)llabs(from - to) * 1000 + fabs(a->score - b->score));
    }
    out->questions += listed >= 2;
    out->questions_reordered += moved > 0;
    out->questions_new_top += new_top > 0;
}

struct ranked {
    double score;
    int32_t number;
};

static int by_score(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

/* The first by standing; equal ones by number. */
static size_t tops_of(const struct counters *counters, struct arena *arena, int32_t **order)
{
    size_t room = (size_t)counters->members.count, count = 0;
    struct ranked *list = arena_array(arena, struct ranked, room + 1);
    for (int32_t i = 0; i < counters->members.count; i++)
        if (counters->members.at[i].has_score)
            list[count++] = (struct ranked){counters->members.at[i].score, i};
    qsort(list, count, sizeof(*list), by_score);
    *order = arena_array(arena, int32_t, room + 1);
    for (size_t i = 0; i < room; i++)
        (*order)[i] = 0;
    for (size_t i = 0; i < count; i++)
        (*order)[list[i].number] = (int32_t)i + 1;
    return count;
}

static void tops_compare(const struct pair_of_rankings *both, struct arena *arena,
                         struct trial_result *out)
{
    int32_t *before, *after;
    tops_of(&both->live.counters, arena, &before);
    tops_of(&both->proposed.counters, arena, &after);
    for (int32_t i = 0; i < both->live.counters.members.count; i++) {
        bool was = before[i] > 0 && before[i] <= TRIAL_TOP;
        bool is = after[i] > 0 && after[i] <= TRIAL_TOP;
        if (was || is)
            out->top[out->top_count++] =
                (struct trial_top){both->live.counters.members.at[i].id, before[i], after[i]};
    }
}

static void paid_compare(const struct pair_of_rankings *both, struct trial_result *out)
{
    const struct side_pay *a = &both->live_pay, *b = &both->proposed_pay;
    out->paid = (struct trial_paid){a->author, b->author, a->votes, b->votes, 0, 0};
    for (int32_t i = 0; i < a->members.count || i < b->members.count; i++) {
        bool was = i < a->members.count && a->members.at[i] > 0;
        bool is = i < b->members.count && b->members.at[i] > 0;
        out->paid.newly += is && !was;
        out->paid.no_longer += was && !is;
    }
}

static void compare(const struct pair_of_rankings *both, struct arena *arena,
                    struct trial_result *out)
{
    double sizes[TRIAL_MOVES_MAX];
    members_compare(both, arena, out);
    tops_compare(both, arena, out);
    paid_compare(both, out);
    for (int32_t i = 0; i < both->live.counters.questions.count; i++)
        question_compare(both, i, sizes, out);
}

enum result trial_window_begin(struct log *journal, struct arena *arena, int64_t upto,
                               int64_t *from_ms)
{
    struct journal_entry *entries;
    size_t count = 0;
    enum result result = OK;
    if (upto > 0)
        result = journal_read(journal, arena, upto - 1, 1, &entries, &count);
    *from_ms = count == 1 ? entries[0].event.at_ms - TRIAL_WINDOW_DAYS * DAY_MS : 0;
    return result;
}

enum result trial_run(struct log *journal, struct arena *arena, struct text first_script,
                      struct text script, int64_t before, void (*progress)(int64_t, int64_t),
                      struct trial_result *out, struct text *why)
{
    static struct pair_of_rankings
        both; /* two such beside each other are too large for the stack of a small process */
    *out = (struct trial_result){.agreement = 1};
    *why = NO_TEXT;
    int64_t head = 0;
    uint8_t digest[32];
    enum result result = log_head(journal, &head, digest);
    int64_t upto = before > 0 && before - 1 < head ? before - 1 : head, from_ms = 0;
    struct text ignored;
    both = (struct pair_of_rankings){.live_pay = {.from_ms = 0}};
    if (result == OK)
        result = trial_window_begin(journal, arena, upto, &from_ms);
    if (result == OK)
        result = ranking_open(&both.proposed, NULL, journal, arena, script, why);
    if (result == OK)
        result = ranking_open(&both.live, NULL, journal, arena, first_script, &ignored);
    if (result == OK)
        result = pay_begin(&both.proposed_pay, &both.proposed, arena, from_ms, why);
    if (result == OK)
        result = pay_begin(&both.live_pay, &both.live, arena, from_ms, why);
    both.proposed.is_fixed = true;
    if (result == OK)
        result = both_fold(&both, journal, arena, upto, progress, why);
    if (result == OK) {
        out->events = upto;
        compare(&both, arena, out);
    }
    pay_end(&both.live_pay);
    pay_end(&both.proposed_pay);
    ranking_close(&both.live);
    ranking_close(&both.proposed);
    return result;
}

/* --- the child's lines --- */

static void moves_print(const char *kind, const struct trial_move *moves, size_t count)
{
    for (size_t i = 0; i < count; i++)
        printf("%s %lld %lld %.17g %.17g %lld %lld\n", kind, (long long)moves[i].id,
               (long long)moves[i].question, moves[i].before, moves[i].after,
               (long long)moves[i].order_before, (long long)moves[i].order_after);
}

void trial_print(const struct trial_result *r)
{
    moves_print("member", r->members_moved, r->members_moved_count);
    moves_print("posting", r->postings_moved, r->postings_moved_count);
    for (size_t i = 0; i < r->top_count; i++)
        printf("top %lld %lld %lld\n", (long long)r->top[i].member, (long long)r->top[i].before,
               (long long)r->top[i].after);
    printf("paid %lld %lld %lld %lld %lld %lld\n", (long long)r->paid.author_before,
           (long long)r->paid.author_after, (long long)r->paid.vote_before,
           (long long)r->paid.vote_after, (long long)r->paid.newly, (long long)r->paid.no_longer);
    for (int i = 0; i < TRIAL_REASONS; i++)
        if (r->reasons[i].acts > 0)
            printf("reason %d %lld %lld %lld\n", i, (long long)r->reasons[i].acts,
                   (long long)r->reasons[i].before, (long long)r->reasons[i].after);
    for (size_t i = 0; i < r->month_count; i++)
        printf("month %lld %lld %lld %lld\n", (long long)r->months[i].start_ms,
               (long long)r->months[i].sum.acts, (long long)r->months[i].sum.before,
               (long long)r->months[i].sum.after);
    printf("result %lld %lld %lld %lld %lld %lld %lld %lld %lld %lld %.17g\n",
           (long long)r->postings, (long long)r->postings_changed, (long long)r->questions,
           (long long)r->questions_reordered, (long long)r->questions_new_top,
           (long long)r->members, (long long)r->members_up, (long long)r->members_down,
           (long long)r->bands_up, (long long)r->bands_down, r->agreement);
    fflush(stdout);
}

/* --- for people --- */

static void moves_show(const char *what, const struct trial_move *moves, size_t count)
{
    for (size_t i = 0; i < count; i++)
        printf("  %s %-8lld %+.3f -> %+.3f   %lld -> %lld\n", what, (long long)moves[i].id,
               moves[i].before, moves[i].after, (long long)moves[i].order_before,
               (long long)moves[i].order_after);
}

void trial_show(const struct trial_result *r)
{
    printf("events %lld\nmembers %lld: %lld rise, %lld fall; bands: %lld up, %lld down; agreement "
           "%.4f\n",
           (long long)r->events, (long long)r->members, (long long)r->members_up,
           (long long)r->members_down, (long long)r->bands_up, (long long)r->bands_down,
           r->agreement);
    printf("postings %lld: %lld with another score\nquestions %lld: %lld in another order, %lld "
           "with another first\n",
           (long long)r->postings, (long long)r->postings_changed, (long long)r->questions,
           (long long)r->questions_reordered, (long long)r->questions_new_top);
    moves_show("member ", r->members_moved, r->members_moved_count);
    moves_show("posting", r->postings_moved, r->postings_moved_count);
}
