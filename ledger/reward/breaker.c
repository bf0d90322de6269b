#include "ledger/reward/breaker.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/conf.h"
#include "core/program.h"
#include "core/trace.h"

enum { WHOLE = 1000, PERCENT = 10, DATE_SIZE = 10 }; /* shares are counted in thousandths */
enum { TOP_ONE_IN = 100, DAYS_READ = 400, DAY_NUMBERS = 7 };
enum { TRIPS_SHOWN = 50, MONTHS_SHOWN = 36, REASON_MAX = 200 };

/* --- tripping --- */

/* Once for each month or day; while one of its kind is open, no other. */
static enum result trip(struct paymaster *paymaster, enum breaker_figure figure, struct text about,
                        int64_t measured, int64_t allowed)
{
    struct vault_trip_open_of_row open;
    enum result result = vault_trip_open_of(paymaster->vault, &paymaster->arena, figure, &open);
    if (result != NOT_FOUND)
        return result;
    trace_warn("breaker", "figure=%d about=%.*s measured=%lld allowed=%lld", (int)figure,
               (int)about.size, about.data, (long long)measured, (long long)allowed);
    return vault_trip_add(paymaster->vault, figure, about, measured, allowed, clock_now_ms());
}

/* --- a month's money --- */

static int larger_first(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return *x > *y ? -1 : *x < *y;
}

int64_t breaker_top(int64_t *cents, size_t payees, int64_t sum)
{
    int64_t top = 0;
    if (payees > 1)
        qsort(cents, payees, sizeof *cents, larger_first);
    for (size_t i = 0; i < (payees + TOP_ONE_IN - 1) / TOP_ONE_IN; i++)
        top += cents[i];
    return sum > 0 ? (int64_t)((__int128)top * WHOLE / sum) : 0;
}

static int member_order(const void *a, const void *b)
{
    const struct reward_item *x = a, *y = b;
    return x->member < y->member ? -1 : x->member > y->member;
}

/* Each member's sum, in `cents`; how many there are. */
static size_t sums_of(const struct reward_item *items, size_t count, int64_t *cents)
{
    struct reward_item *sorted = calloc(count + 1, sizeof *sorted);
    size_t payees = 0;
    assert(sorted != NULL);
    if (count > 0)
        memcpy(sorted, items, count * sizeof *sorted);
    if (count > 1)
        qsort(sorted, count, sizeof *sorted, member_order);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || sorted[i].member != sorted[i - 1].member)
            cents[payees++] = 0;
        cents[payees - 1] += sorted[i].cents;
    }
    free(sorted);
    return payees;
}

static enum result month_write(struct paymaster *paymaster, struct text period, int64_t cents,
                               int64_t day_cents, size_t payees, int64_t top)
{
    int64_t day_most = conf_int("guardrail.day_cents");
    int64_t top_most = conf_int("guardrail.top_percent") * PERCENT;
    enum result result =
        vault_month_gauge_put(paymaster->vault, period, cents, day_cents, (int64_t)payees, top);
    if (result == OK && day_most > 0 && day_cents > day_most)
        result = trip(paymaster, BREAKER_MONEY, period, day_cents, day_most);
    if (result == OK && payees >= TOP_ONE_IN && top > top_most)
        result = trip(paymaster, BREAKER_TOP, period, top, top_most);
    return result;
}

enum result breaker_month(struct paymaster *paymaster, const struct evaluation *evaluation,
                          struct text period)
{
    const struct reward_item *items;
    struct vault_month_gauge_find_row measured;
    size_t count = reward_items(evaluation->reward, &items);
    int64_t cents = 0, days = (evaluation->end_ms - evaluation->start_ms) / DAY_MS;
    enum result result =
        vault_month_gauge_find(paymaster->vault, &paymaster->arena, period, &measured);
    if (result != NOT_FOUND)
        return result; /* an attempt before this one was stopped here */
    int64_t *sums = calloc(count + 1, sizeof *sums);
    assert(sums != NULL);
    size_t payees = sums_of(items, count, sums);
    for (size_t i = 0; i < payees; i++)
        cents += sums[i];
    int64_t top = breaker_top(sums, payees, cents);
    free(sums);
    result = db_begin(paymaster->vault);
    if (result != OK)
        return result;
    result = month_write(paymaster, period, cents, cents / (days > 0 ? days : 1), payees, top);
    if (result == OK)
        return db_commit(paymaster->vault);
    db_rollback(paymaster->vault);
    return result;
}

/* --- the ranker's days --- */

struct days {
    int64_t settled, covered, votes, audited, agreed;
    double linked;
};

/* One line of gauge_print. */
static bool day_read(struct text line, double numbers[DAY_NUMBERS])
{
    if (text_reals(line, numbers, DAY_NUMBERS) != DAY_NUMBERS)
        return false;
    for (size_t i = 0; i < DAY_NUMBERS; i++)
        if (numbers[i] < 0 || numbers[i] >= 1e15)
            return false;
    return true;
}

/* The sums of the days from `first` on. False: these are no such lines. */
static bool days_sum(struct text lines, int64_t first, struct days *sum)
{
    struct text line;
    *sum = (struct days){.settled = 0};
    while (text_next(&lines, '\n', &line)) {
        double n[DAY_NUMBERS];
        if (line.size == 0)
            continue;
        if (!day_read(line, n))
            return false;
        if ((int64_t)n[0] < first)
            continue;
        sum->settled += (int64_t)n[1];
        sum->covered += (int64_t)n[2];
        sum->votes += (int64_t)n[3];
        sum->linked += n[4];
        sum->audited += (int64_t)n[5];
        sum->agreed += (int64_t)n[6];
    }
    return true;
}

/* A share of the days up to now: the latest guardrail.days of them, and none from before it was
 * cleared last. */
struct share {
    enum breaker_figure figure;
    int64_t part, of, least, limit; /* part: in thousandths */
    bool is_most;                   /* the limit is the most it may be, else the least */
};

static struct share share_of(enum breaker_figure figure, const struct days *sum)
{
    int64_t least = conf_int("guardrail.least");
    if (figure == BREAKER_LINKED)
        return (struct share){figure,
                              (int64_t)(sum->linked * WHOLE),
                              sum->votes,
                              least,
                              conf_int("guardrail.linked_percent") * PERCENT,
                              true};
    if (figure == BREAKER_AGREED)
        return (struct share){figure,
                              sum->agreed * WHOLE,
                              sum->audited,
                              conf_int("guardrail.least_audits"),
                              conf_int("guardrail.agreed_percent") * PERCENT,
                              false};
    return (struct share){figure,
                          sum->covered * WHOLE,
                          sum->settled,
                          least,
                          conf_int("guardrail.covered_percent") * PERCENT,
                          false};
}

enum result breaker_days(struct paymaster *paymaster, struct text lines, int64_t now_ms)
{
    enum result result = OK;
    for (int figure = BREAKER_LINKED; figure <= BREAKER_COVERED && result == OK; figure++) {
        struct vault_trip_cleared_row cleared;
        struct days sum;
        int64_t first = now_ms / DAY_MS - conf_int("guardrail.days") + 1;
        result = vault_trip_cleared(paymaster->vault, &paymaster->arena, figure, &cleared);
        if (result != OK)
            return result;
        if (cleared.at_ms / DAY_MS + 1 > first && cleared.at_ms > 0)
            first = cleared.at_ms / DAY_MS + 1;
        if (!days_sum(lines, first, &sum))
            return INVALID;
        struct share share = share_of((enum breaker_figure)figure, &sum);
        if (share.of < share.least)
            continue;
        int64_t measured = share.part / share.of;
        if (share.is_most ? measured > share.limit : measured < share.limit)
            result = trip(paymaster, share.figure,
                          text_cut(clock_iso(&paymaster->arena, now_ms), DATE_SIZE), measured,
                          share.limit);
    }
    return result;
}

enum result breaker_look(struct paymaster *paymaster)
{
    static const char *const arguments[] = {"figures", NULL};
    struct buf lines;
    size_t mark = paymaster->arena.used;
    buf_open(&lines, &paymaster->arena, (size_t)DAYS_READ * 128);
    int code = program_call("curbside-ranker", arguments, &lines);
    enum result result =
        code == 0 ? breaker_days(paymaster, buf_done(&lines), clock_now_ms()) : NOT_FOUND;
    if (result == OK)
        paymaster->looked_ms = clock_now_ms();
    if (result == NOT_FOUND || result == INVALID) {
        trace_warn("breaker", "the ranker's figures cannot be read: code=%d", code);
        result = OK;
    }
    arena_reset(&paymaster->arena, mark);
    return result;
}

/* --- stopped, and let go on --- */

enum result breaker_check(struct paymaster *paymaster)
{
    struct vault_trips_open_row *open;
    size_t count = 0, mark = paymaster->arena.used;
    enum result result = vault_trips_open(paymaster->vault, &paymaster->arena, &open, &count);
    arena_reset(&paymaster->arena, mark);
    return result == OK && count > 0 ? CONFLICT : result;
}

enum result breaker_check_month(struct paymaster *paymaster, struct text period)
{
    struct vault_month_gauge_find_row measured;
    enum result result =
        vault_month_gauge_find(paymaster->vault, &paymaster->arena, period, &measured);
    if (result == NOT_FOUND)
        return OK;
    return result == OK ? breaker_check(paymaster) : result;
}

enum result breaker_refuse(struct paymaster *paymaster, enum result result, struct buf *reply)
{
    const struct reply_problem problem = {
        TEXT(""), TEXT("Payouts are stopped: a figure crossed its guardrail. Guardrails says "
                       "which, and two admins can let payouts go on there.")};
    if (result == CONFLICT && breaker_check(paymaster) == CONFLICT)
        reply_problem_write(reply, &problem);
    return result;
}

static const char *figure_name(int64_t figure)
{
    static const char *const names[BREAKER_FIGURES] = {
        "",        "money a day", "share of the top 1 %", "linked votes", "agreement with audits",
        "coverage"};
    return names[figure];
}

static struct text figure_value(struct arena *arena, int64_t figure, int64_t value)
{
    return figure == BREAKER_MONEY
               ? ledger_money(arena, value)
               : arena_format(arena, "%lld.%lld %%", (long long)(value / PERCENT),
                              (long long)(value % PERCENT));
}

enum result breaker_words(struct paymaster *paymaster, const struct command *command, int64_t by,
                          struct text *subject, struct text *words)
{
    struct arena *arena = &paymaster->arena;
    struct text why = text_trim(command->breaker_reset.reason);
    struct vault_trips_open_row *open;
    struct buf out;
    size_t count = 0;
    (void)by;
    *subject = TEXT("breaker");
    if (why.size == 0 || why.size > REASON_MAX)
        return INVALID;
    enum result result = vault_trips_open(paymaster->vault, arena, &open, &count);
    if (result != OK || count == 0)
        return result;
    buf_open(&out, arena, 512);
    buf_format(&out, "Let payouts go on, which stopped at");
    for (size_t i = 0; i < count; i++) {
        struct text is = figure_value(arena, open[i].figure, open[i].measured);
        struct text may = figure_value(arena, open[i].figure, open[i].allowed);
        buf_format(&out, "%s %s %.*s of %.*s (limit %.*s)", i == 0 ? "" : ",",
                   figure_name(open[i].figure), (int)is.size, is.data, (int)open[i].about.size,
                   open[i].about.data, (int)may.size, may.data);
    }
    buf_format(&out, ". Why: ");
    buf_add(&out, why.data, why.size);
    *words = buf_done(&out);
    return OK;
}

/* --- what is shown --- */

static enum result trips_list(struct paymaster *paymaster, struct reply_breaker *list)
{
    struct vault_trips_row *rows;
    size_t count;
    enum result result =
        vault_trips(paymaster->vault, &paymaster->arena, TRIPS_SHOWN, &rows, &count);
    if (result != OK)
        return result;
    list->trips = arena_array(&paymaster->arena, struct record_trip, count + 1);
    list->trips_count = count;
    for (size_t i = 0; i < count; i++)
        list->trips[i] = (struct record_trip){rows[i].number,     rows[i].figure,  rows[i].about,
                                              rows[i].measured,   rows[i].allowed, rows[i].at_ms,
                                              rows[i].cleared_ms, rows[i].why};
    return OK;
}

static enum result months_list(struct paymaster *paymaster, struct reply_breaker *list)
{
    struct vault_month_gauges_row *rows;
    size_t count;
    enum result result =
        vault_month_gauges(paymaster->vault, &paymaster->arena, MONTHS_SHOWN, &rows, &count);
    if (result != OK)
        return result;
    list->months = arena_array(&paymaster->arena, struct record_month_gauge, count + 1);
    list->months_count = count;
    for (size_t i = 0; i < count; i++)
        list->months[i] = (struct record_month_gauge){rows[i].period, rows[i].day_cents,
                                                      rows[i].top, rows[i].payees};
    return OK;
}

enum result breaker_command(struct paymaster *paymaster, const struct command *command,
                            struct buf *reply)
{
    struct reply_breaker list = {.looked_ms = paymaster->looked_ms};
    if (command->kind == COMMAND_BREAKER_RESET)
        return vault_trips_clear(paymaster->vault, text_trim(command->breaker_reset.reason),
                                 clock_now_ms());
    enum result result = breaker_check(paymaster);
    list.stopped = result == CONFLICT;
    if (result == CONFLICT)
        result = OK;
    if (result == OK)
        result = trips_list(paymaster, &list);
    if (result == OK)
        result = months_list(paymaster, &list);
    if (result != OK)
        return result;
    reply_breaker_write(reply, &list);
    return OK;
}
