#include "board/guard/guard_inside.h"

#include "core/buf.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* The rules as they stand in scripts/guard/patient.rules, whose head explains the form. */
__asm__(".pushsection .rodata\n"
        ".global guard_first_rules, guard_first_rules_end\n"
        "guard_first_rules:\n"
        ".incbin \"scripts/guard/patient.rules\"\n"
        "guard_first_rules_end:\n"
        ".byte 0\n"
        ".popsection\n");
extern const char guard_first_rules[];
extern const char guard_first_rules_end[];

enum { ARENA_SIZE = 8 * 1024 * 1024, PATTERN_SIZE_MAX = 32 * 1024 };

struct text guard_rules_built_in(void)
{
    return (struct text){guard_first_rules, (size_t)(guard_first_rules_end - guard_first_rules)};
}

struct list {
    struct text name;
    struct text words[1000];
    size_t count;
};
struct reader {
    struct guard_rules *rules;
    struct list *lists;
    struct guard_category *category; /* the one being described, and its rule, if one has begun */
    struct guard_rule *rule;
    struct text at; /* the rule's `at` and `find`, taken apart when it is complete */
    struct buf find;
    int line;
    const char *why;
};

static bool fault(struct reader *r, const char *why, struct text what)
{
    r->why =
        arena_format(&r->rules->arena, why, (int)(what.size < 60 ? what.size : 60), what.data).data;
    return false;
}

static const char *kept(struct reader *r, struct text text)
{
    return arena_text(&r->rules->arena, text).data;
}

/* --- words --- */

/* `kept` is lower case and NUL-terminated, `word` letters in any case. */
static bool word_same(const char *kept, const char *word, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (kept[i] != (char)(word[i] | 32))
            return false;
    }
    return kept[size] == 0;
}

static struct guard_word *word_place(const struct guard_rules *rules, const char *word, size_t size)
{
    enum { PLACES = GUARD_WORD_PLACES };
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (unsigned char)(word[i] | 32)) * 16777619u;
    for (size_t i = (hash ^ hash >> 15) % PLACES;; i = (i + 1) % PLACES) {
        const struct guard_word *place = &rules->words[i];
        if (place->word == NULL || word_same(place->word, word, size))
            return (struct guard_word *)(uintptr_t)place;
    }
}

const struct guard_word *guard_word_find(const struct guard_rules *rules, const char *word,
                                         size_t size)
{
    const struct guard_word *place = word_place(rules, word, size);
    return place->word != NULL ? place : NULL;
}

static struct guard_word *word_add(struct reader *r, struct text word)
{
    struct guard_word *place = word_place(r->rules, word.data, word.size);
    for (size_t i = 0; i < word.size; i++) {
        if (!(word.data[i] >= 'a' && word.data[i] <= 'z')) {
            (void)fault(r, "'%.*s' is no word: only the letters a to z", word);
            return NULL;
        }
    }
    if (place->word != NULL)
        return place;
    if (r->rules->word_count == GUARD_WORDS_MAX) {
        (void)fault(r, "too many words, at '%.*s'", word);
        return NULL;
    }
    r->rules->word_count++;
    place->word = kept(r, word);
    return place;
}

static struct list *list_find(struct reader *r, struct text name)
{
    for (size_t i = 0; i < r->rules->list_count; i++) {
        if (text_equal(r->lists[i].name, name))
            return &r->lists[i];
    }
    return NULL;
}

static bool list_bits(struct reader *r, struct text names, uint64_t *bits)
{
    struct text name;
    while (text_next(&names, ' ', &name)) {
        const struct list *list = list_find(r, name);
        if (list == NULL)
            return fault(r, "there is no list '%.*s' above", name);
        *bits |= UINT64_C(1) << (list - r->lists);
    }
    return true;
}

/* `list NAME WORD...`; a name that came before grows. */
static bool list_line(struct reader *r, struct text rest)
{
    struct text name, word;
    if (!text_next(&rest, ' ', &name))
        return fault(r, "a list has a name%.*s", TEXT(""));
    struct list *list = list_find(r, name);
    if (list == NULL && r->rules->list_count == GUARD_LISTS_MAX)
        return fault(r, "too many lists, at '%.*s'", name);
    if (list == NULL) {
        list = &r->lists[r->rules->list_count++];
        list->name = name;
    }
    while (text_next(&rest, ' ', &word)) {
        if (word.size == 0)
            continue;
        struct guard_word *place = word_add(r, word);
        if (place == NULL)
            return false;
        if (list->count == sizeof(list->words) / sizeof(list->words[0]))
            return fault(r, "the list '%.*s' is too long", name);
        place->lists |= UINT64_C(1) << (list - r->lists);
        list->words[list->count++] = word;
    }
    return true;
}

/* --- a rule's end: its pattern and where it may begin --- */

static int by_letters(const void *a, const void *b)
{
    const struct text *x = a, *y = b;
    size_t size = x->size < y->size ? x->size : y->size;
    int order = memcmp(x->data, y->data, size);
    return order != 0 ? order : x->size < y->size ? -1 : x->size > y->size;
}

/* Sorted words that share their first `depth` letters, as what may follow these: each letter is
 * looked at once, whatever the number of words. The longest comes first. */
static void words_write(struct buf *out, const struct text *words, size_t count, size_t depth)
{
    bool ends = words[0].size == depth; /* one of them, maybe several times, ends here */
    size_t i = 0;
    while (i < count && words[i].size == depth)
        i++;
    if (i == count)
        return;
    buf_add(out, "(?:", 3);
    for (size_t first = i; i < count; first = i) {
        while (i < count && words[i].data[depth] == words[first].data[depth])
            i++;
        buf_char(out, words[first].data[depth]);
        words_write(out, words + first, i - first, depth + 1);
        if (i < count)
            buf_char(out, '|');
    }
    buf_add(out, ends ? ")?" : ")", ends ? 2 : 1);
}

/* {NAME} becomes the list's words. Braces with digits are the pattern's own. */
static bool pattern_make(struct reader *r)
{
    struct text find = buf_done(&r->find);
    struct buf out;
    buf_open(&out, &r->rules->arena, find.size + 1024);
    for (size_t i = 0; i < find.size; i++) {
        const char *end = memchr(find.data + i, '}', find.size - i);
        if (find.data[i] != '{' || end == NULL || i + 1 == find.size ||
            !(find.data[i + 1] >= 'a' && find.data[i + 1] <= 'z')) {
            buf_char(&out, find.data[i]);
            continue;
        }
        struct text name = {find.data + i + 1, (size_t)(end - find.data) - i - 1};
        struct list *list = list_find(r, name);
        if (list == NULL)
            return fault(r, "there is no list '%.*s' above", name);
        qsort(list->words, list->count, sizeof(list->words[0]), by_letters);
        words_write(&out, list->words, list->count, 0);
        i += name.size + 1;
        if (out.size > PATTERN_SIZE_MAX)
            return fault(r, "the pattern is too long%.*s", TEXT(""));
    }
    r->rule->pattern = arena_text(&r->rules->arena, buf_done(&out)).data;
    return true;
}

static void set_add(struct guard_set *set, size_t rule)
{
    set->bits[rule / 64] |= UINT64_C(1) << rule % 64;
}

static bool at_words(struct reader *r, size_t number, struct text words, bool endings)
{
    struct text word;
    while (text_next(&words, ' ', &word)) {
        if (word.size == 0)
            continue;
        struct guard_word *place = word_add(r, word);
        if (place == NULL)
            return false;
        set_add(endings ? &place->endings : &place->rules, number);
        if (endings && (word.size < GUARD_ENDING_MIN || word.size > GUARD_ENDING_MAX))
            return fault(r, "the ending '%.*s' is too short or too long", word);
        if (endings)
            r->rules->ends[(unsigned char)word.data[word.size - 1]] = true;
    }
    return true;
}

static bool at_make(struct reader *r)
{
    struct text rest = r->at, kind = NO_TEXT;
    size_t number = (size_t)(r->rule - r->rules->rules);
    int64_t least = 0;
    (void)text_next(&rest, ' ', &kind);
    if (text_is(kind, "words"))
        return at_words(r, number, rest, false);
    if (text_is(kind, "endings"))
        return at_words(r, number, rest, true);
    if (text_is(kind, "list")) {
        const struct list *list = list_find(r, rest);
        if (list == NULL)
            return fault(r, "there is no list '%.*s' above", rest);
        for (size_t i = 0; i < list->count; i++) {
            struct guard_word *place = word_add(r, list->words[i]);
            assert(place != NULL); /* it is in the list already */
            set_add(&place->rules, number);
        }
        return true;
    }
    if (text_is(kind, "digits") && text_int(rest, 1, 100, &least)) {
        for (int64_t run = least < GUARD_RUN_MAX ? least : GUARD_RUN_MAX; run <= GUARD_RUN_MAX;
             run++)
            set_add(&r->rules->at_digits[run], number);
        return true;
    }
    if (text_is(kind, "capital")) {
        set_add(&r->rules->at_capital, number);
        return true;
    }
    if (text_is(kind, "sign") && rest.size == 1 && rest.data[0] > 0) {
        set_add(&r->rules->at_sign[(unsigned char)rest.data[0]], number);
        return true;
    }
    return fault(r, "'at' is followed by words, endings, list, digits, capital or sign, not '%.*s'",
                 r->at);
}

static bool rule_end(struct reader *r)
{
    if (r->rule == NULL)
        return true;
    if (r->at.size == 0 || r->find.size == 0)
        return fault(r, "the rule above needs 'at' and 'find'%.*s", TEXT(""));
    bool good = pattern_make(r) && at_make(r);
    r->rule = NULL;
    return good;
}

/* --- lines --- */

static bool category_line(struct reader *r, struct text name)
{
    struct guard_rules *rules = r->rules;
    if (!rule_end(r))
        return false;
    if (r->category != NULL && (r->category->message == NULL || r->category->level == 0))
        return fault(r, "the category above needs 'severity' and 'message'%.*s", TEXT(""));
    if (name.size == 0 || rules->category_count == GUARD_CATEGORIES_MAX)
        return fault(r, "a category has a name, and there are too many at '%.*s'", name);
    r->category = &rules->categories[rules->category_count++];
    *r->category = (struct guard_category){.name = kept(r, name)};
    return true;
}

static bool rule_line(struct reader *r)
{
    struct guard_rules *rules = r->rules;
    if (!rule_end(r))
        return false;
    if (r->category == NULL || r->category->message == NULL || r->category->level == 0)
        return fault(r, "a rule stands below a category with severity and message%.*s", TEXT(""));
    if (rules->rule_count == GUARD_RULES_MAX)
        return fault(r, "too many rules%.*s", TEXT(""));
    r->rule = &rules->rules[rules->rule_count++];
    *r->rule = (struct guard_rule){.category = r->category,
                                   .level = r->category->level,
                                   .message = r->category->message,
                                   .instead = r->category->instead,
                                   .next = {UINT64_MAX, UINT64_MAX},
                                   .line = r->line};
    r->at = NO_TEXT;
    buf_open(&r->find, &rules->arena, 512);
    return true;
}

static bool severity_line(struct reader *r, struct text rest)
{
    static const char *const names[] = {"", "hint", "warn", "block"};
    for (int level = GUARD_HINT; level <= GUARD_BLOCK; level++) {
        if (!text_is(rest, names[level]))
            continue;
        if (r->rule != NULL)
            r->rule->level = (enum guard_level)level;
        else
            r->category->level = (enum guard_level)level;
        return true;
    }
    return fault(r, "the severity is block, warn or hint, not '%.*s'", rest);
}

static bool check_line(struct reader *r, struct text rest)
{
    static const char *const names[] = {"none", "luhn", "npi",  "nhs", "vin",
                                        "iban", "ip",   "date", "age"};
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        if (text_is(rest, names[i])) {
            r->rule->check = (enum guard_check_kind)i;
            return true;
        }
    }
    return fault(r, "there is no check '%.*s'", rest);
}

static bool case_line(struct reader *r, struct text rest, bool finds)
{
    struct guard_rules *rules = r->rules;
    if (rules->case_count == GUARD_CASES_MAX)
        return fault(r, "too many cases%.*s", TEXT(""));
    rules->cases[rules->case_count++] = (struct guard_case){
        .rule = finds ? (int)(r->rule - rules->rules) : -1, .line = r->line, .text = kept(r, rest)};
    return true;
}

/* `next`, `apart`: "_" is a blank, "a" a letter, "0" a digit, all else itself. */
static void bytes_read(struct text rest, uint64_t set[2])
{
    memset(set, 0, 2 * sizeof(*set));
    for (size_t c = 1; c < 128; c++) {
        const char kind = c == ' ' || c == '\n'      ? '_'
                          : guard_is_letter((char)c) ? 'a'
                          : guard_is_digit((char)c)  ? '0'
                                                     : (char)c;
        if (memchr(rest.data, kind, rest.size) != NULL)
            set[c / 64] |= UINT64_C(1) << c % 64;
    }
}

static bool rule_part(struct reader *r, struct text word, struct text rest)
{
    int64_t back = 0;
    if (text_is(word, "at"))
        r->at = rest;
    else if (text_is(word, "find"))
        buf_add(&r->find, rest.data, rest.size);
    else if (text_is(word, "check"))
        return check_line(r, rest);
    else if (text_is(word, "except"))
        return list_bits(r, rest, &r->rule->except);
    else if (text_is(word, "away"))
        return list_bits(r, rest, &r->rule->away);
    else if (text_is(word, "unless"))
        return list_bits(r, rest, &r->rule->unless);
    else if (text_is(word, "finds"))
        return case_line(r, rest, true);
    else if (text_is(word, "next"))
        bytes_read(rest, r->rule->next);
    else if (text_is(word, "apart"))
        bytes_read(rest, r->rule->apart);
    else if (text_is(word, "back") && text_int(rest, 1, 9, &back))
        r->rule->back = (int)back;
    else
        return fault(r, "'%.*s' cannot stand here", word);
    return true;
}

static bool line_read(struct reader *r, struct text line)
{
    struct text rest = line, word;
    if (line.size == 0 || line.data[0] == '#')
        return true;
    (void)text_next(&rest, ' ', &word);
    rest = text_trim(rest.data == NULL ? TEXT("") : rest);
    if (text_is(word, "list"))
        return rule_end(r) && list_line(r, rest);
    if (text_is(word, "category"))
        return category_line(r, rest);
    if (text_is(word, "rule"))
        return rule_line(r);
    if (text_is(word, "leaves"))
        return case_line(r, rest, false);
    if (r->category == NULL)
        return fault(r, "'%.*s' cannot stand here", word);
    if (text_is(word, "severity"))
        return severity_line(r, rest);
    if (text_is(word, "message") && r->rule != NULL)
        r->rule->message = kept(r, rest);
    else if (text_is(word, "message"))
        r->category->message = kept(r, rest);
    else if (text_is(word, "instead") && r->rule != NULL)
        r->rule->instead = kept(r, rest);
    else if (text_is(word, "instead"))
        r->category->instead = kept(r, rest);
    else if (text_is(word, "hipaa") && r->rule == NULL)
        r->category->hipaa = kept(r, rest);
    else if (r->rule != NULL)
        return rule_part(r, word, rest);
    else
        return fault(r, "'%.*s' cannot stand here", word);
    return true;
}

bool guard_rules_read(struct guard_rules *rules, struct text file, int *line, const char **why)
{
    memset(rules, 0, sizeof(*rules));
    arena_open(&rules->arena, ARENA_SIZE);
    struct arena scratch; /* lists are needed only while patterns are made of them */
    arena_open(&scratch, 2 * GUARD_LISTS_MAX * sizeof(struct list));
    struct reader r = {.rules = rules,
                       .lists = arena_array(&scratch, struct list, GUARD_LISTS_MAX)};
    struct text rest = file, part;
    bool good = file.size <= GUARD_FILE_SIZE_MAX && text_is_utf8(text_bytes(file));
    if (!good)
        r.why = "it is no text, or too long";
    while (good && text_next(&rest, '\n', &part)) {
        r.line++;
        good = line_read(&r, text_trim(part));
    }
    good = good && rule_end(&r);
    if (good && rules->rule_count == 0)
        good = fault(&r, "there is no rule in it%.*s", TEXT(""));
    *line = r.line;
    *why = r.why;
    arena_close(&scratch);
    return good;
}

void guard_rules_free(struct guard_rules *rules)
{
    arena_close(&rules->arena);
}
