/* Drafts: what is typed into a form and not posted yet. What the patient-data check would refuse is
 * left out before the draft is kept: such text reaches no store, boxed or not, and all that stands
 * around it is kept none the less. */
#include "board/clerk/clerk.h"

#include "core/clock.h"
#include "core/conf.h"
#include "core/session.h"
#include "schema/pad.h"

#include <string.h>

enum { MASK_ROUNDS = 4 };
static const char left_out_words[] = "[left out]";

/* Whose and what for, as the rows know it. */
struct draft_key {
    uint8_t view_key[KEY_SIZE], owner[SESSION_TAG_SIZE], tag[SESSION_TAG_SIZE];
};

static enum result key_find(struct work *work, struct text place, struct draft_key *key)
{
    enum result result =
        keyring_view_key(&work->clerk->keys, work->arena, work->actor.member, key->view_key);
    if (result != OK)
        return result;
    session_pad_owner(key->owner, key->view_key);
    session_draft_tag(key->tag, key->view_key, place);
    return OK;
}

static bool place_good(struct text place)
{
    for (size_t i = 0; i < place.size; i++) {
        char c = place.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
            return false;
    }
    return place.size > 0;
}

/* The text without the places that forbid posting. What is left may make a new one (two halves of a
 * number meet), so it is looked at again; whatever resists is left out as a whole. */
static struct text text_mask(struct work *work, struct text text, int64_t *left_out)
{
    for (int round = 0; round < MASK_ROUNDS; round++) {
        struct guard_finding *findings;
        struct buf kept;
        size_t count = 0, from = 0;
        if (guard_check(work->clerk->guard, work->arena, text, &findings, &count) == 0)
            return text;
        buf_open(&kept, work->arena, text.size + sizeof left_out_words);
        for (size_t i = 0; i < count; i++) {
            if (findings[i].level != GUARD_BLOCK || findings[i].start < from)
                continue;
            buf_add(&kept, text.data + from, findings[i].start - from);
            buf_literal(&kept, left_out_words, sizeof left_out_words - 1);
            from = findings[i].start + findings[i].size;
            ++*left_out;
        }
        buf_add(&kept, text.data + from, text.size - from);
        text = buf_done(&kept);
    }
    return TEXT("[left out]");
}

/* Nothing of it was typed: what can only be chosen, or came with the form, is no draft by itself.
 */
static bool is_empty(const struct record_draft_field *fields, size_t count)
{
    static const char *const chosen[] = {"kind", "setting", "seen", "seek", "base"};
    for (size_t i = 0; i < count; i++) {
        bool typed = text_trim(fields[i].value).size > 0;
        for (size_t j = 0; j < sizeof chosen / sizeof chosen[0]; j++)
            typed = typed && !text_is(fields[i].name, chosen[j]);
        if (typed)
            return false;
    }
    return true;
}

static enum result room_check(struct work *work, const struct draft_key *key, bool *late)
{
    struct db *db = work->clerk->pad.db;
    const struct bytes owner = bytes_of(key->owner, SESSION_TAG_SIZE);
    const struct bytes request = bytes_of(work->command->request, ID_SIZE);
    struct pad_draft_done_get_row row;
    struct pad_drafts_count_row count;
    enum result result =
        pad_draft_done_get(db, work->arena, owner, bytes_of(key->tag, SESSION_TAG_SIZE), &row);
    *late = result == OK && row.done.size == ID_SIZE &&
            seal_equal(row.done.data, request.data, ID_SIZE);
    if (result == OK && row.kept)
        return OK;
    if (result != OK && result != NOT_FOUND)
        return result;
    result = pad_drafts_count(db, work->arena, owner, &count);
    if (result == OK && count.drafts >= conf_int("draft.most"))
        return problem(work, INVALID, "",
                       "You keep as many drafts as there is room for. Delete one you no longer "
                       "need: they are all under Drafts.");
    return result;
}

/* The draft as it is to be kept. */
static enum result draft_put(struct work *work, const struct reply_draft *draft,
                             struct reply_draft_saved *saved)
{
    struct pad *pad = &work->clerk->pad;
    struct record_draft_field *fields = draft->fields;
    size_t count = draft->fields_count;
    struct draft_key key;
    struct buf plain;
    bool late = false;
    enum result result = key_find(work, draft->place, &key);
    if (result == OK)
        result = room_check(work, &key, &late);
    if (result != OK || late)
        return result;
    const struct bytes owner = bytes_of(key.owner, SESSION_TAG_SIZE);
    const struct bytes tag = bytes_of(key.tag, SESSION_TAG_SIZE);
    saved->at_ms = work->clerk->now_ms;
    saved->left_out = draft->left_out;
    result = pad_write(pad);
    if (result == OK && is_empty(fields, count)) {
        result = pad_draft_remove(pad->db, owner, tag);
    } else if (result == OK) {
        buf_open(&plain, work->arena, 4096);
        reply_draft_write(&plain, draft);
        result = pad_draft_set(pad->db, owner, tag,
                               seal_box(work->arena, key.view_key, NULL, buf_bytes(&plain)),
                               work->clerk->now_ms);
    }
    seal_wipe(&key, sizeof key);
    return result;
}

enum result draft_keep(struct work *work, struct text place, struct record_draft_field *fields,
                       size_t count, struct reply_draft_saved *saved)
{
    struct reply_draft draft = {.place = place, .fields = fields, .fields_count = count};
    *saved = (struct reply_draft_saved){0};
    if (!place_good(place))
        return problem(work, INVALID, "", "There is no such form.");
    for (size_t i = 0; i < count; i++) {
        fields[i].value = text_mask(work, fields[i].value, &draft.left_out);
        images_touch(work, fields[i].value);
    }
    return draft_put(work, &draft, saved);
}

static struct text rule_place(struct arena *arena, struct text rule)
{
    char *name = (char *)(uintptr_t)arena_text(arena, rule).data;
    for (size_t i = 0; i < rule.size; i++)
        name[i] = name[i] == '/' ? '-' : name[i];
    return arena_format(arena, "rule-%s", name);
}

/* Code, which an admin writes about nobody: what looks like a number there stays. A long one lies
 * in two fields. */
enum result rule_draft_run(struct work *work)
{
    const struct command_rule_draft *c = &work->command->rule_draft;
    enum { HALF = 32 * 1024 };
    struct text first = text_cut(c->script, HALF);
    struct record_draft_field fields[] = {
        {TEXT("reason"), c->reason},
        {TEXT("script"), first},
        {TEXT("more"), {c->script.data + first.size, c->script.size - first.size}},
    };
    struct reply_draft draft = {
        .place = rule_place(work->arena, c->name), .fields = fields, .fields_count = 3};
    struct reply_draft_saved saved = {0};
    if (!place_good(draft.place))
        return problem(work, INVALID, "", "There is no such rule.");
    enum result result = draft_put(work, &draft, &saved);
    if (result == OK)
        reply_draft_saved_write(&work->reply, &saved);
    return result;
}

void draft_rule_done(struct work *work, struct text rule)
{
    draft_done(work, rule_place(work->arena, rule));
}

enum result draft_save_run(struct work *work)
{
    const struct command_draft_save *c = &work->command->draft_save;
    struct reply_draft_saved saved;
    enum result result = draft_keep(work, c->place, c->fields, c->fields_count, &saved);
    if (result == OK)
        reply_draft_saved_write(&work->reply, &saved);
    return result;
}

enum result draft_remove_run(struct work *work)
{
    struct pad *pad = &work->clerk->pad;
    struct draft_key key;
    enum result result = key_find(work, work->command->draft_remove.place, &key);
    if (result == OK)
        result = pad_write(pad);
    if (result == OK)
        result = pad_draft_remove(pad->db, bytes_of(key.owner, SESSION_TAG_SIZE),
                                  bytes_of(key.tag, SESSION_TAG_SIZE));
    seal_wipe(&key, sizeof key);
    return result;
}

static struct pad_done *done_next(struct work *work, const struct draft_key *key)
{
    struct pad *pad = &work->clerk->pad;
    if (pad->done_count == PAD_DONE_MAX)
        return NULL; /* it goes with its age */
    struct pad_done *done = &pad->done[pad->done_count++];
    *done = (struct pad_done){.all = false};
    memcpy(done->owner, key->owner, ID_SIZE);
    memcpy(done->tag, key->tag, ID_SIZE);
    memcpy(done->request, work->command->request, ID_SIZE);
    return done;
}

void draft_done(struct work *work, struct text place)
{
    struct draft_key key;
    struct pad_draft_done_get_row row;
    if (key_find(work, place, &key) != OK)
        return;
    if (pad_draft_done_get(work->clerk->pad.db, work->arena, bytes_of(key.owner, SESSION_TAG_SIZE),
                           bytes_of(key.tag, SESSION_TAG_SIZE), &row) == OK)
        (void)done_next(work, &key);
    seal_wipe(&key, sizeof key);
}

void drafts_left(struct work *work)
{
    struct draft_key key;
    if (key_find(work, TEXT(""), &key) != OK)
        return;
    struct pad_done *done = done_next(work, &key);
    if (done != NULL)
        done->all = true;
    seal_wipe(&key, sizeof key);
}
