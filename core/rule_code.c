#include "core/rule_code.h"
#include <assert.h>
#include <string.h>

/* Layout: ldump.c of Lua 5.4. Sizes are variable-length numbers, 7 bits a byte, most significant
 * first, the last byte marked. */
enum { OPCODE_BITS = 7, DEPTH_MAX = 64, NAMES_MAX = 255 };
/* lopcodes.h; SETTABUP, SETTABLE, SETI and SETFIELD follow each other, and so do the five of for.
 */
enum {
    OP_SETUPVAL = 10,
    OP_SETTABUP = 15,
    OP_SETFIELD = 18,
    OP_CONCAT = 53,
    OP_JMP = 56,
    OP_FORLOOP = 73,
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

static void read_constants(struct reader *in)
{
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
            (void)read_string(in);
            break;
        default:
            in->bad = true;
        }
    }
}

/* Line tables and names of locals: skipped. Then the names of outer variables, the one at `wanted`
 * copied. */
static void read_debug(struct reader *in, int wanted, char name[64])
{
    (void)read_bytes(in, read_size(in));
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
    size_t names = read_size(in);
    for (size_t i = 0; i < names && !in->bad; i++) {
        struct text found = read_string(in);
        if ((int)i != wanted || !found.data)
            continue;
        size_t size = found.size < 63 ? found.size : 63;
        memcpy(name, found.data, size);
        name[size] = 0;
    }
}

/* One instruction of a function within the script. */
static void step_judge(struct rule_code *out, uint32_t step)
{
    uint32_t opcode = step & ((1u << OPCODE_BITS) - 1);
    out->writes |= (opcode >= OP_SETTABUP && opcode <= OP_SETFIELD) || opcode == OP_SETLIST;
    out->runs_on |= (opcode >= OP_FORLOOP && opcode <= OP_TFORLOOP) || opcode == OP_CONCAT ||
                    (opcode == OP_JMP && step >> OPCODE_BITS < JMP_NOWHERE);
}

static void read_function(struct reader *in, int depth)
{
    (void)read_string(in);
    size_t line = read_size(in);
    (void)read_size(in);
    (void)read_bytes(in, 3);
    int outer = -1;
    size_t steps = read_size(in);
    for (size_t i = 0; i < steps && !in->bad; i++) {
        const uint8_t *at = read_bytes(in, 4);
        uint32_t step = 0;
        if (at)
            memcpy(&step, at, 4);
        if ((step & ((1u << OPCODE_BITS) - 1)) == OP_SETUPVAL)
            outer = (int)((step >> 16) & 0xff);
        if (depth > 0)
            step_judge(in->out, step);
    }
    if (depth > 0 && steps > in->out->longest)
        in->out->longest = steps;
    read_constants(in);
    size_t outers = read_size(in);
    (void)read_bytes(in, outers <= NAMES_MAX ? outers * 3 : SIZE_MAX);
    size_t inner = read_size(in);
    for (size_t i = 0; i < inner && !in->bad; i++) {
        if (depth == DEPTH_MAX)
            in->bad = true;
        else
            read_function(in, depth + 1);
    }
    char name[64] = "";
    read_debug(in, outer, name);
    if (outer >= 0 && !in->bad) {
        in->out->line = line > 0 ? (int64_t)line : 1;
        memcpy(in->out->name, name, sizeof(name));
    }
}

bool rule_code_read(struct bytes code, struct rule_code *out)
{
    assert(out);
    struct reader in = {.code = code, .out = out};
    *out = (struct rule_code){.line = 0};
    static const uint8_t head[] = {0x1b, 'L', 'u', 'a', 0x54, 0};
    const uint8_t *at = read_bytes(&in, sizeof(head));
    if (!at || memcmp(at, head, sizeof(head)) != 0)
        return false;
    (void)read_bytes(&in, 6); /* a line feed and other bytes that a text transfer would spoil */
    at = read_bytes(&in, 3);  /* sizes of instruction, integer, number */
    if (!at || at[0] != 4 || at[1] != 8 || at[2] != 8)
        return false;
    (void)read_bytes(&in, 16);
    (void)read_byte(&in);
    read_function(&in, 0);
    return !in.bad && in.at == code.size;
}
