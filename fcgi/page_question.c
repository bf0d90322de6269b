/* A question with its answers. What is the same for all readers is rendered once per version of
 * thread and ranks and kept; the reader's own votes, tokens and draft are filled into its slots.
 * Times in it are dates, since a kept page outlives "5 min ago"; site.js makes them relative. */
#include "fcgi/page_drafts.h"
#include "fcgi/page_kinds.h"
#include "fcgi/page_texts.h"
#include "fcgi/page_question_moderation.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/session.h"
#include "core/text.h"
#include "fcgi/guard.h"
#include "ranking/ranking.h"
#include "schema/board.h"
#include "schema/rank.h"

enum { POSTINGS_MAX = 201, PAGE_ROOM = 64 * 1024 };

/* The reader's relation to this thread, and what is in the answer's form. */
struct personal {
    struct board_thread_state_row thread;
    struct board_merged_into_row *merged; /* threads whose answers are shown here as well */
    size_t merged_count;
    int64_t question;
    bool physician; /* may vote and answer */
    struct own_vote *votes;
    size_t vote_count;
    struct board_postings_own_row *own;
    size_t own_count;
    struct text vote_form;
    struct text body;
    bool preview;
    struct page_kind by_kind;
    const struct page_draft *draft; /* the body is from it */
};

static bool is_own(const struct personal *me, int64_t posting)
{
    for (size_t i = 0; i < me->own_count; i++)
        if (me->own[i].id == posting)
            return true;
    return false;
}

static enum result votes_load(struct request *r, struct personal *me, int64_t question)
{
    const uint8_t *view_key;
    uint8_t tag[SESSION_TAG_SIZE];
    struct board_own_get_row row;
    struct bytes plain;
    enum result result = request_view_key(r, &view_key);
    if (result != OK)
        return result;
    session_votes_tag(tag, view_key, question);
    result = board_own_get(request_store(r, WEB_BOARD), r->arena, bytes_of(tag, sizeof tag), &row);
    if (result == NOT_FOUND)
        return OK;
    if (result == OK)
        result = session_own_unbox(r->arena, view_key, row.box, &plain);
    struct own_vote *votes;
    size_t count;
    if (result == OK)
        result = session_votes_read(r->arena, plain, &votes, &count);
    if (result != OK)
        return result;
    if (me->vote_count == 0) {
        me->votes = votes;
        me->vote_count = count;
        return OK;
    }
    struct own_vote *all = arena_array(r->arena, struct own_vote, me->vote_count + count);
    memcpy(all, me->votes, me->vote_count * sizeof *all);
    memcpy(all + me->vote_count, votes, count * sizeof *all);
    me->votes = all;
    me->vote_count += count;
    return OK;
}

/* The reader's own postings in a thread, beside those found before. */
static enum result own_load(struct request *r, struct personal *me, int64_t question)
{
    struct board_postings_own_row *rows;
    size_t count;
    enum result result = board_postings_own(request_store(r, WEB_BOARD), r->arena, question,
                                            r->reader.member, &rows, &count);
    if (result != OK)
        return result;
    if (me->own_count == 0) {
        me->own = rows;
        me->own_count = count;
        return OK;
    }
    struct board_postings_own_row *all =
        arena_array(r->arena, struct board_postings_own_row, me->own_count + count);
    memcpy(all, me->own, me->own_count * sizeof *all);
    memcpy(all + me->own_count, rows, count * sizeof *all);
    me->own = all;
    me->own_count += count;
    return OK;
}

static enum result personal_load(struct request *r, struct reply *out, struct personal *me)
{
    me->physician = r->reader.role == BOARD_PHYSICIAN;
    me->by_kind = (struct page_kind){
        .question = me->question, .kind = me->thread.kind, .physician = me->physician};
    if (!me->physician)
        return OK;
    me->vote_form = guard_form(r, out, "/p/:id/vote");
    enum result result = votes_load(r, me, me->question);
    if (result == OK)
        result = own_load(r, me, me->question);
    for (size_t i = 0; i < me->merged_count && result == OK; i++) {
        result = votes_load(r, me, me->merged[i].question);
        if (result == OK)
            result = own_load(r, me, me->merged[i].question);
    }
    me->by_kind.asker = is_own(me, me->question);
    return result;
}

static struct view_own_vote own_vote_of(const struct personal *me, int64_t posting)
{
    struct view_own_vote v = {
        .posting = posting,
        .question = me->question,
        .own = is_own(me, posting),
        .form = me->vote_form.data != NULL ? me->vote_form : TEXT(""),
    };
    v.can_vote = me->physician && !v.own;
    for (size_t i = 0; i < me->vote_count; i++) {
        if (me->votes[i].posting == posting) {
            v.stance = me->votes[i].stance;
            v.patients = me->votes[i].patients;
        }
    }
    return v;
}

static struct view_answer_form answer_form_of(struct request *r, struct reply *out,
                                              const struct personal *me)
{
    struct page_checked checked;
    struct view_answer_form v = {
        .question = me->question,
        .form = TEXT(""),
        .preview_form = TEXT(""),
        .request = TEXT(""),
        .draft = page_draft_none(),
        .body = me->body,
        .can_answer = me->physician && me->thread.merged_away == 0,
    };
    if (!v.can_answer)
        return v;
    v.form = guard_form(r, out, "/q/:id/answer");
    v.preview_form = guard_form(r, out, "/preview");
    v.request = guard_request_id(r);
    v.draft =
        page_draft_bar(r, out, arena_format(r->arena, "answer-%" PRId64, me->question), me->draft);
    if (!page_solve_failed(r))
        page_problems(r, &v.problems, &v.problems_count);
    if (me->body.size == 0)
        return v;
    page_check(r, TEXT(""), me->body, &checked);
    v.spans = checked.spans;
    v.spans_count = checked.count;
    v.general = checked.general;
    v.confirm = checked.asking > 0 && checked.blocked == 0;
    if (me->preview)
        v.has_preview = text_markdown(r->arena, me->body, &v.preview) == OK;
    return v;
}

static void fill(struct request *r, struct reply *out, struct buf *buf, const char *slot,
                 int64_t id, void *self)
{
    struct personal *me = self;
    if (strcmp(slot, "own_vote") == 0) {
        struct view_own_vote v = own_vote_of(me, id);
        html_own_vote(buf, &v);
    } else if (strcmp(slot, "moderation") == 0) {
        struct view_question_own v = page_question_own(r, out, id, &me->thread);
        html_question_own(buf, &v);
    } else if (strcmp(slot, "answer_form") == 0) {
        struct view_answer_form v = answer_form_of(r, out, me);
        html_answer_form(buf, &v);
    } else if (strcmp(slot, "texts") == 0) {
        page_texts_own(r, out, buf, id, me->physician, is_own(me, id), me->thread.kind);
    } else if (strcmp(slot, "round") == 0) {
        struct view_round v = page_round(r, out, &me->thread, is_own(me, me->question));
        html_round(buf, &v);
    } else {
        (void)page_kind_fill(r, out, buf, slot, &me->by_kind);
    }
}

/* ---- what all readers see ---- */

static struct view_posting posting_of(struct request *r,
                                      const struct board_postings_of_thread_row *row)
{
    struct tally_facts tally = {row->corroborate, row->dispute, row->cannot_say, row->patients};
    return (struct view_posting){
        .id = row->id,
        .question = row->question,
        .kind = text_of(posting_kind_name(row->kind)),
        .title = row->title,
        .author = {.id = row->member,
                   .name = row->pseudonym,
                   .specialty = row->specialty,
                   .band = TEXT("")},
        .reference = row->kind >= POSTING_REFERENCE,
        .body = text_kept_html(row->html),
        .ago = clock_day(r->arena, row->at_ms),
        .iso = clock_iso(r->arena, row->at_ms),
        .source = row->source,
        .url = row->url,
        .licence = row->licence,
        .evidence = page_evidence(r->arena, row->id, tally),
        .votable = row->kind != POSTING_QUESTION && row->kind != POSTING_CASE,
        .texts = {.edited = TEXT(""), .edited_iso = TEXT("")},
    };
}

static const struct rank_posting_scores_row *score_of(const struct rank_posting_scores_row *scores,
                                                      size_t count, int64_t posting)
{
    for (size_t i = 0; i < count; i++)
        if (scores[i].posting == posting)
            return &scores[i];
    return NULL;
}

struct placed {
    double score;
    struct view_posting posting;
};

/* Best score first, then more corroborations, then the earlier one. */
static int placed_order(const void *a, const void *b)
{
    const struct placed *x = a;
    const struct placed *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    if (x->posting.evidence.corroborate != y->posting.evidence.corroborate)
        return x->posting.evidence.corroborate > y->posting.evidence.corroborate ? -1 : 1;
    return x->posting.id < y->posting.id ? -1 : 1;
}

static enum result postings_load(struct request *r, struct view_question *v)
{
    struct board_postings_of_thread_row *rows;
    struct rank_posting_scores_row *scores;
    size_t count, score_count;
    enum result result = page_thread_rows(r, POSTINGS_MAX, &rows, &count);
    if (result == OK)
        result = page_thread_scores(r, &scores, &score_count);
    if (result != OK)
        return result;
    if (count == 0)
        return NOT_FOUND;
    struct placed *placed = arena_array(r->arena, struct placed, count);
    for (size_t i = 0; i < count; i++) {
        const struct rank_posting_scores_row *score = score_of(scores, score_count, rows[i].id);
        placed[i].posting = posting_of(r, &rows[i]);
        placed[i].score = score != NULL ? score->score : 0;
        if (score != NULL && score->band > 0)
            placed[i].posting.author.band = text_of(ranking_band_name(score->band));
    }
    v->thread = placed[0].posting;
    qsort(placed + 1, count - 1, sizeof *placed, placed_order);
    v->answers = arena_array(r->arena, struct view_posting, count);
    v->answers_count = count - 1;
    for (size_t i = 1; i < count; i++)
        v->answers[i - 1] = placed[i].posting;
    return OK;
}

static enum result question_load(struct request *r, struct view_question *v)
{
    struct board_thread_get_row thread;
    enum result result = board_thread_get(request_store(r, WEB_BOARD), r->arena, r->id, &thread);
    if (result == OK)
        result = postings_load(r, v);
    if (result == OK)
        result = page_duplicates_load(r, &v->duplicates);
    if (result == OK)
        result = page_kind_load(r, thread.kind, thread.solved != 0, &v->kind);
    if (result != OK)
        return result;
    v->head = page_head(r, thread.title);
    v->state = text_of(page_state(thread.kind, thread.solved, thread.answers));
    v->solved = thread.solved != 0;
    v->version = thread.version;
    result = page_texts_load(r, v);
    page_topics(r->arena, thread.topics, &v->topics, &v->topics_count);
    /* The page stands without them. */
    enum result ignored = page_similar_rows(r, thread.title, r->id, &v->similar, &v->similar_count);
    (void)ignored;
    return result;
}

static enum result question_json(struct request *r, struct reply *out, struct personal *me)
{
    struct view_question v = {0};
    enum result result = question_load(r, &v);
    if (result != OK)
        return result;
    v.own = arena_array(r->arena, struct view_own_vote, v.answers_count + 1);
    if (v.thread.votable)
        v.own[v.own_count++] = own_vote_of(me, v.thread.id);
    for (size_t i = 0; i < v.answers_count; i++)
        v.own[v.own_count++] = own_vote_of(me, v.answers[i].id);
    v.answer = answer_form_of(r, out, me);
    v.round = page_round(r, out, &me->thread, is_own(me, me->question));
    page_kind_json(r, out, &me->by_kind, &v);
    v.moderation = page_question_own(r, out, r->id, &me->thread);
    view_question_write(reply_json(out), &v);
    return OK;
}

static enum result version_of(struct request *r, const struct personal *me, struct kept_key *key)
{
    struct rank_question_version_row rank = {0};
    enum result result =
        rank_question_version(request_store(r, WEB_RANK), r->arena, me->question, &rank);
    if (result == OK || result == NOT_FOUND) /* nothing ranked yet */
        result = page_merged_version(r, me->merged, me->merged_count, &rank.version);
    *key = (struct kept_key){.page = "question",
                             .id = me->question,
                             .version = me->thread.version,
                             .version2 = rank.version};
    return result;
}

static enum result question_show(struct request *r, struct reply *out, struct personal *me)
{
    struct kept_key key;
    enum result result =
        board_thread_state(request_store(r, WEB_BOARD), r->arena, r->id, &me->thread);
    if (result == OK)
        result = page_merged_load(r, &me->thread, &me->merged, &me->merged_count);
    if (result == OK)
        result = version_of(r, me, &key);
    if (result == OK)
        result = personal_load(r, out, me);
    if (result != OK)
        return result;
    if (r->wants_json)
        return question_json(r, out, me);
    const struct kept_page *page = kept_find(request_kept(r), key);
    if (page == NULL) {
        struct view_question v = {0};
        struct buf rendered;
        result = question_load(r, &v);
        if (result != OK)
            return result;
        buf_open(&rendered, r->arena, PAGE_ROOM);
        html_question(&rendered, &v);
        page = kept_put(request_kept(r), key, &rendered);
    }
    return reply_kept(r, out, page, fill, me);
}

enum result page_question_with(struct request *r, struct reply *out, struct text body, bool preview)
{
    struct personal me = {.question = r->id, .body = body, .preview = preview};
    return question_show(r, out, &me);
}

enum result page_question_drafted(struct request *r, struct reply *out,
                                  const struct page_draft *draft)
{
    struct personal me = {
        .question = r->id, .body = page_draft_field(draft, "body"), .draft = draft};
    return question_show(r, out, &me);
}

enum result page_question(struct request *r, struct reply *out)
{
    enum result result = page_question_with(r, out, TEXT(""), false);
    return result == NOT_FOUND ? page_question_gone(r, out) : result;
}
