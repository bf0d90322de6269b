/* PubMed's XML, by expat: nothing outside of the file is ever opened, and of each article only a
 * few fields are kept. */
#include "board/import/pubmed.h"

#include "core/trace.h"

#include <expat.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 32, PATH_SIZE = 512, WORDS_SIZE = 2048 };

struct pubmed_xml {
    XML_Parser parser;
    const struct pubmed_sink *sink;
    struct pubmed_article article;
    char path[PATH_SIZE]; /* "/PubmedArticleSet/PubmedArticle": the elements that are open */
    size_t size;
    size_t ends[DEPTH_MAX]; /* of the path before each of them */
    size_t depth;
    size_t taking;          /* depth at which words are taken; 0: they are not */
    char words[WORDS_SIZE]; /* of the element whose words are taken */
    size_t word_size;
    bool abbreviated, is_doi;
    bool stopped; /* the sink wants no more */
    const char *fault;
};

static bool path_ends(const struct pubmed_xml *xml, const char *end)
{
    size_t size = strlen(end);
    return xml->size >= size && memcmp(xml->path + xml->size - size, end, size) == 0;
}

/* Elements whose words matter. */
static const char *const wanted[] = {
    "/PubmedArticle/MedlineCitation/PMID",
    "/MedlineCitation/Article/ArticleTitle",
    "/Article/Journal/Title",
    "/Article/Journal/ISOAbbreviation",
    "/Journal/JournalIssue/PubDate/Year",
    "/Journal/JournalIssue/PubDate/MedlineDate",
    "/MedlineCitation/Article/ELocationID",
    "/PubmedData/ArticleIdList/ArticleId",
    "/PublicationTypeList/PublicationType",
    "/DeleteCitation/PMID",
};

static bool is_wanted(const struct pubmed_xml *xml)
{
    for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
        if (path_ends(xml, wanted[i]))
            return true;
    return false;
}

static bool says_doi(const XML_Char **attributes)
{
    for (size_t i = 0; attributes[i] != NULL; i += 2)
        if ((strcmp(attributes[i], "EIdType") == 0 || strcmp(attributes[i], "IdType") == 0) &&
            strcmp(attributes[i + 1], "doi") == 0)
            return true;
    return false;
}

static void stop(struct pubmed_xml *xml, const char *fault)
{
    xml->stopped = true;
    xml->fault = fault;
    (void)XML_StopParser(xml->parser, XML_FALSE);
}

static void XMLCALL element_open(void *self, const XML_Char *name, const XML_Char **attributes)
{
    struct pubmed_xml *xml = self;
    size_t size = strlen(name);
    if (xml->depth == DEPTH_MAX || xml->size + size + 2 > PATH_SIZE) {
        stop(xml, "elements are nested deeper than PubMed's");
        return;
    }
    xml->ends[xml->depth++] = xml->size;
    xml->path[xml->size++] = '/';
    memcpy(xml->path + xml->size, name, size);
    xml->size += size;
    if (path_ends(xml, "/PubmedArticle")) {
        pubmed_article_clear(&xml->article);
        xml->abbreviated = false;
    }
    if (xml->taking == 0 && is_wanted(xml)) {
        xml->taking = xml->depth;
        xml->word_size = 0;
        xml->is_doi = says_doi(attributes);
    }
}

static void XMLCALL words_come(void *self, const XML_Char *data, int count)
{
    struct pubmed_xml *xml = self;
    size_t size = (size_t)count, room = WORDS_SIZE - xml->word_size;
    if (xml->taking == 0)
        return;
    size = size < room ? size : room;
    memcpy(xml->words + xml->word_size, data, size);
    xml->word_size += size;
}

static void doi_take(struct pubmed_article *article, struct text words)
{
    if (article->doi.size == 0)
        pubmed_field_add(&article->doi, words);
}

static void field_take(struct pubmed_xml *xml)
{
    struct pubmed_article *a = &xml->article;
    struct text words = text_trim((struct text){xml->words, xml->word_size});
    if (path_ends(xml, "/MedlineCitation/PMID"))
        (void)text_int(words, 1, INT32_MAX, &a->pmid); /* else it stays 0 */
    else if (path_ends(xml, "/ArticleTitle"))
        pubmed_field_add(&a->title, words);
    else if (path_ends(xml, "/ISOAbbreviation")) {
        a->journal.size = 0;
        pubmed_field_add(&a->journal, words);
        xml->abbreviated = true;
    } else if (path_ends(xml, "/Journal/Title") && !xml->abbreviated) {
        pubmed_field_add(&a->journal, words);
    } else if (path_ends(xml, "/Year") || path_ends(xml, "/MedlineDate"))
        a->year = a->year > 0 ? a->year : pubmed_year(words);
    else if (xml->is_doi)
        doi_take(a, words);
    else if (path_ends(xml, "/PublicationType"))
        a->retracted = a->retracted || text_is(words, "Retracted Publication");
}

static void XMLCALL element_close(void *self, const XML_Char *name)
{
    struct pubmed_xml *xml = self;
    int64_t gone = 0;
    (void)name;
    if (xml->taking == xml->depth) {
        struct text words = text_trim((struct text){xml->words, xml->word_size});
        bool removes = path_ends(xml, "/DeleteCitation/PMID");
        if (removes && text_int(words, 1, INT32_MAX, &gone) &&
            !xml->sink->remove(xml->sink->self, gone))
            stop(xml, NULL);
        if (!removes)
            field_take(xml);
        xml->taking = 0;
    }
    if (path_ends(xml, "/PubmedArticle") && !xml->sink->article(xml->sink->self, &xml->article))
        stop(xml, NULL);
    xml->size = xml->ends[--xml->depth];
}

struct pubmed_xml *pubmed_xml_open(const struct pubmed_sink *sink)
{
    struct pubmed_xml *xml = calloc(1, sizeof(*xml));
    if (xml == NULL || (xml->parser = XML_ParserCreate(NULL)) == NULL)
        trace_die("pubmed_xml", "reason=memory");
    xml->sink = sink;
    XML_SetUserData(xml->parser, xml);
    XML_SetElementHandler(xml->parser, element_open, element_close);
    XML_SetCharacterDataHandler(xml->parser, words_come);
    return xml;
}

const char *pubmed_xml_feed(struct pubmed_xml *xml, struct bytes piece, bool last)
{
    if (xml->stopped)
        return xml->fault;
    if (XML_Parse(xml->parser, (const char *)piece.data, (int)piece.size, last) != XML_STATUS_OK &&
        !xml->stopped)
        return XML_ErrorString(XML_GetErrorCode(xml->parser));
    return xml->fault;
}

int64_t pubmed_xml_line(const struct pubmed_xml *xml)
{
    return (int64_t)XML_GetCurrentLineNumber(xml->parser);
}

void pubmed_xml_close(struct pubmed_xml *xml)
{
    XML_ParserFree(xml->parser);
    free(xml);
}
