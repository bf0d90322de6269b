/* A question with its answers. What is the same for all readers is rendered once per version of
 * thread and ranks and kept; the reader's own votes, tokens and draft are filled into its slots. It
 * is kept in three versions, by how much of the votes a reader may see (page_question_votes.h); the
 * blind one knows nothing of ranks or totals, so it does not even change when somebody votes.
 * Forms that stand in it as they come are kept too, with marks for tokens; a form that says
 * something (a draft, faults, an own rating) is a slot, in a variant of the page without it.
 * Times in it are dates, since a kept page outlives "5 min ago"; site.js makes them relative. */
#include "fcgi/member/page_drafts.h"
#include "fcgi/member/page_kinds.h"
#include "fcgi/member/page_texts.h"
#include "fcgi/member/page_question_moderation.h"
#include "fcgi/member/page_question_votes.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/text.h"
#include "fcgi/guard.h"
#include "ranking/ranking.h"
#include "schema/rank.h"

enum { POSTINGS_MAX = 201, PAGE_ROOM = 32 * 1024, ANSWER_ROOM = 2 * 1024 };
/* What makes the page another one for a reader, beside what he sees of the votes. */
enum { VARIANT_ASKER = 1, VARIANT_TYPED = 2, VARIANT_RATED = 4 };

/* The reader's relation to this thread, and what is in the answer's form. */
struct personal {
    struct board_thread_state_row thread;
    struct board_merged_into_row *merged; /* threads whose answers are shown here as well */
    size_t merged_count;
    int64_t question;
    struct sight sight;
    struct text vote_form;
    struct text body;
    bool preview;
    struct page_kind by_kind;
    unsigned variant;
    const struct page_draft *draft; /* the body is from it */
};

static enum result personal_load(struct request *r, struct reply *out, struct personal *me)
{
    enum result result = sight_load(r, me->question, me->merged, me->merged_count, &me->sight);
    if (result == OK && me->sight.physician)
        me->vote_form = guard_form(r, out, "/p/:id/vote");
    me->by_kind = (struct page_kind){.question = me->question,
                                     .kind = me->thread.kind,
                                     .physician = me->sight.physician,
                                     .asker = me->sight.asker};
    return result;
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
        .can_answer = me->sight.physician && me->thread.merged_away == 0,
    };
    if (!v.can_answer)
        return v;
    v.form = guard_form(r, out, "/q/:id/answer");
    v.preview_form = guard_form(r, out, "/preview");
    v.request = guard_request_id(r);
    v.draft = page_draft_bar(r, out, page_place_name(r->arena, PAGE_FORM_ANSWER, me->question),
                             me->draft);
    page_images_in(r, me->body, &v.draft);
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
        struct view_own_vote v = sight_own_vote(r, &me->sight, id, me->vote_form);
        html_own_vote(buf, &v);
    } else if (strcmp(slot, "moderation") == 0) {
        struct view_question_own v = page_question_own(r, out, id, &me->thread);
        html_question_own(buf, &v);
    } else if (strcmp(slot, "answer_form") == 0) {
        if (me->variant & VARIANT_TYPED) {
            struct view_answer_form v = answer_form_of(r, out, me);
            html_answer_form(buf, &v);
        }
    } else if (strcmp(slot, "follow") == 0) {
        struct view_follow v = page_follow_view(r, out, me->question, me->sight.asker);
        html_follow(buf, &v);
    } else if (strcmp(slot, "texts") == 0) {
        page_texts_own(r, out, buf, id, me->sight.physician, sight_is_own(&me->sight, id),
                       me->thread.kind);
    } else if (strcmp(slot, "round") == 0) {
        struct view_round v = page_round(r, out, &me->thread, me->sight.asker);
        html_round(buf, &v);
    } else {
        (void)page_kind_fill(r, out, buf, slot, &me->by_kind);
    }
}

/* ---- what all readers see ---- */

static struct view_posting posting_of(struct request *r, const struct sight *sight,
                                      const struct board_postings_of_thread_row *row)
{
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
        .source = row->kind >= POSTING_REFERENCE ? row->source : TEXT(""),
        .sponsor = page_sponsor_name(row->kind, row->member, row->source),
        .url = row->url,
        .licence = row->licence,
        .evidence = sight_evidence(r->arena, sight, row->id),
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

/* Best score first, then the earlier one. */
static int placed_order(const void *a, const void *b)
{
    const struct placed *x = a;
    const struct placed *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return x->posting.id < y->posting.id ? -1 : 1;
}

/* The answers in the order they came, unless the reader may see the one by score. */
static enum result postings_load(struct request *r, const struct sight *sight,
                                 struct view_question *v)
{
    struct board_postings_of_thread_row *rows;
    struct rank_posting_scores_row *scores = NULL;
    size_t count, score_count = 0;
    bool blind = sight->kind == SIGHT_BLIND;
    enum result result = page_thread_rows(r, POSTINGS_MAX, &rows, &count);
    if (result == OK && !blind)
        result = page_thread_scores(r, &scores, &score_count);
    if (result != OK)
        return result;
    if (count == 0)
        return NOT_FOUND;
    struct placed *placed = arena_array(r->arena, struct placed, count);
    for (size_t i = 0; i < count; i++) {
        const struct rank_posting_scores_row *score = score_of(scores, score_count, rows[i].id);
        placed[i].posting = posting_of(r, sight, &rows[i]);
        placed[i].score = score != NULL ? score->score : 0;
        if (score != NULL && score->band > 0)
            placed[i].posting.author.band = text_of(ranking_band_name(score->band));
    }
    v->thread = placed[0].posting;
    if (!blind)
        qsort(placed + 1, count - 1, sizeof *placed, placed_order);
    v->order = blind ? TEXT("Oldest first") : TEXT("Best corroborated first");
    v->answers = arena_array(r->arena, struct view_posting, count);
    v->answers_count = count - 1;
    for (size_t i = 1; i < count; i++)
        v->answers[i - 1] = placed[i].posting;
    return OK;
}

static enum result question_load(struct request *r, const struct sight *sight,
                                 struct view_question *v)
{
    struct board_thread_get_row thread;
    enum result result = board_thread_get(request_store(r, WEB_BOARD), r->arena, r->id, &thread);
    if (result == OK)
        result = postings_load(r, sight, v);
    if (result == OK)
        result = page_duplicates_load(r, &v->duplicates);
    if (result == OK)
        result = page_kind_load(r, thread.kind, thread.solved != 0, &v->kind);
    if (result != OK)
        return result;
    v->head = page_head(
        r, page_titled(r->arena, thread.kind, thread.member, thread.source, thread.title));
    v->state = text_of(page_state(thread.kind, thread.solved, thread.answers));
    v->solved = thread.solved != 0;
    v->version = thread.version;
    result = page_texts_load(r, v, sight->merged, sight->merged_count, sight->kind == SIGHT_OPEN);
    page_topics(r->arena, thread.topics, &v->topics, &v->topics_count);
    /* The page stands without them. */
    enum result ignored = page_similar_rows(r, thread.title, r->id, &v->similar, &v->similar_count);
    (void)ignored;
    return result;
}

static enum result question_json(struct request *r, struct reply *out, struct personal *me)
{
    struct view_question v = {0};
    enum result result = sight_totals_load(r, &me->sight);
    if (result == OK)
        result = question_load(r, &me->sight, &v);
    if (result != OK)
        return result;
    v.own = arena_array(r->arena, struct view_own_vote, v.answers_count + 1);
    if (v.thread.votable)
        v.own[v.own_count++] = sight_own_vote(r, &me->sight, v.thread.id, me->vote_form);
    for (size_t i = 0; i < v.answers_count; i++)
        v.own[v.own_count++] = sight_own_vote(r, &me->sight, v.answers[i].id, me->vote_form);
    v.gate = sight_gate(r, out, &me->sight);
    v.answer = answer_form_of(r, out, me);
    v.follow = page_follow_view(r, out, me->question, me->sight.asker);
    v.round = page_round(r, out, &me->thread, me->sight.asker);
    page_kind_json(r, out, &me->by_kind, &v);
    v.moderation = page_question_own(r, out, r->id, &me->thread);
    view_question_write(reply_json(out), &v);
    return OK;
}

static unsigned variant_of(struct request *r, struct personal *me)
{
    bool typed = r->method == METHOD_POST || me->body.size > 0 || me->draft != NULL;
    return (me->sight.asker ? VARIANT_ASKER : 0) | (typed ? VARIANT_TYPED : 0) |
           (page_has_rated(r, &me->by_kind) ? VARIANT_RATED : 0);
}

/* The version this reader sees. Only those that show ranks or totals change with them. Who does not
 * vote has one of his own, since what is usual beside an answer is another for him. */
static enum result version_of(struct request *r, struct personal *me, struct kept_key *key)
{
    static const char *const pages[] = {
        [SIGHT_BLIND] = "question-blind",
        [SIGHT_VOTED] = "question-voted",
        [SIGHT_OPEN] = "question-open",
    };
    struct rank_question_version_row rank = {0};
    enum sight_kind kind = me->sight.kind;
    enum result result = NOT_FOUND;
    me->variant = variant_of(r, me);
    if (kind != SIGHT_BLIND)
        result = rank_question_version(request_store(r, WEB_RANK), r->arena, me->question, &rank);
    if (kind != SIGHT_BLIND && (result == OK || result == NOT_FOUND)) /* nothing ranked yet */
        result = page_merged_version(r, me->merged, me->merged_count, &rank.version);
    int64_t version = me->thread.version; /* what happens in a merged thread is seen here too */
    for (size_t i = 0; i < me->merged_count; i++)
        if (me->merged[i].version > version)
            version = me->merged[i].version;
    *key = (struct kept_key){.page = me->sight.physician ? pages[kind] : "question-staff",
                             .id = me->question,
                             .version = version,
                             .version2 = rank.version,
                             .version3 = kind == SIGHT_OPEN ? sight_step(r) : 0,
                             .variant = me->variant};
    return result == NOT_FOUND ? OK : result;
}

/* What most readers have beside an answer: no vote, and their token. */
static struct kept_usual usual_of(struct request *r, const struct personal *me)
{
    static const struct sight none = {.kind = SIGHT_OPEN};
    struct view_own_vote v = sight_own_vote(r, &none, 0, me->vote_form);
    struct buf buf;
    v.can_vote = me->sight.physician;
    buf_open(&buf, r->arena, 256);
    html_own_vote(&buf, &v);
    return (struct kept_usual){.slot = "own_vote", .size = buf.size};
}

/* Renders it for all readers who see as much of the votes as this one. */
static enum result page_render(struct request *r, struct reply *out, struct personal *me,
                               struct kept_key key, struct kept_page **page)
{
    struct sight all = {.kind = me->sight.kind, /* nobody's own */
                        .question = me->question,
                        .merged = me->merged,
                        .merged_count = me->merged_count};
    struct view_question v = {0};
    struct buf rendered;
    enum result result = all.kind == SIGHT_OPEN ? sight_totals_load(r, &all) : OK;
    if (result == OK)
        result = question_load(r, &all, &v);
    if (result != OK)
        return result;
    kept_render(r, true);
    v.gate = sight_gate(r, out, &me->sight);
    if ((key.variant & VARIANT_TYPED) == 0)
        v.answer = answer_form_of(r, out, me);
    if ((key.variant & VARIANT_RATED) == 0)
        v.own_rating = page_own_rating(r, out, &me->by_kind);
    kept_render(r, false);
    buf_open(&rendered, r->arena, PAGE_ROOM + v.answers_count * ANSWER_ROOM);
    html_question(&rendered, &v);
    *page = kept_put(request_kept(r), key, &rendered, usual_of(r, me));
    return OK;
}

static enum result question_show(struct request *r, struct reply *out, struct personal *me)
{
    struct kept_key key;
    enum result result =
        board_thread_state(request_store(r, WEB_BOARD), r->arena, r->id, &me->thread);
    if (result == OK)
        result = page_merged_load(r, &me->thread, &me->merged, &me->merged_count);
    if (result == OK)
        result = personal_load(r, out, me);
    if (result == OK)
        result = version_of(r, me, &key);
    if (result != OK)
        return result;
    if (r->wants_json)
        return question_json(r, out, me);
    struct kept_page *page = kept_find(request_kept(r), key);
    if (page == NULL)
        result = page_render(r, out, me, key, &page);
    return result == OK ? reply_kept(r, out, page, fill, me) : result;
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
