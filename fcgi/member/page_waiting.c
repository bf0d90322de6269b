/* The waiting room of those who have applied, and of those whose place is closed again: what is
 * done, what comes next, and the ways to show that it is they. Shows nothing a member wrote. */
#include "fcgi/page/page_doors.h"

#include "core/clock.h"
#include "fcgi/guard.h"
#include "schema/board.h"

enum {
    DONE_LETTER = 1,
    DONE_MAIL,
    DONE_VOUCH,
    DONE_WRONG,
    DONE_QUIZ,
    STEPS = 4,
    DOMAINS_SHOWN = 200,
};

const struct field fields_waiting[] = {
    {.name = "done",
     .type = FIELD_INT,
     .low = DONE_LETTER,
     .high = DONE_QUIZ,
     .optional = true,
     .label = "What was before"},
    {.name = NULL},
};
const struct field fields_mail[] = {
    {.name = "address", .type = FIELD_LINE, .low = 3, .high = 254, .label = "The address"},
    {.name = NULL},
};
const struct field fields_code[] = {
    {.name = "kind", .type = FIELD_INT, .low = 1, .high = 2, .label = "The kind of code"},
    {.name = "code", .type = FIELD_LINE, .low = 1, .high = 40, .label = "The code"},
    {.name = NULL},
};
#define SHOW(field_name)                                                                   \
    {                                                                                      \
        .name = (field_name), .type = FIELD_FLAG, .optional = true, .label = "Your choice" \
    }
const struct field fields_vouch_ask[] = {
    {.name = "voucher",
     .type = FIELD_LINE,
     .high = PSEUDONYM_SIZE_MAX,
     .optional = true,
     .label = "The pseudonym"},
    {.name = "invitation",
     .type = FIELD_LINE,
     .high = 40,
     .optional = true,
     .label = "The invitation"},
    SHOW("show_name"),
    SHOW("show_specialty"),
    SHOW("show_state"),
    SHOW("show_place"),
    SHOW("show_school"),
    SHOW("show_npi"),
    {.name = NULL},
};
static const struct {
    const char *name, *words;
    int64_t bit;
} facts[] = {
    {"show_name", "Name", VOUCH_NAME},
    {"show_specialty", "Specialty", VOUCH_SPECIALTY},
    {"show_state", "State", VOUCH_STATE},
    {"show_place", "Place of practice", VOUCH_PLACE},
    {"show_school", "Medical school", VOUCH_SCHOOL},
    {"show_npi", "NPI", VOUCH_NPI},
};
enum { FACTS = sizeof facts / sizeof facts[0] };

/* --- the way, step by step --- */

static void step_add(struct view_waiting *v, const char *title, const char *state,
                     struct text words)
{
    const char *mark = state[0] == 'd' ? "done" : state[0] == 'n' ? "this comes next" : "later";
    v->steps[v->steps_count++] = (struct view_step){
        .title = text_of(title), .state = text_of(state), .mark = text_of(mark), .words = words};
}

static struct text quiz_words(struct request *r, const struct reply_standing *s)
{
    if (s->level >= 1)
        return TEXT("You knew what the licence's holder knows.");
    if (!s->quiz)
        return TEXT("The lists of your state hold too little for a quiz. An admin looks at your "
                    "application instead and may ask you for a document.");
    if (s->tries_left == 0) {
        struct text day = clock_day(r->arena, s->tries_from_ms);
        return arena_format(r->arena,
                            "No try is left; the next is free on %.*s. An admin looks at your "
                            "application all the same.",
                            (int)day.size, day.data);
    }
    return arena_format(r->arena, "Four questions the licence's holder can answer. %lld %s left.",
                        (long long)s->tries_left, s->tries_left == 1 ? "try is" : "tries are");
}

static struct text lists_words(const struct reply_standing *s)
{
    if (s->level >= 2)
        return TEXT("NPPES and your state's board list you as you said.");
    if (s->level < 1)
        return TEXT("We compare what you gave with NPPES and your state's board.");
    return s->no_list ? TEXT("The list of your state is not here yet. An admin looks at your "
                             "application; nothing is needed from you.")
                      : TEXT("The lists do not quite say what you said. An admin looks at your "
                             "application and may ask you for a document.");
}

static void steps_fill(struct request *r, const struct reply_standing *s, struct view_waiting *v)
{
    v->steps = arena_array(r->arena, struct view_step, STEPS);
    step_add(v, "Applied", "done", TEXT("Your application is here."));
    step_add(v, "Quiz", s->level >= 1 ? "done" : "now", quiz_words(r, s));
    step_add(v, "Public lists",
             s->level >= 2   ? "done"
             : s->level == 1 ? "now"
                             : "later",
             lists_words(s));
    step_add(v, "Proof that it is you", s->level >= 2 ? "now" : "later",
             TEXT("A letter, a mail, two colleagues or a document: then the door opens."));
}

static void letter_fill(struct request *r, const struct reply_standing *s, struct view_waiting *v)
{
    struct text day = clock_day(r->arena, s->letter_ms);
    v->place = s->place;
    v->can_letter =
        s->place.size > 0 && s->letter != 1 && (s->letter == 0 || r->now_ms >= s->letter_again_ms);
    v->letter_code = s->letter == 2;
    v->letter_words = TEXT("It holds a code; typed here, it opens the door.");
    if (s->letter == 1)
        v->letter_words = TEXT("It was asked for and goes out with the next post.");
    else if (s->letter == 2)
        v->letter_words = arena_format(r->arena, "It was sent on %.*s.", (int)day.size, day.data);
    else if (s->letter == 3)
        v->letter_words = TEXT("The code of the last one is no longer good.");
}

static enum result mail_fill(struct request *r, const struct reply_standing *s,
                             struct view_waiting *v)
{
    struct board_domains_row *rows;
    size_t count = 0;
    enum result result =
        board_domains(request_store(r, WEB_BOARD), r->arena, DOMAINS_SHOWN, &rows, &count);
    if (result != OK)
        return result;
    v->domains = arena_array(r->arena, struct view_domain, count + 1);
    for (size_t i = 0; i < count; i++)
        v->domains[v->domains_count++] =
            (struct view_domain){rows[i].name, rows[i].reason, TEXT("")};
    v->mail_code = s->mail == 2;
    v->mail_words = count == 0     ? TEXT("No institution is on our list yet; choose another way.")
                    : s->mail == 2 ? TEXT("A code is on its way to you.")
                                   : TEXT("If your hospital or university is on our list, a code "
                                          "goes to your address there.");
    v->address = request_typed(r, "address");
    return OK;
}

static void vouch_fill(struct request *r, const struct reply_standing *s, struct view_waiting *v)
{
    bool asked = r->fields == fields_vouch_ask;
    v->vouches = s->vouches;
    v->vouches_open = s->vouches_open;
    v->voucher = request_typed(r, "voucher");
    v->invitation = request_typed(r, "invitation");
    v->facts = arena_array(r->arena, struct view_fact, FACTS);
    for (size_t i = 0; i < FACTS; i++)
        v->facts[v->facts_count++] = (struct view_fact){
            .name = text_of(facts[i].name),
            .bit = facts[i].bit,
            .words = text_of(facts[i].words),
            .chosen = asked && request_typed(r, facts[i].name).size > 0,
        };
}

static void forms_fill(struct request *r, struct reply *out, struct view_waiting *v)
{
    v->request = guard_request_id(r);
    v->letter_form = guard_form(r, out, "/waiting/letter");
    v->mail_form = guard_form(r, out, "/waiting/mail");
    v->code_form = guard_form(r, out, "/waiting/code");
    v->vouch_form = guard_form(r, out, "/waiting/vouch");
    v->code = request_typed(r, "code");
    v->code_kind = text_is(request_typed(r, "kind"), "2") ? 2 : 1;
}

/* --- the page --- */

static void title_fill(struct request *r, const struct reply_standing *s, struct view_waiting *v)
{
    if (!s->in) {
        v->title = TEXT("Your application");
        v->lead = s->level < 2
                      ? TEXT("Curbside is for verified physicians only. This is how far you are.")
                      : TEXT("One step is left: show that you are the one the lists speak of.");
        return;
    }
    struct text day = clock_day(r->arena, s->why_ms);
    const char *why = level_why_words(s->why);
    v->title = TEXT("Your place is closed for now");
    v->lead = arena_format(r->arena,
                           "%s That was on %.*s. If you think that this is a mistake, "
                           "answer the mail we sent you: a person reads it.",
                           why, (int)day.size, day.data);
}

static enum result stopped_show(struct request *r, struct reply *out, struct view_waiting *v)
{
    v->stopped = true;
    v->title = TEXT("You were not let in");
    v->lead = TEXT("An admin looked at your application and turned it down. If you think that this "
                   "is a mistake, answer the mail we sent you: a person reads it.");
    return reply_view(r, out, waiting, v);
}

static enum result waiting_show(struct request *r, struct reply *out, struct text notice)
{
    struct board_member_profile_row row;
    struct reply_standing s;
    struct json *root;
    struct command command = {.kind = COMMAND_STANDING};
    struct view_waiting v = {.head = page_head(r, TEXT("Your application")), .notice = notice};
    if (!page_may_ask(r))
        return r->why;
    size_t faults = r->fault_count;
    enum result result = page_program(r, "clerk", &command, &root);
    if (result == REFUSED && r->fault_count == faults)
        return stopped_show(r, out, &v);
    if (result == OK)
        result = root != NULL ? reply_standing_read(root, r->arena, &s) : BROKEN;
    json_close(root);
    if (result == OK)
        result =
            board_member_profile(request_store(r, WEB_BOARD), r->arena, r->reader.member, &row);
    if (result != OK)
        return result;
    if (s.level >= BOARD_LEVEL_OPEN)
        return reply_redirect(r, out, "/");
    v.in = s.in;
    v.level = s.level;
    v.quiz = !s.in && s.level == 0 && s.quiz && s.tries_left > 0;
    v.proof = !s.in && s.level == 2;
    v.pseudonym = row.pseudonym;
    v.specialty = row.specialty;
    v.applied = clock_day(r->arena, row.joined_ms);
    title_fill(r, &s, &v);
    forms_fill(r, out, &v);
    letter_fill(r, &s, &v);
    vouch_fill(r, &s, &v);
    if (!s.in)
        steps_fill(r, &s, &v);
    result = mail_fill(r, &s, &v);
    if (result != OK)
        return result;
    page_form_problems(r, "address code voucher invitation facts", &v.problems, &v.problems_count);
    return reply_view(r, out, waiting, &v);
}

static struct text done_words(int64_t done)
{
    switch (done) {
    case DONE_LETTER:
        return TEXT("The letter goes out with the next post.");
    case DONE_MAIL:
        return TEXT("A code is on its way to your institution's address. It is good for an hour.");
    case DONE_VOUCH:
        return TEXT("If that is a member who may vouch, he or she is asked now.");
    case DONE_WRONG:
        return TEXT("Not all of it was right. The questions stay the same.");
    case DONE_QUIZ:
        return TEXT("That was right.");
    default:
        return TEXT("");
    }
}

enum result page_waiting(struct request *r, struct reply *out)
{
    if (r->reader.role != BOARD_PHYSICIAN || r->reader.level >= BOARD_LEVEL_OPEN)
        return reply_redirect(r, out, "%s", page_home(r->reader.role, r->reader.level));
    return waiting_show(r, out, done_words(request_int(r, "done")));
}

enum result page_waiting_again(struct request *r, struct reply *out)
{
    if (r->reader.role != BOARD_PHYSICIAN || r->reader.level >= BOARD_LEVEL_OPEN)
        return r->why;
    return waiting_show(r, out, TEXT(""));
}

static enum result ask_done(struct request *r, struct reply *out, struct command *command, int done)
{
    enum result result = page_program_done(r, "clerk", command);
    return result == OK ? reply_redirect(r, out, "/waiting?done=%d", done) : result;
}

enum result page_letter_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_LETTER_ASK};
    return ask_done(r, out, &command, DONE_LETTER);
}

enum result page_mail_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_MAIL_ASK};
    command.mail_ask.address = request_text(r, "address");
    return ask_done(r, out, &command, DONE_MAIL);
}

enum result page_vouch_ask_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_VOUCH_ASK};
    command.vouch_ask.voucher = request_text(r, "voucher");
    command.vouch_ask.invitation = request_text(r, "invitation");
    for (size_t i = 0; i < FACTS; i++)
        if (request_flag(r, facts[i].name))
            command.vouch_ask.facts += facts[i].bit;
    return ask_done(r, out, &command, DONE_VOUCH);
}

enum result page_code_post(struct request *r, struct reply *out)
{
    struct json *root;
    struct reply_code_entered entered;
    struct command command = {.kind = COMMAND_CODE_ENTER};
    command.code_enter.kind = request_int(r, "kind");
    command.code_enter.code = request_text(r, "code");
    enum result result = page_program(r, "clerk", &command, &root);
    if (result == OK)
        result = root != NULL ? reply_code_entered_read(root, r->arena, &entered) : UNKNOWN;
    json_close(root);
    if (result != OK)
        return result;
    if (entered.good)
        return reply_redirect(r, out, "/");
    request_fault_add(r, "code", "This is not the code. After a few wrong ones it is void.");
    return INVALID;
}
