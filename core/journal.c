#include "core/journal.h"
#include "core/buf.h"
#include "core/json.h"
#include "core/seal.h"
#include "core/trace.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

enum { SALT_SIZE = 16, VERIFY_SLICE = 64 };

/* Which event keeps the digest of which text part where. */
struct text_place {
    enum event_kind kind;
    size_t part;
    size_t has;
    size_t digest;
};
static const struct text_place places[] = {
    {EVENT_POSTING_ADDED, 0, offsetof(struct event, posting_added.has_text0),
     offsetof(struct event, posting_added.text0)},
    {EVENT_POSTING_ADDED, 1, offsetof(struct event, posting_added.has_text1),
     offsetof(struct event, posting_added.text1)},
    {EVENT_RULE_PROPOSED, 0, offsetof(struct event, rule_proposed.has_text0),
     offsetof(struct event, rule_proposed.text0)},
    {EVENT_SEARCH_SAVED, 0, offsetof(struct event, search_saved.has_text0),
     offsetof(struct event, search_saved.text0)},
    {EVENT_POSTING_EDITED, 0, offsetof(struct event, posting_edited.has_text0),
     offsetof(struct event, posting_edited.text0)},
    {EVENT_POSTING_EDITED, 1, offsetof(struct event, posting_edited.has_text1),
     offsetof(struct event, posting_edited.text1)},
    {EVENT_COMMENT_ADDED, 0, offsetof(struct event, comment_added.has_text0),
     offsetof(struct event, comment_added.text0)},
    {EVENT_MARK_SET, 0, offsetof(struct event, mark_set.has_text0),
     offsetof(struct event, mark_set.text0)},
    {EVENT_SUMMARY_EDITED, 0, offsetof(struct event, summary_edited.has_text0),
     offsetof(struct event, summary_edited.text0)},
    {EVENT_POSTING_ADDED, 2, offsetof(struct event, posting_added.has_text2),
     offsetof(struct event, posting_added.text2)},
    {EVENT_QUESTION_SOLVED, 0, offsetof(struct event, question_solved.has_text0),
     offsetof(struct event, question_solved.text0)},
    {EVENT_POSTING_FLAGGED, 0, offsetof(struct event, posting_flagged.has_text0),
     offsetof(struct event, posting_flagged.text0)},
    {EVENT_TOPIC_DESCRIBED, 0, offsetof(struct event, topic_described.has_text0),
     offsetof(struct event, topic_described.text0)},
    {EVENT_TOPIC_DESCRIBED, 1, offsetof(struct event, topic_described.has_text1),
     offsetof(struct event, topic_described.text1)},
    {EVENT_APPEAL_MADE, 0, offsetof(struct event, appeal_made.has_text0),
     offsetof(struct event, appeal_made.text0)},
    {EVENT_HELD_OBJECTED, 0, offsetof(struct event, held_objected.has_text0),
     offsetof(struct event, held_objected.text0)},
    {EVENT_BACKGROUND_TOLD, 0, offsetof(struct event, background_told.has_text0),
     offsetof(struct event, background_told.text0)},
};
enum { PLACE_COUNT = sizeof places / sizeof places[0] };

static const struct text_place *place_of(enum event_kind kind, size_t part)
{
    for (size_t i = 0; i < PLACE_COUNT; i++)
        if (places[i].kind == kind && places[i].part == part)
            return &places[i];
    return NULL;
}

static bool *place_has(const struct text_place *place, struct event *event)
{
    return (bool *)((char *)event + place->has);
}

static uint8_t *place_digest(const struct text_place *place, struct event *event)
{
    return (uint8_t *)event + place->digest;
}

static void text_digest(uint8_t digest[32], const uint8_t salt[SALT_SIZE], struct text text)
{
    const struct bytes parts[] = {bytes_of(salt, SALT_SIZE), text_bytes(text)};
    seal_digest(digest, NULL, parts, 2);
}

static void entry_digest(uint8_t digest[32], const uint8_t previous[32], struct bytes body)
{
    const struct bytes parts[] = {bytes_of(previous, 32), body};
    seal_digest(digest, NULL, parts, 2);
}

enum result journal_append(struct log *journal, struct arena *arena, struct event *event,
                           const struct text *texts, size_t count)
{
    int64_t head;
    uint8_t previous[32], digest[32];
    assert(count <= EVENT_TEXTS_MAX);
    enum result result = log_head(journal, &head, previous);
    if (result != OK)
        return result;
    for (size_t part = 0; part < EVENT_TEXTS_MAX; part++) {
        const struct text_place *const place = place_of(event->kind, part);
        const bool given = part < count && texts[part].data != NULL;
        assert(place != NULL || !given);
        if (place != NULL)
            *place_has(place, event) = given;
        if (!given)
            continue;
        uint8_t salt[SALT_SIZE];
        seal_random(salt, sizeof salt);
        text_digest(place_digest(place, event), salt, texts[part]);
        result = log_text_put(journal, head + 1, (int64_t)part, salt, texts[part]);
        if (result != OK)
            return result;
    }
    struct buf body;
    buf_open(&body, arena, 512);
    event_write(&body, event);
    entry_digest(digest, previous, buf_bytes(&body));
    result = log_append(journal, buf_bytes(&body), digest, &event->seq);
    assert(result != OK || event->seq == head + 1);
    return result;
}

static enum result entry_decode(struct log *journal, struct arena *arena,
                                const struct log_entry *from, struct journal_entry *entry)
{
    entry->event.seq = from->seq;
    memcpy(entry->digest, from->digest, sizeof entry->digest);
    enum result result = event_read(from->body, arena, &entry->event);
    if (result != OK) {
        trace_fail("journal", "seq=%lld cannot be read: %s", (long long)from->seq, json_error());
        return BROKEN;
    }
    for (size_t part = 0; part < EVENT_TEXTS_MAX; part++) {
        const struct text_place *const place = place_of(entry->event.kind, part);
        uint8_t salt[SALT_SIZE];
        if (place == NULL || !*place_has(place, &entry->event))
            continue;
        result = log_text_get(journal, arena, from->seq, (int64_t)part, &entry->texts[part], salt);
        if (result == OK)
            continue;
        if (result != NOT_FOUND)
            return result;
        trace_fail("journal", "seq=%lld part=%zu has lost its text", (long long)from->seq, part);
        return BROKEN;
    }
    return OK;
}

static enum result entries_read(struct log *journal, struct arena *arena, int64_t after,
                                size_t most, struct journal_entry **entries, size_t *count)
{
    struct log_entry *raw;
    size_t found;
    enum result result = log_read(journal, arena, after, most, &raw, &found);
    if (result != OK || found == 0)
        return result;
    struct journal_entry *const list = arena_array(arena, struct journal_entry, found);
    for (size_t i = 0; i < found && result == OK; i++)
        result = entry_decode(journal, arena, &raw[i], &list[i]);
    if (result != OK)
        return result;
    *entries = list;
    *count = found;
    return OK;
}

enum result journal_read(struct log *journal, struct arena *arena, int64_t after, size_t most,
                         struct journal_entry **entries, size_t *count)
{
    *entries = NULL;
    *count = 0;
    enum result result = log_hold(journal);
    if (result == OK)
        result = entries_read(journal, arena, after, most, entries, count);
    log_release(journal);
    return result;
}

/* NULL: sound. Otherwise what is wrong with it. */
static const char *entry_fault(struct log *journal, struct arena *arena,
                               const struct log_entry *from, const uint8_t previous[32])
{
    uint8_t digest[32];
    struct journal_entry entry = {.event.seq = from->seq};
    entry_digest(digest, previous, from->body);
    if (!seal_equal(digest, from->digest, sizeof digest))
        return "its digest does not follow from its body and its predecessor";
    if (event_read(from->body, arena, &entry.event) != OK)
        return "its body is no event";
    for (size_t part = 0; part < EVENT_TEXTS_MAX; part++) {
        const struct text_place *const place = place_of(entry.event.kind, part);
        uint8_t salt[SALT_SIZE];
        struct text text;
        if (place == NULL || !*place_has(place, &entry.event))
            continue;
        if (log_text_get(journal, arena, from->seq, (int64_t)part, &text, salt) != OK)
            return "a text of it is gone without having been blanked";
        if (text.data == NULL)
            continue; /* blanked: nothing is left to compare */
        text_digest(digest, salt, text);
        if (!seal_equal(digest, place_digest(place, &entry.event), sizeof digest))
            return "a text is not the one it was written with";
    }
    return NULL;
}

enum result journal_verify(struct log *journal, struct arena *arena, void (*progress)(int64_t seq),
                           int64_t *bad_seq, const char **why)
{
    uint8_t previous[32] = {0};
    int64_t seq = 0;
    size_t most = VERIFY_SLICE;
    *bad_seq = 0;
    *why = NULL;
    const size_t mark = arena->used;
    for (;;) {
        struct log_entry *entries;
        size_t count;
        arena_reset(arena, mark);
        const enum result result = log_read(journal, arena, seq, most, &entries, &count);
        if (result == BROKEN && most > 1) { /* one by one, to name the entry */
            most = 1;
            continue;
        }
        if (result != OK) {
            *bad_seq = seq + 1;
            *why = "it cannot be read, or another stands in its place";
            return result == BROKEN ? INVALID : result;
        }
        if (count == 0)
            return OK;
        for (size_t i = 0; i < count; i++) {
            *why = entry_fault(journal, arena, &entries[i], previous);
            *bad_seq = entries[i].seq;
            if (*why != NULL)
                return INVALID;
            memcpy(previous, entries[i].digest, sizeof previous);
        }
        seq = entries[count - 1].seq;
        *bad_seq = 0;
        if (progress != NULL)
            progress(seq);
    }
}
