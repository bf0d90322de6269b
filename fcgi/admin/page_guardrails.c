/* Guardrails, for admins: each figure over time beside its limit, what stopped payouts and who lets
 * them go on, and the postings drawn for audit. Shares of votes and postings are the ranker's and
 * come from rank.db, money and what is stopped from the paymaster. */
#include "fcgi/page/page_doors.h"
#include "fcgi/sponsor/page_report.h"

#include <inttypes.h>
#include <math.h>

#include "core/clock.h"
#include "core/conf.h"
#include "fcgi/guard.h"
#include "ledger/ledger.h"
#include "schema/board.h"
#include "schema/rank.h"

enum {
    DAYS_DRAWN = 90,
    DAYS_READ = 500, /* as many as are drawn, and the longest stretch before the first */
    AUDITS_SHOWN = 10,
    WHOLE = 1000, /* shares of the paymaster are in thousandths */
    PAYEES_LEAST = 100,
    DONE_AUDITED = 1
};

const struct field fields_guardrails[] = {
    {.name = "done",
     .type = FIELD_INT,
     .low = DONE_AUDITED,
     .high = DONE_AUDITED,
     .optional = true,
     .label = "What was before"},
    {.name = NULL},
};
const struct field fields_reset_breaker[] = {
    {.name = "reason", .type = FIELD_LINE, .low = 1, .high = 200, .label = "The reason"},
    {.name = NULL},
};
const struct field fields_audit[] = {
    {.name = "outcome", .type = FIELD_INT, .low = 1, .high = 3, .label = "The judgement"},
    {.name = NULL},
};

static const struct words {
    const char *name, *meaning;
} figure_words[BREAKER_FIGURES] = {
    [BREAKER_MONEY] = {"Money a day",
                       "What a month’s acts earned, for each of its days. Single days are not "
                       "told: they would show which acts an earmark was on."},
    [BREAKER_TOP] = {"Share of the top 1 %",
                     "Of a month’s money, what goes to the one in a hundred payees who get most."},
    [BREAKER_LINKED] = {"Linked votes",
                        "Of the votes that settled, how many came from members linked with the "
                        "author."},
    [BREAKER_AGREED] = {"Agreement with audits",
                        "Of the postings an admin audited, how many the votes had judged alike."},
    [BREAKER_COVERED] = {"Coverage",
                         "Of the answers and observations that settled, how many were judged by "
                         "at least one whole vote from a trusted colleague independent of the "
                         "author."},
};

static struct text percent(struct arena *arena, double share)
{
    return arena_format(arena, "%.1f %%", 100 * share);
}

static struct text figure_value(struct request *r, int64_t figure, int64_t value)
{
    return figure == BREAKER_MONEY ? page_money(r->arena, value)
                                   : percent(r->arena, (double)value / WHOLE);
}

/* --- the ranker's shares --- */

struct share {
    double part;
    int64_t of;
};

static struct share share_add(int figure, struct share sum, const struct rank_gauge_days_row *day,
                              int sign)
{
    switch (figure) {
    case BREAKER_LINKED:
        return (struct share){sum.part + sign * day->linked, sum.of + sign * day->votes};
    case BREAKER_AGREED:
        return (struct share){sum.part + sign * (double)day->agreed, sum.of + sign * day->audited};
    default:
        return (struct share){sum.part + sign * (double)day->covered, sum.of + sign * day->settled};
    }
}

static int64_t limit_percent(int figure)
{
    return conf_int(figure == BREAKER_LINKED   ? "guardrail.linked_percent"
                    : figure == BREAKER_AGREED ? "guardrail.agreed_percent"
                                               : "guardrail.covered_percent");
}

/* For each of the last days the share of the days up to it; at -1 where there is nothing. */
static struct share shares_of(const struct request *r, int figure,
                              const struct rank_gauge_days_row *days, size_t count,
                              struct page_point *points)
{
    struct share sum = {0, 0};
    int64_t today = r->now_ms / DAY_MS, stretch = conf_int("guardrail.days");
    size_t next = 0, gone = 0;
    for (int i = 0; i < DAYS_DRAWN; i++) {
        int64_t day = today - DAYS_DRAWN + 1 + i;
        for (; next < count && days[next].day <= day; next++)
            sum = share_add(figure, sum, &days[next], 1);
        for (; gone < next && days[gone].day <= day - stretch; gone++)
            sum = share_add(figure, sum, &days[gone], -1);
        double at = sum.of > 0 ? fmin(1, fmax(0, sum.part / (double)sum.of)) : -1;
        points[i] = (struct page_point){.at = at, .low = at, .high = at};
    }
    return sum;
}

static void share_fill(struct request *r, int figure, const struct rank_gauge_days_row *days,
                       size_t count, struct view_guardrail *v)
{
    struct arena *arena = r->arena;
    struct page_point *points = arena_array(arena, struct page_point, DAYS_DRAWN);
    struct share now = shares_of(r, figure, days, count, points);
    int64_t limit = limit_percent(figure);
    int64_t least =
        conf_int(figure == BREAKER_AGREED ? "guardrail.least_audits" : "guardrail.least");
    const char *way = figure == BREAKER_LINKED ? "no more than" : "no less than";
    v->latest = now.of > 0 ? percent(arena, now.part / (double)now.of) : TEXT("none yet");
    v->limit = arena_format(arena, "%s %" PRId64 " %%", way, limit);
    if (now.of < least)
        v->few = arena_format(arena, "too few to judge: %s of %s", page_number(arena, now.of).data,
                              page_number(arena, least).data);
    v->limit_y = PAGE_SERIES_HEIGHT - limit * PAGE_SERIES_HEIGHT / 100;
    v->y_high = TEXT("100 %");
    v->y_low = TEXT("0");
    page_series(arena, points, DAYS_DRAWN, &v->line);
    v->line.dots = TEXT("M0 0");
    v->drawn = v->line.line.size > 0;
    v->line.first = clock_day(arena, r->now_ms - (DAYS_DRAWN - 1) * DAY_MS);
    v->line.last = clock_day(arena, r->now_ms);
    v->line.words = arena_format(arena, "%s: the last %d days; latest %s, limit %" PRId64 " %%",
                                 figure_words[figure].name, DAYS_DRAWN, v->latest.data, limit);
}

static enum result shares_load(struct request *r, struct view_guardrails *v)
{
    struct rank_gauge_days_row *days;
    size_t count;
    int64_t after = r->now_ms / DAY_MS - DAYS_DRAWN - conf_int("guardrail.days");
    enum result result =
        rank_gauge_days(request_store(r, WEB_RANK), r->arena, after, DAYS_READ, &days, &count);
    for (int figure = BREAKER_LINKED; figure < BREAKER_FIGURES && result == OK; figure++)
        share_fill(r, figure, days, count, &v->figures[figure - 1]);
    return result;
}

/* --- the paymaster's months --- */

static void months_fill(struct request *r, int figure, const struct reply_breaker *all,
                        struct view_guardrail *v)
{
    struct arena *arena = r->arena;
    size_t count = all->months_count;
    struct page_point *points = arena_array(arena, struct page_point, count + 1);
    int64_t limit = figure == BREAKER_MONEY ? conf_int("guardrail.day_cents")
                                            : conf_int("guardrail.top_percent") * WHOLE / 100;
    int64_t high = figure == BREAKER_MONEY ? limit : WHOLE;
    for (size_t i = 0; i < count && figure == BREAKER_MONEY; i++)
        high = all->months[i].day_cents > high ? all->months[i].day_cents : high;
    for (size_t i = 0; i < count; i++) { /* they come newest first */
        const struct record_month_gauge *month = &all->months[count - 1 - i];
        int64_t value = figure == BREAKER_MONEY ? month->day_cents : month->top;
        double at = high > 0 ? (double)value / (double)high : 0;
        points[i] = (struct page_point){.at = at, .low = at, .high = at};
        v->latest = figure_value(r, figure, value);
    }
    if (count == 0)
        v->latest = TEXT("none yet");
    v->limit = limit == 0
                   ? TEXT("no limit is set")
                   : arena_format(arena, "no more than %s", figure_value(r, figure, limit).data);
    if (count == 0)
        v->few = TEXT("no month yet");
    else if (figure == BREAKER_TOP && all->months[0].payees < PAYEES_LEAST)
        v->few = arena_format(arena, "too few payees to judge: %s of %d",
                              page_number(arena, all->months[0].payees).data, PAYEES_LEAST);
    v->limit_y = high > 0 ? PAGE_SERIES_HEIGHT - limit * PAGE_SERIES_HEIGHT / high : 0;
    v->y_high = figure_value(r, figure, high);
    v->y_low = TEXT("0");
    page_series(arena, points, count, &v->line);
    v->drawn = count > 1;
    if (count == 0)
        return;
    v->line.first = page_month(arena, all->months[count - 1].name);
    v->line.last = page_month(arena, all->months[0].name);
    v->line.words = arena_format(arena, "%s: %zu months; latest %s, limit %s",
                                 figure_words[figure].name, count, v->latest.data, v->limit.data);
}

static void trips_fill(struct request *r, const struct reply_breaker *all,
                       struct view_guardrails *v)
{
    v->trips = arena_array(r->arena, struct view_guardrail_trip, all->trips_count + 1);
    for (size_t i = 0; i < all->trips_count; i++) {
        const struct record_trip *trip = &all->trips[i];
        struct text about =
            trip->figure <= BREAKER_TOP ? page_month(r->arena, trip->about) : trip->about;
        v->trips[v->trips_count++] = (struct view_guardrail_trip){
            .name = text_of(figure_words[trip->figure].name),
            .about = about,
            .measured = figure_value(r, trip->figure, trip->measured),
            .allowed = figure_value(r, trip->figure, trip->allowed),
            .at = clock_ago(r->arena, trip->at_ms, r->now_ms),
            .why = trip->why,
            .open = trip->cleared_ms == 0,
        };
        if (trip->cleared_ms == 0)
            v->figures[trip->figure - 1].crossed = true;
    }
}

static enum result money_load(struct request *r, struct view_guardrails *v)
{
    struct command command = {.kind = COMMAND_BREAKER};
    struct reply_breaker all = {0};
    struct json *root;
    enum result result = page_may_ask(r) ? page_program(r, "paymaster", &command, &root) : r->why;
    if (result != OK)
        return result;
    result = root != NULL ? reply_breaker_read(root, r->arena, &all) : BROKEN;
    json_close(root);
    if (result != OK)
        return result;
    months_fill(r, BREAKER_MONEY, &all, &v->figures[BREAKER_MONEY - 1]);
    months_fill(r, BREAKER_TOP, &all, &v->figures[BREAKER_TOP - 1]);
    trips_fill(r, &all, v);
    v->stopped = all.stopped;
    v->looked = all.looked_ms > 0
                    ? arena_format(r->arena, "The paymaster last read the ranker’s figures %s.",
                                   clock_ago(r->arena, all.looked_ms, r->now_ms).data)
                    : TEXT("The paymaster has not read the ranker’s figures yet.");
    return OK;
}

/* --- audits --- */

static enum result audits_load(struct request *r, struct view_guardrails *v)
{
    struct rank_audits_open_row *rows;
    struct board_thread_get_row thread;
    size_t count;
    enum result result =
        rank_audits_open(request_store(r, WEB_RANK), r->arena, AUDITS_SHOWN, &rows, &count);
    if (result != OK)
        return result;
    v->audits = arena_array(r->arena, struct view_audit_due, count + 1);
    for (size_t i = 0; i < count; i++) {
        bool found = board_thread_get(request_store(r, WEB_BOARD), r->arena, rows[i].question,
                                      &thread) == OK;
        v->audits[v->audits_count++] = (struct view_audit_due){
            .posting = rows[i].posting,
            .link = arena_format(r->arena, "/q/%" PRId64 "#p%" PRId64, rows[i].question,
                                 rows[i].posting),
            .title = found ? page_titled(r->arena, thread.kind, thread.member, thread.source,
                                         thread.title)
                           : arena_format(r->arena, "Posting %" PRId64, rows[i].posting),
            .at = clock_ago(r->arena, rows[i].drawn_ms, r->now_ms),
        };
    }
    return OK;
}

/* --- the page --- */

static enum result guardrails_show(struct request *r, struct reply *out, struct view_guardrails *v)
{
    v->head = page_head(r, TEXT("Guardrails"));
    v->days = conf_int("guardrail.days");
    v->figures = arena_array(r->arena, struct view_guardrail, BREAKER_FIGURES);
    for (int figure = BREAKER_MONEY; figure < BREAKER_FIGURES; figure++)
        v->figures[v->figures_count++] = (struct view_guardrail){
            .name = text_of(figure_words[figure].name),
            .words = text_of(figure_words[figure].meaning),
            .few = TEXT(""),
        };
    enum result result = shares_load(r, v);
    if (result == OK)
        result = money_load(r, v);
    if (result == OK)
        result = audits_load(r, v);
    if (result != OK)
        return result;
    page_form_problems(r, "reason", &v->problems, &v->problems_count);
    v->form = guard_form(r, out, "/admin/guardrails");
    v->audit_form = guard_form(r, out, "/admin/audit/:id");
    v->request = guard_request_id(r);
    return reply_view(r, out, guardrails, v);
}

enum result page_guardrails(struct request *r, struct reply *out)
{
    struct view_guardrails v = {.notice = TEXT(""), .reason = TEXT("")};
    if (request_int(r, "done") == DONE_AUDITED)
        v.notice = TEXT("Noted. It counts from now on.");
    return guardrails_show(r, out, &v);
}

enum result page_guardrails_again(struct request *r, struct reply *out)
{
    struct view_guardrails v = {.notice = TEXT(""), .reason = request_typed(r, "reason")};
    return guardrails_show(r, out, &v);
}

enum result page_breaker_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_BREAKER_RESET};
    command.breaker_reset.reason = request_text(r, "reason");
    enum result result = page_program_done(r, "paymaster", &command);
    return result == OK ? reply_redirect(r, out, "/admin/operations?proposed=1") : result;
}

enum result page_audit_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_POSTING_AUDIT};
    command.posting_audit.posting = r->id;
    command.posting_audit.outcome = request_int(r, "outcome");
    enum result result = page_program_done(r, "clerk", &command);
    return result == OK ? reply_redirect(r, out, "/admin/guardrails?done=%d#audit", DONE_AUDITED)
                        : result;
}
