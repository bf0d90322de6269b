/* What a proposed rule of pay would have paid in the house's own last days: by the month and by
 * what changes for an act. Members in sums alone; nothing of it comes from an earmark. */
#include "fcgi/admin/page_rules.h"

#include <inttypes.h>

#include "core/clock.h"
#include "schema/rank.h"

enum { MICRO_A_CENT = 10000, MONTHS = 8 };
enum { BAR_FIRST = 20, BAR_STEP = 38, BAR_BESIDE = 13, BAR_FOOT = 112, BAR_HIGH = 104 };

static struct text money(struct arena *arena, int64_t micro)
{
    return page_money(arena, micro / MICRO_A_CENT);
}

void page_rule_bar(struct buf *path, size_t month, bool then, int64_t amount, int64_t most)
{
    int64_t high = most > 0 ? amount * BAR_HIGH / most : 0;
    if (high > 0)
        buf_format(path, "M%d %dv-%" PRId64,
                   BAR_FIRST + BAR_STEP * (int)month + (then ? BAR_BESIDE : 0), BAR_FOOT, high);
}

static enum result months_load(struct request *r, struct view_rule_page *v)
{
    struct rank_trial_months_row *rows;
    struct buf before, after;
    size_t count;
    int64_t most = 0;
    enum result result =
        rank_trial_months(request_store(r, WEB_RANK), r->arena, v->rule.proposal, &rows, &count);
    if (result != OK)
        return result;
    buf_open(&before, r->arena, 256);
    buf_open(&after, r->arena, 256);
    for (size_t i = 0; i < count; i++) {
        most = rows[i].before > most ? rows[i].before : most;
        most = rows[i].after > most ? rows[i].after : most;
    }
    v->months = arena_array(r->arena, struct view_rule_sum, MONTHS);
    for (size_t i = 0; i < count && i < MONTHS; i++) {
        page_rule_bar(&before, i, false, rows[i].before, most);
        page_rule_bar(&after, i, true, rows[i].after, most);
        v->months[v->months_count++] = (struct view_rule_sum){
            .what = clock_month(r->arena, rows[i].start_ms),
            .acts = page_number(r->arena, rows[i].acts),
            .before = money(r->arena, rows[i].before),
            .after = money(r->arena, rows[i].after),
        };
    }
    v->bars_before = before.size > 0 ? buf_done(&before) : TEXT("M0 0");
    v->bars_after = after.size > 0 ? buf_done(&after) : TEXT("M0 0");
    return OK;
}

static enum result reasons_load(struct request *r, struct view_rule_page *v)
{
    static const char *const words[] = {
        "Newly paid",
        "Paid more",
        "Paid as much",
        "Paid less",
        "No longer paid",
        "Paid by neither",
        "Linked: paid by no rule",
        "Cast in sight of the totals: paid by no rule",
    };
    enum { REASONS = sizeof(words) / sizeof(*words) };
    struct rank_trial_reasons_row *rows;
    size_t count;
    enum result result =
        rank_trial_reasons(request_store(r, WEB_RANK), r->arena, v->rule.proposal, &rows, &count);
    v->sums = arena_array(r->arena, struct view_rule_sum, REASONS);
    for (size_t i = 0; result == OK && i < count && i < REASONS; i++)
        v->sums[v->sums_count++] = (struct view_rule_sum){
            .what = text_of(words[rows[i].reason]),
            .acts = page_number(r->arena, rows[i].acts),
            .before = money(r->arena, rows[i].before),
            .after = money(r->arena, rows[i].after),
        };
    return result;
}

enum result page_rule_pay(struct request *r, const struct rank_trial_of_row *trial,
                          struct view_rule_page *v)
{
    struct arena *arena = r->arena;
    int64_t before = trial->author_before + trial->vote_before;
    int64_t after = trial->author_after + trial->vote_after;
    v->figures = arena_array(arena, struct view_figure, 4);
    v->figures[v->figures_count++] =
        (struct view_figure){TEXT("Paid now"), money(arena, before), TEXT("in the last 180 days")};
    v->figures[v->figures_count++] =
        (struct view_figure){TEXT("Paid then"), money(arena, after), TEXT("by the proposed rule")};
    v->figures[v->figures_count++] = (struct view_figure){
        TEXT("Newly paid"), page_number(arena, trial->newly_paid), TEXT("members")};
    v->figures[v->figures_count++] = (struct view_figure){
        TEXT("No longer paid"), page_number(arena, trial->no_longer_paid), TEXT("members")};
    enum result result = months_load(r, v);
    return result == OK ? reasons_load(r, v) : result;
}
