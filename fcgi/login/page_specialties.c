/* A member's specialties. The list is the clerk's to tell: no web worker reads the public lists. */
#include "fcgi/page/page_doors.h"

#include "fcgi/guard.h"

enum { OWN_MOST = 5 };

#define SPECIALTY(name_)                                                                        \
    {                                                                                           \
        .name = name_, .type = FIELD_LINE, .high = 76, .optional = true, .label = "A specialty" \
    }
const struct field fields_specialties[] = {
    SPECIALTY("s1"),
    SPECIALTY("s2"),
    SPECIALTY("s3"),
    SPECIALTY("s4"),
    SPECIALTY("s5"),
    {.name = "shown", .type = FIELD_FLAG, .optional = true, .label = "Your choice"},
    {.name = NULL},
};
static const char *const names[OWN_MOST] = {"s1", "s2", "s3", "s4", "s5"};

static enum result list_ask(struct request *r, struct reply_specialties *reply)
{
    struct command command = {.kind = COMMAND_SPECIALTIES};
    struct json *root;
    enum result result = page_program(r, "clerk", &command, &root);
    if (result != OK)
        return result == UNKNOWN ? BUSY : result;
    result = root != NULL ? reply_specialties_read(root, r->arena, reply) : BUSY;
    json_close(root);
    return result == OK ? OK : BUSY;
}

static enum result specialties_show(struct request *r, struct reply *out, bool typed)
{
    static const char *const labels[OWN_MOST] = {"What you do most", "Second", "Third", "Fourth",
                                                 "Fifth"};
    struct view_specialties v = {.head = page_head(r, TEXT("Your specialties"))};
    struct reply_specialties reply = {0};
    if (r->reader.role != BOARD_PHYSICIAN)
        return REFUSED;
    page_form_problems(r, "s1 s2 s3 s4 s5", &v.problems, &v.problems_count);
    if (!page_may_ask(r))
        return r->why;
    enum result result = list_ask(r, &reply);
    if (result != OK)
        return result;
    struct text rest = reply.own, line;
    v.form = guard_form(r, out, "/account/specialties");
    v.request = guard_request_id(r);
    v.loaded = reply.loaded;
    v.shown = typed ? request_typed(r, "shown").size > 0 : reply.shown;
    v.list = arena_array(r->arena, struct view_specialty, reply.specialties_count + 1);
    for (size_t i = 0; i < reply.specialties_count; i++)
        v.list[v.list_count++].words = reply.specialties[i].words;
    v.own = arena_array(r->arena, struct view_own_specialty, OWN_MOST);
    for (size_t i = 0; i < OWN_MOST; i++) {
        struct text stored = text_next(&rest, '\n', &line) ? line : TEXT("");
        v.own[v.own_count++] = (struct view_own_specialty){
            .field = text_of(names[i]),
            .words = typed ? request_typed(r, names[i]) : stored,
            .label = text_of(labels[i]),
        };
    }
    return reply_view(r, out, specialties, &v);
}

enum result page_specialties(struct request *r, struct reply *out)
{
    return specialties_show(r, out, false);
}

enum result page_specialties_again(struct request *r, struct reply *out)
{
    return specialties_show(r, out, true);
}

enum result page_specialties_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_SPECIALTIES_CHOOSE};
    struct buf words;
    buf_open(&words, r->arena, 500);
    for (size_t i = 0; i < OWN_MOST; i++) { /* empty ones too: a fault names its line */
        struct text one = request_text(r, names[i]);
        buf_add(&words, one.data, one.size);
        buf_char(&words, '\n');
    }
    command.specialties_choose.words = buf_done(&words);
    command.specialties_choose.shown = request_flag(r, "shown");
    enum result result = page_program_done(r, "clerk", &command);
    if (result != OK)
        return result;
    return reply_redirect(r, out, "/account?specialty=1");
}
