#include "board/import/xml.h"

#include "core/trace.h"

#include <expat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct xml {
    XML_Parser parser;
    struct arena *arena;
    struct xml_row *row;
    size_t depth, elements;
    const char *fault; /* of ours, not the parser's */
};

static void stop(struct xml *xml, const char *why)
{
    if (xml->fault == NULL)
        xml->fault = why;
    (void)XML_StopParser(xml->parser, XML_FALSE);
}

static void element_begin(void *self, const XML_Char *name, const XML_Char **attributes)
{
    struct xml *xml = self;
    struct xml_row *row = xml->row;
    if (xml->elements++ > 0 || xml->depth++ > 0) {
        stop(xml, "more than one element");
        return;
    }
    row->name = arena_text(xml->arena, text_of(name));
    for (size_t i = 0; attributes[i] != NULL; i += 2) {
        if (row->count == XML_ATTRIBUTES_MAX) {
            stop(xml, "more than forty attributes");
            return;
        }
        row->attributes[row->count++] =
            (struct xml_attribute){arena_text(xml->arena, text_of(attributes[i])),
                                   arena_text(xml->arena, text_of(attributes[i + 1]))};
    }
}

static void element_end(void *self, const XML_Char *name)
{
    struct xml *xml = self;
    (void)name;
    xml->depth--;
}

static void doctype_begin(void *self, const XML_Char *name, const XML_Char *system_id,
                          const XML_Char *public_id, int has_internal)
{
    (void)name;
    (void)system_id;
    (void)public_id;
    (void)has_internal;
    stop(self, "a document type, which no row has");
}

struct xml *xml_open(void)
{
    struct xml *xml = calloc(1, sizeof(*xml));
    if (xml != NULL)
        xml->parser = XML_ParserCreate("UTF-8");
    if (xml == NULL || xml->parser == NULL)
        trace_die("xml_open", "reason=memory");
    return xml;
}

void xml_close(struct xml *xml)
{
    if (xml == NULL)
        return;
    XML_ParserFree(xml->parser);
    free(xml);
}

const char *xml_row_read(struct xml *xml, struct arena *arena, struct text line,
                         struct xml_row *row)
{
    static char words[120];
    memset(row, 0, sizeof(*row));
    xml->arena = arena;
    xml->row = row;
    xml->depth = xml->elements = 0;
    xml->fault = NULL;
    if (XML_ParserReset(xml->parser, "UTF-8") != XML_TRUE)
        return "the reader cannot go on";
    XML_SetUserData(xml->parser, xml);
    XML_SetElementHandler(xml->parser, element_begin, element_end);
    XML_SetStartDoctypeDeclHandler(xml->parser, doctype_begin);
    if (line.size > INT32_MAX / 2)
        return "too long";
    if (XML_Parse(xml->parser, line.data, (int)line.size, 1) == XML_STATUS_OK)
        return NULL;
    if (xml->fault != NULL)
        return xml->fault;
    (void)snprintf(words, sizeof(words), "%s, at byte %lld of the line",
                   XML_ErrorString(XML_GetErrorCode(xml->parser)),
                   (long long)XML_GetCurrentByteIndex(xml->parser));
    return words;
}

struct text xml_get(const struct xml_row *row, const char *name)
{
    for (size_t i = 0; i < row->count; i++) {
        if (text_is(row->attributes[i].name, name))
            return row->attributes[i].value;
    }
    return NO_TEXT;
}

int64_t xml_int(const struct xml_row *row, const char *name, int64_t fallback)
{
    int64_t number = fallback;
    struct text text = xml_get(row, name);
    return text.data != NULL && text_int(text, INT64_MIN, INT64_MAX, &number) ? number : fallback;
}
