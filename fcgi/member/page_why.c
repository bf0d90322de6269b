/* Why a posting stands where it stands, and why a member has that band: the reasons the ranker
 * stored beside the score, with the rule that made it. Never who voted. */
#include "fcgi/member/page_question_votes.h"

#include "ranking/ranking.h"
#include "schema/rank.h"

enum { REASONS_MAX = 20, HASH_SHOWN = 8 };

/* One reason a line, "+0.31: corroborated by ..."; without a number where it is no amount. */
static void reasons_read(struct arena *arena, struct text lines, struct view_why *v)
{
    struct text line;
    v->reasons = arena_array(arena, struct view_reason, REASONS_MAX);
    while (v->reasons_count < REASONS_MAX && text_next(&lines, '\n', &line)) {
        struct text rest = line;
        struct text amount;
        if (line.size == 0)
            continue;
        bool has_amount = (line.data[0] == '+' || line.data[0] == '-') &&
                          text_next(&rest, ':', &amount) && rest.size > 0;
        v->reasons[v->reasons_count++] = has_amount ? (struct view_reason){amount, text_trim(rest)}
                                                    : (struct view_reason){TEXT(""), line};
    }
}

static struct text hash_of(struct arena *arena, struct bytes hash)
{
    struct buf hex;
    buf_open(&hex, arena, 2 * HASH_SHOWN + 1);
    buf_hex(&hex, bytes_of(hash.data, hash.size < HASH_SHOWN ? hash.size : HASH_SHOWN));
    return buf_done(&hex);
}

/* The start of a why page: words that stand also where nothing was scored yet. */
static struct view_why why_open(const struct request *r, struct text title)
{
    return (struct view_why){
        .head = page_head(r, title),
        .title = title,
        .what = TEXT(""),
        .score = TEXT(""),
        .band = TEXT(""),
        .rule = TEXT(""),
        .rule_hash = TEXT(""),
        .back = TEXT("/"),
        .empty = true,
    };
}

enum result page_why_posting(struct request *r, struct reply *out)
{
    struct board_posting_get_row posting;
    struct board_thread_get_row thread;
    struct rank_posting_why_row why;
    struct sight sight;
    struct db *board = request_store(r, WEB_BOARD);
    enum result result = board_posting_get(board, r->arena, r->id, &posting);
    if (result == OK)
        result = board_thread_get(board, r->arena, posting.question, &thread);
    if (result == OK)
        result = sight_load(r, posting.question, NULL, 0, &sight);
    if (result != OK)
        return result;
    struct view_why v = why_open(r, TEXT("Why this place?"));
    v.about = page_titled(r->arena, thread.kind, thread.member, thread.source, thread.title);
    v.what = posting.member > 0
                 ? arena_format(r->arena, "The %s by %.*s", posting_kind_name(posting.kind),
                                (int)posting.pseudonym.size, posting.pseudonym.data)
                 : arena_format(r->arena, "The %s from %.*s", posting_kind_name(posting.kind),
                                (int)posting.source.size, posting.source.data);
    v.back =
        arena_format(r->arena, "/q/%lld#p%lld", (long long)posting.question, (long long)posting.id);
    v.hidden = !sight_of(&sight, posting.id);
    result = sight_evidence_of(r, &sight, posting.id, &v.evidence);
    if (result != OK)
        return result;
    if (v.hidden)
        return reply_view(r, out, why, &v);
    result = rank_posting_why(request_store(r, WEB_RANK), r->arena, r->id, &why);
    if (result == OK) {
        v.empty = false;
        v.score = arena_format(r->arena, "%.2f", why.score);
        v.chance = arena_format(r->arena, "%.0f %%", why.probability * 100);
        v.rule = why.rule_name;
        v.rule_hash = hash_of(r->arena, why.rule_hash);
        reasons_read(r->arena, why.reasons, &v);
    } else if (result != NOT_FOUND) {
        return result;
    }
    return reply_view(r, out, why, &v);
}

enum result page_why_member(struct request *r, struct reply *out)
{
    struct board_member_profile_row profile;
    struct rank_member_why_row why;
    enum result result =
        board_member_profile(request_store(r, WEB_BOARD), r->arena, r->id, &profile);
    if (result != OK)
        return result;
    if (profile.role != BOARD_PHYSICIAN || profile.level < BOARD_LEVEL_OPEN)
        return NOT_FOUND;
    struct view_why v = why_open(r, TEXT("Why this standing?"));
    v.about = profile.pseudonym;
    v.what = arena_format(r->arena, "The standing of %.*s", (int)profile.pseudonym.size,
                          profile.pseudonym.data);
    v.back = arena_format(r->arena, "/m/%lld", (long long)profile.id);
    v.hidden = !sight_member(r, profile.id);
    result = rank_member_why(request_store(r, WEB_RANK), r->arena, r->id, &why);
    if (result == OK) {
        v.empty = false;
        v.band = text_of(ranking_band_name(why.band));
        if (v.hidden)
            return reply_view(r, out, why, &v);
        v.score = arena_format(r->arena, "%.2f", why.score);
        v.rule = why.rule_name;
        v.rule_hash = hash_of(r->arena, why.rule_hash);
        reasons_read(r->arena, why.reasons, &v);
    } else if (result != NOT_FOUND) {
        return result;
    }
    return reply_view(r, out, why, &v);
}
