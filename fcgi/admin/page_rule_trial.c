/* What came of a proposed rule's trial: invented communities, the past, who moves, who is paid; and
 * its days in the shadow of the rule in force. */
#include "fcgi/admin/page_rules.h"

#include <inttypes.h>

#include "core/clock.h"
#include "core/conf.h"
#include "ranking/ranking.h"
#include "schema/board.h"
#include "schema/rank.h"

/* Names of rules of pay. */
#define PAY_NAMES "reward/"

enum { MOVES_SHOWN = 10, MOVE_MEMBER = 1, WORLD_ROWS = 4, WORLDS_SHOWN = 20, DAYS_SHOWN = 20 };
/* The drawing of the first hundred: four units a place; whoever stands below them, at its foot. */
enum { TOPS = 100, TOP_LEFT = 40, TOP_RIGHT = 280, STEP_WORLDS = 1 };
enum { TOP_STEP = 4, TOP_FOOT = 16, TOP_MARGIN = 8 }; /* foot: below the last place drawn */

static struct text band_words(struct arena *arena, double score, int64_t band)
{
    bool known = band >= 0 && band < RANKING_BANDS;
    return arena_format(arena, "%.3f %s", score, known ? ranking_band_name(band) : "");
}

static struct view_trial_move move_view(struct request *r, const struct rank_trial_moves_row *move)
{
    struct arena *arena = r->arena;
    struct board_member_profile_row profile;
    struct board_thread_get_row thread;
    struct db *board = request_store(r, WEB_BOARD);
    struct view_trial_move v = {
        .change = arena_format(arena, "%+.3f", move->after - move->before),
    };
    if (move->kind == MOVE_MEMBER) {
        bool found = board_member_profile(board, arena, move->id, &profile) == OK;
        v.what = found ? profile.pseudonym : arena_format(arena, "Member %" PRId64, move->id);
        v.link = arena_format(arena, "/m/%" PRId64, move->id);
        v.before = band_words(arena, move->before, move->order_before);
        v.after = band_words(arena, move->after, move->order_after);
        return v;
    }
    bool found = board_thread_get(board, arena, move->question, &thread) == OK;
    v.what = found ? page_titled(arena, thread.kind, thread.member, thread.source, thread.title)
                   : arena_format(arena, "Posting %" PRId64, move->id);
    v.link = arena_format(arena, "/q/%" PRId64 "#p%" PRId64, move->question, move->id);
    v.before = arena_format(arena, "%.3f, place %" PRId64, move->before, move->order_before);
    v.after = arena_format(arena, "%.3f, place %" PRId64, move->after, move->order_after);
    return v;
}

static enum result moves_load(struct request *r, struct view_rule_page *v)
{
    struct rank_trial_moves_row *moves;
    size_t count;
    enum result result =
        rank_trial_moves(request_store(r, WEB_RANK), r->arena, v->rule.proposal, &moves, &count);
    if (result != OK)
        return result;
    v->members = arena_array(r->arena, struct view_trial_move, MOVES_SHOWN);
    v->postings = arena_array(r->arena, struct view_trial_move, MOVES_SHOWN);
    for (size_t i = 0; i < count; i++) {
        bool member = moves[i].kind == MOVE_MEMBER;
        if (member && v->members_count < MOVES_SHOWN)
            v->members[v->members_count++] = move_view(r, &moves[i]);
        else if (!member && v->postings_count < MOVES_SHOWN)
            v->postings[v->postings_count++] = move_view(r, &moves[i]);
    }
    return OK;
}

static void figure_add(struct request *r, struct view_rule_page *v, const char *name, int64_t value,
                       const char *words)
{
    v->figures[v->figures_count++] = (struct view_figure){
        .name = text_of(name), .value = page_number(r->arena, value), .words = text_of(words)};
}

static void figures_fill(struct request *r, const struct rank_trial_of_row *trial,
                         struct view_rule_page *v)
{
    struct arena *arena = r->arena;
    v->figures = arena_array(arena, struct view_figure, 6);
    figure_add(r, v, "Postings rescored", trial->postings_changed,
               arena_format(arena, "of %" PRId64, trial->postings).data);
    figure_add(r, v, "Threads reordered", trial->questions_reordered,
               arena_format(arena, "of %" PRId64, trial->questions).data);
    figure_add(r, v, "New first answers", trial->questions_new_top,
               arena_format(arena, "of %" PRId64, trial->questions).data);
    figure_add(r, v, "Members up", trial->members_up,
               arena_format(arena, "%" PRId64 " into a higher band", trial->bands_up).data);
    figure_add(r, v, "Members down", trial->members_down,
               arena_format(arena, "%" PRId64 " into a lower band", trial->bands_down).data);
    v->figures[v->figures_count++] = (struct view_figure){
        .name = TEXT("Agreement"),
        .value = arena_format(arena, "%.2f", trial->agreement),
        .words = TEXT("of the members’ order, 1 is the same"),
    };
}

static struct text percent(struct arena *arena, double share)
{
    return arena_format(arena, "%.1f%%", 100 * share);
}

/* Each community's four rows stand together, in their order. */
static enum result worlds_load(struct request *r, struct view_rule_page *v)
{
    static const char *const by[][WORLD_ROWS] = {
        {"Proposed", "In force", "Points for everything", "Plain majority"},
        {"Proposed", "In force", "Pay for everything", "Pay with the majority"},
    };
    struct rank_trial_worlds_row *rows;
    size_t count;
    enum result result =
        rank_trial_worlds(request_store(r, WEB_RANK), r->arena, v->rule.proposal, &rows, &count);
    v->worlds = arena_array(r->arena, struct view_rule_world, WORLDS_SHOWN);
    for (size_t i = 0; result == OK && i < count; i++) {
        if (rows[i].by == 0 && v->worlds_count < WORLDS_SHOWN)
            v->worlds[v->worlds_count++] = (struct view_rule_world){
                .preset = rows[i].preset,
                .rows = arena_array(r->arena, struct view_rule_figures, WORLD_ROWS),
            };
        if (v->worlds_count == 0)
            continue;
        struct view_rule_world *world = &v->worlds[v->worlds_count - 1];
        if (world->rows_count == WORLD_ROWS)
            continue;
        world->rows[world->rows_count++] = (struct view_rule_figures){
            .by = text_of(by[v->of_pay][rows[i].by]),
            .skill = arena_format(r->arena, "%.3f", rows[i].rank_agreement),
            .apart = percent(r->arena, rows[i].answers_apart),
            .bad_first = percent(r->arena, rows[i].bad_on_top),
            .paid = percent(r->arena, rows[i].paid),
            .leak = percent(r->arena, rows[i].leak),
            .rings = percent(r->arena, rows[i].ring_leak),
            .cover = percent(r->arena, rows[i].cover),
            .cheat_answer = percent(r->arena, rows[i].cheat_answer),
            .cheat_vote = percent(r->arena, rows[i].cheat_vote),
        };
    }
    return result;
}

static void running_fill(struct request *r, const struct rank_trial_of_row *trial,
                         struct view_rule_page *v)
{
    bool worlds = trial->step <= STEP_WORLDS;
    v->trial_state = TEXT("running");
    v->running = true;
    v->done = trial->done;
    v->total = worlds ? 1000 : trial->total;
    v->trial_words =
        worlds
            ? arena_format(r->arena, "Runs: invented communities, %" PRId64 " %% so far.",
                           trial->done / 10)
            : arena_format(r->arena, "Runs: %" PRId64 " of %" PRId64 " events of the past so far.",
                           trial->done, trial->total);
}

/* Millionths of a dollar as cents. */
static struct text money(struct arena *arena, int64_t micro)
{
    return page_money(arena, micro / 10000);
}

static void paid_fill(struct request *r, const struct rank_trial_of_row *trial,
                      struct view_rule_page *v)
{
    struct arena *arena = r->arena;
    v->paid = arena_array(arena, struct view_rule_paid, 4);
    v->paid[v->paid_count++] =
        (struct view_rule_paid){TEXT("For postings"), money(arena, trial->author_before),
                                money(arena, trial->author_after)};
    v->paid[v->paid_count++] = (struct view_rule_paid){
        TEXT("For votes"), money(arena, trial->vote_before), money(arena, trial->vote_after)};
    v->paid[v->paid_count++] = (struct view_rule_paid){TEXT("Members newly paid"), TEXT(""),
                                                       page_number(arena, trial->newly_paid)};
    v->paid[v->paid_count++] = (struct view_rule_paid){TEXT("Members no longer paid"), TEXT(""),
                                                       page_number(arena, trial->no_longer_paid)};
}

/* The drawing is as high as the last place in it; whoever stands below that is at its foot. */
static void tops_measure(const struct rank_trial_tops_row *rows, size_t count,
                         struct view_rule_tops *tops)
{
    int64_t last = 1;
    for (size_t i = 0; i < count; i++) {
        last = rows[i].place_before > last ? rows[i].place_before : last;
        last = rows[i].place_after > last ? rows[i].place_after : last;
    }
    tops->foot = TOP_STEP * (last < TOPS ? last : TOPS) + TOP_FOOT;
    tops->height = tops->foot + TOP_MARGIN;
}

static int64_t top_height(const struct view_rule_tops *tops, int64_t place)
{
    return place >= 1 && place <= TOPS ? TOP_STEP * place : tops->foot;
}

static enum result tops_load(struct request *r, struct view_rule_page *v)
{
    struct rank_trial_tops_row *rows;
    struct buf up, down, same;
    size_t count;
    enum result result =
        rank_trial_tops(request_store(r, WEB_RANK), r->arena, v->rule.proposal, &rows, &count);
    buf_open(&up, r->arena, 2048);
    buf_open(&down, r->arena, 2048);
    buf_open(&same, r->arena, 2048);
    if (result == OK)
        tops_measure(rows, count, &v->tops);
    for (size_t i = 0; result == OK && i < count; i++) {
        int64_t from = top_height(&v->tops, rows[i].place_before);
        int64_t to = top_height(&v->tops, rows[i].place_after);
        struct buf *path = to < from ? &up : to > from ? &down : &same;
        buf_format(path, "M%d %" PRId64 "L%d %" PRId64, TOP_LEFT, from, TOP_RIGHT, to);
        v->tops.count++;
        v->tops.stay += from == to;
    }
    v->tops.up = up.size > 0 ? buf_done(&up) : TEXT("M0 0");
    v->tops.down = down.size > 0 ? buf_done(&down) : TEXT("M0 0");
    v->tops.same = same.size > 0 ? buf_done(&same) : TEXT("M0 0");
    return result;
}

enum result page_rule_trial(struct request *r, struct view_rule_page *v)
{
    struct rank_trial_of_row trial;
    v->of_pay = text_starts(v->rule.name, PAY_NAMES);
    enum result result =
        rank_trial_of(request_store(r, WEB_RANK), r->arena, v->rule.proposal, &trial);
    if (result == NOT_FOUND && v->of_pay && !text_is(v->rule.state, "proposed")) {
        v->trial_state = TEXT("none");
        v->trial_words = TEXT("It was decided before rules of pay were tried.");
        return OK;
    }
    if (result == NOT_FOUND || (result == OK && trial.state == TRIAL_WAITING)) {
        v->trial_state = TEXT("waiting");
        v->trial_words = TEXT("Waits for its turn. Reload this page in a moment.");
        return OK;
    }
    if (result != OK)
        return result;
    if (trial.state == TRIAL_RUNNING) {
        running_fill(r, &trial, v);
        return OK;
    }
    result = worlds_load(r, v);
    if (result != OK)
        return result;
    if (trial.state == TRIAL_FAILED) {
        v->trial_state = TEXT("failed");
        v->trial_words = arena_format(r->arena, "It failed: %.*s. The rule in force is untouched.",
                                      (int)trial.why.size, trial.why.data);
        return OK;
    }
    v->trial_state = TEXT("passed");
    if (v->of_pay) {
        v->trial_words = arena_format(r->arena,
                                      "The whole past, %" PRId64 " events, paid once by the rule "
                                      "in force and once by this one.",
                                      trial.total);
        return page_rule_pay(r, &trial, v);
    }
    v->trial_words = arena_format(r->arena,
                                  "The whole past, %" PRId64 " events, once with the rule in force "
                                  "and once with this one.",
                                  trial.total);
    figures_fill(r, &trial, v);
    paid_fill(r, &trial, v);
    result = tops_load(r, v);
    return result == OK ? moves_load(r, v) : result;
}

/* --- in the shadow --- */

static enum result days_load(struct request *r, struct view_rule_page *v)
{
    struct rank_shadow_days_row *rows;
    size_t count;
    struct arena *arena = r->arena;
    enum result result = rank_shadow_days(request_store(r, WEB_RANK), arena, v->rule.proposal,
                                          DAYS_SHOWN, &rows, &count);
    v->days = arena_array(arena, struct view_rule_day, DAYS_SHOWN);
    for (size_t i = 0; result == OK && i < count; i++)
        v->days[v->days_count++] = (struct view_rule_day){
            .at = clock_day(arena, rows[i].at_ms),
            .seq = rows[i].seq,
            .agreement = arena_format(arena, "%.3f", rows[i].agreement),
            .up = page_number(arena, rows[i].members_up),
            .down = page_number(arena, rows[i].members_down),
            .newly = page_number(arena, rows[i].newly_paid),
            .no_longer = page_number(arena, rows[i].no_longer_paid),
            .why = rows[i].why,
        };
    return result;
}

bool page_rule_shadow_over(const struct request *r, const struct board_rule_get_row *row,
                           const struct view_rule_page *v)
{
    if (!rule_needs_shadow(row->name))
        return true;
    return row->shadow_ms > 0 &&
           r->now_ms >= row->shadow_ms + conf_int("rule.shadow_days") * DAY_MS &&
           v->days_count > 0 && v->days[0].why.size == 0;
}

enum result page_rule_shadow(struct request *r, const struct board_rule_get_row *row,
                             struct view_rule_page *v)
{
    int64_t days = conf_int("rule.shadow_days");
    v->shadow_words = TEXT("");
    if (!rule_needs_shadow(row->name) ||
        (row->shadow_ms == 0 &&
         (row->state != RULE_PROPOSED || !text_is(v->trial_state, "passed") ||
          (v->months_state.size > 0 && !text_is(v->months_state, "passed")))))
        return OK;
    if (row->shadow_ms == 0) {
        v->shadow_words = arena_format(r->arena,
                                       "Next it runs beside the rule in force for %" PRId64
                                       " days, changing nothing; then another admin approves it.",
                                       days);
        return OK;
    }
    enum result result = days_load(r, v);
    int64_t ends_ms = row->shadow_ms + days * DAY_MS;
    struct text end = clock_day(r->arena, ends_ms);
    if (v->days_count > 0 && v->days[0].why.size > 0)
        v->shadow_words = TEXT("It failed in the shadow, so it cannot be approved. The rule in "
                               "force is untouched.");
    else if (r->now_ms < ends_ms)
        v->shadow_words = arena_format(r->arena,
                                       "It runs beside the rule in force until %.*s, and is looked "
                                       "at once a day.",
                                       (int)end.size, end.data);
    else if (v->days_count == 0)
        v->shadow_words = TEXT("It has been in the shadow for long enough; its first look is due.");
    else
        v->shadow_words = arena_format(r->arena,
                                       "Its time beside the rule in force was over on %.*s, "
                                       "without a fault.",
                                       (int)end.size, end.data);
    return result;
}
