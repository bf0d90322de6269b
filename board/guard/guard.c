#include "board/guard/guard_inside.h"

#include "core/clock.h"
#include "core/conf.h"
#include "core/trace.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* Patterns start only where a word or number leads to them, so an honest one takes some hundred
 * steps. No code is made at run time (PCRE2's JIT): the workers and the units forbid memory that
 * can be written and run, and with so few starts it would not pay. */
enum {
    STEPS_MAX = 4000, /* of one pattern at one place */
    DEPTH_MAX = 1000,
    HEAP_KIB_MAX = 256,
    CANDIDATES_MAX = 4000,
    SENTENCE_SIZE = 200, /* how far around a finding a sentence may reach */
    LOOK_US = 1000000    /* how often the operator's file is looked at */
};

struct guard {
    struct guard_rules *rules;
    pcre2_code *code[GUARD_RULES_MAX];
    const uint8_t
        *begins[GUARD_RULES_MAX]; /* a bit for each byte; NULL: with any. The code's own */
    pcre2_match_context *limits;
    pcre2_match_data *match;
    /* the operator's file as it was when last looked at */
    bool watches;
    int64_t looked_us;
    ino_t inode;
    off_t size;
    struct timespec changed;
};

const char *guard_level_name(enum guard_level level)
{
    static const char *const names[] = {"", "hint", "warn", "block"};
    assert(level >= GUARD_HINT && level <= GUARD_BLOCK);
    return names[level];
}

/* --- one text --- */

struct candidate {
    size_t start, stop; /* in the folded text */
    int rule;           /* -1: a pattern ran out of steps here */
};
struct run {
    struct guard *guard;
    struct guard_text text;
    struct candidate *list;
    size_t count;
    size_t next[GUARD_RULES_MAX]; /* a rule is not tried inside of its own last finding */
    bool full;
};

static enum guard_level level_of(const struct run *run, const struct candidate *c)
{
    return c->rule < 0 ? GUARD_BLOCK : run->guard->rules->rules[c->rule].level;
}

/* The lists that words of this stretch are in. */
static uint64_t lists_in(const struct run *run, size_t start, size_t stop)
{
    uint64_t lists = 0;
    const char *data = run->text.data;
    while (start < stop) {
        size_t end = start;
        while (end < stop && guard_is_letter(data[end]))
            end++;
        if (end > start) {
            const struct guard_word *word =
                guard_word_find(run->guard->rules, data + start, end - start);
            lists |= word != NULL ? word->lists : 0;
        }
        start = end + (end == start);
    }
    return lists;
}

static bool sentence_ends(const char *data, size_t at)
{
    return data[at] == '\n' || ((data[at] == '.' || data[at] == '?' || data[at] == '!') &&
                                (data[at + 1] == ' ' || data[at + 1] == 0));
}

static uint64_t lists_around(const struct run *run, size_t start, size_t stop)
{
    size_t from = start, to = stop;
    while (from > 0 && start - from < SENTENCE_SIZE && !sentence_ends(run->text.data, from - 1))
        from--;
    while (to < run->text.size && to - stop < SENTENCE_SIZE && !sentence_ends(run->text.data, to))
        to++;
    return lists_in(run, from, start) | lists_in(run, stop, to);
}

static void candidate_add(struct run *run, size_t start, size_t stop, int rule)
{
    if (run->count == CANDIDATES_MAX)
        run->full = true;
    else
        run->list[run->count++] = (struct candidate){start, stop, rule};
}

/* True when the rule matched, and so need not be tried from further behind. */
static bool rule_try(struct run *run, size_t number, size_t at)
{
    const struct guard_rule *rule = &run->guard->rules->rules[number];
    const uint8_t *begins = run->guard->begins[number], first = (uint8_t)run->text.data[at];
    if (at < run->next[number] || (begins != NULL && (begins[first / 8] >> first % 8 & 1) == 0))
        return false;
    int found = pcre2_match(run->guard->code[number], (PCRE2_SPTR)run->text.data, run->text.size,
                            at, PCRE2_ANCHORED, run->guard->match, run->guard->limits);
    if (found == PCRE2_ERROR_NOMATCH)
        return false;
    if (found < 0) {
        candidate_add(run, at, at + 1, -1);
        return true;
    }
    const PCRE2_SIZE *span = pcre2_get_ovector_pointer(run->guard->match);
    size_t start = span[0], stop = span[1];
    if (stop <= start)
        return false;
    struct text match = {run->text.data + start, stop - start};
    if (!guard_value_holds(rule->check, match) ||
        (rule->except != 0 && (lists_in(run, start, stop) & rule->except) != 0))
        return false;
    if (rule->away != 0) {
        uint64_t around = lists_around(run, start, stop);
        if ((around & rule->away) != 0 && (around & rule->unless) == 0)
            return false;
    }
    run->next[number] = stop;
    candidate_add(run, start, stop, (int)number);
    return true;
}

/* Where the word before this place begins; the same place if there is none. */
static size_t word_before(const struct run *run, size_t at)
{
    const char *data = run->text.data;
    size_t i = at;
    while (i > 0 && !guard_is_letter(data[i - 1]) && !guard_is_digit(data[i - 1]) &&
           data[i - 1] != '\n')
        i--;
    if (i == 0 || data[i - 1] == '\n')
        return at;
    while (i > 0 && (guard_is_letter(data[i - 1]) || guard_is_digit(data[i - 1])))
        i--;
    return i;
}

static bool byte_in(const uint64_t set[2], char c)
{
    const unsigned byte = (unsigned char)c;
    return byte < 128 && (set[byte / 64] >> byte % 64 & 1) != 0;
}

/* `end`: of the word or the digits that lead here. */
static void rules_try(struct run *run, const struct guard_set *set, size_t at, size_t end)
{
    const char *data = run->text.data;
    const char before = at > 0 ? data[at - 1] : 0;
    const char behind = (uint8_t)data[end] == GUARD_LETTER ? 'a' : data[end];
    for (size_t block = 0; block < GUARD_RULES_MAX / 64; block++) {
        for (uint64_t bits = set->bits[block]; bits != 0; bits &= bits - 1) {
            size_t number = block * 64 + (size_t)__builtin_ctzll(bits);
            const struct guard_rule *rule = &run->guard->rules->rules[number];
            if (!byte_in(rule->next, behind) || byte_in(rule->apart, before))
                continue;
            if (rule->back == 0) {
                (void)rule_try(run, number, at);
                continue;
            }
            size_t starts[10] = {at};
            int back = 0;
            while (back < rule->back &&
                   (starts[back + 1] = word_before(run, starts[back])) < starts[back])
                back++;
            while (back >= 0 && !rule_try(run, number, starts[back]))
                back--;
        }
    }
}

static void endings_try(struct run *run, size_t at, size_t end)
{
    const struct guard_rules *rules = run->guard->rules;
    char last = (char)(run->text.data[end - 1] | 32);
    for (size_t size = GUARD_ENDING_MIN; last > 0 && rules->ends[(unsigned char)last] &&
                                         size <= GUARD_ENDING_MAX && at + size <= end;
         size++) {
        const struct guard_word *word = guard_word_find(rules, run->text.data + end - size, size);
        if (word != NULL)
            rules_try(run, &word->endings, at, end);
    }
}

static void text_walk(struct run *run)
{
    const struct guard_rules *rules = run->guard->rules;
    const char *data = run->text.data;
    for (size_t i = 0; i < run->text.size && !run->full;) {
        size_t end = i;
        if (guard_is_digit(data[i])) {
            while (guard_is_digit(data[end]))
                end++;
            const uint16_t digits = run->text.digits[i];
            rules_try(run, &rules->at_digits[digits < GUARD_RUN_MAX ? digits : GUARD_RUN_MAX], i,
                      end);
        } else if (guard_is_letter(data[i])) {
            while (guard_is_letter(data[end]))
                end++;
            const struct guard_word *word = guard_word_find(rules, data + i, end - i);
            if (word != NULL)
                rules_try(run, &word->rules, i, end);
            if (data[i] < 'a')
                rules_try(run, &rules->at_capital, i, end);
            endings_try(run, i, end);
        } else {
            end++;
            if (data[i] > 0)
                rules_try(run, &rules->at_sign[(unsigned char)data[i]], i, end);
        }
        i = end;
    }
}

/* --- which findings stay --- */

static const struct run *sorted_run; /* qsort has no place for it */

static int strictest_first(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    enum guard_level lx = level_of(sorted_run, x), ly = level_of(sorted_run, y);
    if (lx != ly)
        return lx > ly ? -1 : 1;
    if (x->rule != y->rule)
        return x->rule < y->rule ? -1 : 1;
    return x->start < y->start ? -1 : x->start > y->start;
}

static int by_place(const void *a, const void *b)
{
    const struct guard_finding *x = a, *y = b;
    return x->start < y->start ? -1 : x->start > y->start;
}

static struct guard_finding finding_make(const struct run *run, struct arena *arena,
                                         struct text text, const struct candidate *c)
{
    size_t start = run->text.start[c->start], stop = run->text.stop[c->stop - 1];
    if (c->rule < 0)
        return (struct guard_finding){
            GUARD_BLOCK,
            "unreadable",
            "From here on it cannot be checked for patient data. Please rewrite it.",
            start,
            text.size - start,
            NO_TEXT};
    const struct guard_rule *rule = &run->guard->rules->rules[c->rule];
    struct text match = {run->text.data + c->start, c->stop - c->start};
    return (struct guard_finding){rule->level,   rule->category->name,
                                  rule->message, start,
                                  stop - start,  guard_value_instead(arena, rule->instead, match)};
}

/* A candidate that lies across a finding of its own category makes that one longer. */
static void finding_grow(const struct run *run, const struct candidate *c, uint8_t *taken,
                         struct candidate *kept, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct candidate *k = &kept[i];
        const struct guard_rule *rules = run->guard->rules->rules;
        bool apart = c->stop <= k->start || k->stop <= c->start;
        if (apart || c->rule < 0 || k->rule < 0 ||
            rules[c->rule].category != rules[k->rule].category)
            continue;
        while (k->start > c->start && !taken[k->start - 1])
            taken[--k->start] = 1;
        while (k->stop < c->stop && !taken[k->stop])
            taken[k->stop++] = 1;
        return;
    }
}

static size_t findings_make(struct run *run, struct arena *arena, struct text text,
                            struct guard_finding *findings)
{
    uint8_t *taken = run->count > 0 ? arena_take(arena, run->text.size + 1) : NULL;
    size_t count = 0;
    sorted_run = run;
    qsort(run->list, run->count, sizeof(*run->list), strictest_first);
    for (size_t i = 0; i < run->count && count < GUARD_FINDINGS_MAX; i++) {
        const struct candidate c = run->list[i];
        if (memchr(taken + c.start, 1, c.stop - c.start) != NULL) {
            finding_grow(run, &c, taken, run->list, count);
            continue;
        }
        memset(taken + c.start, 1, c.stop - c.start);
        run->list[count++] = c; /* the front of the list holds what is kept */
    }
    for (size_t i = 0; i < count; i++)
        findings[i] = finding_make(run, arena, text, &run->list[i]);
    qsort(findings, count, sizeof(*findings), by_place);
    return count;
}

static size_t check(struct guard *guard, struct arena *arena, struct text text,
                    struct guard_finding **findings, size_t *count)
{
    struct run run = {.guard = guard, .text = guard_fold(arena, text)};
    size_t blocking = 0;
    run.list = arena_take_raw(arena, (CANDIDATES_MAX + 1) * sizeof(*run.list));
    text_walk(&run);
    if (run.full || (text.size > GUARD_TEXT_SIZE_MAX && run.text.size > 0))
        run.list[run.count++] = (struct candidate){run.text.size - 1, run.text.size, -1};
    *findings = arena_array(arena, struct guard_finding,
                            run.count < GUARD_FINDINGS_MAX ? run.count + 1 : GUARD_FINDINGS_MAX);
    *count = findings_make(&run, arena, text, *findings);
    for (size_t i = 0; i < *count; i++)
        blocking += (*findings)[i].level == GUARD_BLOCK;
    return blocking;
}

/* --- making, and the rules' own cases --- */

static bool patterns_compile(struct guard *guard, int *line, char why[GUARD_WHY_SIZE])
{
    for (size_t i = 0; i < guard->rules->rule_count; i++) {
        const struct guard_rule *rule = &guard->rules->rules[i];
        int error = 0;
        PCRE2_SIZE place = 0;
        guard->code[i] =
            pcre2_compile((PCRE2_SPTR)rule->pattern, PCRE2_ZERO_TERMINATED,
                          PCRE2_CASELESS | PCRE2_EXTENDED | PCRE2_NEVER_UTF, &error, &place, NULL);
        if (guard->code[i] != NULL) {
            (void)pcre2_pattern_info(guard->code[i], PCRE2_INFO_FIRSTBITMAP, &guard->begins[i]);
            continue;
        }
        PCRE2_UCHAR words[GUARD_WHY_SIZE - 80];
        (void)pcre2_get_error_message(error, words, sizeof(words));
        *line = rule->line;
        (void)snprintf(why, GUARD_WHY_SIZE, "the pattern of the rule here: %s, at place %zu",
                       (const char *)words, (size_t)place);
        return false;
    }
    return true;
}

bool guard_case_holds(struct guard *guard, struct arena *arena, const struct guard_case *one)
{
    struct guard_finding *findings;
    struct text text = arena_text(arena, text_of(one->text));
    char *data = (char *)(uintptr_t)text.data; /* a fresh copy */
    char *open = strstr(data, "[["), *close = NULL;
    size_t count = 0;
    if (open != NULL) {
        memmove(open, open + 2, strlen(open + 2) + 1);
        close = strstr(open, "]]");
        if (close == NULL)
            return false;
        memmove(close, close + 2, strlen(close + 2) + 1);
    }
    text = text_of(data);
    (void)check(guard, arena, text, &findings, &count);
    for (size_t i = 0; i < count; i++) {
        const struct guard_finding *f = &findings[i];
        if (one->rule < 0 && f->level > GUARD_HINT)
            return false;
        bool place =
            open == NULL || (data + f->start == open && data + f->start + f->size == close);
        if (one->rule >= 0 && place &&
            strcmp(f->rule, guard->rules->rules[one->rule].category->name) == 0)
            return true;
    }
    return one->rule < 0;
}

size_t guard_cases_failed(struct guard *guard, int *lines, size_t most)
{
    struct arena arena;
    size_t failed = 0;
    arena_open(&arena, 4 << 20);
    for (size_t i = 0; i < guard->rules->case_count && failed < most; i++) {
        const struct guard_case *one = &guard->rules->cases[i];
        arena_reset(&arena, 0);
        if (!guard_case_holds(guard, &arena, one))
            lines[failed++] = one->line;
    }
    arena_close(&arena);
    return failed;
}

static void guard_empty(struct guard *guard)
{
    for (size_t i = 0; i < GUARD_RULES_MAX; i++)
        pcre2_code_free(guard->code[i]);
    pcre2_match_data_free(guard->match);
    pcre2_match_context_free(guard->limits);
    guard_rules_free(guard->rules);
    free(guard->rules);
}

struct guard *guard_compile(struct text file, int *line, char why[GUARD_WHY_SIZE])
{
    struct guard *guard = calloc(1, sizeof(*guard));
    const char *reason = NULL;
    if (guard != NULL)
        guard->rules = malloc(sizeof(*guard->rules));
    if (guard == NULL || guard->rules == NULL)
        trace_die("guard_open", "reason=memory");
    bool good = guard_rules_read(guard->rules, file, line, &reason);
    if (!good)
        (void)snprintf(why, GUARD_WHY_SIZE, "%s", reason);
    guard->limits = pcre2_match_context_create(NULL);
    guard->match = pcre2_match_data_create(8, NULL);
    if (guard->limits == NULL || guard->match == NULL)
        trace_die("guard_open", "reason=memory");
    pcre2_set_match_limit(guard->limits, STEPS_MAX);
    pcre2_set_depth_limit(guard->limits, DEPTH_MAX);
    pcre2_set_heap_limit(guard->limits, HEAP_KIB_MAX);
    if (good && patterns_compile(guard, line, why))
        return guard;
    guard_close(guard);
    return NULL;
}

struct guard *guard_make(struct text file, int *line, char why[GUARD_WHY_SIZE])
{
    struct guard *guard = guard_compile(file, line, why);
    if (guard == NULL || guard_cases_failed(guard, line, 1) == 0)
        return guard;
    (void)snprintf(why, GUARD_WHY_SIZE, "the case here does not hold");
    guard_close(guard);
    return NULL;
}

void guard_count(const struct guard *guard, size_t *rules, size_t *cases)
{
    *rules = guard->rules->rule_count;
    *cases = guard->rules->case_count;
}

void guard_close(struct guard *guard)
{
    if (guard == NULL)
        return;
    guard_empty(guard);
    free(guard);
}

/* --- the operator's file --- */

const char *guard_path(void)
{
    return conf_path("board/guard.rules");
}

struct text guard_file_read(struct arena *arena, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    char *data = arena_take_raw(arena, GUARD_FILE_SIZE_MAX + 1);
    size_t size = 0;
    ssize_t got = fd < 0 ? -1 : 1;
    while (got > 0 && size <= GUARD_FILE_SIZE_MAX) {
        got = read(fd, data + size, GUARD_FILE_SIZE_MAX + 1 - size);
        size += got > 0 ? (size_t)got : 0;
    }
    if (fd >= 0)
        (void)close(fd);
    return got < 0 || size > GUARD_FILE_SIZE_MAX ? NO_TEXT : (struct text){data, size};
}

/* True when the file is another one than last time. */
static bool file_changed(struct guard *guard)
{
    struct stat now = {0};
    if (stat(guard_path(), &now) != 0)
        now = (struct stat){0};
    bool same = now.st_ino == guard->inode && now.st_size == guard->size &&
                now.st_mtim.tv_sec == guard->changed.tv_sec &&
                now.st_mtim.tv_nsec == guard->changed.tv_nsec;
    guard->inode = now.st_ino;
    guard->size = now.st_size;
    guard->changed = now.st_mtim;
    return !same;
}

/* The operator's rules if there are any, else the built-in ones; what was there stays if they do
 * not work. */
static void rules_take(struct guard *guard)
{
    struct arena arena;
    char why[GUARD_WHY_SIZE] = "";
    int line = 0;
    arena_open(&arena, 2 * GUARD_FILE_SIZE_MAX);
    struct text file = guard->inode == 0 ? NO_TEXT : guard_file_read(&arena, guard_path());
    bool own = file.data != NULL;
    struct guard *fresh = guard_make(own ? file : guard_rules_built_in(), &line, why);
    if (fresh == NULL && !own)
        trace_die("guard_open", "rules=built-in line=%d: %s", line, why);
    if (fresh == NULL) {
        trace_fail("guard_rules", "file=%s line=%d: %s; the rules before it stay", guard_path(),
                   line, why);
    } else {
        guard_empty(guard);
        guard->rules = fresh->rules;
        guard->limits = fresh->limits;
        guard->match = fresh->match;
        memcpy(guard->code, fresh->code, sizeof(guard->code));
        memcpy(guard->begins, fresh->begins, sizeof(guard->begins));
        free(fresh);
        trace_info("guard_rules", "from=%s rules=%zu", own ? "file" : "built-in",
                   guard->rules->rule_count);
    }
    arena_close(&arena);
}

struct guard *guard_open(void)
{
    char why[GUARD_WHY_SIZE] = "";
    int line = 0;
    struct guard *guard = guard_make(guard_rules_built_in(), &line, why);
    if (guard == NULL)
        trace_die("guard_open", "rules=built-in line=%d: %s", line, why);
    guard->watches = true;
    if (file_changed(guard))
        rules_take(guard);
    guard->looked_us = clock_steady_us();
    return guard;
}

size_t guard_check(struct guard *guard, struct arena *arena, struct text text,
                   struct guard_finding **findings, size_t *count)
{
    int64_t now_us = guard->watches ? clock_steady_us() : 0;
    if (guard->watches && now_us - guard->looked_us > LOOK_US) {
        guard->looked_us = now_us;
        if (file_changed(guard))
            rules_take(guard);
    }
    return check(guard, arena, text, findings, count);
}
