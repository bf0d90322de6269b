#pragma once
/* Inside of the import of PubMed files: XML as the NLM gives it out, or MEDLINE/nbib text as its
 * search page does. Read in pieces of a fixed size, one article at a time, so that memory stays the
 * same however long a file is. */
#include "core/arena.h"

enum { PUBMED_TITLE_MAX = 1000, PUBMED_JOURNAL_MAX = 200, PUBMED_DOI_MAX = 200 };
struct pubmed_field {
    char data[PUBMED_TITLE_MAX + 1];
    size_t size, room; /* what does not fit is cut */
};
struct pubmed_article {
    int64_t pmid; /* 0: the file does not say; then it is left out */
    int64_t year; /* 0: not known */
    bool retracted;
    struct pubmed_field title, journal, doi;
};
void pubmed_article_clear(struct pubmed_article *article);
/* Adds with runs of white space made one blank. */
void pubmed_field_add(struct pubmed_field *field, struct text words);
struct text pubmed_field_text(const struct pubmed_field *field); /* trimmed; whole characters */
/* The first four digits in a row; 0: there are none. */
int64_t pubmed_year(struct text date);

/* What the reader gives what it found to. False from either: stop. */
struct pubmed_sink {
    bool (*article)(void *self, const struct pubmed_article *article);
    bool (*remove)(void *self, int64_t pmid); /* PubMed took it back */
    void *self;
};

/* XML (pubmed_xml.c). */
struct pubmed_xml;
struct pubmed_xml *pubmed_xml_open(const struct pubmed_sink *sink);
/* Next piece of the file; `last`: nothing follows. NULL, or what is wrong with the file. */
const char *pubmed_xml_feed(struct pubmed_xml *xml, struct bytes piece, bool last);
int64_t pubmed_xml_line(const struct pubmed_xml *xml);
void pubmed_xml_close(struct pubmed_xml *xml);

/* MEDLINE text (pubmed_import.c). */
struct pubmed_medline {
    struct pubmed_article article;
    const struct pubmed_sink *sink;
    char tag[5];
    bool open; /* an article has begun */
    bool abbreviated;
};
void pubmed_medline_open(struct pubmed_medline *medline, const struct pubmed_sink *sink);
/* One line; NULL, or what is wrong with it. */
const char *pubmed_medline_line(struct pubmed_medline *medline, struct text line);
const char *pubmed_medline_end(struct pubmed_medline *medline);
