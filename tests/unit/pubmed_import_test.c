/* PubMed's files: what of an article is kept, in both forms; a broken file changes nothing; memory
 * does not grow with the file. */
#include "board/import/pubmed.h"
#include "board/clerk/tools.h"
#include "core/conf.h"
#include "schema/pubmed.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

static struct arena arena;
static struct pubmed_article got[8];
static size_t got_count;
static int64_t removed;

static bool keep(void *self, const struct pubmed_article *article)
{
    (void)self;
    if (got_count < 8)
        got[got_count] = *article;
    got_count++;
    return true;
}

static bool drop(void *self, int64_t pmid)
{
    (void)self;
    removed = pmid;
    return true;
}

static const struct pubmed_sink sink = {keep, drop, NULL};

/* In pieces of one byte, so that nothing depends on where a piece ends. */
static const char *xml_read(const char *text)
{
    struct pubmed_xml *xml = pubmed_xml_open(&sink);
    const char *fault = NULL;
    got_count = 0;
    removed = 0;
    for (size_t i = 0; text[i] != 0 && fault == NULL; i++)
        fault = pubmed_xml_feed(xml, bytes_of(text + i, 1), false);
    if (fault == NULL)
        fault = pubmed_xml_feed(xml, bytes_of("", 0), true);
    pubmed_xml_close(xml);
    return fault;
}

static void is(const struct pubmed_field *field, const char *want)
{
    struct text text = pubmed_field_text(field);
    if (!text_is(text, want))
        fail_msg("%.*s, not %s", (int)text.size, text.data, want);
}

static const char article[] =
    "<?xml version=\"1.0\"?><!DOCTYPE PubmedArticleSet PUBLIC \"-//NLM//DTD\" "
    "\"https://dtd.nlm.nih.gov/x.dtd\"><PubmedArticleSet>"
    "<PubmedArticle><MedlineCitation><PMID Version=\"1\">77</PMID><Article><Journal>"
    "<JournalIssue><PubDate><MedlineDate>1998 Dec-1999 Jan</MedlineDate></PubDate></JournalIssue>"
    "<Title>The Journal of Things</Title><ISOAbbreviation>J Things</ISOAbbreviation></Journal>"
    "<ArticleTitle>The <i>Bio*</i>\n   toolkits &amp; H<sub>2</sub>O.</ArticleTitle>"
    "<ELocationID EIdType=\"pii\">x1</ELocationID>"
    "<ELocationID EIdType=\"doi\">10.1000/ABC</ELocationID>"
    "<PublicationTypeList><PublicationType>Journal Article</PublicationType>"
    "<PublicationType>Retracted Publication</PublicationType></PublicationTypeList></Article>"
    "<CommentsCorrectionsList><CommentsCorrections><PMID>99</PMID></CommentsCorrections>"
    "</CommentsCorrectionsList></MedlineCitation><PubmedData><ArticleIdList>"
    "<ArticleId IdType=\"doi\">10.1000/other</ArticleId></ArticleIdList><ReferenceList><Reference>"
    "<ArticleIdList><ArticleId IdType=\"pubmed\">55</ArticleId></ArticleIdList></Reference>"
    "</ReferenceList></PubmedData></PubmedArticle>"
    "<PubmedArticle><MedlineCitation><PMID>78</PMID><Article><Journal><Title>Other</Title>"
    "<JournalIssue><PubDate><Year>2019</Year></PubDate></JournalIssue></Journal>"
    "<ArticleTitle>Plain.</ArticleTitle></Article></MedlineCitation></PubmedArticle>"
    "<DeleteCitation><PMID>12</PMID></DeleteCitation></PubmedArticleSet>";

static void an_article_in_xml_keeps_what_a_reference_needs(void **state)
{
    (void)state;
    assert_null(xml_read(article));
    assert_int_equal(got_count, 2);
    assert_int_equal(got[0].pmid, 77); /* not one of those it comments on */
    is(&got[0].title, "The Bio* toolkits & H2O.");
    is(&got[0].journal, "J Things");
    is(&got[0].doi, "10.1000/ABC");
    assert_int_equal(got[0].year, 1998);
    assert_true(got[0].retracted);
    is(&got[1].journal, "Other");
    is(&got[1].doi, "");
    assert_int_equal(got[1].year, 2019);
    assert_false(got[1].retracted);
    assert_int_equal(removed, 12);
}

static void xml_that_is_broken_or_means_harm_is_refused(void **state)
{
    (void)state;
    static char deep[4000];
    int size = snprintf(deep, sizeof(deep), "<a>");
    assert_non_null(xml_read("<PubmedArticleSet><PubmedArticle>"));
    assert_non_null(xml_read("<PubmedArticleSet></PubmedArticle>"));
    assert_non_null(xml_read("<a>\xff</a>"));
    for (int i = 0; i < 60; i++)
        size += snprintf(deep + size, sizeof(deep) - (size_t)size, "<deeper>");
    assert_non_null(xml_read(deep));
    assert_null(xml_read("<a><!-- nothing of PubMed's --></a>"));
    assert_int_equal(got_count, 0);
}

static const char *medline_read(const char *text)
{
    struct pubmed_medline medline;
    struct text rest = text_of(text), line;
    const char *fault = NULL;
    got_count = 0;
    pubmed_medline_open(&medline, &sink);
    while (fault == NULL && text_next(&rest, '\n', &line))
        fault = pubmed_medline_line(&medline, line);
    return fault != NULL ? fault : pubmed_medline_end(&medline);
}

static void an_article_in_medline_text_keeps_the_same(void **state)
{
    (void)state;
    assert_null(medline_read("\nPMID- 77\nOWN - NLM\nDP  - 2002 Sep\n"
                             "TI  - The Bio* toolkits--a brief\n      overview.\n"
                             "LID - 10.1000/ABC [doi]\nAB  - Words\n      and words.\n"
                             "JT  - The journal of things\nTA  - J Things\n"
                             "PT  - Retracted Publication\n\n\nPMID- 78\nTI  - Second.\n"
                             "JT  - Other\nAID - x1 [pii]\n"));
    assert_int_equal(got_count, 2);
    assert_int_equal(got[0].pmid, 77);
    is(&got[0].title, "The Bio* toolkits--a brief overview.");
    is(&got[0].journal, "J Things");
    is(&got[0].doi, "10.1000/ABC");
    assert_int_equal(got[0].year, 2002);
    assert_true(got[0].retracted);
    assert_int_equal(got[1].pmid, 78);
    is(&got[1].journal, "Other");
    assert_int_equal(got[1].year, 0);
    assert_non_null(medline_read("No such thing\n"));
    assert_non_null(medline_read("      goes on\n"));
}

/* --- the whole import --- */

static void setup(void)
{
    (void)scratch_open();
    if (arena.block == NULL)
        arena_open(&arena, 1 << 20);
}

static int import(const char *text)
{
    const char *path = conf_path("articles");
    const char *const paths[] = {path};
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    return pubmed_import(paths, 1);
}

static enum result known(int64_t pmid, struct pubmed_article_get_row *row)
{
    struct db *db = NULL;
    assert_int_equal(db_open(&db, &pubmed_store, conf_store("pubmed"), ROLE_WEB_MEMBER, DB_READ, 0),
                     OK);
    enum result result = pubmed_article_get(db, &arena, pmid, row);
    db_close(db);
    return result;
}

static void a_file_comes_in_whole_or_not_at_all(void **state)
{
    (void)state;
    struct pubmed_article_get_row row;
    static char broken[sizeof(article)];
    setup();
    (void)snprintf(broken, sizeof(broken), "%.*s", (int)sizeof(article) - 30, article);
    assert_int_equal(import(broken), 1);
    assert_int_equal(known(77, &row), NOT_FOUND);
    assert_int_equal(import("PMID- 5\nTI  - Fine.\n\nbroken here\n"), 1);
    assert_int_equal(known(5, &row), NOT_FOUND);
    assert_int_equal(import("<html>Not found</html>"), 1);
    assert_int_equal(import(article), 0); /* control */
    assert_int_equal(known(77, &row), OK);
    assert_true(row.retracted);
    assert_true(text_is(row.journal, "J Things"));
}

static void the_same_article_again_replaces_and_a_withdrawn_one_goes(void **state)
{
    (void)state;
    struct pubmed_article_get_row row;
    setup();
    assert_int_equal(import("PMID- 12\nTI  - First.\n\nPMID- 13\nTI  - Stays.\n"), 0);
    assert_int_equal(import("PMID- 13\nTI  - Better said.\nDP  - 2020\n"), 0);
    assert_int_equal(known(13, &row), OK);
    assert_true(text_is(row.title, "Better said."));
    assert_int_equal(row.year, 2020);
    assert_int_equal(import(article), 0);
    assert_int_equal(known(12, &row), NOT_FOUND);
    assert_int_equal(known(13, &row), OK);
}

static long peak_kib(void)
{
    struct rusage usage;
    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_maxrss;
}

static void memory_stays_the_same_however_long_the_file(void **state)
{
    (void)state;
    struct pubmed_article_get_row row;
    setup();
    const char *path = conf_path("long");
    const char *const paths[] = {path};
    assert_int_equal(import("PMID- 1\nTI  - Warm.\n"), 0);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs("<PubmedArticleSet>", file) >= 0);
    for (int i = 1; i <= 40000; i++) /* 24 MB in one line */
        assert_true(fprintf(file,
                            "<PubmedArticle><MedlineCitation><PMID>%d</PMID><Article>"
                            "<ArticleTitle>Article %d</ArticleTitle><Abstract>%0500d</Abstract>"
                            "</Article></MedlineCitation></PubmedArticle>",
                            i, i, i) > 0);
    assert_true(fputs("</PubmedArticleSet>", file) >= 0);
    assert_int_equal(fclose(file), 0);
    long before = peak_kib();
    assert_int_equal(pubmed_import(paths, 1), 0);
    if (getenv("SANITIZED") == NULL) /* their allocator keeps what was given back */
        assert_in_range(peak_kib() - before, 0, 16 * 1024);
    assert_int_equal(known(40000, &row), OK);
}

static void the_samples_of_pubmed_itself_come_in(void **state)
{
    (void)state;
    struct pubmed_article_get_row row;
    const char *shared = getenv("SHARED");
    char path[4096];
    const char *const paths[] = {path};
    if (shared == NULL || *shared == 0)
        skip();
    setup();
    (void)snprintf(path, sizeof(path), "%s/data/pubmed/pubmed1.xml", shared);
    assert_int_equal(pubmed_import(paths, 1), 0);
    (void)snprintf(path, sizeof(path), "%s/data/pubmed/pubmed_result1.txt", shared);
    assert_int_equal(pubmed_import(paths, 1), 0);
    assert_int_equal(known(12091962, &row), OK);
    assert_int_equal(row.year, 1990);
    assert_int_equal(known(12230038, &row), OK);
    assert_true(text_is(row.journal, "Brief Bioinform"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_article_in_xml_keeps_what_a_reference_needs),
        cmocka_unit_test(xml_that_is_broken_or_means_harm_is_refused),
        cmocka_unit_test(an_article_in_medline_text_keeps_the_same),
        cmocka_unit_test(a_file_comes_in_whole_or_not_at_all),
        cmocka_unit_test(the_same_article_again_replaces_and_a_withdrawn_one_goes),
        cmocka_unit_test(memory_stays_the_same_however_long_the_file),
        cmocka_unit_test(the_samples_of_pubmed_itself_come_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
