/* Pictures: taken from the child that made them anew, counted, kept while something shows them. */
#include "board/clerk/clerk.h"

#include "core/conf.h"
#include "core/session.h"
#include "core/text.h"
#include "schema/board.h"
#include "schema/pad.h"

#include <string.h>

enum { IMAGES_MAX = 8, WAITING_MAX = 40 };

static const char *fault_words(struct work *work, const struct image_done *done)
{
    const struct image_size file = done->made.file;
    switch (done->fault) {
    case IMAGE_OTHER:
        return "This is no picture that can be taken: JPEG, PNG and WebP can.";
    case IMAGE_HUGE:
        return arena_format(work->arena,
                            "The picture has %d × %d pixels; at most fifty million fit, and no "
                            "side longer than %d. Make it smaller, or cut out what matters.",
                            file.width, file.height, IMAGE_FILE_SIDE_MAX)
            .data;
    case IMAGE_MOVES:
        return "Moving pictures cannot be taken: choose one moment of it.";
    case IMAGE_LONG:
        return "The picture could not be read in reasonable time. Save it anew, smaller, and try "
               "again.";
    case IMAGE_DAMAGED:
    case IMAGE_GOOD:
        break;
    }
    return "The picture's file is damaged, or of a rare kind. Save it anew and try again.";
}

/* "1200x800-" and thirty letters of a keyed digest: the same picture of the same member has the
 * same name, and nobody without the key can ask whether one he has is here. */
static struct text name_make(struct work *work, const struct image_made *made, struct bytes owner)
{
    const struct bytes key = bytes_of(work->clerk->keys.request_key, KEY_SIZE);
    const struct bytes parts[] = {text_bytes(TEXT("image")), made->large, owner};
    uint8_t digest[DIGEST_SIZE];
    char letters[IMAGE_NAME_SIZE];
    _Static_assert(IMAGE_NAME_SIZE <= 2 * DIGEST_SIZE, "half a byte a letter");
    seal_digest(digest, &key, parts, 3);
    for (size_t i = 0; i < IMAGE_NAME_SIZE; i++)
        letters[i] = (char)('a' + (digest[i / 2] >> (i % 2 * 4) & 15));
    return arena_format(work->arena, "%dx%d-%.*s", made->size.width, made->size.height,
                        IMAGE_NAME_SIZE, letters);
}

/* As Markdown; what it shows must stay words. */
static struct text markdown_make(struct work *work, struct text id, struct text alt)
{
    struct buf buf;
    buf_open(&buf, work->arena, alt.size + 80);
    buf_literal(&buf, "![", 2);
    for (size_t i = 0; i < alt.size; i++) {
        if (strchr("\\[]*_`<&!", alt.data[i]) != NULL)
            buf_char(&buf, '\\');
        buf_char(&buf, alt.data[i]);
    }
    buf_literal(&buf, "](image:", 8);
    buf_add(&buf, id.data, id.size);
    buf_char(&buf, ')');
    return buf_done(&buf);
}

/* The picture at the end of the form's text, and all of it kept. */
static enum result draft_with(struct work *work, struct text markdown,
                              struct reply_draft_saved *saved)
{
    const struct command_image_add *c = &work->command->image_add;
    struct record_draft_field *fields =
        arena_array(work->arena, struct record_draft_field, c->fields_count + 1);
    size_t count = 0;
    struct record_draft_field *body = NULL;
    for (; count < c->fields_count; count++) {
        fields[count] = c->fields[count];
        if (text_is(fields[count].name, "body"))
            body = &fields[count];
    }
    if (body == NULL) {
        body = &fields[count++];
        *body = (struct record_draft_field){TEXT("body"), TEXT("")};
    }
    body->value =
        arena_format(work->arena, "%.*s%s%.*s\n", (int)body->value.size, body->value.data,
                     body->value.size > 0 ? "\n\n" : "", (int)markdown.size, markdown.data);
    return draft_keep(work, c->place, fields, count, saved);
}

static enum result owner_find(struct work *work, uint8_t owner[SESSION_TAG_SIZE])
{
    uint8_t key[KEY_SIZE];
    enum result result = keyring_view_key(&work->clerk->keys, work->arena, work->actor.member, key);
    if (result != OK)
        return result;
    session_pad_owner(owner, key);
    seal_wipe(key, sizeof key);
    return OK;
}

static enum result room_check(struct work *work, uint8_t owner[SESSION_TAG_SIZE])
{
    struct pad_images_waiting_row waiting;
    enum result result = owner_find(work, owner);
    if (result != OK)
        return result;
    result = pad_images_waiting(work->clerk->pad.db, work->arena, bytes_of(owner, SESSION_TAG_SIZE),
                                &waiting);
    if (result == OK && waiting.images >= WAITING_MAX)
        return problem(work, INVALID, "picture",
                       "You have many pictures that no posting shows yet. Post some of them "
                       "first; what is left over goes after a while.");
    return result;
}

enum result image_add_run(struct work *work)
{
    const struct command_image_add *c = &work->command->image_add;
    const struct image_done *done = work->job->image;
    struct pad *pad = &work->clerk->pad;
    struct reply_draft_saved saved = {0};
    uint8_t owner[SESSION_TAG_SIZE];
    struct guard_finding *findings;
    size_t count;
    if (done == NULL)
        return problem(work, INVALID, "picture", "No picture came along.");
    if (done->fault != IMAGE_GOOD)
        return problem(work, INVALID, "picture", fault_words(work, done));
    if (text_trim(c->alt).size == 0)
        return problem(work, INVALID, "alt", "Say in words what the picture shows.");
    if (guard_check(work->clerk->guard, work->arena, c->alt, &findings, &count) > 0)
        return problem(work, INVALID, "alt", "These words could point to a patient.");
    enum result result = room_check(work, owner);
    if (result == OK)
        result = pad_write(pad);
    if (result != OK)
        return result;
    struct text id = name_make(work, &done->made, bytes_of(owner, sizeof owner));
    struct text markdown = markdown_make(work, id, text_trim(c->alt));
    result = pad_image_add(pad->db, id, bytes_of(owner, sizeof owner), work->clerk->now_ms,
                           done->made.small, done->made.large);
    if (result == OK && c->place.size > 0)
        result = draft_with(work, markdown, &saved);
    if (result != OK)
        return result;
    const struct reply_image_added reply = {.id = id,
                                            .width = done->made.size.width,
                                            .height = done->made.size.height,
                                            .bytes = (int64_t)done->made.large.size,
                                            .markdown = markdown,
                                            .at_ms = saved.at_ms,
                                            .left_out = saved.left_out};
    reply_image_added_write(&work->reply, &reply);
    return OK;
}

/* The actor's own, or one that a posting shows to all: what was withheld is not brought back by who
 * still knows its name. Then it stays. */
static enum result image_adopt(struct work *work, const char *field, struct text id,
                               const uint8_t owner[SESSION_TAG_SIZE])
{
    struct pad *pad = &work->clerk->pad;
    struct pad_image_has_row row;
    struct board_image_shown_row shown;
    enum result result = pad_image_has(pad->db, work->arena, id, &row);
    bool own = result == OK && row.owner.size == SESSION_TAG_SIZE &&
               seal_equal(row.owner.data, owner, SESSION_TAG_SIZE);
    if (result == OK && !own)
        result = board_image_shown(work->clerk->board, work->arena, id, &shown);
    if (result == NOT_FOUND)
        return problem(work, INVALID, field,
                       "One of the pictures is no longer here: add it once more.");
    if (result == OK && row.used == 0)
        result = pad_write(pad);
    return result == OK && row.used == 0 ? pad_image_use(pad->db, id) : result;
}

enum result images_check(struct work *work, const char *field, struct text text)
{
    struct text_image images[IMAGES_MAX];
    uint8_t owner[SESSION_TAG_SIZE];
    size_t count = 0;
    const char *fault = NULL;
    const int64_t most = conf_int("image.most");
    enum result result = text_images(work->arena, text, IMAGES_MAX, images, &count, &fault);
    if (result != OK || count == 0)
        return result;
    if (fault != NULL)
        return problem(work, INVALID, field, fault);
    if ((int64_t)count > most)
        return problem(work, TOO_MUCH, field,
                       arena_format(work->arena,
                                    "%zu pictures are too many: %lld may stand in one "
                                    "posting.",
                                    count, (long long)most)
                           .data);
    result = owner_find(work, owner);
    for (size_t i = 0; i < count && result == OK; i++)
        result = image_adopt(work, field, images[i].id, owner);
    return result;
}

void images_touch(struct work *work, struct text text)
{
    struct pad *pad = &work->clerk->pad;
    struct text_image images[IMAGES_MAX];
    size_t count = 0;
    const char *fault;
    if (text_images(work->arena, text, IMAGES_MAX, images, &count, &fault) != OK)
        return; /* too long to be posted: it is no posting's text yet */
    count = count < IMAGES_MAX ? count : IMAGES_MAX;
    for (size_t i = 0; i < count && pad_write(pad) == OK; i++)
        if (pad_image_touch(pad->db, images[i].id, work->clerk->now_ms) != OK)
            return; /* the commit says so */
}

void images_drop(struct work *work, struct text text)
{
    struct pad *pad = &work->clerk->pad;
    struct text_image images[IMAGES_MAX];
    size_t count = 0;
    const char *fault;
    if (text_images(work->arena, text, IMAGES_MAX, images, &count, &fault) != OK)
        return;
    count = count < IMAGES_MAX ? count : IMAGES_MAX;
    for (size_t i = 0; i < count && pad_write(pad) == OK; i++)
        if (pad_image_remove(pad->db, images[i].id) != OK)
            return;
}
