/* curbside pubmed import FILE...: PubMed's own files into pubmed.db. A file comes in whole or not
 * at all; the same article again replaces what was there. */
#include "board/import/pubmed.h"
#include "board/clerk/tools.h"

#include "core/clock.h"
#include "core/conf.h"
#include "schema/pubmed.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* --- one article's fields --- */

void pubmed_article_clear(struct pubmed_article *article)
{
    article->pmid = article->year = 0;
    article->retracted = false;
    article->title.size = article->journal.size = article->doi.size = 0;
    article->title.room = PUBMED_TITLE_MAX;
    article->journal.room = PUBMED_JOURNAL_MAX;
    article->doi.room = PUBMED_DOI_MAX;
}

void pubmed_field_add(struct pubmed_field *field, struct text words)
{
    for (size_t i = 0; i < words.size && field->size < field->room; i++) {
        unsigned char c = (unsigned char)words.data[i];
        bool blank = c <= ' ';
        if (blank && (field->size == 0 || field->data[field->size - 1] == ' '))
            continue;
        field->data[field->size++] = blank ? ' ' : (char)c;
    }
}

struct text pubmed_field_text(const struct pubmed_field *field)
{
    return text_trim(text_cut((struct text){field->data, field->size}, field->size));
}

int64_t pubmed_year(struct text date)
{
    size_t digits = 0;
    for (size_t i = 0; i < date.size; i++) {
        int64_t year = 0;
        digits = date.data[i] >= '0' && date.data[i] <= '9' ? digits + 1 : 0;
        if (digits == 4 && text_int((struct text){date.data + i - 3, 4}, 1000, 9999, &year))
            return year;
    }
    return 0;
}

/* --- MEDLINE text: "TAG - value", lines that go on are indented, a blank line ends an article ---
 */

enum { TAG_SIZE = 4, VALUE_AT = 6 };

void pubmed_medline_open(struct pubmed_medline *medline, const struct pubmed_sink *sink)
{
    memset(medline, 0, sizeof(*medline));
    medline->sink = sink;
    pubmed_article_clear(&medline->article);
}

const char *pubmed_medline_end(struct pubmed_medline *medline)
{
    bool goes_on = true;
    if (medline->open)
        goes_on = medline->sink->article(medline->sink->self, &medline->article);
    pubmed_article_clear(&medline->article);
    medline->open = medline->abbreviated = false;
    medline->tag[0] = 0;
    return goes_on ? NULL : "the store does not take it";
}

/* "10.1093/bib/3.3.296 [doi]" */
static void medline_doi(struct pubmed_article *article, struct text value)
{
    static const char mark[] = " [doi]";
    size_t size = sizeof(mark) - 1;
    if (article->doi.size == 0 && value.size > size &&
        memcmp(value.data + value.size - size, mark, size) == 0)
        pubmed_field_add(&article->doi, (struct text){value.data, value.size - size});
}

static void medline_field(struct pubmed_medline *medline, struct text value, bool goes_on)
{
    struct pubmed_article *a = &medline->article;
    struct text tag = text_of(medline->tag);
    if (text_is(tag, "TI  ")) {
        if (goes_on)
            pubmed_field_add(&a->title, TEXT(" "));
        pubmed_field_add(&a->title, value);
    } else if (goes_on) {
        return; /* of the others the first line is enough */
    } else if (text_is(tag, "PMID")) {
        (void)text_int(value, 1, INT32_MAX, &a->pmid); /* else it stays 0 */
    } else if (text_is(tag, "TA  ")) {
        a->journal.size = 0;
        pubmed_field_add(&a->journal, value);
        medline->abbreviated = true;
    } else if (text_is(tag, "JT  ") && !medline->abbreviated) {
        pubmed_field_add(&a->journal, value);
    } else if (text_is(tag, "DP  ")) {
        a->year = pubmed_year(value);
    } else if (text_is(tag, "LID ") || text_is(tag, "AID ")) {
        medline_doi(a, value);
    } else if (text_is(tag, "PT  ")) {
        a->retracted = a->retracted || text_is(value, "Retracted Publication");
    }
}

const char *pubmed_medline_line(struct pubmed_medline *medline, struct text line)
{
    const char *fault = NULL;
    if (text_trim(line).size == 0)
        return pubmed_medline_end(medline);
    if (line.data[0] == ' ') {
        if (!medline->open)
            return "a line that goes on, and nothing before it";
        medline_field(medline, text_trim(line), true);
        return NULL;
    }
    if (line.size < VALUE_AT - 1 || line.data[TAG_SIZE] != '-')
        return "no line of a MEDLINE file";
    if (medline->open && memcmp(line.data, "PMID", TAG_SIZE) == 0)
        fault = pubmed_medline_end(medline);
    memcpy(medline->tag, line.data, TAG_SIZE);
    medline->tag[TAG_SIZE] = 0;
    medline->open = true;
    medline_field(medline,
                  text_trim((struct text){line.data + VALUE_AT - 1, line.size - (VALUE_AT - 1)}),
                  false);
    return fault;
}

/* --- the run --- */

struct pubmed_run {
    struct db *db;
    struct arena arena;
    struct lines lines;
    const char *path;
    enum result result; /* of the store */
    int64_t added, changed, same, removed, left_out;
    int64_t line, said_us;
};

static void progress_say(struct pubmed_run *run)
{
    int64_t now_us = clock_steady_us();
    if (isatty(STDERR_FILENO) == 0 || now_us - run->said_us < 500 * 1000)
        return;
    run->said_us = now_us;
    fprintf(stderr, "\r%s: %lld articles, %d %%   ", run->path,
            (long long)(run->added + run->changed + run->same),
            (int)(lines_share(&run->lines) * 100));
}

static struct text lower(struct arena *arena, struct text text)
{
    char *out = arena_take(arena, text.size + 1);
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        out[i] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    return (struct text){out, text.size};
}

static bool article_take(void *self, const struct pubmed_article *a)
{
    struct pubmed_run *run = self;
    struct text title = pubmed_field_text(&a->title), journal = pubmed_field_text(&a->journal);
    struct text doi = pubmed_field_text(&a->doi);
    arena_reset(&run->arena, 0);
    progress_say(run);
    if (a->pmid == 0 || title.size == 0 || !text_is_utf8(text_bytes(title)) ||
        !text_is_utf8(text_bytes(journal)) || !text_is_utf8(text_bytes(doi))) {
        run->left_out++;
        return true;
    }
    doi = lower(&run->arena, doi);
    int64_t retracted = a->retracted ? 1 : 0;
    run->result = pubmed_article_add(run->db, a->pmid, title, journal, a->year, doi, retracted);
    if (run->result == OK && db_changes(run->db) == 1) {
        run->added++;
        return true;
    }
    if (run->result == OK)
        run->result =
            pubmed_article_change(run->db, a->pmid, title, journal, a->year, doi, retracted);
    if (run->result == OK && db_changes(run->db) == 1)
        run->changed++;
    else
        run->same++;
    return run->result == OK;
}

static bool article_drop(void *self, int64_t pmid)
{
    struct pubmed_run *run = self;
    run->result = pubmed_article_remove(run->db, pmid);
    run->removed += run->result == OK ? db_changes(run->db) : 0;
    return run->result == OK;
}

static const char *xml_read(struct pubmed_run *run, const struct pubmed_sink *sink)
{
    struct pubmed_xml *xml = pubmed_xml_open(sink);
    const char *fault = NULL;
    struct bytes piece;
    while (fault == NULL && run->result == OK && lines_piece(&run->lines, &piece))
        fault = pubmed_xml_feed(xml, piece, false);
    if (fault == NULL && run->result == OK)
        fault = pubmed_xml_feed(xml, bytes_of("", 0), true);
    run->line = pubmed_xml_line(xml);
    pubmed_xml_close(xml);
    return fault;
}

static const char *medline_read(struct pubmed_run *run, const struct pubmed_sink *sink)
{
    struct pubmed_medline medline;
    const char *fault = NULL;
    struct text line;
    bool whole = true;
    pubmed_medline_open(&medline, sink);
    while (fault == NULL && run->result == OK && lines_next(&run->lines, &line, &whole)) {
        run->line = run->lines.number;
        fault = whole ? pubmed_medline_line(&medline, line) : "a line without end";
    }
    return fault == NULL && run->result == OK ? pubmed_medline_end(&medline) : fault;
}

/* One file, in a transaction of its own. */
static bool file_import(struct pubmed_run *run, const char *path)
{
    const struct pubmed_sink sink = {article_take, article_drop, run};
    const char *fault = NULL;
    run->path = path;
    run->added = run->changed = run->same = run->removed = run->left_out = run->line = 0;
    lines_open(&run->lines, path);
    run->result = db_begin(run->db);
    if (run->result == OK) {
        struct text start = text_trim(lines_peek(&run->lines));
        if (text_starts(start, "\xEF\xBB\xBF"))
            start = (struct text){start.data + 3, start.size - 3};
        fault = text_starts(start, "<") ? xml_read(run, &sink) : medline_read(run, &sink);
    }
    if (!lines_close(&run->lines) && fault == NULL)
        fault = "the file breaks off";
    if (fault == NULL && run->result == OK &&
        run->added + run->changed + run->same + run->removed == 0)
        fault = "no article of PubMed is in it";
    if (fault == NULL && run->result == OK)
        run->result = db_commit(run->db);
    else
        db_rollback(run->db);
    if (isatty(STDERR_FILENO) != 0)
        fprintf(stderr, "\r");
    if (fault == NULL && run->result == OK) {
        printf("%s: %lld new, %lld changed, %lld as they were, %lld taken back, %lld left out\n",
               path, (long long)run->added, (long long)run->changed, (long long)run->same,
               (long long)run->removed, (long long)run->left_out);
        return true;
    }
    fprintf(stderr, "curbside-clerk: %s: line %lld: %s; nothing of it was taken\n", path,
            (long long)run->line, fault != NULL ? fault : result_name(run->result));
    return false;
}

int pubmed_import(const char *const *paths, size_t count)
{
    struct pubmed_run run = {.result = OK};
    struct pubmed_article_count_row all;
    int status = 0;
    if (db_open(&run.db, &pubmed_store, conf_store("pubmed"), ROLE_OPERATOR, DB_FOLD, 0) != OK) {
        fprintf(stderr, "curbside-clerk: pubmed.db cannot be opened\n");
        return 1;
    }
    arena_open(&run.arena, 1 << 20);
    for (size_t i = 0; i < count; i++)
        status = file_import(&run, paths[i]) ? status : 1;
    if (pubmed_article_count(run.db, &run.arena, &all) == OK)
        printf("%lld articles are known\n", (long long)all.articles);
    db_checkpoint(run.db, true);
    db_close(run.db);
    arena_close(&run.arena);
    return status;
}
