/* Selector scripts, and the values that an earmark gives their constants. */
#include <math.h>
#include <string.h>

#include "core/buf.h"
#include "core/seal.h"
#include "ledger/earmark/select.h"

enum { NUMBER_BYTES = 6 };

static const struct rule_function selects = {"selects", SELECT_ARGUMENTS, 1, 0};

int64_t select_number(struct text name)
{
    uint8_t hash[32];
    int64_t number = 0;
    name = text_trim(name);
    if (name.size == 0)
        return 0;
    seal_sha256(hash, text_bytes(name), NO_BYTES);
    for (int i = 0; i < NUMBER_BYTES; i++)
        number = number << 8 | hash[i];
    return number;
}

static enum result script_load(struct rule_set **set, struct arena *arena, struct text script,
                               struct text values, struct text *why)
{
    return rule_load(set, arena, TEXT("select"), script, values, &selects, 1, why);
}

enum result select_load(struct rule_set **set, struct arena *arena, struct text script,
                        const struct earmark_by *by, struct text *why)
{
    const struct rule_constant *constants;
    struct buf lines;
    enum result result = script_load(set, arena, script, TEXT(""), why);
    if (result != OK)
        return result;
    size_t count = rule_constants(*set, &constants);
    buf_open(&lines, arena, 512);
    for (size_t i = 0; i < count && i < by->value_count; i++) {
        buf_add(&lines, constants[i].name.data, constants[i].name.size);
        buf_format(&lines, " = %lld\n", (long long)by->values[i]);
    }
    rule_close(*set);
    *set = NULL;
    *why = TEXT("the earmark has more or fewer values than the selector has constants");
    return count == by->value_count ? script_load(set, arena, script, buf_done(&lines), why)
                                    : INVALID;
}

enum result select_values_of(struct arena *arena, struct text script,
                             struct select_value values[EARMARK_VALUES_MAX], size_t *count)
{
    const struct rule_constant *constants;
    struct rule_set *set = NULL;
    struct text why = NO_TEXT;
    *count = 0;
    if (script_load(&set, arena, script, TEXT(""), &why) != OK)
        return INVALID;
    size_t all = rule_constants(set, &constants);
    for (size_t i = 0; i < all && all <= EARMARK_VALUES_MAX; i++)
        values[(*count)++] =
            (struct select_value){.name = arena_text(arena, constants[i].name),
                                  .unit = arena_text(arena, constants[i].unit),
                                  .meaning = arena_text(arena, constants[i].meaning),
                                  .value = llround(constants[i].value),
                                  .low = llround(constants[i].low),
                                  .high = llround(constants[i].high)};
    rule_close(set);
    return all <= EARMARK_VALUES_MAX ? OK : INVALID;
}

enum result select_check(struct arena *arena, struct text script, const struct earmark_by *by,
                         struct text *why)
{
    struct rule_set *set = NULL;
    enum result result = select_load(&set, arena, script, by, why);
    if (result == OK)
        rule_close(set);
    return result;
}

static bool value_take(const struct rule_constant *constants, size_t count, struct text word,
                       struct earmark_by *by)
{
    struct text name;
    if (memchr(word.data, '=', word.size) == NULL || !text_next(&word, '=', &name))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!text_equal(constants[i].name, name))
            continue;
        if (!text_int(word, 0, EARMARK_VALUE_MAX, &by->values[i]))
            by->values[i] = select_number(word);
        return true;
    }
    return false;
}

bool select_values(struct arena *arena, struct text script, struct text words,
                   struct earmark_by *by, struct text *why)
{
    const struct rule_constant *constants;
    struct rule_set *set = NULL;
    struct text word;
    *by = (struct earmark_by){.script = true};
    if (script_load(&set, arena, script, TEXT(""), why) != OK)
        return false;
    size_t count = rule_constants(set, &constants);
    bool good = count <= EARMARK_VALUES_MAX;
    *why = TEXT("a selector has at most eight constants");
    for (size_t i = 0; i < count && good; i++)
        by->values[i] = llround(constants[i].value);
    by->value_count = good ? count : 0;
    while (good && text_next(&words, ',', &word)) {
        good = value_take(constants, count, text_trim(word), by);
        *why = TEXT("a value is written NAME=VALUE, with a name the selector declares");
    }
    rule_close(set);
    seal_sha256(by->sha256, text_bytes(script), NO_BYTES);
    return good && select_check(arena, script, by, why) == OK;
}
