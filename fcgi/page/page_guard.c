/* What the patient-data check says on pages: marked places with what stands around them, their more
 * general forms put in on request, and whether a text may be posted. */
#include "fcgi/page/page_parts.h"

#include "core/buf.h"

enum { CONTEXT_SIZE = 32 }; /* bytes shown before and behind a marked place */

/* Up to CONTEXT_SIZE bytes around a place, never cutting a character; "…" where more stands. */
static struct text context_before(struct arena *arena, struct text text, size_t start)
{
    size_t from = start > CONTEXT_SIZE ? start - CONTEXT_SIZE : 0;
    while (from < start && ((unsigned char)text.data[from] & 0xC0) == 0x80)
        from++;
    return arena_format(arena, "%s%.*s", from > 0 ? "…" : "", (int)(start - from),
                        text.data + from);
}

static struct text context_after(struct arena *arena, struct text text, size_t end)
{
    struct text rest = {text.data + end, text.size - end};
    struct text shown = text_cut(rest, CONTEXT_SIZE);
    return arena_format(arena, "%.*s%s", (int)shown.size, shown.data,
                        shown.size < rest.size ? "…" : "");
}

/* The name of one place, for its button: field, number of the place and its size. A text that was
 * edited meanwhile seldom fits it any more, and is then left as it is. */
static struct text change_name(struct arena *arena, const char *field, size_t number, size_t size)
{
    return arena_format(arena, "%s %zu %zu", field, number, size);
}

size_t page_spans(struct request *r, const char *field, struct text text, struct view_span **spans,
                  size_t *count)
{
    struct guard_finding *findings = NULL;
    size_t found = 0;
    size_t blocking = guard_check(page_guard(r), r->arena, text, &findings, &found);
    if (found > PAGE_SPANS)
        found = PAGE_SPANS;
    struct view_span *list = arena_array(r->arena, struct view_span, found + 1);
    for (size_t i = 0; i < found; i++) {
        const struct guard_finding *f = &findings[i];
        bool general = f->instead.data != NULL;
        list[i] = (struct view_span){
            .field = text_of(field),
            .before = context_before(r->arena, text, f->start),
            .text = {text.data + f->start, f->size},
            .after = context_after(r->arena, text, f->start + f->size),
            .category = text_of(f->rule),
            .severity = text_of(guard_level_name(f->level)),
            .words = arena_text(r->arena, text_of(f->message)),
            .instead = general ? f->instead : TEXT(""),
            .change = general ? change_name(r->arena, field, i, f->size) : TEXT(""),
            .block = f->level == GUARD_BLOCK,
            .start = (int64_t)f->start,
            .size = (int64_t)f->size,
        };
    }
    *spans = list;
    *count = found;
    return blocking;
}

void page_check(struct request *r, struct text title, struct text body, struct page_checked *out)
{
    struct view_span *of_title, *of_body;
    size_t title_count, body_count;
    *out = (struct page_checked){0};
    out->blocked = page_spans(r, "title", title, &of_title, &title_count);
    out->blocked += page_spans(r, "body", body, &of_body, &body_count);
    out->count = title_count + body_count;
    if (out->count > PAGE_SPANS)
        out->count = PAGE_SPANS;
    out->spans = arena_array(r->arena, struct view_span, out->count + 1);
    for (size_t i = 0; i < out->count; i++) {
        const struct view_span *span = i < title_count ? &of_title[i] : &of_body[i - title_count];
        bool asks = !text_is(span->severity, "hint");
        out->spans[i] = *span;
        out->asking += asks;
        out->general = out->general || (asks && span->instead.size > 0);
    }
}

void page_check_more(struct request *r, const char *field, struct text text,
                     struct page_checked *out)
{
    struct view_span *more;
    size_t count;
    if (text.size == 0)
        return;
    out->blocked += page_spans(r, field, text, &more, &count);
    struct view_span *all = arena_array(r->arena, struct view_span, out->count + count + 1);
    for (size_t i = 0; i < out->count; i++)
        all[i] = out->spans[i];
    for (size_t i = 0; i < count && out->count < PAGE_SPANS; i++) {
        bool asks = !text_is(more[i].severity, "hint");
        all[out->count++] = more[i];
        out->asking += asks;
        out->general = out->general || (asks && more[i].instead.size > 0);
    }
    out->spans = all;
}

enum result page_check_post(struct request *r, const struct page_checked *checked)
{
    return page_check_post_of(r, "body", checked);
}

enum result page_check_post_of(struct request *r, const char *field,
                               const struct page_checked *checked)
{
    if (checked->blocked > 0) {
        request_fault_add(r, field,
                          "Something in it could point to a patient: see what is marked below.");
        return INVALID;
    }
    if (checked->asking > 0 && !request_flag(r, "confirmed")) {
        request_fault_add(r, field,
                          "Look at what is marked below: change it, or say that it "
                          "points to no patient.");
        return INVALID;
    }
    return OK;
}

struct text page_generalise(struct request *r, const char *field, struct text text,
                            struct text change)
{
    struct guard_finding *findings = NULL;
    size_t found = 0;
    size_t from = 0;
    struct buf out;
    guard_check(page_guard(r), r->arena, text, &findings, &found);
    buf_open(&out, r->arena, text.size + 256);
    for (size_t i = 0; i < found; i++) {
        const struct guard_finding *f = &findings[i];
        bool wanted = f->level > GUARD_HINT;
        if (change.size > 0)
            wanted = text_equal(change, change_name(r->arena, field, i, f->size));
        if (!wanted || f->instead.data == NULL)
            continue;
        buf_add(&out, text.data + from, f->start - from);
        buf_add(&out, f->instead.data, f->instead.size);
        from = f->start + f->size;
    }
    buf_add(&out, text.data + from, text.size - from);
    return buf_done(&out);
}

bool page_wants_general(struct request *r)
{
    return request_flag(r, "general") || request_text(r, "change").size > 0;
}
