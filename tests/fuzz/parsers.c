/* Every reader of bytes that come from elsewhere, alone and without its program, for libFuzzer
 * under address and undefined-behaviour sanitizers (`make fuzz`). PARSER=NAME says which one.
 *
 * Built as any other program (`make test`), it reads files instead, each once: what a fuzzer found,
 * and the seeds. Usage: parsers NAME FILE... | parsers (prints the names) */
#include "board/import/html.h"
#include "board/picture/image.h"
#include "board/account/passkey.h"
#include "board/import/pubmed.h"
#include "board/roster/roster.h"
#include "board/import/xml.h"
#include "core/json.h"
#include "core/map.h"
#include "core/rule.h"
#include "core/seal.h"
#include "core/text.h"
#include "fcgi/multipart.h"
#include "ledger/log/checkpoint.h"
#include "ledger/sign/cosign.h"
#include "ledger/earmark/earmark.h"
#include "ledger/log/leaf.h"
#include "ledger/sign/quorum.h"
#include "ledger/payout/rail.h"
#include "ledger/log/receipt.h"
#include "schema/command.h"
#include "schema/event.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_SIZE = 64 << 20, ROWS_MAX = 200 };

static struct arena arena; /* emptied before each input */

static struct text text_in(struct bytes in)
{
    return (struct text){(const char *)in.data, in.size};
}

/* --- what browsers and programs send --- */

static void json_try(struct bytes in)
{
    struct json *root;
    if (json_read(in, &root) == OK)
        json_close(root);
}

static void command_try(struct bytes in)
{
    struct command command;
    (void)!command_read(in, &arena, &command);
}

static void event_try(struct bytes in)
{
    struct event event;
    (void)!event_read(in, &arena, &event);
}

/* The first line is the content type, the rest the body. */
static void multipart_try(struct bytes in)
{
    struct multipart form;
    struct part part;
    struct text rest = text_in(in), type;
    if (!text_next(&rest, '\n', &type) || !multipart_open(&form, type, text_bytes(rest)))
        return;
    while (multipart_next(&form, &part))
        assert(part.name.size <= in.size && part.value.size <= in.size);
}

static void markdown_try(struct bytes in)
{
    struct html html;
    if (text_is_utf8(in)) /* as every field is looked at before it is more than bytes */
        (void)!text_markdown(&arena, arena_text(&arena, text_in(in)), &html);
}

static void image_try(struct bytes in)
{
    struct image_made made;
    if (image_make(in, &made) == IMAGE_GOOD)
        assert(made.large.size <= IMAGE_LARGE_SIZE_MAX && image_fits(made.size));
}

/* The first line is the client's data, the rest the authenticator's. */
static void passkey_try(struct bytes in)
{
    struct passkey passkey;
    const struct passkey_want want = passkey_want(&arena, TEXT("https://curbside.example"),
                                                  bytes_of("12345678901234567890123456789012", 32));
    struct text rest = text_in(in), client;
    if (text_next(&rest, '\n', &client))
        (void)!passkey_read(&arena, &want, text_bytes(client), text_bytes(rest), &passkey);
}

static void rule_try(struct bytes in)
{
    struct text why;
    (void)!rule_lint(&arena, text_in(in), &why);
}

/* --- lists and dumps that operators import --- */

static void sheet_try(struct bytes in, const struct list_kind *kind, struct text map_text)
{
    struct import *const import = arena_take(&arena, sizeof *import);
    struct item *const item = arena_take(&arena, sizeof *item);
    struct text rest = text_in(in), line, why;
    const char *fault;
    import->kind = kind;
    import->state = TEXT("MO");
    import->as_of = import->row_as_of = TEXT("2026-03-14");
    enum result result = map_read(&import->map, &arena, map_text, &why);
    assert(result == OK);
    if (!text_next(&rest, '\n', &line) ||
        sheet_open(&import->sheet, &arena, &import->map, kind->fields, kind->field_count, line,
                   &why) != OK)
        return;
    arena_open(&import->arena, 1 << 20);
    while (text_next(&rest, '\n', &line)) {
        if (sheet_row(&import->sheet, &import->arena, line, &why))
            (void)kind->read(import, item, &fault);
        arena_reset(&import->arena, 0);
    }
    arena_close(&import->arena);
}

/* A map of the house's own, read once. */
static struct text map_file(const char *path)
{
    static char data[MAP_TEXT_MAX];
    static size_t size;
    FILE *file = size == 0 ? fopen(path, "rb") : NULL;
    if (file != NULL) {
        size = fread(data, 1, sizeof data, file);
        (void)fclose(file);
    }
    return (struct text){data, size};
}

static void nppes_try(struct bytes in)
{
    sheet_try(in, &list_nppes, map_file("scripts/roster/nppes.lua"));
}

static void leie_try(struct bytes in)
{
    sheet_try(in, &list_leie, map_file("scripts/roster/leie.lua"));
}

static void board_try(struct bytes in)
{
    sheet_try(in, &list_board, map_file("scripts/roster/mo.lua"));
}

static void map_try(struct bytes in)
{
    struct map map;
    struct text why;
    (void)!map_read(&map, &arena, text_in(in), &why);
}

static bool article_take(void *self, const struct pubmed_article *article)
{
    (void)self;
    /* Whether it is UTF-8 is asked by who takes it (board/import/pubmed_import.c). */
    assert(pubmed_field_text(&article->title).size <= PUBMED_TITLE_MAX);
    return true;
}

static bool article_drop(void *self, int64_t pmid)
{
    (void)self;
    (void)pmid;
    return true;
}

static const struct pubmed_sink sink = {article_take, article_drop, NULL};

/* In pieces, whose size is the first byte's. */
static void pubmed_try(struct bytes in)
{
    struct pubmed_xml *xml = pubmed_xml_open(&sink);
    size_t piece = in.size > 0 ? (size_t)in.data[0] + 1 : 1;
    const char *fault = NULL;
    for (size_t at = 1; at < in.size && fault == NULL; at += piece) {
        size_t left = in.size - at, size = left < piece ? left : piece;
        fault = pubmed_xml_feed(xml, bytes_of(in.data + at, size), size == left);
    }
    pubmed_xml_close(xml);
}

static void medline_try(struct bytes in)
{
    struct pubmed_medline medline;
    struct text rest = text_in(in), line;
    const char *fault = NULL;
    pubmed_medline_open(&medline, &sink);
    while (fault == NULL && text_next(&rest, '\n', &line))
        fault = pubmed_medline_line(&medline, line);
    (void)pubmed_medline_end(&medline);
}

static void rows_try(struct bytes in)
{
    struct xml *xml = xml_open();
    struct text rest = text_in(in), line;
    struct xml_row row;
    for (size_t i = 0; i < ROWS_MAX && text_next(&rest, '\n', &line); i++)
        if (xml_row_read(xml, &arena, line, &row) == NULL)
            (void)xml_int(&row, "Id", 0);
    xml_close(xml);
}

static void html_try(struct bytes in)
{
    if (text_is_utf8(in))
        (void)html_markdown(&arena, text_in(in), TEXT("https://elsewhere.example"));
}

/* --- what the ledger is shown --- */

static void receipt_try(struct bytes in)
{
    static const uint8_t public_key[32] = {1};
    struct note_key key;
    struct bytes leaf;
    struct checkpoint checkpoint;
    uint64_t index;
    const char *why;
    note_key_make(&key, TEXT("curbside.example/ledger"), public_key);
    enum result result = receipt_check(&arena, text_in(in), &key, &leaf, &index, &checkpoint, &why);
    assert(result != OK); /* nobody signed it */
}

/* What a checkpoint says is written back as the same bytes. */
static void checkpoint_try(struct bytes in)
{
    struct checkpoint checkpoint;
    struct buf out;
    struct note_lines lines;
    struct text name;
    struct bytes blob;
    if (checkpoint_read(&arena, text_in(in), &checkpoint) == OK &&
        checkpoint_origin_ok(checkpoint.origin)) { /* as ours are */
        buf_open(&out, &arena, in.size + 1);
        checkpoint_write(&out, &checkpoint);
        assert(out.size <= in.size && memcmp(out.data, in.data, out.size) == 0);
    }
    if (note_open(text_in(in), &lines) == OK)
        while (note_next(&arena, &lines, &name, &blob) == OK)
            assert(blob.size > 4);
}

static void policy_try(struct bytes in)
{
    struct quorum *const policy = arena_take(&arena, sizeof *policy);
    const char *why;
    int line;
    if (quorum_read(&arena, text_in(in), policy, &line, &why) == OK)
        (void)quorum_holds(&arena, policy, text_in(in), NULL);
}

/* Encoding is injective: what is taken is exactly what would be written. */
static void leaf_try(struct bytes in)
{
    struct leaf leaf;
    uint8_t out[LEAF_SIZE_MAX];
    if (leaf_decode(in, &leaf, NULL) != OK)
        return;
    size_t size = leaf_encode(&leaf, out);
    assert(size == in.size && memcmp(out, in.data, size) == 0);
}

static void earmark_try(struct bytes in)
{
    struct earmark earmark;
    const char *why;
    (void)!earmark_read(in, &earmark, &why);
}

static void bank_try(struct bytes in)
{
    struct rail_answer *answers;
    size_t count;
    int64_t cents;
    if (rail_pain002_read(&arena, text_in(in), &answers, &count) == OK)
        for (size_t i = 0; i < count; i++)
            assert(answers[i].id.size <= in.size);
    (void)!rail_return_read(&arena, text_in(in), &answers, &count);
    (void)rail_pain001_fault(text_in(in), &cents, &count);
    (void)rail_nacha_fault(text_in(in), &cents, &count);
}

static const struct parser {
    const char *name;
    void (*read)(struct bytes in);
} parsers[] = {
    {"json", json_try},           {"command", command_try},   {"event", event_try},
    {"multipart", multipart_try}, {"markdown", markdown_try}, {"image", image_try},
    {"passkey", passkey_try},     {"rule", rule_try},         {"nppes", nppes_try},
    {"leie", leie_try},           {"board", board_try},       {"map", map_try},
    {"pubmed", pubmed_try},       {"medline", medline_try},   {"rows", rows_try},
    {"html", html_try},           {"receipt", receipt_try},   {"checkpoint", checkpoint_try},
    {"policy", policy_try},       {"leaf", leaf_try},         {"earmark", earmark_try},
    {"bank", bank_try},
};
enum { PARSERS = sizeof parsers / sizeof parsers[0] };

static const struct parser *parser_named(const char *name)
{
    for (size_t i = 0; name != NULL && i < PARSERS; i++)
        if (strcmp(parsers[i].name, name) == 0)
            return &parsers[i];
    return NULL;
}

static void parse(const struct parser *parser, struct bytes in)
{
    if (arena.block == NULL) {
        seal_open();
        arena_open(&arena, ARENA_SIZE);
    }
    arena_reset(&arena, 0);
    parser->read(in);
}

#ifdef FUZZER
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct parser *parser;
    if (parser == NULL)
        parser = parser_named(getenv("PARSER"));
    assert(parser != NULL);
    parse(parser, bytes_of(data, size));
    return 0;
}
#else
/* As large as it is, so that a sanitizer sees a byte too many. */
static bool file_parse(const struct parser *parser, const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return false;
    (void)fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    assert(size >= 0);
    uint8_t *data = malloc((size_t)size + (size == 0));
    assert(data != NULL);
    size_t got = fread(data, 1, (size_t)size, file);
    (void)fclose(file);
    parse(parser, bytes_of(data, got));
    free(data);
    return true;
}

int main(int argc, char **argv)
{
    const struct parser *parser = parser_named(argv[1]);
    for (size_t i = 0; argc == 1 && i < PARSERS; i++)
        puts(parsers[i].name);
    for (int i = 2; parser != NULL && i < argc; i++)
        if (!file_parse(parser, argv[i])) {
            fprintf(stderr, "parsers: cannot read %s\n", argv[i]);
            return 1;
        }
    return argc == 1 || parser != NULL ? 0 : 2;
}
#endif
