#include "fcgi/member/page_question_votes.h"

#include <inttypes.h>
#include <string.h>

#include "core/step.h"
#include "fcgi/guard.h"
#include "fcgi/member/page_question_moderation.h"
#include "schema/command.h"

bool sight_is_own(const struct sight *sight, int64_t posting)
{
    for (size_t i = 0; i < sight->own_count; i++)
        if (sight->own[i].id == posting)
            return true;
    return false;
}

static const struct own_vote *vote_on(const struct sight *sight, int64_t posting)
{
    for (size_t i = 0; i < sight->vote_count; i++)
        if (sight->votes[i].posting == posting)
            return &sight->votes[i];
    return NULL;
}

bool sight_of(const struct sight *sight, int64_t posting)
{
    return sight->kind == SIGHT_OPEN || vote_on(sight, posting) != NULL ||
           sight_is_own(sight, posting);
}

/* Own votes in a thread, beside those found before. Elsewhere than in the page's own thread a look
 * counts for nothing. */
static enum result votes_load(struct request *r, struct sight *sight, int64_t question)
{
    const uint8_t *view_key;
    uint8_t tag[SESSION_TAG_SIZE];
    struct own_vote *votes, *all;
    size_t count = 0;
    struct bytes plain;
    enum result result = request_view_key(r, &view_key);
    if (result != OK)
        return result;
    session_votes_tag(tag, view_key, question);
    result = page_own(r, view_key, tag, &plain);
    if (result == OK && plain.size == 0)
        return OK;
    if (result == OK)
        result = session_votes_read(r->arena, plain, &votes, &count);
    if (result != OK)
        return result;
    all = arena_array(r->arena, struct own_vote, sight->vote_count + count + 1);
    if (sight->vote_count > 0)
        memcpy(all, sight->votes, sight->vote_count * sizeof *all);
    for (size_t i = 0; i < count; i++)
        if (votes[i].posting != OWN_VOTE_LOOKED)
            all[sight->vote_count++] = votes[i];
        else if (question == sight->question)
            sight->looked = true;
    sight->votes = all;
    return OK;
}

/* Own postings in a thread, beside those found before. */
static enum result own_load(struct request *r, struct sight *sight, int64_t question)
{
    struct board_postings_own_row *rows, *all;
    size_t count;
    enum result result = board_postings_own(request_store(r, WEB_BOARD), r->arena, question,
                                            r->reader.member, &rows, &count);
    if (result != OK || count == 0)
        return result;
    all = arena_array(r->arena, struct board_postings_own_row, sight->own_count + count);
    if (sight->own_count > 0)
        memcpy(all, sight->own, sight->own_count * sizeof *all);
    memcpy(all + sight->own_count, rows, count * sizeof *all);
    sight->own = all;
    sight->own_count += count;
    return OK;
}

static enum result totals_of(struct request *r, struct sight *sight, int64_t question)
{
    struct board_totals_of_thread_row *rows, *all;
    size_t count;
    enum result result = board_totals_of_thread(request_store(r, WEB_BOARD), r->arena, question,
                                                r->now_ms, &rows, &count);
    if (result != OK || count == 0)
        return result;
    all = arena_array(r->arena, struct board_totals_of_thread_row, sight->total_count + count);
    if (sight->total_count > 0)
        memcpy(all, sight->totals, sight->total_count * sizeof *all);
    memcpy(all + sight->total_count, rows, count * sizeof *all);
    sight->totals = all;
    sight->total_count += count;
    return OK;
}

enum result sight_totals_load(struct request *r, struct sight *sight)
{
    if (sight->has_totals)
        return OK;
    sight->has_totals = true;
    enum result result = totals_of(r, sight, sight->question);
    for (size_t i = 0; i < sight->merged_count && result == OK; i++)
        result = totals_of(r, sight, sight->merged[i].question);
    return result;
}

enum result sight_load(struct request *r, int64_t question,
                       const struct board_merged_into_row *merged, size_t merged_count,
                       struct sight *sight)
{
    *sight = (struct sight){
        .question = question, .kind = SIGHT_OPEN, .merged = merged, .merged_count = merged_count};
    sight->physician = r->reader.role == BOARD_PHYSICIAN;
    if (!sight->physician)
        return OK;
    enum result result = votes_load(r, sight, question);
    if (result == OK)
        result = own_load(r, sight, question);
    for (size_t i = 0; i < merged_count && result == OK; i++) {
        result = votes_load(r, sight, merged[i].question);
        if (result == OK)
            result = own_load(r, sight, merged[i].question);
    }
    sight->asker = sight_is_own(sight, question);
    if (!sight->asker && !sight->looked)
        sight->kind = sight->vote_count > 0 ? SIGHT_VOTED : SIGHT_BLIND;
    bool some = sight->vote_count > 0 || sight->own_count > 0;
    if (result == OK && sight->kind != SIGHT_OPEN && some)
        result = sight_totals_load(r, sight); /* for the slots of what he may see */
    return result;
}

static struct view_evidence hidden(int64_t posting)
{
    return (struct view_evidence){.posting = posting, .words = TEXT("Hidden until you have voted")};
}

struct view_evidence sight_evidence(struct arena *arena, const struct sight *sight, int64_t posting)
{
    struct tally_facts tally = {0};
    if (!sight_of(sight, posting))
        return hidden(posting);
    for (size_t i = 0; i < sight->total_count; i++)
        if (sight->totals[i].posting == posting)
            tally = (struct tally_facts){sight->totals[i].corroborate, sight->totals[i].dispute,
                                         sight->totals[i].cannot_say, sight->totals[i].patients};
    return page_evidence(arena, posting, tally);
}

enum result sight_evidence_of(struct request *r, const struct sight *sight, int64_t posting,
                              struct view_evidence *v)
{
    struct board_totals_of_posting_row row = {0};
    *v = hidden(posting);
    if (!sight_of(sight, posting))
        return OK;
    enum result result =
        board_totals_of_posting(request_store(r, WEB_BOARD), r->arena, posting, r->now_ms, &row);
    *v = page_evidence(
        r->arena, posting,
        (struct tally_facts){row.corroborate, row.dispute, row.cannot_say, row.patients});
    return result == NOT_FOUND ? OK : result;
}

struct view_own_vote sight_own_vote(struct request *r, const struct sight *sight, int64_t posting,
                                    struct text vote_form)
{
    struct view_own_vote v = {
        .posting = posting,
        .question = sight->question,
        .own = sight_is_own(sight, posting),
        .form = vote_form.data != NULL ? vote_form : TEXT(""),
    };
    const struct own_vote *vote = vote_on(sight, posting);
    v.can_vote = sight->physician && !v.own;
    if (vote != NULL) {
        v.stance = vote->stance;
        v.patients = vote->patients;
    }
    /* The open page has the bars of all postings in it already. */
    v.has_evidence = sight->kind != SIGHT_OPEN && sight_of(sight, posting);
    v.evidence = v.has_evidence ? sight_evidence(r->arena, sight, posting) : hidden(posting);
    return v;
}

struct view_totals_gate sight_gate(struct request *r, struct reply *out, const struct sight *sight)
{
    bool closed = sight->kind != SIGHT_OPEN;
    return (struct view_totals_gate){
        .question = sight->question,
        .blind = sight->kind == SIGHT_BLIND,
        .voted = sight->kind == SIGHT_VOTED,
        .asker = sight->asker,
        .looked = sight->looked && !sight->asker,
        .form = closed ? guard_form(r, out, "/q/:id/show") : TEXT(""),
    };
}

int64_t sight_step(const struct request *r)
{
    return step_of(r->now_ms);
}

bool sight_member(const struct request *r, int64_t member)
{
    return r->reader.role == BOARD_ADMIN || (member > 0 && r->reader.member == member);
}

/* The threads whose answers are shown on the page are opened with it: a vote on any of them is an
 * informed one from then on. */
enum result page_show_post(struct request *r, struct reply *out)
{
    struct board_thread_state_row thread;
    struct board_merged_into_row *merged = NULL;
    size_t count = 0;
    enum result result = board_thread_state(request_store(r, WEB_BOARD), r->arena, r->id, &thread);
    if (result == OK)
        result = page_merged_load(r, &thread, &merged, &count);
    struct command command = {.kind = COMMAND_TOTALS_SHOW};
    for (size_t i = 0; i < count && result == OK; i++) {
        command.totals_show.question = merged[i].question;
        result = page_command(r, &command);
    }
    command.totals_show.question = r->id;
    if (result == OK)
        result = page_command(r, &command);
    if (result != OK)
        return result;
    return reply_redirect(r, out, "/q/%" PRId64 "#answers", r->id);
}
