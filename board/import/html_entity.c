#include "board/import/html_entity.h"

#include <string.h>

enum { ENTITY_SIZE_MAX = 12 };

/* The five of XML, and those that people's texts have. */
static const struct {
    const char *name, *is;
} entities[] = {
    {"amp", "&"},    {"lt", "<"},     {"gt", ">"},     {"quot", "\""},  {"apos", "'"},
    {"nbsp", " "},   {"ensp", " "},   {"emsp", " "},   {"thinsp", " "}, {"mdash", "—"},
    {"ndash", "–"},  {"hellip", "…"}, {"lsquo", "‘"},  {"rsquo", "’"},  {"ldquo", "“"},
    {"rdquo", "”"},  {"laquo", "«"},  {"raquo", "»"},  {"bull", "•"},   {"middot", "·"},
    {"deg", "°"},    {"micro", "µ"},  {"plusmn", "±"}, {"times", "×"},  {"divide", "÷"},
    {"le", "≤"},     {"ge", "≥"},     {"ne", "≠"},     {"asymp", "≈"},  {"rarr", "→"},
    {"larr", "←"},   {"uarr", "↑"},   {"darr", "↓"},   {"frac12", "½"}, {"frac14", "¼"},
    {"frac34", "¾"}, {"sup2", "²"},   {"sup3", "³"},   {"alpha", "α"},  {"beta", "β"},
    {"gamma", "γ"},  {"delta", "δ"},  {"Delta", "Δ"},  {"kappa", "κ"},  {"lambda", "λ"},
    {"mu", "μ"},     {"pi", "π"},     {"sigma", "σ"},  {"omega", "ω"},  {"Omega", "Ω"},
    {"eacute", "é"}, {"egrave", "è"}, {"agrave", "à"}, {"auml", "ä"},   {"ouml", "ö"},
    {"uuml", "ü"},   {"szlig", "ß"},  {"ccedil", "ç"}, {"ntilde", "ñ"}, {"copy", "©"},
    {"reg", "®"},    {"trade", "™"},  {"sect", "§"},   {"para", "¶"},   {"dagger", "†"},
    {"euro", "€"},   {"pound", "£"},  {"yen", "¥"},    {"cent", "¢"},   {"infin", "∞"},
};

static void code_add(struct buf *out, uint32_t code)
{
    bool bad = code == 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000);
    if (bad)
        code = 0xfffd;
    if (code < 0x80) {
        buf_char(out, code < ' ' || code == 0x7f ? ' ' : (char)code);
    } else if (code < 0x800) {
        buf_char(out, (char)(0xc0 | code >> 6));
        buf_char(out, (char)(0x80 | (code & 0x3f)));
    } else if (code < 0x10000) {
        buf_char(out, (char)(0xe0 | code >> 12));
        buf_char(out, (char)(0x80 | (code >> 6 & 0x3f)));
        buf_char(out, (char)(0x80 | (code & 0x3f)));
    } else {
        buf_char(out, (char)(0xf0 | code >> 18));
        buf_char(out, (char)(0x80 | (code >> 12 & 0x3f)));
        buf_char(out, (char)(0x80 | (code >> 6 & 0x3f)));
        buf_char(out, (char)(0x80 | (code & 0x3f)));
    }
}

static int digit_of(char c, bool hex)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (hex && c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return hex && c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool number_add(struct text name, struct buf *out)
{
    bool hex = name.size > 1 && (name.data[1] == 'x' || name.data[1] == 'X');
    uint32_t code = 0;
    size_t at = hex ? 2 : 1;
    if (at == name.size)
        return false;
    for (; at < name.size; at++) {
        int digit = digit_of(name.data[at], hex);
        if (digit < 0)
            return false;
        if (code <= 0x10ffff)
            code = code * (hex ? 16 : 10) + (uint32_t)digit;
    }
    code_add(out, code);
    return true;
}

size_t html_entity(struct text text, struct buf *out)
{
    size_t size = 1;
    while (size < text.size && size <= ENTITY_SIZE_MAX && text.data[size] != ';')
        size++;
    if (text.size == 0 || size >= text.size || text.data[size] != ';' || size < 2)
        return 0;
    const struct text name = {text.data + 1, size - 1};
    if (name.data[0] == '#')
        return number_add(name, out) ? size + 1 : 0;
    for (size_t i = 0; i < sizeof(entities) / sizeof(*entities); i++) {
        if (!text_is(name, entities[i].name))
            continue;
        buf_add(out, entities[i].is, strlen(entities[i].is));
        return size + 1;
    }
    return 0;
}
