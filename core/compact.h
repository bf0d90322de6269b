#pragma once
/* Reading JSON straight, in the compact form core/buf.h writes: members in the order of their
 * record, no white space, no escapes. That is how programs write to one another and to the
 * journal, so nearly all that is read is of this form, and reading it so costs a tenth of building
 * a tree (a third of a vote's cost was that).
 *
 * Never a judge: whatever is not of this form, valid or not, is left to core/json.h, which takes
 * it or says what is wrong. So every function here may refuse, but must never take what that would
 * refuse, or take it for something else; a test holds the two against each other. */
#include "core/arena.h"

struct compact {
    const char *at, *end;
};

struct compact compact_open(struct bytes text); /* borrows; absent text holds nothing */
bool compact_done(const struct compact *in);    /* nothing is left */

/* Each moves on behind what it took; false: it is not there so, and nothing is promised of where
 * `in` stands then. Limits are as in core/json.h. */
bool compact_word(struct compact *in, const char *word, size_t size); /* exactly these bytes */
bool compact_int(struct compact *in, int64_t low, int64_t high, int64_t *out);
bool compact_bool(struct compact *in, bool *out);
/* Borrowed from the text that is read. */
bool compact_borrow(struct compact *in, size_t size_max, struct text *out);
bool compact_text(struct compact *in, struct arena *arena, size_t size_max, struct text *out);
bool compact_base64(struct compact *in, struct arena *arena, size_t size_max, struct bytes *out);
bool compact_hex(struct compact *in, uint8_t *out, size_t size);
