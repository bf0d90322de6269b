/* How a report was made, in the order of AAPOR's Code of Professional Ethics and Practices (2021):
 * eleven items that are told of every survey; then what protects the members, and what does not. */
#include "fcgi/sponsor/page_report.h"

#include <math.h>

#include "core/conf.h"

static void item(struct view_report *v, const char *name, struct text words)
{
    v->items[v->items_count++] = (struct view_report_item){.name = text_of(name), .words = words};
}

struct text page_report_by(struct arena *arena, const struct insight_report *report)
{
    static const char *const names[INSIGHT_BYS] = {"specialty", "region", "years in practice"};
    struct buf words;
    size_t left = 0;
    buf_open(&words, arena, 80);
    for (int k = 0; k < INSIGHT_BYS; k++)
        left += report->sources[k].size > 0;
    for (int k = 0; k < INSIGHT_BYS; k++)
        if (report->sources[k].size > 0)
            buf_format(&words, "%s%s",
                       words.size == 0 ? ""
                       : --left == 1   ? " and "
                                       : ", ",
                       names[k]);
    return buf_done(&words);
}

static struct text weighting(struct request *r, const struct insight_report *report)
{
    struct buf words;
    if (!report->is_weighted)
        return TEXT("None.");
    buf_open(&words, r->arena, 800);
    buf_format(&words,
               "The weighted share gives each part of a margin its share of US physicians: ");
    for (int k = 0, count = 0; k < INSIGHT_BYS; k++) {
        static const char *const names[INSIGHT_BYS] = {"specialty", "region", "years in practice"};
        if (report->sources[k].size > 0)
            buf_format(&words, "%s%s (%.*s)", count++ ? "; " : "", names[k],
                       (int)report->sources[k].size, report->sources[k].data);
    }
    buf_format(&words,
               ". Raked from the released figures alone, as if the margins had nothing to do "
               "with each other within either answer; weights trimmed to 0.3 to 3; what is "
               "withheld is left out.");
    if (report->sources[INSIGHT_BY_REGION].size > 0 || report->sources[INSIGHT_BY_YEARS].size > 0)
        buf_format(&words, " Region and years in practice are told by some of the members, about "
                           "half of whom are asked for each; the interval counts that in.");
    buf_format(&words, " Everything else is unweighted.");
    return buf_done(&words);
}

static struct text precision(struct request *r, const struct insight_report *report)
{
    if (report->template == INSIGHT_RESULT && report->whole.n > 0)
        return arena_format(
            r->arena,
            "About %s physicians. Each figure carries noise with a standard deviation of %.1f. "
            "The "
            "intervals are what 95 of 100 such samples would give if members were drawn at random "
            "within each specialty, widened by the design effect and by the noise; since members "
            "choose to answer, that is a model, no fact.",
            page_number(r->arena, report->whole.n).data, sqrt(report->whole.variance));
    if (report->template == INSIGHT_MEMBERS)
        return TEXT(
            "All members at assurance level 3, rounded to 50; noise with a standard "
            "deviation of 5.6 was added before that. Region or years in practice are told by "
            "those who like to; each member is asked for one of the two.");
    if (report->template == INSIGHT_TREND)
        return arena_format(
            r->arena,
            "About %s votes in %zu months, each a result that was released before: the sum adds "
            "no noise, but that of each month adds up. The intervals are meant as in the results.",
            page_number(r->arena, report->whole.n).data, report->figure_count);
    return TEXT("Authors of one week. Each number carries noise with a standard deviation of 1.4.");
}

/* A trend's months, from its first to its last. */
static struct text when(struct request *r, const struct insight_report *report)
{
    if (report->template != INSIGHT_TREND || report->figure_count < 2)
        return page_report_period(r->arena, report->period);
    return arena_format(r->arena, "%s to %s", page_month(r->arena, report->figures[0].name).data,
                        page_month(r->arena, report->figures[report->figure_count - 1].name).data);
}

void page_report_items(struct request *r, const struct insight_report *report,
                       struct view_report *v)
{
    const struct text site = conf_text("site.name");
    const bool is_votes = report->template == INSIGHT_RESULT || report->template == INSIGHT_TREND;
    const bool is_words = report->template == INSIGHT_VOLUME || report->template == INSIGHT_RISING;
    v->items = arena_array(r->arena, struct view_report_item, 16);
    item(v, "How data were collected",
         is_votes ? TEXT("Votes that verified physicians cast on answers, for their own purposes.")
         : is_words ? TEXT("Words of a public list, counted in what verified physicians wrote.")
                    : TEXT("The register of members."));
    item(v, "Who paid, who did it",
         v->sponsor.size > 0
             ? arena_format(r->arena,
                            "%.*s, a sponsor, asked the question, and members read that it did. "
                            "%.*s made the report, for all sponsors alike; none saw it first. Some "
                            "votes may have been paid for; pay never depends on their direction.",
                            (int)v->sponsor.size, v->sponsor.data, (int)site.size, site.data)
             : arena_format(r->arena,
                            "%.*s made it for all sponsors alike; none ordered it, chose its "
                            "subject or saw it first. Some votes may have been paid for; pay never "
                            "depends on their direction.",
                            (int)site.size, site.data));
    item(v, "Exact wording",
         is_votes ? TEXT("The question’s title above. Voters said: corroborate, dispute, or cannot "
                         "say, from their own experience.")
                  : TEXT("None was asked."));
    item(v, "Whom it is about",
         is_votes ? TEXT("Physicians licensed in the United States.")
                  : arena_format(r->arena, "Members of %.*s.", (int)site.size, site.data));
    item(v, "How they were found",
         TEXT("They joined by themselves and were verified against public lists and by proof of "
              "possession. Who votes or writes chooses to: this is no random sample."));
    item(v, "Where and how",
         TEXT("On this site, in English, signed in under a pseudonym. Results are not shown to a "
              "voter before the vote unless he asks, which is noted."));
    item(v, "When", when(r, report));
    item(v, "How many, how precise", precision(r, report));
    item(v, "Weighting", weighting(r, report));
    item(v, "Checks",
         is_votes   ? arena_format(r->arena,
                                   "A member’s first vote in a thread counts, in its month, and at "
                                     "most %s of a member’s votes in a topic and quarter. Withheld "
                                     "threads are left out.",
                                 report->template == INSIGHT_TREND
                                       ? "five (three where fewer than 300 voted)"
                                   : report->is_large ? "five"
                                                      : "three")
         : is_words ? TEXT("An author counts once a word and week, and with at most four words.")
                    : TEXT("Members who left, or lost their licence, are not counted."));
    item(v, "Limits",
         TEXT("Members may differ from other physicians in ways no weight mends. Experience told "
              "is no measured rate, and a rise is a question, not an answer."));
}
