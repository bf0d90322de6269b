#pragma once
/* A trial: the whole past twice in one pass, once under the rules that held and once under a
 * proposed script from the first event on; who would stand elsewhere? Nothing is written, so it may
 * be killed at any moment. It runs in a child of the ranker (verb `trial-run`), which speaks to it
 * in lines on a pipe; trial_job is the ranker's end of that. */
#include "ranking/pay_kind.h"
#include <sys/types.h>

enum {
    TRIAL_MOVES_MAX = 20,
    TRIAL_TOP = 100,
    TRIAL_WINDOW_DAYS = 180,
    TRIAL_MONTHS = 8, /* that such a window may touch */
    TRIAL_POT = 10
};
enum trial_step { TRIAL_STEP_WORLDS = 1, TRIAL_STEP_PAST, TRIAL_STEP_SHADOW };

struct trial_move {
    int64_t id, question;
    double before, after;
    int64_t order_before, order_after;
};

/* Places from 1 by standing. */
struct trial_top {
    int64_t member, before, after;
};
/* As if every posting that settled in the last TRIAL_WINDOW_DAYS had paid TRIAL_POT for its author
 * and as much for its votes, by scripts/reward/settled.lua: real earmarks are nobody's business
 * here. Millionths. */
struct trial_paid {
    int64_t author_before, author_after, vote_before, vote_after, newly, no_longer;
};

/* Why an act would be paid otherwise than now, or not. */
enum trial_reason {
    TRIAL_REASON_NEWLY,
    TRIAL_REASON_MORE,
    TRIAL_REASON_SAME,
    TRIAL_REASON_LESS,
    TRIAL_REASON_NO_LONGER,
    TRIAL_REASON_NOTHING,  /* neither rule pays it */
    TRIAL_REASON_LINKED,   /* by any rule: its voter, or who corroborated it, is linked */
    TRIAL_REASON_INFORMED, /* by any rule: its voter could see the totals */
    TRIAL_REASONS
};
struct trial_sum {
    int64_t acts, before, after; /* millionths */
};
struct trial_month {
    int64_t start_ms;
    struct trial_sum sum;
};

struct trial_result {
    int64_t events, postings, postings_changed;
    int64_t questions, questions_reordered, questions_new_top;
    int64_t members, members_up, members_down, bands_up, bands_down;
    double agreement; /* Spearman's rank correlation of the members' scores */
    struct trial_move members_moved[TRIAL_MOVES_MAX], postings_moved[TRIAL_MOVES_MAX];
    size_t members_moved_count, postings_moved_count;
    struct trial_top top[2 * TRIAL_TOP]; /* who is among the first before, or after */
    size_t top_count;
    struct trial_paid paid;
    /* of a rule of pay alone */
    struct trial_sum reasons[TRIAL_REASONS];
    struct trial_month months[TRIAL_MONTHS];
    size_t month_count;
};

/* Run `script` against the journal up to and without `before` (0: all of it). INVALID with *why
 * when the script does not load or fails on the way (with the event's seq). */
MUST_USE enum result trial_run(struct log *journal, struct arena *arena, struct text first_script,
                               struct text script, int64_t before,
                               void (*progress)(int64_t done, int64_t total),
                               struct trial_result *out, struct text *why);

/* The same for a rule of pay of one kind, under the rules of standing that held. */
MUST_USE enum result trial_pay_run(struct log *journal, struct arena *arena,
                                   struct text first_script, enum pay_kind kind, struct text script,
                                   int64_t before, void (*progress)(int64_t done, int64_t total),
                                   struct trial_result *out, struct text *why);
/* The script of this kind that is in force after the first `upto` events. */
MUST_USE enum result trial_pay_live(struct log *journal, struct arena *arena, enum pay_kind kind,
                                    int64_t upto, struct text *script);
/* When the last days begin that pay is worked out for. */
MUST_USE enum result trial_window_begin(struct log *journal, struct arena *arena, int64_t upto,
                                        int64_t *from_ms);

void trial_show(const struct trial_result *result); /* to standard output, for people */

/* Why a rule is refused by what it does in an invented community, beside what the one in force does
 * there; NO_TEXT when it is not. */
struct simulate_figures;
struct text trial_guard_words(struct arena *arena, const char *preset,
                              const struct simulate_figures *proposed,
                              const struct simulate_figures *live);

/* --- the child's lines, and the ranker's end --- */
void trial_print(const struct trial_result *result); /* for trial_job; to standard output */
/* The whole child: this proposal of the journal, and what came of it. `first`: the script the past
 * began with; `live`: the one in force, which invented communities are compared with; shadow: only
 * the past, all of it. */
void trial_child_run(struct log *journal, struct arena *arena, struct text first, struct text live,
                     int64_t proposal, bool shadow);

struct trial_job {
    int64_t proposal; /* 0: nothing runs */
    bool shadow;      /* a look at one in the shadow, not its trial */
    pid_t child;
    int fd;           /* readable when the child said something; -1 */
    int64_t until_us; /* steady time at which it is killed */
    int64_t shown_us; /* when progress was last written */
    enum trial_step step;
    int64_t done; /* of that step */
    char text[64 * 1024];
    size_t size;
};
void trial_job_open(struct trial_job *job);
/* Start the oldest trial that waits, or a look at one in the shadow that is due, if none runs. */
MUST_USE enum result trial_job_start(struct trial_job *job, struct db *db, struct arena *arena);
/* Kills what runs when its proposal was withdrawn meanwhile, or approved. */
void trial_job_drop(struct trial_job *job, struct db *db, struct arena *arena);
/* Take what the child said; write progress, result or failure into the database. Kills a child that
 * took too long. */
MUST_USE enum result trial_job_step(struct trial_job *job, struct db *db);
void trial_job_close(
    struct trial_job *job); /* kills and reaps what runs; it starts over next time */
