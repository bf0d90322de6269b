#pragma once
/* Drafts, for the pages whose forms have them. A draft is found by its place, the name of the form
 * it belongs to: "ask", "answer-17". Only the reader's own key opens it. Pages only. */
#include "fcgi/page/page_parts.h"
#include "schema/command.h"

enum { PAGE_PLACE_MAX = 40, PAGE_KEPT_MAX = 32 * 1024 }; /* bytes */
/* A draft takes what a posting would not: it is too long, too short or half a word. */
#define PAGE_KEPT(NAME, LABEL)                                                                    \
    {                                                                                             \
        .name = NAME, .type = FIELD_TEXT, .high = PAGE_KEPT_MAX, .optional = true, .label = LABEL \
    }
/* All fields of forms that drafts keep; page_draft_fields knows the same. */
#define PAGE_KEPT_FIELDS                                                                           \
    PAGE_KEPT("title", "The title"), PAGE_KEPT("body", "The text"), PAGE_KEPT("topics", "Topics"), \
        PAGE_KEPT("kind", "The kind"), PAGE_KEPT("options", "The answers to choose from"),         \
        PAGE_KEPT("setting", "Where it was seen"), PAGE_KEPT("seen", "The number of patients"),    \
        PAGE_KEPT("from_month", "The month"), PAGE_KEPT("to_month", "The month"),                  \
        PAGE_KEPT("seek", "Asking colleagues"), PAGE_KEPT("note", "What changes"),                 \
        PAGE_KEPT("base", "The version")

/* The forms that keep drafts, and the number of what they are about (0: of nothing yet). Names of
 * places are as the clerk knows them (draft_done in board/clerk/clerk.h). */
enum page_form {
    PAGE_FORM_NONE,
    PAGE_FORM_ASK,
    PAGE_FORM_ANSWER,  /* question */
    PAGE_FORM_EDIT,    /* posting */
    PAGE_FORM_COMMENT, /* posting */
    PAGE_FORM_SUMMARY  /* question */
};
struct page_place {
    enum page_form form;
    int64_t id;
};
struct text page_place_name(struct arena *arena, enum page_form form, int64_t id);
/* PAGE_FORM_NONE when there is no such form. */
struct page_place page_place_read(struct text name);

struct page_draft {
    bool found;
    int64_t at_ms;
    struct reply_draft content;
};
/* OK also when there is none. */
MUST_USE enum result page_draft_find(struct request *r, struct text place,
                                     struct page_draft *draft);
/* One of its fields; "" when it has none of that name. */
struct text page_draft_field(const struct page_draft *draft, const char *name);
/* Its fields as if they had been typed into the form that r->fields describes; what is empty there
 * stays as it came. */
void page_draft_typed(struct request *r, const struct page_draft *draft);
/* What stands below a form's buttons: to save, what was brought back, to delete it. draft: NULL or
 * not found when nothing was brought back. */
struct view_draft_bar page_draft_bar(struct request *r, struct reply *out, struct text place,
                                     const struct page_draft *draft);
/* The same for who has no such form. */
struct view_draft_bar page_draft_none(void);
/* The form's own page, with its draft in it: "/ask", "/q/17/answer". "/drafts" for a place nobody
 * knows. */
struct text page_draft_link(struct arena *arena, struct text place);
/* INVALID with words when a picture was chosen and not added: it would be lost. For forms with the
 * field PAGE_FORGOTTEN. */
#define PAGE_FORGOTTEN                                                         \
    {                                                                          \
        .name = "picture", .type = FIELD_LINE, .high = 1000, .optional = true, \
        .label = "The picture"                                                 \
    }
MUST_USE enum result page_image_forgotten(struct request *r);
/* The pictures of a form's text, into what stands below it: each with a button that takes it out,
 * for forms with the field PAGE_WITHOUT. page_image_without: it was pressed, and *body has the
 * picture no longer. */
#define PAGE_WITHOUT                                                                             \
    {                                                                                            \
        .name = "without", .type = FIELD_LINE, .high = 40, .optional = true, .label = "Take out" \
    }
void page_images_in(struct request *r, struct text body, struct view_draft_bar *bar);
bool page_image_without(struct request *r, struct text *body);
/* The fields of the form in r->fields that a draft keeps. */
void page_draft_fields(struct request *r, struct record_draft_field **fields, size_t *count);
/* The page of question r->id with this draft in the answer's form (page_question.c). */
MUST_USE enum result page_question_drafted(struct request *r, struct reply *out,
                                           const struct page_draft *draft);
