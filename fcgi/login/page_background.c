/* The one thing a member may tell so that results can be weighted. Which one is asked, and what he
 * told, is the clerk's to say: no web worker reads it. */
#include "fcgi/page/page_doors.h"

#include "fcgi/guard.h"

enum { PARTS_MOST = 5, ASKED_REGION = 1 };

const struct field fields_background[] = {
    {.name = "part", .type = FIELD_INT, .low = 0, .high = PARTS_MOST, .label = "Your answer"},
    {.name = NULL},
};

/* In the order of board/account/background.h; the divisions are the Census Bureau's. */
static const struct choice {
    const char *words, *detail;
} regions[] = {
    {"Northeast", "Connecticut, Maine, Massachusetts, New Hampshire, New Jersey, New York, "
                  "Pennsylvania, Rhode Island, Vermont"},
    {"Midwest", "Illinois, Indiana, Iowa, Kansas, Michigan, Minnesota, Missouri, Nebraska, North "
                "Dakota, Ohio, South Dakota, Wisconsin"},
    {"South", "Alabama, Arkansas, Delaware, District of Columbia, Florida, Georgia, Kentucky, "
              "Louisiana, Maryland, Mississippi, North Carolina, Oklahoma, South Carolina, "
              "Tennessee, Texas, Virginia, West Virginia"},
    {"West", "Alaska, Arizona, California, Colorado, Hawaii, Idaho, Montana, Nevada, New Mexico, "
             "Oregon, Utah, Washington, Wyoming"},
    {"Elsewhere", "territories and abroad; counted in no region"},
};
static const struct choice bands[] = {
    {"Fewer than 10 years", "or still in training"},
    {"10 to 19 years", ""},
    {"20 to 29 years", ""},
    {"30 years or more", ""},
};

static enum result told_ask(struct request *r, struct reply_background *reply)
{
    struct command command = {.kind = COMMAND_BACKGROUND};
    struct json *root;
    enum result result = page_program(r, "clerk", &command, &root);
    if (result != OK)
        return result == UNKNOWN ? BUSY : result;
    result = root != NULL ? reply_background_read(root, r->arena, reply) : BUSY;
    json_close(root);
    return result == OK ? OK : BUSY;
}

enum result page_background(struct request *r, struct reply *out)
{
    struct view_background v = {.head = page_head(r, TEXT("What you tell for reports"))};
    struct reply_background reply = {0};
    if (r->reader.role != BOARD_PHYSICIAN)
        return REFUSED;
    if (!page_may_ask(r))
        return r->why;
    enum result result = told_ask(r, &reply);
    if (result != OK)
        return result;
    v.form = guard_form(r, out, "/account/background");
    v.request = guard_request_id(r);
    v.region = reply.asked == ASKED_REGION;
    v.told = reply.part > 0;
    const struct choice *const choices = v.region ? regions : bands;
    const size_t count =
        v.region ? sizeof(regions) / sizeof(*regions) : sizeof(bands) / sizeof(*bands);
    v.choices = arena_array(r->arena, struct view_background_choice, PARTS_MOST);
    for (size_t i = 0; i < count; i++)
        v.choices[v.choices_count++] =
            (struct view_background_choice){.part = (int64_t)i + 1,
                                            .words = text_of(choices[i].words),
                                            .detail = text_of(choices[i].detail),
                                            .chosen = reply.part == (int64_t)i + 1};
    return reply_view(r, out, background, &v);
}

enum result page_background_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_BACKGROUND_TELL};
    command.background_tell.part = request_int(r, "part");
    enum result result = page_program_done(r, "clerk", &command);
    if (result != OK)
        return result;
    return reply_redirect(
        r, out, command.background_tell.part > 0 ? "/account?told=1" : "/account?untold=1");
}
