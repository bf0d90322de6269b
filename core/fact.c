#include "core/fact.h"
#include "core/buf.h"
#include "core/rule_code.h"
#include <lauxlib.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CODE_MAX = 512 * 1024 };
enum { EXAMPLES_MAX = 100, FACT_TEXT_MAX = 200, NAME_MAX_BYTES = 40 };

/* --- where things stand in the script, for reasons with a line number --- */

/* Whether the name found at `at` is a field's. */
static bool is_field(struct text script, size_t at, struct text name)
{
    if (at > 0 && !strchr(" \t\n\r,;{", script.data[at - 1]))
        return false;
    size_t after = at + name.size;
    while (after < script.size && (script.data[after] == ' ' || script.data[after] == '\t'))
        after++;
    return after < script.size && script.data[after] == '=';
}

/* Offset of the `number`th "name =" (from 1) at or after `from`; the script's size when there is
 * none. */
static size_t field_place(struct text script, struct text name, size_t from, int number)
{
    const char *found, *end = script.data + script.size;
    for (const char *at = script.data + from; name.size && at < end; at = found + 1) {
        found = memmem(at, (size_t)(end - at), name.data, name.size);
        if (!found)
            break;
        if (is_field(script, (size_t)(found - script.data), name) && --number == 0)
            return (size_t)(found - script.data);
    }
    return script.size;
}

static int line_of(struct text script, size_t place)
{
    int line = 1;
    for (size_t i = 0; i < place && i < script.size; i++)
        line += script.data[i] == '\n';
    return line;
}

/* Raise "rule:LINE: message", as errors of the script itself read. */
static void PRINTF(4, 5) NORETURN
    fail(lua_State *lua, const struct fact_script *facts, size_t place, const char *format, ...)
{
    char message[320];
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    if (size < 0)
        message[0] = 0;
    if (place < facts->script.size)
        luaL_error(lua, "rule:%d: %s", line_of(facts->script, place), message);
    luaL_error(lua, "%s", message);
    abort(); /* luaL_error never returns */
}

/* --- constants: P = { name = { value, low, high, "unit", "meaning" } } --- */

struct entry { /* the one being read: on top of the stack */
    const char *name;
    size_t place;
};

static const char *name_fault(const char *name)
{
    size_t size = strlen(name);
    if (size == 0 || size > NAME_MAX_BYTES)
        return "has a name that is not a word of 1 to 40 letters";
    if (strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") != size)
        return "has a name with other than letters, digits and _";
    return NULL;
}

static double entry_number(lua_State *lua, const struct fact_script *facts, struct entry entry,
                           int item, const char *what)
{
    bool number = lua_rawgeti(lua, -1, item) == LUA_TNUMBER;
    double value = lua_tonumber(lua, -1);
    if (!number || !isfinite(value))
        fail(lua, facts, entry.place, "constant %s: its %s (item %d) is not a finite number",
             entry.name, what, item);
    lua_pop(lua, 1);
    return value;
}

static struct text entry_text(lua_State *lua, const struct fact_script *facts, struct entry entry,
                              int item, size_t low, const char *what)
{
    size_t size = 0;
    bool is_text = lua_rawgeti(lua, -1, item) == LUA_TSTRING;
    const char *data = is_text ? lua_tolstring(lua, -1, &size) : NULL;
    struct text text = {data, size};
    if (!data || size < low || size > FACT_TEXT_MAX || !text_is_utf8(text_bytes(text)))
        fail(lua, facts, entry.place,
             "constant %s: its %s (item %d) is not a text of %zu to %d bytes", entry.name, what,
             item, low, FACT_TEXT_MAX);
    text = arena_text(facts->arena, text);
    lua_pop(lua, 1);
    return text;
}

static struct rule_constant constant_read(lua_State *lua, const struct fact_script *facts,
                                          size_t *place)
{
    struct entry entry = {lua_type(lua, -2) == LUA_TSTRING ? lua_tostring(lua, -2) : "", 0};
    entry.place = field_place(facts->script, text_of(entry.name), 0, 1);
    *place = entry.place;
    const char *fault = name_fault(entry.name);
    if (fault)
        fail(lua, facts, entry.place, "a constant in P %s", fault);
    if (lua_type(lua, -1) != LUA_TTABLE || lua_rawlen(lua, -1) != 5)
        fail(lua, facts, entry.place,
             "constant %s is not { value, low, high, \"unit\", \"meaning\" }", entry.name);
    struct rule_constant constant = {.name = arena_text(facts->arena, text_of(entry.name))};
    constant.value = entry_number(lua, facts, entry, 1, "value");
    constant.low = entry_number(lua, facts, entry, 2, "lowest value");
    constant.high = entry_number(lua, facts, entry, 3, "highest value");
    constant.unit = entry_text(lua, facts, entry, 4, 0, "unit");
    constant.meaning = entry_text(lua, facts, entry, 5, 1, "meaning");
    if (constant.value < constant.low || constant.value > constant.high)
        fail(lua, facts, entry.place, "constant %s: %g is not between %g and %g", entry.name,
             constant.value, constant.low, constant.high);
    return constant;
}

/* In the order of the author, not of the hash table, which differs from process to process. */
static void constants_sort(struct fact_script *facts, size_t *places)
{
    for (size_t i = 1; i < facts->constant_count; i++) {
        struct rule_constant moved = facts->constants[i];
        size_t place = places[i];
        size_t at = i;
        for (; at > 0; at--) {
            const struct rule_constant *before = &facts->constants[at - 1];
            size_t other = places[at - 1];
            if (other < place || (other == place && strcmp(before->name.data, moved.name.data) < 0))
                break;
            facts->constants[at] = *before;
            places[at] = other;
        }
        facts->constants[at] = moved;
        places[at] = place;
    }
}

static void override_apply(lua_State *lua, const struct fact_script *facts, struct text line)
{
    struct text rest = line, name = NO_TEXT;
    if (!text_next(&rest, '=', &name))
        return;
    name = text_trim(name);
    rest = text_trim(rest);
    char shown[NAME_MAX_BYTES + 1] = "";
    double value = 0;
    size_t size = name.size < NAME_MAX_BYTES ? name.size : NAME_MAX_BYTES;
    memcpy(shown, name.data, size);
    if (!text_real(rest, &value))
        fail(lua, facts, SIZE_MAX, "override of %s: not a number", shown);
    for (size_t i = 0; i < facts->constant_count; i++) {
        struct rule_constant *constant = &facts->constants[i];
        if (!text_equal(constant->name, name))
            continue;
        if (value < constant->low || value > constant->high)
            fail(lua, facts, SIZE_MAX, "override of %s: %g is not between %g and %g", shown, value,
                 constant->low, constant->high);
        constant->value = value;
        return;
    }
    fail(lua, facts, SIZE_MAX, "override of %s: the script has no such constant", shown);
}

void fact_constants(lua_State *lua, struct fact_script *facts, int environment)
{
    size_t places[RULE_CONSTANTS_MAX];
    facts->constants = arena_array(facts->arena, struct rule_constant, RULE_CONSTANTS_MAX);
    facts->constant_count = 0;
    int kind = lua_getfield(lua, environment, "P");
    if (kind != LUA_TNIL && kind != LUA_TTABLE)
        fail(lua, facts, field_place(facts->script, TEXT("P"), 0, 1), "P is not a table");
    lua_pushnil(lua);
    while (kind == LUA_TTABLE && lua_next(lua, -2)) {
        if (facts->constant_count == RULE_CONSTANTS_MAX)
            fail(lua, facts, SIZE_MAX, "more than %d constants in P", RULE_CONSTANTS_MAX);
        size_t *place = &places[facts->constant_count];
        facts->constants[facts->constant_count++] = constant_read(lua, facts, place);
        lua_pop(lua, 1);
    }
    constants_sort(facts, places);
    struct text rest = facts->overrides, line;
    while (text_next(&rest, '\n', &line)) {
        line = text_trim(line);
        if (line.size && line.data[0] != '#')
            override_apply(lua, facts, line);
    }
    for (size_t i = 0; i < facts->constant_count; i++) {
        lua_getfield(lua, environment, "P");
        lua_pushnumber(lua, facts->constants[i].value);
        lua_setfield(lua, -2, facts->constants[i].name.data);
        lua_pop(lua, 1);
    }
    lua_settop(lua, environment);
}

/* --- examples: { call = "trust", with = { 0, 0 }, gives = { 1 }, within = 0.01, why = "..." } ---
 */

struct example {
    int number;
    size_t place;
    const char *why;
    const char *call;
    double with[RULE_VALUES_MAX];
    double gives[RULE_VALUES_MAX];
    double within;
    int arguments;
    int results;
};

/* The example is on top of the stack. */
static int example_numbers(lua_State *lua, const struct fact_script *facts,
                           const struct example *example, const char *field, double *values)
{
    if (lua_getfield(lua, -1, field) != LUA_TTABLE)
        fail(lua, facts, example->place, "example %d: %s is not a list of numbers", example->number,
             field);
    size_t count = lua_rawlen(lua, -1);
    if (count > RULE_VALUES_MAX)
        fail(lua, facts, example->place, "example %d: %s has more than %d numbers", example->number,
             field, RULE_VALUES_MAX);
    for (size_t i = 0; i < count; i++) {
        if (lua_rawgeti(lua, -1, (lua_Integer)i + 1) != LUA_TNUMBER)
            fail(lua, facts, example->place, "example %d: item %zu of %s is not a number",
                 example->number, i + 1, field);
        values[i] = lua_tonumber(lua, -1);
        lua_pop(lua, 1);
    }
    lua_pop(lua, 1);
    return (int)count;
}

/* Leaves three values above the example on the stack: they hold the texts. */
static void example_read(lua_State *lua, const struct fact_script *facts, struct example *example)
{
    if (lua_type(lua, -1) != LUA_TTABLE)
        fail(lua, facts, example->place, "example %d is not a table", example->number);
    example->arguments = example_numbers(lua, facts, example, "with", example->with);
    example->results = example_numbers(lua, facts, example, "gives", example->gives);
    lua_getfield(lua, -1, "within");
    example->within = lua_type(lua, -1) == LUA_TNUMBER ? lua_tonumber(lua, -1) : 1e-9;
    lua_getfield(lua, -2, "why");
    example->why = lua_type(lua, -1) == LUA_TSTRING ? lua_tostring(lua, -1) : "";
    lua_getfield(lua, -3, "call");
    example->call = lua_type(lua, -1) == LUA_TSTRING ? lua_tostring(lua, -1) : "";
}

/* told: NULL, or takes in what the example says and what it got. */
static void example_tell(const struct fact_script *facts, const struct example *example,
                         struct rule_example *told)
{
    if (!told)
        return;
    *told = (struct rule_example){
        .line = line_of(facts->script, example->place),
        .call = arena_text(facts->arena, text_of(example->call)),
        .why = arena_text(facts->arena, text_cut(text_of(example->why), FACT_TEXT_MAX)),
        .with_count = example->arguments,
        .gives_count = example->results,
        .within = example->within,
        .fault = TEXT(""),
    };
    memcpy(told->with, example->with, sizeof(told->with));
    memcpy(told->gives, example->gives, sizeof(told->gives));
}

static void example_run(lua_State *lua, const struct fact_script *facts, int environment,
                        int number, struct rule_example *told)
{
    struct example example = {.number = number};
    size_t list = field_place(facts->script, TEXT("examples"), 0, 1);
    example.place = field_place(facts->script, TEXT("call"), list, number);
    example_read(lua, facts, &example);
    example_tell(facts, &example, told);
    if (lua_getfield(lua, environment, example.call) != LUA_TFUNCTION)
        fail(lua, facts, example.place, "example %d calls '%s', which is no function of the script",
             number, example.call);
    int before = lua_gettop(lua) - 1;
    for (int i = 0; i < example.arguments; i++)
        lua_pushnumber(lua, example.with[i]);
    facts->arm(facts->self);
    lua_call(lua, example.arguments, LUA_MULTRET);
    int results = lua_gettop(lua) - before;
    if (results != example.results)
        fail(lua, facts, example.place, "example %d (%s): %s gives %d values, expected %d", number,
             example.why, example.call, results, example.results);
    for (int i = 0; told && i < results; i++) /* all of them, before one is found wrong */
        told->got[told->got_count++] = lua_tonumber(lua, before + 1 + i);
    for (int i = 0; i < results; i++) {
        bool is_number = lua_type(lua, before + 1 + i) == LUA_TNUMBER;
        double got = is_number ? lua_tonumber(lua, before + 1 + i) : (double)NAN;
        if (!(fabs(got - example.gives[i]) <= example.within))
            fail(lua, facts, example.place, "example %d (%s): %s gives %.10g, expected %.10g",
                 number, example.why, example.call, got, example.gives[i]);
    }
}

void fact_examples_take(lua_State *lua, int environment)
{
    int kind = lua_getfield(lua, environment, "examples");
    if (kind != LUA_TNIL && kind != LUA_TTABLE)
        luaL_error(lua, "examples is not a list");
    if (kind == LUA_TTABLE && lua_rawlen(lua, -1) > EXAMPLES_MAX)
        luaL_error(lua, "more than %d examples", EXAMPLES_MAX);
    lua_pushnil(lua);
    lua_setfield(lua, environment, "examples");
}

void fact_examples_run(lua_State *lua, struct fact_script *facts, int environment, int examples)
{
    if (lua_type(lua, examples) != LUA_TTABLE)
        return;
    int count = (int)lua_rawlen(lua, examples);
    for (int i = 1; i <= count; i++) {
        lua_rawgeti(lua, examples, i);
        example_run(lua, facts, environment, i, NULL);
        lua_settop(lua, examples);
    }
}

/* One example in a protected call: facts, its number, the report's place, environment, example. */
static int example_protected(lua_State *lua)
{
    const struct fact_script *facts = lua_touserdata(lua, 1);
    int number = (int)lua_tointeger(lua, 2);
    struct rule_example *told = lua_touserdata(lua, 3);
    example_run(lua, facts, 4, number, told);
    told->good = true;
    return 0;
}

void fact_examples_tell(lua_State *lua, struct fact_script *facts, int environment, int examples,
                        struct rule_report *report)
{
    int count = lua_type(lua, examples) == LUA_TTABLE ? (int)lua_rawlen(lua, examples) : 0;
    for (int i = 1; i <= count && i <= RULE_EXAMPLES_SHOWN; i++) {
        struct rule_example *told = &report->examples[report->example_count++];
        lua_pushcfunction(lua, example_protected);
        lua_pushlightuserdata(lua, facts);
        lua_pushinteger(lua, i);
        lua_pushlightuserdata(lua, told);
        lua_pushvalue(lua, environment);
        lua_rawgeti(lua, examples, i);
        int status = lua_pcall(lua, 5, 0, 0);
        facts->arm(facts->self); /* what was hit is no longer hit */
        if (status != LUA_OK) {
            const char *why = lua_type(lua, -1) == LUA_TSTRING ? lua_tostring(lua, -1) : "fails";
            told->good = false;
            told->fault = arena_text(facts->arena, text_cut(text_of(why), 2 * FACT_TEXT_MAX));
        }
        lua_settop(lua, examples);
    }
}

/* --- the compiled script --- */

static int code_add(lua_State *lua, const void *data, size_t size, void *self)
{
    (void)lua;
    struct buf *code = self;
    if (code->size + size > CODE_MAX)
        return 1;
    buf_add(code, data, size);
    return 0;
}

/* The compiled script is on top of the stack: refuse one whose functions keep something between
 * calls. */
struct rule_code fact_code_check(lua_State *lua)
{
    struct arena scratch;
    arena_open(&scratch, 4 * CODE_MAX);
    struct buf code;
    buf_open(&code, &scratch, 16 * 1024);
    struct rule_code about;
    bool readable =
        lua_dump(lua, code_add, &code, 0) == 0 && rule_code_read(buf_bytes(&code), &about);
    arena_close(&scratch);
    if (!readable)
        luaL_error(lua, "the compiled script is too large");
    if (about.line > 0)
        luaL_error(lua,
                   "rule:%d: a function changes '%s', a variable outside of it: rules keep nothing "
                   "between calls "
                   "(make it a local of the function)",
                   (int)about.line, about.name);
    return about;
}

/* --- names the code reads --- */

struct names {
    lua_State *lua;
    const struct fact_script *facts;
    struct rule_report *report;
    int environment;
};

static void PRINTF(3, 4) fault_add(struct names *names, int64_t line, const char *format, ...)
{
    char words[200];
    va_list arguments;
    struct rule_report *report = names->report;
    if (report->fault_count == RULE_FAULTS_MAX)
        return;
    va_start(arguments, format);
    int size = vsnprintf(words, sizeof(words), format, arguments);
    va_end(arguments);
    struct text text = arena_text(names->facts->arena, text_of(size < 0 ? "" : words));
    report->faults[report->fault_count++] = (struct rule_fault){line, text};
}

static bool is_constant(const struct fact_script *facts, struct text name)
{
    for (size_t i = 0; i < facts->constant_count; i++)
        if (text_equal(facts->constants[i].name, name))
            return true;
    return false;
}

static void name_look(void *self, int64_t line, struct text global, struct text field)
{
    struct names *names = self;
    lua_pushlstring(names->lua, global.data ? global.data : "", global.size);
    bool is_nil = lua_rawget(names->lua, names->environment) == LUA_TNIL;
    lua_pop(names->lua, 1);
    if (text_is(global, "P") && field.data && !is_constant(names->facts, field))
        fault_add(names, line, "P has no constant %.*s", (int)(field.size < 60 ? field.size : 60),
                  field.data);
    else if (is_nil && !text_is(global, "P"))
        fault_add(names, line, "there is nothing called %.*s",
                  (int)(global.size < 60 ? global.size : 60), global.data);
}

void fact_names_tell(lua_State *lua, struct fact_script *facts, int environment, int function,
                     struct rule_report *report)
{
    struct arena scratch;
    struct buf code;
    struct names names = {lua, facts, report, environment};
    luaL_checkstack(lua, 4, "no room");
    arena_open(&scratch, 4 * CODE_MAX);
    buf_open(&code, &scratch, 16 * 1024);
    lua_pushvalue(lua, function);
    bool read = lua_dump(lua, code_add, &code, 0) == 0 &&
                rule_code_names(buf_bytes(&code), name_look, &names);
    arena_close(&scratch);
    lua_pop(lua, 1);
    if (!read)
        fault_add(&names, 0, "the names it uses could not be looked at");
}

struct text fact_words(struct arena *arena, struct text words)
{
    static const char *const said[][2] = {
        {"<eof>", "the end of the script"}, {"<name>", "a name"}, {"rule:", "line "}};
    struct buf out;
    buf_open(&out, arena, words.size + 64);
    for (size_t at = 0; at < words.size;) {
        struct text rest = {words.data + at, words.size - at};
        size_t i = 0, known = sizeof(said) / sizeof(said[0]);
        while (i < known && !text_starts(rest, said[i][0]))
            i++;
        if (i < known)
            buf_add(&out, said[i][1], strlen(said[i][1]));
        else
            buf_char(&out, *rest.data);
        at += i < known ? strlen(said[i][0]) : 1;
    }
    return out.size > 0 ? buf_done(&out) : TEXT("");
}
