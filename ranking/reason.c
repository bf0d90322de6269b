#include "core/buf.h"
#include "ranking/score.h"
#include "schema/rank.h"
#include <math.h>
#include <stdio.h>

static void field(struct buf *out, const char *name, double value)
{
    buf_format(out, "\"%s\":", name);
    buf_json_real(out, value);
}

static void fields(struct buf *out, const char *const *names, const double *values, size_t count)
{
    buf_char(out, '{');
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_char(out, ',');
        field(out, names[i], values[i]);
    }
    buf_char(out, '}');
}

struct text posting_facts_json(struct arena *arena, const struct ranking *ranking, int32_t posting,
                               const struct posting_parts *parts)
{
    const struct posting_facts *facts = &ranking->counters.postings.at[posting];
    double author_score =
        facts->author >= 0 ? ranking->counters.members.at[facts->author].score : 0;
    struct buf out;
    buf_open(&out, arena, 512);
    buf_format(&out,
               "{\"votes\":{\"corroborate\":%d,\"linked\":%d,\"dispute\":%d,\"cannot_say\":%d,"
               "\"informed\":%d}",
               (int)facts->up, (int)facts->up_linked, (int)facts->down, (int)facts->unsure,
               (int)facts->informed);
    buf_format(&out, ",\"settled\":%s,\"inputs\":", facts->settled ? "true" : "false");
    fields(&out, (const char *const[]){"sum", "author_score"},
           (const double[]){facts->odds, author_score}, 2);
    buf_format(&out, ",\"parts\":");
    fields(&out, (const char *const[]){"votes", "author", "corroborate", "dispute"},
           (const double[]){parts->votes, parts->author, facts->odds_up, facts->odds_down}, 4);
    buf_char(&out, '}');
    return buf_done(&out);
}

struct text member_facts_json(struct arena *arena, const struct ranking *ranking, int32_t member)
{
    const struct member_facts *facts = &ranking->counters.members.at[member];
    const struct site_facts *site = &ranking->counters.site;
    struct buf out;
    buf_open(&out, arena, 512);
    buf_format(&out, "{\"inputs\":");
    fields(&out,
           (const char *const[]){"weight", "residual", "votes", "ups", "site_votes", "site_ups",
                                 "up_good", "good", "up_bad", "bad"},
           (const double[]){facts->weight, facts->residual, facts->votes, facts->ups, site->votes,
                            site->ups, facts->up_good, facts->good, facts->up_bad, facts->bad},
           10);
    buf_format(&out, ",\"parts\":");
    fields(&out, (const char *const[]){"postings", "votes", "trust"},
           (const double[]){facts->from_postings, facts->from_votes, facts->trust}, 3);
    buf_char(&out, '}');
    return buf_done(&out);
}

/* "+0.31: " with no negative zero. */
static void part(struct buf *out, double value)
{
    double shown = round(value * 100) / 100;
    buf_format(out, "%+.2f: ", shown == 0 ? 0.0 : shown);
}

static const char *colleagues(int32_t count)
{
    return count == 1 ? "colleague" : "colleagues";
}

static void corroborations(struct buf *out, const struct posting_facts *facts)
{
    int32_t independent = facts->up - facts->up_linked;
    part(out, facts->odds_up);
    if (independent > 0)
        buf_format(out, "corroborated by %d %s independent of the author\n", (int)independent,
                   colleagues(independent));
    else
        buf_format(out, "corroborated by %d %s closely linked with the author only\n",
                   (int)facts->up, colleagues(facts->up));
    if (independent > 0 && facts->up_linked > 0)
        buf_format(out, "%d more by %s closely linked with the author %s little\n",
                   (int)facts->up_linked, facts->up_linked == 1 ? "a colleague" : "colleagues",
                   facts->up_linked == 1 ? "counts" : "count");
}

struct text posting_reasons(struct arena *arena, const struct ranking *ranking, int32_t posting,
                            const struct posting_parts *parts)
{
    const struct posting_facts *facts = &ranking->counters.postings.at[posting];
    struct buf out;
    buf_open(&out, arena, 512);
    if (facts->up > 0)
        corroborations(&out, facts);
    if (facts->down > 0) {
        part(&out, facts->odds_down);
        buf_format(&out, "disputed by %d %s\n", (int)facts->down, colleagues(facts->down));
    }
    if (facts->unsure > 0)
        buf_format(&out, "%d %s could not say: that counts neither way\n", (int)facts->unsure,
                   colleagues(facts->unsure));
    if (facts->informed > 0)
        buf_format(&out, "%d of these votes came after a look at the totals: %s less\n",
                   (int)facts->informed, facts->informed == 1 ? "it counts" : "they count");
    if (facts->up + facts->down == 0)
        buf_format(&out, "nobody has corroborated or disputed it yet\n");
    if (facts->author >= 0) {
        part(&out, parts->author);
        buf_format(&out, "the author's standing\n");
    }
    if (facts->settled)
        buf_format(&out, "settled: its votes have been weighed by what became known later\n");
    struct text reasons = buf_done(&out);
    reasons.size--; /* the last line end */
    return reasons;
}

static void from_votes(struct buf *out, const struct member_facts *facts)
{
    part(out, facts->from_votes);
    if (facts->settled_votes > 0)
        buf_format(out, "votes: how well %d settled %s told right from wrong\n",
                   (int)facts->settled_votes, facts->settled_votes == 1 ? "one" : "ones");
    else
        buf_format(out, "votes: none has settled yet; one who says yes and no tells a little "
                        "more than one who always says the same\n");
}

struct text member_reasons(struct arena *arena, const struct ranking *ranking, int32_t member)
{
    const struct member_facts *facts = &ranking->counters.members.at[member];
    struct buf out;
    buf_open(&out, arena, 512);
    int32_t independent = facts->received_up - facts->received_linked;
    if (facts->received_up + facts->received_down == 0) {
        buf_format(&out, "no posting has been corroborated or disputed yet\n");
    } else {
        part(&out, facts->from_postings);
        buf_format(&out, "postings: %d %s by independent colleagues, %d %s\n", (int)independent,
                   independent == 1 ? "corroboration" : "corroborations", (int)facts->received_down,
                   facts->received_down == 1 ? "dispute" : "disputes");
    }
    if (facts->received_linked > 0)
        buf_format(&out, "%d %s by closely linked colleagues %s little\n",
                   (int)facts->received_linked,
                   facts->received_linked == 1 ? "corroboration" : "corroborations",
                   facts->received_linked == 1 ? "counts" : "count");
    if (facts->votes > 0)
        from_votes(&out, facts);
    if (facts->trust < 1)
        buf_format(&out, "votes count at %d %%: many went to closely linked colleagues\n",
                   (int)lround(facts->trust * 100));
    if (facts->band == 0)
        buf_format(&out, "new: a band is given once there are votes enough to tell\n");
    struct text reasons = buf_done(&out);
    reasons.size = reasons.size ? reasons.size - 1 : 0;
    return reasons;
}

/* --- for people --- */

static void why_print(const char *what, int64_t id, double score, struct text reasons,
                      struct text facts, struct text rule, int64_t seq)
{
    printf("%s %lld: %.4f\n%.*s\n%.*s\nby %.*s as of event %lld\n", what, (long long)id, score,
           (int)reasons.size, reasons.data, (int)facts.size, facts.data, (int)rule.size, rule.data,
           (long long)seq);
}

enum result reasons_print(struct db *db, struct arena *arena, int64_t id)
{
    struct rank_posting_exact_row posting;
    struct rank_member_exact_row member;
    enum result result = rank_posting_exact(db, arena, id, &posting);
    if (result == OK)
        why_print("posting", id, posting.score, posting.reasons, posting.facts, posting.rule_name,
                  posting.rule_seq);
    if (result != NOT_FOUND)
        return result;
    result = rank_member_exact(db, arena, id, &member);
    if (result == OK)
        why_print(ranking_band_name(member.band), id, member.score, member.reasons, member.facts,
                  member.rule_name, member.rule_seq);
    return result;
}
