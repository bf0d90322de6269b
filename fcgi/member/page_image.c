/* Pictures: taken with a posting's form, handed to the clerk, shown to whoever may read a posting
 * with it. The file itself is looked at by nobody but the clerk's confined child. */
#include "fcgi/member/page_drafts.h"

#include "core/session.h"
#include "core/text.h"
#include "fcgi/page/page_doors.h"
#include "schema/board.h"
#include "schema/pad.h"

enum { ALT_SIZE_MAX = 300, IMAGES_SHOWN = 8 };

const struct field fields_image[] = {
    {.name = "place", .type = FIELD_LINE, .low = 1, .high = PAGE_PLACE_MAX, .label = "The form"},
    PAGE_KEPT_FIELDS,
    {.name = "alt",
     .type = FIELD_LINE,
     .high = ALT_SIZE_MAX,
     .optional = true,
     .label = "What the picture shows"},
    {.name = "clean", .type = FIELD_FLAG, .optional = true, .label = "Your word"},
    {.name = "picture",
     .type = FIELD_FILE,
     .high = REQUEST_FILE_MAX,
     .optional = true,
     .label = "The picture"},
    {.name = NULL},
};

/* What only its sender can say of a picture. */
static enum result picture_check(struct request *r)
{
    if (request_file(r, "picture").size == 0)
        request_fault_add(r, "picture", "Choose a picture first.");
    if (request_text(r, "alt").size == 0)
        request_fault_add(r, "alt",
                          "Say in words what the picture shows: some colleagues cannot see it, and "
                          "search finds words only.");
    if (!request_flag(r, "clean"))
        request_fault_add(r, "clean",
                          "Look at the picture once more, and say that it shows no face, no label "
                          "and no name.");
    return r->fault_count == 0 ? OK : INVALID;
}

enum result page_image_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_IMAGE_ADD};
    struct reply_image_added added = {0};
    struct bytes json = NO_BYTES;
    struct json *root = NULL;
    enum result result = picture_check(r);
    if (result != OK)
        return result;
    command.image_add.alt = request_text(r, "alt");
    /* site.js puts it where one is writing, and saves the draft itself. */
    command.image_add.place = r->wants_json ? TEXT("") : request_text(r, "place");
    if (!r->wants_json)
        page_draft_fields(r, &command.image_add.fields, &command.image_add.fields_count);
    result = request_command_with(r, "clerk", &command, request_file(r, "picture"), &json);
    if (result != OK)
        return page_refused(r, result, json);
    result = json_read(json, &root);
    if (result == OK)
        result = reply_image_added_read(root, r->arena, &added);
    json_close(root);
    if (result != OK)
        return UNKNOWN;
    if (!r->wants_json) {
        struct text link = page_draft_link(r->arena, request_text(r, "place"));
        return reply_redirect(r, out, "%.*s", (int)link.size, link.data);
    }
    const struct view_image_added v = {
        .id = added.id, .markdown = added.markdown, .width = added.width, .height = added.height};
    view_image_added_write(reply_json(out), &v);
    return OK;
}

enum result page_image_again(struct request *r, struct reply *out)
{
    struct page_place place = page_place_read(request_typed(r, "place"));
    r->id = place.id;
    if (place.form == PAGE_FORM_ASK)
        return page_ask_again(r, out);
    if (place.form == PAGE_FORM_ANSWER)
        return page_answer_again(r, out);
    return place.form == PAGE_FORM_EDIT ? page_edit_again(r, out) : r->why;
}

enum result page_image_forgotten(struct request *r)
{
    if (request_text(r, "picture").size == 0)
        return OK;
    request_fault_add(r, "picture",
                      "The picture you chose is not in the text yet: choose it again, press “Add "
                      "picture”, then post.");
    return INVALID;
}

bool page_image_without(struct request *r, struct text *body)
{
    struct text id = request_text(r, "without");
    if (id.size > 0)
        *body = text_image_without(r->arena, *body, id);
    return id.size > 0;
}

void page_images_in(struct request *r, struct text body, struct view_draft_bar *bar)
{
    struct text_image images[IMAGES_SHOWN];
    struct image_size size;
    size_t count = 0;
    const char *fault;
    if (text_images(r->arena, body, IMAGES_SHOWN, images, &count, &fault) != OK)
        return; /* too long a text: it is said beside it */
    bar->images = arena_array(r->arena, struct view_draft_image, IMAGES_SHOWN);
    for (size_t i = 0; i < count && i < IMAGES_SHOWN; i++)
        if (text_image_id(images[i].id, &size))
            bar->images[bar->images_count++] =
                (struct view_draft_image){images[i].id, images[i].words};
}

/* A picture is read by its owner, the admins, and by all members while a posting shows it. Anybody
 * else is told what he would be told of one that never was. */
static enum result image_may(struct request *r, struct bytes owner)
{
    struct board_image_shown_row shown;
    uint8_t mine[SESSION_TAG_SIZE];
    const uint8_t *view_key;
    if (r->reader.role == BOARD_ADMIN)
        return OK;
    enum result result = board_image_shown(request_store(r, WEB_BOARD), r->arena, r->name, &shown);
    if (result != NOT_FOUND)
        return result;
    result = request_view_key(r, &view_key);
    if (result != OK)
        return result;
    session_pad_owner(mine, view_key);
    bool own = owner.size == sizeof mine && seal_equal(owner.data, mine, sizeof mine);
    return own ? OK : NOT_FOUND;
}

enum result page_image(struct request *r, struct reply *out)
{
    struct image_size size;
    struct pad_image_large_row row;
    if (!text_image_id(r->name, &size))
        return NOT_FOUND;
    enum result result = pad_image_large(request_store(r, WEB_PAD), r->arena, r->name, &row);
    if (result == OK)
        result = image_may(r, row.owner);
    if (result == OK)
        reply_image(out, row.body);
    return result;
}

enum result page_image_small(struct request *r, struct reply *out)
{
    struct image_size size;
    struct pad_image_small_row row;
    if (!text_image_id(r->name, &size))
        return NOT_FOUND;
    enum result result = pad_image_small(request_store(r, WEB_PAD), r->arena, r->name, &row);
    if (result == OK)
        result = image_may(r, row.owner);
    if (result == OK)
        reply_image(out, row.body);
    return result;
}
