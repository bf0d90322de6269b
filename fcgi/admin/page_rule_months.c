/* What a proposed rule of pay would have paid for what the closed months' earmarks were on. The
 * paymaster is asked for it each time: it lies in no store that a worker can open, and what is told
 * is rough (ledger/reward/coarse.h). */
#include "fcgi/admin/page_rules.h"

#include <inttypes.h>

#include "core/clock.h"
#include "schema/command.h"

enum { BARS = 8, CHANGES = 5 };
enum { TRIAL_WAITS = 1, TRIAL_QUEUED, TRIAL_RUNS, TRIAL_PASSED, TRIAL_FAILED };

static struct text members_words(struct request *r, const struct reply_rule_months *found,
                                 int64_t members)
{
    return members > 0 ? arena_format(r->arena, "%" PRId64 " or more", members)
                       : arena_format(r->arena, "fewer than %" PRId64, found->floor);
}

static struct text cents_words(struct request *r, int64_t members, int64_t cents)
{
    if (members == 0)
        return TEXT("–");
    struct text money = page_money(r->arena, cents);
    return arena_format(r->arena, "about %.*s", (int)money.size, money.data);
}

static struct view_rule_sum sum_view(struct request *r, const struct reply_rule_months *found,
                                     struct text what, int64_t members, int64_t before,
                                     int64_t after)
{
    return (struct view_rule_sum){
        .what = what,
        .acts = members_words(r, found, members),
        .before = cents_words(r, members, before),
        .after = cents_words(r, members, after),
    };
}

static void months_fill(struct request *r, const struct reply_rule_months *found,
                        struct view_rule_page *v)
{
    size_t count = found->months_count, first = count > BARS ? count - BARS : 0;
    struct buf before, after;
    int64_t most = 0;
    buf_open(&before, r->arena, 256);
    buf_open(&after, r->arena, 256);
    for (size_t i = first; i < count; i++) {
        most = found->months[i].before > most ? found->months[i].before : most;
        most = found->months[i].after > most ? found->months[i].after : most;
    }
    v->tried = arena_array(r->arena, struct view_rule_sum, count + 1);
    for (size_t i = 0; i < count; i++) {
        const struct record_month_tried *month = &found->months[i];
        struct text name = clock_month(r->arena, month->start_ms);
        if (month->later)
            name = arena_format(r->arena, "%.*s, closed since", (int)name.size, name.data);
        struct text were = members_words(r, found, month->payees_before);
        struct text are = members_words(r, found, month->payees_after);
        v->tried[v->tried_count++] = (struct view_rule_sum){
            .what = name,
            .acts = text_equal(were, are)
                        ? were
                        : arena_format(r->arena, "%.*s, then %.*s", (int)were.size, were.data,
                                       (int)are.size, are.data),
            .before = cents_words(r, month->payees_before, month->before),
            .after = cents_words(r, month->payees_after, month->after),
        };
        if (i < first)
            continue;
        page_rule_bar(&before, i - first, false, month->before, most);
        page_rule_bar(&after, i - first, true, month->after, most);
    }
    v->tried_before = before.size > 0 ? buf_done(&before) : TEXT("M0 0");
    v->tried_after = after.size > 0 ? buf_done(&after) : TEXT("M0 0");
}

static void changes_fill(struct request *r, const struct reply_rule_months *found,
                         struct view_rule_page *v)
{
    static const char *const words[CHANGES] = {"Newly paid", "Paid more", "Paid as much",
                                               "Paid less", "No longer paid"};
    v->changes = arena_array(r->arena, struct view_rule_sum, CHANGES);
    for (size_t i = 0; i < found->changes_count && i < CHANGES; i++)
        v->changes[v->changes_count++] =
            sum_view(r, found, text_of(words[i]), found->changes[i].members,
                     found->changes[i].before, found->changes[i].after);
}

static void state_fill(struct request *r, const struct reply_rule_months *found,
                       struct view_rule_page *v)
{
    struct arena *arena = r->arena;
    v->months_state = TEXT("waiting");
    if (found->state == TRIAL_WAITS) {
        v->months_words = TEXT("It goes through closed months once its first trial is passed.");
    } else if (found->state == TRIAL_QUEUED) {
        struct text day = clock_day(arena, found->next_ms);
        v->months_words =
            arena_format(arena,
                         "It waits until %.*s: of such trials only so many begin in a month, since "
                         "each tells a little of what is earmarked.",
                         (int)day.size, day.data);
    } else if (found->state == TRIAL_RUNS) {
        v->months_state = TEXT("running");
        v->running = true;
        v->months_words = arena_format(arena, "Runs: %" PRId64 " of %" PRId64 " closed months.",
                                       found->done, found->all);
    } else if (found->state == TRIAL_FAILED) {
        v->months_state = TEXT("failed");
        v->months_words = arena_format(arena, "It failed: %.*s. The rule in force is untouched.",
                                       (int)found->why.size, found->why.data);
    } else {
        v->months_state = TEXT("passed");
        v->months_words =
            found->months_count == 0
                ? TEXT("No month is closed yet. Months that are closed from now on are gone "
                       "through at their close.")
                : arena_format(arena,
                               "Closed months gone through: %zu. Each that is closed from now on "
                               "follows.",
                               found->months_count);
    }
}

enum result page_rule_months(struct request *r, struct view_rule_page *v)
{
    struct command command = {.kind = COMMAND_RULE_MONTHS};
    struct reply_rule_months found = {0};
    struct json *root = NULL;
    size_t faults = r->fault_count;
    bool decided = !text_is(v->rule.state, "proposed");
    v->months_state = v->months_words = TEXT("");
    v->tried_before = v->tried_after = TEXT("M0 0");
    if (!v->of_pay || !text_is(v->trial_state, "passed"))
        return OK;
    command.rule_months.proposal = v->rule.proposal;
    enum result result = page_may_ask(r) ? page_program(r, "paymaster", &command, &root) : BUSY;
    if (result == OK)
        result = root != NULL ? reply_rule_months_read(root, r->arena, &found) : BUSY;
    json_close(root);
    r->fault_count = faults;
    if (result != OK || (decided && found.state < TRIAL_PASSED)) {
        v->months_state = decided ? TEXT("") : TEXT("unknown");
        v->months_words = TEXT("The paymaster cannot be asked right now what it would have paid "
                               "for closed months. Reload this page in a moment.");
        return OK;
    }
    state_fill(r, &found, v);
    months_fill(r, &found, v);
    if (v->tried_count > 0)
        changes_fill(r, &found, v);
    return OK;
}
