/* The child of a trial: every step of it, told in lines to its parent (trial_job.c). */
#include "core/conf.h"
#include "ranking/pay.h"
#include "ranking/simulate.h"
#include "ranking/trial.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { PRESET_SIZE = 40, SHARES = 1000 };

/* What is tried: rules of standing, or of pay of one kind under the rules of standing in force. */
struct tried {
    enum pay_kind kind; /* none: of standing */
    struct text script, live, standing;
};

static void pipe_progress(int64_t done, int64_t total)
{
    printf("progress %d %lld %lld\n", TRIAL_STEP_PAST, (long long)done, (long long)total);
    fflush(stdout);
}

/* --- invented communities: what may not become worse --- */

/* How far a figure may be worse than with the rule in force before the rule is refused. */
static const struct guard {
    size_t at;
    bool is_loss;  /* lower is worse */
    double margin; /* what chance alone does between seeds, about twice over */
    const char *words;
} guards[] = {
#define GUARD(figure) offsetof(struct simulate_figures, figure)
    {GUARD(leak), false, 0.02, "%s of the money would go to crooked acts"},
    {GUARD(ring_leak), false, 0.01, "%s of the money would go to those who trade votes"},
    {GUARD(paid), false, 0.10, "%s of what was set aside would be paid out"},
    {GUARD(cover), true, 0.05, "only %s of what honest, right acts deserve would be paid"},
    {GUARD(bad_on_top), false, 0.02, "%s of the questions would show a bad answer first"},
    {GUARD(answers_apart), true, 0.01, "a good answer would stand above a bad one in only %s"},
    {GUARD(rank_agreement), true, 0.02, "members would be ranked by skill to only %s"},
    {GUARD(cheat_answer), false, 0.10, "a cheat's answer would earn %s of an honest one's"},
    {GUARD(cheat_vote), false, 0.10, "a cheat's vote would earn %s of an honest one's"},
#undef GUARD
};

static double figure_at(const struct simulate_figures *figures, size_t at)
{
    double value;
    memcpy(&value, (const char *)figures + at, sizeof(value));
    return value;
}

/* A cheat's act must not pay: above this part of an honest one's a rule is refused, unless the one
 * in force is no better. */
static const double cheat_most = 0.7, cheat_margin = 0.01;

static struct text cheat_words(struct arena *arena, const char *preset, const char *act,
                               double then, double now)
{
    if (then <= cheat_most || then <= now + cheat_margin)
        return NO_TEXT;
    return arena_format(arena,
                        "in the invented community “%s”, a cheat's %s would earn %.1f %% of an "
                        "honest one's; more than %.0f %% makes cheating pay",
                        preset, act, 100 * then, 100 * cheat_most);
}

struct text trial_guard_words(struct arena *arena, const char *preset,
                              const struct simulate_figures *proposed,
                              const struct simulate_figures *live)
{
    for (size_t i = 0; i < sizeof(guards) / sizeof(guards[0]); i++) {
        double then = figure_at(proposed, guards[i].at), now = figure_at(live, guards[i].at);
        double worse = guards[i].is_loss ? now - then : then - now;
        if (worse <= guards[i].margin)
            continue;
        struct text share = arena_format(arena, "%.1f %%", 100 * then);
        struct buf words;
        buf_open(&words, arena, 200);
        buf_format(&words, "in the invented community “%s”, ", preset);
        for (const char *c = guards[i].words; *c; c++) {
            if (c[0] == '%' && c[1] == 's') {
                buf_add(&words, share.data, share.size);
                c++;
            } else {
                buf_char(&words, *c);
            }
        }
        buf_format(&words,
                   "; with the rule in force it is %.1f %%, and %.0f points worse is the "
                   "limit",
                   100 * now, 100 * guards[i].margin);
        return buf_done(&words);
    }
    struct text words =
        cheat_words(arena, preset, "answer", proposed->cheat_answer, live->cheat_answer);
    return words.size > 0
               ? words
               : cheat_words(arena, preset, "vote", proposed->cheat_vote, live->cheat_vote);
}

struct told {
    double before, share; /* of all worlds: done before this one, and what this one is */
};

static bool world_progress(void *self, double share)
{
    const struct told *told = self;
    printf("progress %d %d %d\n", TRIAL_STEP_WORLDS,
           (int)(SHARES * (told->before + share * told->share)), SHARES);
    fflush(stdout);
    return true;
}

static void figures_add(struct simulate_figures *sum, const struct simulate_figures *one,
                        double part)
{
    sum->rank_agreement += part * one->rank_agreement;
    sum->answers_apart += part * one->answers_apart;
    sum->bad_on_top += part * one->bad_on_top;
    sum->paid += part * one->paid;
    sum->leak += part * one->leak;
    sum->ring_leak += part * one->ring_leak;
    sum->cover += part * one->cover;
    sum->cheat_answer += part * one->cheat_answer;
    sum->cheat_vote += part * one->cheat_vote;
}

static void world_print(int place, const char *preset, int by, const struct simulate_figures *f)
{
    printf("world %d %d %.17g %.17g %.17g %.17g %.17g %.17g %.17g %.17g %.17g %s\n", place, by,
           f->rank_agreement, f->answers_apart, f->bad_on_top, f->paid, f->leak, f->cover,
           f->cheat_answer, f->cheat_vote, f->ring_leak, preset);
}

/* One community, all its seeds, under the proposed rule, the one in force and the baselines. */
static enum result preset_try(struct arena *arena, const char *preset, int place, int presets,
                              const struct tried *tried, struct text *why)
{
    bool pay = tried->kind != PAY_NO_KIND;
    struct text rules = pay ? tried->standing : tried->script;
    struct text rules_live = pay ? tried->standing : tried->live;
    struct simulate_figures sum[SIMULATE_BY + 1] = {{0}}, out[SIMULATE_BY];
    int seeds = (int)conf_int("rule.seeds");
    enum result result = OK;
    struct told told = {(double)place / presets, 0.5 / presets / seeds};
    for (int seed = 1; seed <= seeds && result == OK; seed++) {
        result = simulate_kind(preset, (uint64_t)seed, rules, tried->kind,
                               pay ? tried->script : pay_first_script(), arena, world_progress,
                               &told, out, why);
        told.before += told.share;
        for (int by = 0; by < SIMULATE_BY && result == OK; by++)
            figures_add(&sum[by == 0 ? 0 : by + 1], &out[by], 1.0 / seeds);
        if (result == OK)
            result = simulate_kind(preset, (uint64_t)seed, rules_live, tried->kind,
                                   pay ? tried->live : pay_first_script(), arena, world_progress,
                                   &told, out, why);
        told.before += told.share;
        if (result == OK)
            figures_add(&sum[1], &out[0], 1.0 / seeds);
    }
    if (result == NOT_FOUND) {
        *why = arena_format(arena,
                            "the setting rule.worlds names “%s”, which is no community "
                            "that can be invented (curbside ranking world list)",
                            preset);
        return result;
    }
    if (result != OK) {
        *why = arena_format(arena, "in the invented community “%s”: %.*s", preset, (int)why->size,
                            why->data ? why->data : "");
        return result;
    }
    for (int by = 0; by <= SIMULATE_BY; by++)
        world_print(place, preset, by, &sum[by]);
    *why = trial_guard_words(arena, preset, &sum[0], &sum[1]);
    return why->size > 0 ? INVALID : OK;
}

static enum result worlds_try(struct arena *arena, const struct tried *tried, struct text *why)
{
    struct text rest = conf_text("rule.worlds"), name;
    int presets = 0, place = 0;
    enum result result = OK;
    while (text_next(&rest, ' ', &name))
        presets += name.size > 0;
    rest = conf_text("rule.worlds");
    while (result == OK && text_next(&rest, ' ', &name)) {
        char preset[PRESET_SIZE] = "";
        if (name.size == 0)
            continue;
        memcpy(preset, name.data, name.size < sizeof(preset) ? name.size : sizeof(preset) - 1);
        result = preset_try(arena, preset, place++, presets, tried, why);
    }
    return result;
}

/* --- all of it --- */

void trial_child_run(struct log *journal, struct arena *arena, struct text first, struct text live,
                     int64_t proposal, bool shadow)
{
    static struct trial_result out;
    struct journal_entry *entries;
    struct text why = NO_TEXT;
    size_t count = 0;
    enum result result = journal_read(journal, arena, proposal - 1, 1, &entries, &count);
    if (result == OK && (count == 0 || entries[0].event.kind != EVENT_RULE_PROPOSED))
        result = NOT_FOUND;
    struct tried tried = {.live = live, .standing = live};
    if (result == OK) {
        tried.kind = pay_kind_of(entries[0].event.rule_proposed.name);
        tried.script = entries[0].texts[0];
    }
    if (result == OK && tried.kind != PAY_NO_KIND)
        result = trial_pay_live(journal, arena, tried.kind, proposal, &tried.live);
    if (result == OK && !shadow)
        result = worlds_try(arena, &tried, &why);
    int64_t before = shadow ? 0 : proposal;
    if (result == OK && tried.kind != PAY_NO_KIND)
        result = trial_pay_run(journal, arena, first, tried.kind, tried.script, before,
                               pipe_progress, &out, &why);
    else if (result == OK)
        result = trial_run(journal, arena, first, tried.script, before, pipe_progress, &out, &why);
    if (result == OK) {
        pipe_progress(out.events, out.events);
        trial_print(&out);
    } else if (why.size > 0) {
        printf("failed %.*s\n", (int)why.size, why.data);
    } else {
        printf("failed the trial could not run: %s\n", result_name(result));
    }
}
