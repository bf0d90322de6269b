#pragma once
/* A form that a passkey confirms (board/clerk/confirm.h says what of): hidden fields that
 * static/passkey.js fills in. A page puts a `view_confirm` into its view, fills it with
 * page_confirm, and draws it with {% include confirm(&v->confirm, "Approve it") %} in a page whose
 * head has passkey.js.
 *
 * For an operation of another program than the clerk, page_confirm_elsewhere: its form posts to
 * /admin/confirm, which has the clerk record it (event operation_confirmed) and goes back to the
 * page it came from. */
#include "core/seal.h"
#include "fcgi/page/page_doors.h"

#define PAGE_FIELD_PROOF(name_, size)                                      \
    {                                                                      \
        .name = name_, .type = FIELD_LINE, .high = size, .optional = true, \
        .label = "What the page sent"                                      \
    }
/* In the table of fields of the row the form posts to. */
#define PAGE_FIELDS_PROOF                                                               \
    PAGE_FIELD_PROOF("ticket", 400), PAGE_FIELD_PROOF("passkey", 1400),                 \
        PAGE_FIELD_PROOF("client_data", 4000), PAGE_FIELD_PROOF("authenticator", 4000), \
        PAGE_FIELD_PROOF("signature", 400)

/* What such a form sent. */
struct record_proof page_proof(struct request *r);
/* `pattern`: of the row it posts to; `action`: the path itself. When the clerk gives no challenge
 * (no passkey), v->why says so and the part shows these words in the form's place. */
void page_confirm(struct request *r, struct reply *out, const char *pattern, struct text action,
                  const uint8_t operation[DIGEST_SIZE], struct view_confirm *v);
/* name, about: as the program that does it expects them; back: a path of an admins' page. */
void page_confirm_elsewhere(struct request *r, struct reply *out, struct text name, int64_t about,
                            const uint8_t operation[DIGEST_SIZE], struct text back,
                            struct view_confirm *v);
