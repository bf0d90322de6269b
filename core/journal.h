#pragma once
/* The journal as events: typed records (schema/journal/event.rec, compiled to "schema/event.h")
 * over core/log.h. An entry's body is the event's JSON; its digest is BLAKE2b-256(key none;
 * previous digest, body), so the whole past is fixed by the head. Long texts (title, body, rule
 * text) travel beside the event: the event holds BLAKE2b-256(salt, text) of each part. */
#include "core/log.h"
#include "schema/event.h" /* generated: struct event, event_read, event_write */

enum { EVENT_TEXTS_MAX = 4 };

struct journal_entry {
    struct event event; /* .seq, .at_ms, .kind and its fields */
    struct text
        texts[EVENT_TEXTS_MAX]; /* part i as the event kind defines; data NULL: none, or blanked */
    uint8_t digest[32];
};

/* Append one event with its texts (parts 0 .. count-1, absent ones skipped). Fills event->seq, and
 * the digest fields of the event that belong to texts (event.text0 .. text3 if the kind has them).
 * Between log_begin and log_commit. */
MUST_USE enum result journal_append(struct log *journal, struct arena *arena, struct event *event,
                                    const struct text *texts, size_t count);
/* Up to `most` entries after `after`, decoded, with texts. BROKEN names the seq in the trace. */
MUST_USE enum result journal_read(struct log *journal, struct arena *arena, int64_t after,
                                  size_t most, struct journal_entry **entries, size_t *count);
/* Recompute every digest and text digest; *bad_seq and *why say the first that fails (INVALID).
 * progress may be NULL. */
MUST_USE enum result journal_verify(struct log *journal, struct arena *arena,
                                    void (*progress)(int64_t seq), int64_t *bad_seq,
                                    const char **why);
