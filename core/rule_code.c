#include "core/rule_code.h"
#include <assert.h>
#include <string.h>

/* Layout: ldump.c of Lua 5.4. Sizes are variable-length numbers, 7 bits a byte, most significant
 * first, the last byte marked. */
enum { OPCODE_BITS = 7, DEPTH_MAX = 64, NAMES_MAX = 255, LINE_ELSEWHERE = -128 };
/* lopcodes.h; SETTABUP, SETTABLE, SETI and SETFIELD follow each other, and so do the five of for.
 */
enum {
    OP_SETUPVAL = 10,
    OP_GETTABUP = 11,
    OP_GETFIELD = 14,
    OP_SETTABUP = 15,
    OP_SETFIELD = 18,
    OP_CONCAT = 53,
    OP_JMP = 56,
    OP_CALL = 68,
    OP_TAILCALL = 69,
    OP_FORLOOP = 73,
    OP_TFORCALL = 76,
    OP_TFORLOOP = 77,
    OP_SETLIST = 78,
    JMP_NOWHERE = (1 << 24) - 1 /* its argument, where it goes on; below it goes back */
};
enum {
    CONST_NIL = 0,
    CONST_FALSE = 1,
    CONST_TRUE = 17,
    CONST_INT = 3,
    CONST_REAL = 19,
    CONST_SHORT = 4,
    CONST_LONG = 20
};

struct reader {
    struct bytes code;
    size_t at;
    bool bad;
    struct rule_code *out;
    void (*tell)(void *self, int64_t line, struct text global, struct text field); /* or NULL */
    void *self;
};

/* Where the parts of one function lie in the code, to be read once its names are known. */
struct function {
    size_t line, steps, lines;
    const uint8_t *step;     /* four bytes each */
    size_t constants_at;     /* of their count */
    const uint8_t *line_off; /* one byte a step: lines since the step before */
    size_t lines_at, outers_at;
};

static const uint8_t *read_bytes(struct reader *in, size_t size)
{
    if (in->bad || size > in->code.size - in->at) {
        in->bad = true;
        return NULL;
    }
    const uint8_t *at = in->code.data + in->at;
    in->at += size;
    return at;
}

static uint8_t read_byte(struct reader *in)
{
    const uint8_t *at = read_bytes(in, 1);
    return at ? *at : 0;
}

static size_t read_size(struct reader *in)
{
    size_t value = 0;
    for (int i = 0; i < 10; i++) {
        uint8_t byte = read_byte(in);
        value = (value << 7) | (byte & 0x7f);
        if (byte & 0x80)
            return value;
    }
    in->bad = true;
    return 0;
}

static struct text read_string(struct reader *in)
{
    size_t size = read_size(in);
    if (size == 0)
        return NO_TEXT;
    const uint8_t *at = read_bytes(in, size - 1);
    return at ? (struct text){(const char *)at, size - 1} : NO_TEXT;
}

/* The constant at `wanted` if it is a text; else absent. */
static struct text read_constants(struct reader *in, size_t wanted)
{
    struct text text = NO_TEXT;
    size_t count = read_size(in);
    for (size_t i = 0; i < count && !in->bad; i++) {
        switch (read_byte(in)) {
        case CONST_NIL:
        case CONST_FALSE:
        case CONST_TRUE:
            break;
        case CONST_INT:
        case CONST_REAL:
            (void)read_bytes(in, 8);
            break;
        case CONST_SHORT:
        case CONST_LONG:
            if (i == wanted)
                text = read_string(in);
            else
                (void)read_string(in);
            break;
        default:
            in->bad = true;
        }
    }
    return text;
}

/* The name of an outer variable; in->at stands at their list. */
static struct text read_outer_name(struct reader *in, int wanted)
{
    struct text name = NO_TEXT;
    size_t names = read_size(in);
    for (size_t i = 0; i < names && !in->bad; i++) {
        struct text found = read_string(in);
        if ((int)i == wanted)
            name = found;
    }
    return name;
}

/* Line tables and names of locals: only where they lie. */
static void read_debug(struct reader *in, struct function *function)
{
    size_t steps = read_size(in);
    function->line_off = read_bytes(in, steps);
    function->lines = steps;
    function->lines_at = in->at;
    size_t lines = read_size(in);
    for (size_t i = 0; i < lines && !in->bad; i++) {
        (void)read_size(in);
        (void)read_size(in);
    }
    size_t locals = read_size(in);
    for (size_t i = 0; i < locals && !in->bad; i++) {
        (void)read_string(in);
        (void)read_size(in);
        (void)read_size(in);
    }
    function->outers_at = in->at;
    (void)read_outer_name(in, -1);
}

static uint32_t step_at(const struct function *function, size_t at)
{
    uint32_t step = 0;
    memcpy(&step, function->step + 4 * at, 4);
    return step;
}

static uint32_t step_code(uint32_t step)
{
    return step & ((1u << OPCODE_BITS) - 1);
}

static struct text constant_at(const struct reader *in, const struct function *function, size_t at)
{
    struct reader again = {.code = in->code, .at = function->constants_at};
    return read_constants(&again, at);
}

static bool is_environment(const struct reader *in, const struct function *function, int outer)
{
    struct reader again = {.code = in->code, .at = function->outers_at};
    return text_is(read_outer_name(&again, outer), "_ENV");
}

/* A step too far from the one before it has its line in a table of its own. */
static size_t line_elsewhere(const struct reader *in, const struct function *function, size_t step)
{
    struct reader again = {.code = in->code, .at = function->lines_at};
    size_t count = read_size(&again);
    for (size_t i = 0; i < count && !again.bad; i++) {
        size_t at = read_size(&again), line = read_size(&again);
        if (at == step)
            return line;
    }
    return function->line;
}

/* R[A] = _ENV[K[C]], then perhaps R = R[A][K[C]]. */
static void names_tell(const struct reader *in, const struct function *function)
{
    size_t line = function->line;
    for (size_t i = 0; i < function->steps && i < function->lines; i++) {
        uint32_t step = step_at(function, i), next;
        int8_t off = (int8_t)function->line_off[i];
        line =
            off == LINE_ELSEWHERE ? line_elsewhere(in, function, i) : (size_t)((int64_t)line + off);
        if (step_code(step) != OP_GETTABUP ||
            !is_environment(in, function, (int)(step >> 16 & 0xff)))
            continue;
        struct text field = NO_TEXT;
        next = i + 1 < function->steps ? step_at(function, i + 1) : 0;
        if (step_code(next) == OP_GETFIELD && (next >> 16 & 0xff) == (step >> 7 & 0xff))
            field = constant_at(in, function, next >> 24);
        in->tell(in->self, (int64_t)line, constant_at(in, function, step >> 24), field);
    }
}

/* One instruction of a function within the script. */
static void step_judge(struct rule_code *out, uint32_t step)
{
    uint32_t opcode = step_code(step);
    out->writes |= (opcode >= OP_SETTABUP && opcode <= OP_SETFIELD) || opcode == OP_SETLIST;
    out->runs_on |= (opcode >= OP_FORLOOP && opcode <= OP_TFORLOOP) || opcode == OP_CONCAT ||
                    (opcode == OP_JMP && step >> OPCODE_BITS < JMP_NOWHERE);
}

static void outer_keep(struct reader *in, const struct function *function, int outer)
{
    struct reader again = {.code = in->code, .at = function->outers_at};
    struct text name = read_outer_name(&again, outer);
    size_t size = name.size < sizeof(in->out->name) ? name.size : sizeof(in->out->name) - 1;
    in->out->line = function->line > 0 ? (int64_t)function->line : 1;
    memcpy(in->out->name, name.data ? name.data : "", size);
    in->out->name[size] = 0;
}

static void read_function(struct reader *in, int depth)
{
    struct function function = {0};
    (void)read_string(in);
    function.line = read_size(in);
    (void)read_size(in);
    (void)read_bytes(in, 3);
    int outer = -1;
    function.steps = read_size(in);
    function.step = read_bytes(in, function.steps < SIZE_MAX / 4 ? 4 * function.steps : SIZE_MAX);
    for (size_t i = 0; i < function.steps && !in->bad; i++) {
        uint32_t step = step_at(&function, i);
        if (step_code(step) == OP_SETUPVAL)
            outer = (int)((step >> 16) & 0xff);
        if (depth > 0)
            step_judge(in->out, step);
        else
            in->out->calls |= step_code(step) == OP_CALL || step_code(step) == OP_TAILCALL ||
                              step_code(step) == OP_TFORCALL;
    }
    if (depth > 0 && function.steps > in->out->longest)
        in->out->longest = function.steps;
    function.constants_at = in->at;
    (void)read_constants(in, SIZE_MAX);
    size_t outers = read_size(in);
    (void)read_bytes(in, outers <= NAMES_MAX ? outers * 3 : SIZE_MAX);
    size_t inner = read_size(in);
    for (size_t i = 0; i < inner && !in->bad; i++) {
        if (depth == DEPTH_MAX)
            in->bad = true;
        else
            read_function(in, depth + 1);
    }
    read_debug(in, &function);
    if (in->tell && !in->bad)
        names_tell(in, &function);
    if (outer >= 0 && !in->bad)
        outer_keep(in, &function, outer);
}

/* The code as a whole; false when it is not what lua_dump of this version gives. */
static bool read_code(struct reader *in)
{
    static const uint8_t head[] = {0x1b, 'L', 'u', 'a', 0x54, 0};
    const uint8_t *at = read_bytes(in, sizeof(head));
    if (!at || memcmp(at, head, sizeof(head)) != 0)
        return false;
    (void)read_bytes(in, 6); /* a line feed and other bytes that a text transfer would spoil */
    at = read_bytes(in, 3);  /* sizes of instruction, integer, number */
    if (!at || at[0] != 4 || at[1] != 8 || at[2] != 8)
        return false;
    (void)read_bytes(in, 16);
    (void)read_byte(in);
    read_function(in, 0);
    return !in->bad && in->at == in->code.size;
}

bool rule_code_names(struct bytes code,
                     void (*tell)(void *self, int64_t line, struct text global, struct text field),
                     void *self)
{
    assert(tell);
    struct rule_code ignored = {.line = 0};
    struct reader in = {.code = code, .out = &ignored, .tell = tell, .self = self};
    return read_code(&in);
}

bool rule_code_read(struct bytes code, struct rule_code *out)
{
    assert(out);
    struct reader in = {.code = code, .out = out};
    *out = (struct rule_code){.line = 0};
    return read_code(&in);
}
