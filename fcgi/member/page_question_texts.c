/* What became of a question's postings, for its page. Loaded when the page is made, not when it is
 * shown: the kept page carries it. */
#include "fcgi/member/page_texts.h"

#include <string.h>

#include "core/clock.h"
#include "core/text.h"
#include "fcgi/guard.h"
#include "schema/board.h"
#include "schema/pubmed.h"

enum { COMMENTS_MAX = 2000, COMMENTS_ONE_MAX = 500, CITES_MAX = 4000, MARKS_MAX = 1000 };

/* The view of a posting of this thread; NULL for one that the page does not show. */
static struct view_texts *texts_of(struct view_question *v, int64_t posting)
{
    if (v->thread.id == posting)
        return &v->thread.texts;
    for (size_t i = 0; i < v->answers_count; i++)
        if (v->answers[i].id == posting)
            return &v->answers[i].texts;
    return NULL;
}

static enum result edits_load(struct request *r, int64_t question, struct view_question *v)
{
    struct board_edits_of_thread_row *rows;
    size_t count;
    enum result result =
        board_edits_of_thread(request_store(r, WEB_BOARD), r->arena, question, &rows, &count);
    for (size_t i = 0; result == OK && i < count; i++) {
        struct view_texts *texts = texts_of(v, rows[i].posting);
        if (texts == NULL)
            continue;
        texts->edits = rows[i].edits;
        texts->edited = clock_day(r->arena, rows[i].at_ms);
        texts->edited_iso = clock_iso(r->arena, rows[i].at_ms);
        texts->votes = true; /* whether there are any is not for all to know */
    }
    return result;
}

static enum result comments_load(struct request *r, int64_t question, struct view_question *v)
{
    struct board_comments_of_thread_row *rows;
    size_t count;
    enum result result = board_comments_of_thread(request_store(r, WEB_BOARD), r->arena, question,
                                                  COMMENTS_MAX, &rows, &count);
    for (size_t i = 0; result == OK && i < count; i++) {
        struct view_texts *texts = texts_of(v, rows[i].posting);
        if (texts == NULL || texts->comments_count == COMMENTS_ONE_MAX)
            continue;
        if (texts->comments == NULL) {
            size_t room = 0; /* its own among those that come */
            for (size_t j = i; j < count; j++)
                room += rows[j].posting == rows[i].posting;
            texts->comments = arena_array(r->arena, struct view_comment, room);
        }
        texts->comments[texts->comments_count++] = (struct view_comment){
            .id = rows[i].id,
            .author = {.id = rows[i].member, .name = rows[i].pseudonym},
            .source = rows[i].source,
            .body = text_kept_html(rows[i].html),
            .ago = clock_day(r->arena, rows[i].at_ms),
            .iso = clock_iso(r->arena, rows[i].at_ms),
        };
    }
    return result;
}

/* Title, journal and year, where the operator's PubMed files know them. */
static void title_find(struct request *r, struct citation citation, struct view_cite *cite)
{
    struct db *pubmed = request_store_maybe(r, WEB_PUBMED);
    struct pubmed_article_get_row row = {0};
    struct pubmed_article_by_doi_row by_doi;
    int64_t pmid = 0;
    enum result result = NOT_FOUND;
    if (pubmed == NULL)
        return;
    if (citation.kind == CITATION_PUBMED && text_int(citation.key, 1, INT32_MAX, &pmid))
        result = pubmed_article_get(pubmed, r->arena, pmid, &row);
    if (citation.kind == CITATION_DOI) {
        result = pubmed_article_by_doi(pubmed, r->arena, citation.key, &by_doi);
        if (result == OK)
            row = (struct pubmed_article_get_row){by_doi.title, by_doi.journal, by_doi.year,
                                                  by_doi.retracted};
    }
    if (result != OK)
        return; /* the page stands without it */
    cite->title = row.title;
    cite->retracted = row.retracted;
    cite->where = row.year > 0 ? arena_format(r->arena, "%.*s %lld", (int)row.journal.size,
                                              row.journal.data, (long long)row.year)
                               : row.journal;
}

struct view_cite page_cite(struct request *r, struct citation citation, int64_t number)
{
    struct text label = citation_label(r->arena, citation);
    struct view_cite cite = {
        .number = number,
        .label = label,
        .url = citation_address(r->arena, citation),
        .title = TEXT(""),
        .where = TEXT(""),
        .key = label,
    };
    title_find(r, citation, &cite);
    return cite;
}

static enum result cites_load(struct request *r, int64_t question, struct view_question *v)
{
    struct board_citations_of_thread_row *rows;
    size_t count;
    enum result result = board_citations_of_thread(request_store(r, WEB_BOARD), r->arena, question,
                                                   CITES_MAX, &rows, &count);
    for (size_t i = 0; result == OK && i < count; i++) {
        struct view_texts *texts = texts_of(v, rows[i].posting);
        if (texts == NULL)
            continue;
        if (texts->cites == NULL)
            texts->cites = arena_array(r->arena, struct view_cite, CITATIONS_MAX);
        struct view_cite *cite = &texts->cites[texts->cites_count++];
        *cite = page_cite(r, (struct citation){rows[i].kind, rows[i].key}, (int64_t)rows[i].number);
        cite->cited = rows[i].answers;
    }
    return result;
}

struct view_mark page_mark_view(struct request *r, struct mark_facts facts)
{
    return (struct view_mark){
        .what = text_of(mark_name(facts.what)),
        .count = 1,
        .author = {.id = facts.member, .name = facts.pseudonym},
        .words = facts.words,
        .source = page_cite(r, (struct citation){facts.source, facts.key}, 1),
        .ago = clock_day(r->arena, facts.at_ms),
        .iso = clock_iso(r->arena, facts.at_ms),
    };
}

/* The latest of each kind, with how many there are. */
static enum result marks_load(struct request *r, int64_t question, struct view_question *v)
{
    struct board_marks_of_thread_row *rows;
    size_t count;
    enum result result = board_marks_of_thread(request_store(r, WEB_BOARD), r->arena, question,
                                               MARKS_MAX, &rows, &count);
    for (size_t i = 0; result == OK && i < count; i++) {
        const struct board_marks_of_thread_row *row = &rows[i];
        struct view_texts *texts = texts_of(v, row->posting);
        if (texts == NULL)
            continue;
        if (i > 0 && rows[i - 1].posting == row->posting && rows[i - 1].what == row->what) {
            texts->marks[texts->marks_count - 1].count++;
            continue;
        }
        if (texts->marks == NULL)
            texts->marks = arena_array(r->arena, struct view_mark, MARK_DANGEROUS);
        struct view_mark *mark = &texts->marks[texts->marks_count++];
        *mark =
            page_mark_view(r, (struct mark_facts){row->what, row->member, row->at_ms, row->source,
                                                  row->pseudonym, row->key, row->body});
        /* ISO 8601 sorts as time does. */
        mark->since =
            texts->edits > 0 && memcmp(texts->edited_iso.data, mark->iso.data, mark->iso.size) > 0;
    }
    return result;
}

static enum result thanks_load(struct request *r, int64_t question, struct view_question *v)
{
    struct board_thanks_of_thread_row *rows;
    size_t count;
    enum result result =
        board_thanks_of_thread(request_store(r, WEB_BOARD), r->arena, question, &rows, &count);
    for (size_t i = 0; result == OK && i < count; i++) {
        struct view_texts *texts = texts_of(v, rows[i].posting);
        if (texts != NULL)
            texts->thanks = rows[i].thanks;
    }
    return result;
}

static enum result choice_load(struct request *r, struct view_question *v, bool choice)
{
    struct board_choice_get_row chosen = {0};
    enum result result =
        board_choice_get(request_store(r, WEB_BOARD), r->arena, v->thread.id, &chosen);
    bool asks = text_is(v->thread.kind, "question") || text_is(v->thread.kind, "case");
    for (size_t i = 0; i < v->answers_count; i++) {
        v->answers[i].texts.choice = asks && choice;
        v->answers[i].texts.chosen = chosen.posting > 0 && v->answers[i].id == chosen.posting;
    }
    return result == NOT_FOUND ? OK : result;
}

static enum result summary_load(struct request *r, struct view_question *v)
{
    struct board_summary_get_row row;
    enum result result =
        board_summary_get(request_store(r, WEB_BOARD), r->arena, v->thread.id, &row);
    if (result != OK || !page_summary_view(r, row.body, &v->summary))
        return result == NOT_FOUND ? OK : result;
    v->summary.id = row.id;
    v->summary.author = (struct view_author){.id = row.member, .name = row.pseudonym};
    v->summary.ago = clock_day(r->arena, row.at_ms);
    v->summary.iso = clock_iso(r->arena, row.at_ms);
    v->summary.versions = row.versions;
    return OK;
}

static enum result thread_load(struct request *r, int64_t question, struct view_question *v)
{
    enum result result = edits_load(r, question, v);
    if (result == OK)
        result = comments_load(r, question, v);
    if (result == OK)
        result = cites_load(r, question, v);
    if (result == OK)
        result = marks_load(r, question, v);
    return result == OK ? thanks_load(r, question, v) : result;
}

enum result page_texts_load(struct request *r, struct view_question *v,
                            const struct board_merged_into_row *merged, size_t merged_count,
                            bool choice)
{
    enum result result = thread_load(r, v->thread.id, v);
    for (size_t i = 0; i < merged_count && result == OK; i++)
        result = thread_load(r, merged[i].question, v);
    if (result == OK)
        result = choice_load(r, v, choice);
    return result == OK ? summary_load(r, v) : result;
}

void page_texts_own(struct request *r, struct reply *out, struct buf *buf, int64_t question,
                    bool physician, bool asker, int64_t kind)
{
    struct view_texts_own v = {
        .question = question,
        .can_write = physician,
        .asker = asker && kind <= POSTING_CASE,
        .edits = asker && kind <= POSTING_CASE, /* elsewhere the vote's place says so */
        .thank_form = TEXT(""),
        .choose_form = TEXT(""),
    };
    if (v.can_write)
        v.thank_form = guard_form(r, out, "/p/:id/thank");
    if (v.asker)
        v.choose_form = guard_form(r, out, "/p/:id/choose");
    html_texts_own(buf, &v);
}
