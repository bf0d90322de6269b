#include "board/door/letter_pdf.h"

#include "core/clock.h"

#include <hpdf.h>
#include <stdio.h>

/* Points from the lower left corner of a US Letter page. */
enum {
    LEFT = 72,
    ADDRESS_TOP = 648, /* 2 inches below the upper edge: the window of a #10 envelope */
    DATE_TOP = 540,
    LINE = 15,
    TEXT_SIZE = 11,
    CODE_SIZE_POINTS = 26,
};

struct page {
    HPDF_Page page;
    HPDF_Font text, bold, code;
    float y;
};

static void fault_say(HPDF_STATUS error, HPDF_STATUS detail, void *self)
{
    bool *failed = self;
    *failed = true;
    fprintf(stderr, "curbside-letters: the PDF cannot be made (%04lx, %lu)\n", (unsigned long)error,
            (unsigned long)detail);
}

/* The standard fonts know Latin-1; the lists' names are ASCII, so hardly anything is lost. */
static const char *latin(struct arena *arena, struct text text)
{
    char *out = arena_take(arena, text.size + 1);
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c < 0x80) {
            out[size++] = (char)c;
        } else if ((c == 0xC2 || c == 0xC3) && i + 1 < text.size) {
            out[size++] = (char)((c - 0xC2) * 0x40 + (unsigned char)text.data[++i]);
        } else if (c >= 0xC0) {
            out[size++] = '?';
        }
    }
    return out;
}

static void line(struct page *p, HPDF_Font font, float size, const char *words)
{
    (void)HPDF_Page_SetFontAndSize(p->page, font, size);
    (void)HPDF_Page_BeginText(p->page);
    (void)HPDF_Page_TextOut(p->page, LEFT, p->y, words);
    (void)HPDF_Page_EndText(p->page);
    p->y -= LINE;
}

static void address_draw(struct page *p, const struct record_letter *letter, struct arena *arena)
{
    p->y = ADDRESS_TOP;
    line(p, p->text, TEXT_SIZE, latin(arena, letter->name));
    line(p, p->text, TEXT_SIZE, latin(arena, letter->street));
    if (letter->more.size > 0)
        line(p, p->text, TEXT_SIZE, latin(arena, letter->more));
    struct text place = arena_format(arena, "%.*s, %.*s %.*s", (int)letter->city.size,
                                     letter->city.data, (int)letter->state.size, letter->state.data,
                                     (int)letter->zip.size, letter->zip.data);
    line(p, p->text, TEXT_SIZE, latin(arena, place));
}

static void body_draw(struct page *p, const struct record_letter *letter, struct text site,
                      struct text url, struct arena *arena)
{
    struct text until = clock_day(arena, letter->until_ms);
    line(p, p->bold, TEXT_SIZE,
         arena_format(arena, "Your code for %.*s", (int)site.size, site.data).data);
    p->y -= LINE;
    line(p, p->text, TEXT_SIZE,
         latin(arena,
               arena_format(arena, "Dear Dr. %.*s,", (int)letter->name.size, letter->name.data)));
    p->y -= LINE;
    line(p, p->text, TEXT_SIZE,
         arena_format(arena, "somebody has applied to %.*s, where verified physicians ask one",
                      (int)site.size, site.data)
             .data);
    line(p, p->text, TEXT_SIZE, "another, in your name. If it was you, this code opens the door:");
    p->y -= LINE * 2;
    line(p, p->code, CODE_SIZE_POINTS, arena_text(arena, letter->code).data);
    p->y -= LINE;
    line(p, p->text, TEXT_SIZE,
         arena_format(arena, "Sign in at %.*s and type it under \"Your application\".",
                      (int)url.size, url.data)
             .data);
    line(p, p->text, TEXT_SIZE,
         arena_format(arena, "It is good once, until %.*s.", (int)until.size, until.data).data);
    p->y -= LINE;
    line(p, p->bold, TEXT_SIZE, "If it was not you, give this code to nobody.");
    line(p, p->text, TEXT_SIZE, "Without it nobody gets in under your name. Nobody of ours will");
    line(p, p->text, TEXT_SIZE, "ever ask you for it by telephone or mail.");
}

bool letter_pdf_write(const char *path, const struct record_letter *letters, size_t count,
                      struct text date, struct text site, struct text url, struct arena *arena)
{
    bool failed = false;
    HPDF_Doc doc = HPDF_New(fault_say, &failed);
    if (doc == NULL)
        return false;
    (void)HPDF_SetCompressionMode(doc, HPDF_COMP_ALL);
    struct page p = {
        .text = HPDF_GetFont(doc, "Helvetica", "WinAnsiEncoding"),
        .bold = HPDF_GetFont(doc, "Helvetica-Bold", "WinAnsiEncoding"),
        .code = HPDF_GetFont(doc, "Courier-Bold", "WinAnsiEncoding"),
    };
    for (size_t i = 0; i < count && !failed; i++) {
        p.page = HPDF_AddPage(doc);
        (void)HPDF_Page_SetSize(p.page, HPDF_PAGE_SIZE_LETTER, HPDF_PAGE_PORTRAIT);
        address_draw(&p, &letters[i], arena);
        p.y = DATE_TOP;
        line(&p, p.text, TEXT_SIZE, arena_text(arena, date).data);
        p.y -= LINE;
        body_draw(&p, &letters[i], site, url, arena);
    }
    if (!failed)
        (void)HPDF_SaveToFile(doc, path);
    HPDF_Free(doc);
    return !failed;
}
