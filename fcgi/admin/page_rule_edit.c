/* Writing a change of a rule: the script, its numbers as a form for who cannot program, what the
 * check finds in it, drafts, and the proposal. The script is looked over by the program that would
 * run it; nothing of Lua is run here. */
#include "fcgi/admin/page_rules.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "fcgi/member/page_drafts.h"
#include "ranking/ranking.h"

enum { SCRIPT_MAX = 65536, NUMBERS_SIZE = 8192, NUMBER_SIZE = 30, CONSTANTS_SHOWN = 128 };

#define RULE_FIELDS(REASON_LOW, SCRIPT_LOW)                                          \
    {.name = "name", .type = FIELD_LINE, .low = 2, .high = 40, .label = "The rule"}, \
        {.name = "reason",                                                           \
         .type = FIELD_LINE,                                                         \
         .low = REASON_LOW,                                                          \
         .high = 400,                                                                \
         .optional = REASON_LOW == 0,                                                \
         .label = "The reason"},                                                     \
        {.name = "script",                                                           \
         .type = FIELD_TEXT,                                                         \
         .low = SCRIPT_LOW,                                                          \
         .high = SCRIPT_MAX,                                                         \
         .optional = SCRIPT_LOW == 0,                                                \
         .label = "The script"},                                                     \
        {.name = "number",                                                           \
         .type = FIELD_LIST,                                                         \
         .high = NUMBERS_SIZE,                                                       \
         .optional = true,                                                           \
         .label = "The numbers"},                                                    \
    {                                                                                \
        .name = "were", .type = FIELD_LINE, .high = NUMBERS_SIZE, .optional = true,  \
        .label = "The numbers"                                                       \
    }
const struct field fields_rules[] = {RULE_FIELDS(1, 1), {.name = NULL}};
const struct field fields_rule_draft[] = {RULE_FIELDS(0, 0), {.name = NULL}};

/* --- numbers into the script, as text --- */

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static size_t blanks_end(struct text text, size_t at)
{
    while (at < text.size && (text.data[at] == ' ' || text.data[at] == '\t'))
        at++;
    return at;
}

/* Where the value of `name = { value, ...` begins; the script's size when it is nowhere. */
static size_t value_place(struct text script, struct text name)
{
    for (size_t at = 0; name.size > 0 && at + name.size < script.size; at++) {
        if (memcmp(script.data + at, name.data, name.size) != 0 ||
            (at > 0 && is_word(script.data[at - 1])))
            continue;
        size_t next = blanks_end(script, at + name.size);
        if (next >= script.size || script.data[next] != '=')
            continue;
        next = blanks_end(script, next + 1);
        if (next < script.size && script.data[next] == '{')
            return blanks_end(script, next + 1);
    }
    return script.size;
}

static size_t value_end(struct text script, size_t at)
{
    while (at < script.size && script.data[at] != ',' && script.data[at] != '}' &&
           script.data[at] != '\n')
        at++;
    return at;
}

/* A plain decimal number, as people write them. */
static bool is_number(struct text text)
{
    size_t at = text.size > 0 && text.data[0] == '-', digits = 0;
    bool point = false;
    for (; at < text.size; at++) {
        if (text.data[at] == '.' && !point)
            point = true;
        else if (text.data[at] >= '0' && text.data[at] <= '9')
            digits++;
        else
            return false;
    }
    return digits > 0 && text.size <= NUMBER_SIZE;
}

/* The script with what was changed in the form of numbers; what was changed in the script alone
 * stays as it is there. Faults are the request's. */
static struct text numbers_put(struct request *r, struct text script, struct text numbers,
                               struct text were)
{
    struct text pair, name, number;
    while (text_next(&were, ' ', &pair) && text_next(&numbers, '\n', &number)) {
        struct text was = pair;
        number = text_trim(number);
        if (!text_next(&was, '=', &name) || text_equal(number, was))
            continue;
        if (!is_number(number)) {
            request_fault_add(r, "number", "%.*s: “%.*s” is not a number, such as 0.5.",
                              (int)name.size, name.data, (int)number.size, number.data);
            continue;
        }
        size_t from = value_place(script, name), to = value_end(script, from);
        if (from == script.size) {
            request_fault_add(r, "number", "%.*s is no longer in the script.", (int)name.size,
                              name.data);
            continue;
        }
        script = arena_format(r->arena, "%.*s%.*s%.*s", (int)from, script.data, (int)number.size,
                              number.data, (int)(script.size - to), script.data + to);
    }
    return script;
}

/* A form sends line ends as CRLF; without the last one the script would differ from the one it was
 * made from. */
static struct text with_line_end(struct arena *arena, struct text script)
{
    return script.size == 0 ? script : arena_format(arena, "%.*s\n", (int)script.size, script.data);
}

static struct text script_sent(struct request *r)
{
    return numbers_put(r, with_line_end(r->arena, request_text(r, "script")),
                       request_text(r, "number"), request_text(r, "were"));
}

/* --- looking it over --- */

static enum result check_ask(struct request *r, struct text name, struct text script,
                             struct reply_rule_checked *checked)
{
    struct json *root = NULL;
    struct command command = {.kind = COMMAND_RULE_CHECK};
    size_t faults = r->fault_count;
    command.rule_check.name = name;
    command.rule_check.script = script;
    const char *program = text_is(name, RANKING_RULE_NAME) ? "ranker" : "paymaster";
    enum result result = page_program(r, program, &command, &root);
    if (result == OK)
        result = root != NULL ? reply_rule_checked_read(root, r->arena, checked) : BUSY;
    json_close(root);
    r->fault_count = faults;
    return result;
}

static struct text number_text(struct arena *arena, double number)
{
    return arena_format(arena, "%.10g", number);
}

/* What a number is in the rule in force, read from its text. */
static struct text active_number(struct arena *arena, struct text active, struct text name)
{
    size_t from = value_place(active, name), to = value_end(active, from);
    struct text text = text_trim((struct text){active.data + from, to - from});
    double number;
    if (text.size == 0 || text.size > NUMBER_SIZE)
        return TEXT("");
    return text_real(text, &number) ? number_text(arena, number) : text;
}

static void constants_fill(struct request *r, const struct reply_rule_checked *checked,
                           struct text active, struct view_rules *v)
{
    struct buf were;
    buf_open(&were, r->arena, 2048);
    v->constants = arena_array(r->arena, struct view_constant, checked->constants_count + 1);
    for (size_t i = 0; i < checked->constants_count && i < CONSTANTS_SHOWN; i++) {
        const struct record_rule_constant *c = &checked->constants[i];
        struct view_constant *one = &v->constants[v->constants_count++];
        *one = (struct view_constant){
            .name = c->name,
            .value = number_text(r->arena, c->value),
            .active = active_number(r->arena, active, c->name),
            .low = number_text(r->arena, c->low),
            .high = number_text(r->arena, c->high),
            .unit = c->unit,
            .meaning = c->meaning,
        };
        v->numbers_open = v->numbers_open || !text_equal(one->value, one->active);
        buf_format(&were, "%s%.*s=%.*s", i > 0 ? " " : "", (int)c->name.size, c->name.data,
                   (int)one->value.size, one->value.data);
    }
    v->were = were.size > 0 ? buf_done(&were) : TEXT("");
}

static void findings_fill(struct request *r, const struct reply_rule_checked *checked,
                          struct view_rules *v)
{
    v->faults = arena_array(r->arena, struct view_rule_fault, checked->faults_count + 1);
    v->examples = arena_array(r->arena, struct view_rule_example, checked->examples_count + 1);
    for (size_t i = 0; i < checked->faults_count; i++)
        v->faults[v->faults_count++] =
            (struct view_rule_fault){checked->faults[i].line, checked->faults[i].words};
    for (size_t i = 0; i < checked->examples_count; i++) {
        const struct record_rule_example *e = &checked->examples[i];
        v->examples_good += e->good;
        v->examples[v->examples_count++] = (struct view_rule_example){
            e->line, e->call, e->with, e->gives, e->got, e->why, e->good, e->fault};
    }
}

void page_rule_look(struct request *r, struct view_rules *v)
{
    struct reply_rule_checked checked = {0};
    struct text active;
    v->unchecked = v->were = TEXT("");
    if (v->script.size == 0 || !page_may_ask(r))
        return;
    if (check_ask(r, v->name, v->script, &checked) != OK) {
        v->unchecked = TEXT("It cannot be checked right now, so the form of its numbers is "
                            "missing. Reload this page in a moment.");
        v->checked = false;
        return;
    }
    if (page_rule_active(r, v->name, &active) != OK)
        active = TEXT("");
    v->sound = checked.good;
    v->checked = v->checked || !checked.good;
    constants_fill(r, &checked, active, v);
    findings_fill(r, &checked, v);
}

/* --- drafts --- */

static struct text draft_place(struct arena *arena, struct text rule)
{
    char *name = (char *)(uintptr_t)arena_text(arena, rule).data;
    for (size_t i = 0; i < rule.size; i++)
        name[i] = name[i] == '/' ? '-' : name[i];
    return arena_format(arena, "rule-%s", name);
}

void page_rule_begun(struct request *r, struct view_rules *v)
{
    struct page_draft draft;
    enum result result = page_draft_find(r, draft_place(r->arena, v->name), &draft);
    if (result == OK && draft.found) {
        struct text first = page_draft_field(&draft, "script");
        struct text more = page_draft_field(&draft, "more");
        v->script = arena_format(r->arena, "%.*s%.*s", (int)first.size, first.data, (int)more.size,
                                 more.data);
        v->reason = page_draft_field(&draft, "reason");
        struct text ago = clock_ago(r->arena, draft.at_ms, r->now_ms);
        v->draft_words =
            arena_format(r->arena, "This is your draft, saved %.*s.", (int)ago.size, ago.data);
        return;
    }
    /* Without it the form still serves: the page says that the script is not there. */
    v->missing = page_rule_active(r, v->name, &v->script) != OK;
}

enum result page_rules_draft_post(struct request *r, struct reply *out)
{
    struct text name = page_rule_known(request_text(r, "name"));
    struct command command = {.kind = COMMAND_RULE_DRAFT};
    if (name.size == 0)
        request_fault_add(r, "name", "There is no rule of this name.");
    command.rule_draft.name = name;
    command.rule_draft.reason = request_text(r, "reason");
    command.rule_draft.script = script_sent(r);
    if (r->fault_count > 0)
        return INVALID;
    enum result result = page_program_done(r, "clerk", &command);
    if (result != OK)
        return result;
    return reply_redirect(r, out, "/admin/rules?name=%.*s", (int)name.size, name.data);
}

/* --- the form again, checked, proposed --- */

enum result page_rules_again(struct request *r, struct reply *out)
{
    struct text name = page_rule_known(request_typed(r, "name"));
    struct view_rules v = {
        .name = name.size > 0 ? name : TEXT(RANKING_RULE_NAME),
        .reason = request_typed(r, "reason"),
        .script = request_typed(r, "script"),
        .checked = true,
        .draft_words = TEXT(""),
    };
    if (r->fault_count == 0 || !page_field_bad(r, "number"))
        v.script = numbers_put(r, with_line_end(r->arena, v.script), request_typed(r, "number"),
                               request_typed(r, "were"));
    return page_rules_show(r, out, &v);
}

enum result page_rules_check(struct request *r, struct reply *out)
{
    struct view_rules v = {
        .name = page_rule_known(request_text(r, "name")),
        .reason = request_text(r, "reason"),
        .script = script_sent(r),
        .checked = true,
        .draft_words = TEXT(""),
    };
    if (v.name.size == 0)
        return NOT_FOUND;
    return r->fault_count > 0 ? INVALID : page_rules_show(r, out, &v);
}

/* What the check says against proposing it. */
static enum result proposal_check(struct request *r, const struct command_rule_propose *c)
{
    struct text active;
    struct reply_rule_checked checked = {0};
    if (page_rule_known(c->name).size == 0)
        request_fault_add(r, "name", "There is no rule of this name.");
    else if (page_rule_active(r, c->name, &active) == OK && text_equal(active, c->script))
        request_fault_add(r, "script", "This is the script in force: nothing in it has changed.");
    if (c->script.size > SCRIPT_MAX)
        request_fault_add(r, "script",
                          "The script is over the limit of %d bytes by its last line "
                          "end. Please shorten it.",
                          SCRIPT_MAX);
    if (r->fault_count > 0)
        return INVALID;
    enum result result = check_ask(r, c->name, c->script, &checked);
    if (result != OK)
        return result == UNKNOWN ? BUSY : result;
    if (!checked.good)
        request_fault_add(r, "script",
                          "It was not proposed: the check found what is listed above the form.");
    return checked.good ? OK : INVALID;
}

enum result page_rules_post(struct request *r, struct reply *out)
{
    struct json *root;
    struct reply_created created;
    struct command command = {.kind = COMMAND_RULE_PROPOSE};
    command.rule_propose.name = request_text(r, "name");
    command.rule_propose.reason = request_text(r, "reason");
    command.rule_propose.script = script_sent(r);
    enum result result = proposal_check(r, &command.rule_propose);
    if (result == OK)
        result = page_program(r, "clerk", &command, &root);
    if (result != OK)
        return result;
    result = root != NULL ? reply_created_read(root, r->arena, &created) : UNKNOWN;
    json_close(root);
    if (result != OK)
        return UNKNOWN;
    return reply_redirect(r, out, "/admin/rule/%" PRId64, created.id);
}
