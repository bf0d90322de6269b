#pragma once
/* What others may know of insight: how to read the reports that release.db holds
 * ("schema/release.h", role web_sponsor; nobody but the analyst writes it), and what may be worked
 * out from them.
 *
 * What never happens: a report is changed, removed or made twice; a true count leaves the house; a
 * vote counts in two reports, or gives more than its budget. */
#include "core/arena.h"

/* The six fixed templates; statements of earmarks are the paymaster's. There are no others, no
 * filters, and no parameter but template, question and period. */
enum insight_template {
    INSIGHT_CLOSE,   /* a period is over: which reports it gave */
    INSIGHT_RESULT,  /* T1: what was said on one question in one month, as a whole and by specialty
                      */
    INSIGHT_TREND,   /* T2: sums of its released results */
    INSIGHT_VOLUME,  /* T3: authors of each word of the public list in one week */
    INSIGHT_RISING,  /* T4: words that rose, by released numbers alone */
    INSIGHT_MEMBERS, /* T5: members by specialty, rounded to 50 */
    INSIGHT_TEMPLATES
};
enum { INSIGHT_K = 11, INSIGHT_SIDES = 3, INSIGHT_FIGURES_MAX = 60, INSIGHT_TERMS_MAX = 5000 };

/* "question_result" ...: as it stands in a report's bytes. */
const char *insight_template_name(int64_t template);

/* Noisy numbers: below 0 now and then. */
struct insight_figure {
    struct text name;                /* a specialty, or a month; absent for the whole */
    int64_t n, sides[INSIGHT_SIDES]; /* corroborate, dispute, cannot say */
    double variance;                 /* of the noise on each side */
};
/* What a result may be weighted by. */
enum insight_by { INSIGHT_BY_SPECIALTY, INSIGHT_BY_REGION, INSIGHT_BY_YEARS, INSIGHT_BYS };

/* A share with its 95% interval, 0 to 1, all within it. */
struct insight_share {
    double share, low, high;
    double design_effect;
    bool is_reliable; /* the interval is at most .3 wide */
};
struct insight_term {
    struct text word;
    int64_t authors;
    double usual, ic_low; /* INSIGHT_RISING: a week's usual number, lower bound of log2(ratio) */
    int64_t weeks;        /* INSIGHT_RISING: weeks in a row that it stood among the rising ones */
};
struct insight_report {
    int64_t id, template, object;
    struct text period;
    struct text previous; /* digest of the report before, in hexadecimal */
    struct insight_figure whole;
    struct insight_figure *figures; /* specialties (RESULT, MEMBERS) or months (TREND) */
    size_t figure_count;
    struct insight_figure *parts[2]; /* RESULT, MEMBERS: regions, years in practice */
    size_t part_counts[2];
    struct insight_term *terms;
    size_t term_count;
    int64_t withheld; /* figures of the domain that are not shown */
    bool has_groups;  /* RESULT: large enough to be broken down */
    bool has_parts;   /* RESULT: by region and years too; MEMBERS: they were counted */
    bool is_weighted; /* RESULT: then `weighted`, and where the distributions are from */
    struct insight_share weighted;
    struct text sources[INSIGHT_BYS]; /* absent: not weighted by it */
    bool is_large;                    /* RESULT: large enough for the further votes */
};
/* A report's bytes. INVALID if they are not such a report. */
MUST_USE enum result insight_read(struct arena *arena, struct bytes body,
                                  struct insight_report *report);

/* Of those who took a side, how many corroborate. */
struct insight_share insight_share(const struct insight_figure *figure);
/* The same of a share that is known, with half of its interval. */
struct insight_share insight_share_of(double share, double margin, double design_effect);

/* --- for the medical desk alone: from true counts (signal.db, role web_admin) --- */

/* Why a word rang in a week: far more authors than usual at once; or more, week after week (two
 * ways to sum that up). In signal.db's table `sign`. */
enum insight_sign { INSIGHT_SIGN_IC = 1, INSIGHT_SIGN_CUSUM, INSIGHT_SIGN_EWMA, INSIGHT_SIGNS };
enum { INSIGHT_BASELINE = 26, INSIGHT_BASELINE_LEAST = 8 };
struct insight_watched {
    double usual; /* authors a week by the 26 weeks before (one between left out), as busy as this
                     week; NAN: fewer than 8 weeks of past */
    struct insight_sign_value {
        double value, bound; /* rings beyond its bound; NAN where it is not followed */
        bool rings;
    } signs[INSIGHT_SIGNS];
};
/* A word's weeks, oldest first: authors of the word, and of anything. IC025 is followed from the
 * first author on; CUSUM and EWMA where at least one author a week is usual. Thresholds: one false
 * alarm a week over 3,000 words for IC025, one in about 200 weeks a word for each of the others,
 * measured in worlds whose words come in clusters (tests/unit/rising_test.c). */
void insight_watch(const int64_t *authors, const int64_t *writers, size_t weeks,
                   struct insight_watched *watched);

/* A word's week against the same season of four former years (farrington.h), for looking back:
 * authors of so many dense weeks, the last of them the week number `monday` since 1970. NAN: too
 * little past, or too few authors. */
enum { INSIGHT_SEASON_PAST = 216 };
struct insight_sign_value insight_season(const int64_t *authors, size_t weeks, int64_t monday);

/* The specialties of the domain, in their order. */
enum { INSIGHT_GROUPS = 25 };
const char *insight_group_name(int group);
/* The parts of regions and years in practice. */
enum { INSIGHT_PARTS = 4 };
