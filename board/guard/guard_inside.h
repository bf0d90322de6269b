#pragma once
/* The patient-data check from within. What happens to a text:
 *
 *   guard_text.c    folds it: whatever looks like a digit, dash, blank or letter becomes one, what
 *                   cannot be seen is dropped, and every folded byte knows where it came from;
 *   guard.c         walks over words and numbers once, tries the few patterns that may begin there,
 *                   and lets the strictest finding win where several overlap (the only file that
 *                   knows PCRE2);
 *   guard_value.c   checks what no pattern can (check digits, dates, ages) and finds the more
 *                   general form;
 *   guard_rules.c   reads the rules (scripts/guard/patient.rules, or the operator's own), which say
 *                   what is looked for, where it may begin and what a person is told. */
#include "board/board.h"

/* --- the folded text --- */

struct guard_text {
    char *data;      /* ASCII; LETTER for a letter without a Latin one like it; NUL-terminated */
    uint32_t *start; /* of the character each byte came from, in bytes of the text given */
    uint32_t *stop;
    uint16_t *digits; /* from here to the end of this run of digits and what may divide them */
    size_t size;
};
enum { GUARD_LETTER = 0x80, GUARD_TEXT_SIZE_MAX = 1 << 20 };
/* At most GUARD_TEXT_SIZE_MAX bytes of it. */
struct guard_text guard_fold(struct arena *arena, struct text text);
static inline bool guard_is_digit(char c)
{
    return c >= '0' && c <= '9';
}
static inline bool guard_is_letter(char c)
{
    return ((c | 32) >= 'a' && (c | 32) <= 'z') || (unsigned char)c == GUARD_LETTER;
}

/* --- the rules --- */

enum {
    GUARD_RULES_MAX = 256,
    GUARD_LISTS_MAX = 64,
    GUARD_CATEGORIES_MAX = 40,
    GUARD_WORDS_MAX = 3000,
    GUARD_WORD_PLACES = 8192, /* a power of two, well above */
    GUARD_CASES_MAX = 2000,
    GUARD_FILE_SIZE_MAX = 256 * 1024,
    GUARD_WHY_SIZE = 256,
    GUARD_RUN_MAX = 20,
    GUARD_ENDING_MIN = 3,
    GUARD_ENDING_MAX = 8
};
struct guard_set { /* of rules */
    uint64_t bits[GUARD_RULES_MAX / 64];
};
enum guard_check_kind {
    CHECK_NONE = 0,
    CHECK_LUHN,
    CHECK_NPI,
    CHECK_NHS,
    CHECK_VIN,
    CHECK_IBAN,
    CHECK_IP,
    CHECK_DATE,
    CHECK_AGE,
};
struct guard_category {
    const char *name;    /* "ssn" */
    const char *hipaa;   /* letter of 45 CFR 164.514(b)(2)(i) and what it names */
    const char *message; /* for a person: what it is and what to write instead */
    const char *instead; /* words, "=month", "=year", "=zip", or NULL */
    enum guard_level level;
};
struct guard_rule {
    const struct guard_category *category;
    enum guard_level level;
    const char *message, *instead;
    const char *pattern; /* PCRE2 with its lists put in */
    int line;            /* of the rules' file */
    enum guard_check_kind check;
    /* `next`, `apart`: a bit for each byte that may stand behind the word or digits that lead here,
       and for each that may not stand before; as `next` GUARD_LETTER is a letter, as `apart` it is
       none, as for patterns */
    uint64_t next[2], apart[2];
    int back;        /* begins up to so many words before the word that leads here */
    uint64_t except; /* lists: no word of the finding may be in these */
    uint64_t away;   /* lists: no word of the sentence may be in these ... */
    uint64_t unless; /* ... but for one of these */
};
struct guard_case {
    int rule; /* that must find it; -1: nobody may */
    int line;
    const char *text;
};
struct guard_word {
    const char *word; /* lower case; NULL: a free place */
    uint64_t lists;
    struct guard_set rules;   /* that may begin at it */
    struct guard_set endings; /* that may begin at a word that ends so */
};
struct guard_rules {
    struct guard_category categories[GUARD_CATEGORIES_MAX];
    struct guard_rule rules[GUARD_RULES_MAX];
    struct guard_case cases[GUARD_CASES_MAX];
    size_t category_count, rule_count, case_count, list_count, word_count;
    bool ends[128];                                /* last letters of endings */
    struct guard_set at_digits[GUARD_RUN_MAX + 1]; /* by the digits of the run, or more */
    struct guard_set at_capital, at_sign[128];
    struct guard_word words[GUARD_WORD_PLACES]; /* open addressing */
    struct arena arena;
};
/* Read a file of rules. False: `why` says what is wrong, `line` where. The memory is the rules'
 * own; guard_rules_free gives it back, after a failure too. */
MUST_USE bool guard_rules_read(struct guard_rules *rules, struct text file, int *line,
                               const char **why);
void guard_rules_free(struct guard_rules *rules);
/* The place of a word, in any case; NULL if no list and no rule has it. */
const struct guard_word *guard_word_find(const struct guard_rules *rules, const char *word,
                                         size_t size);
struct text guard_rules_built_in(void);

/* --- values --- */

/* Does what a pattern found pass its rule's check? `match` is folded. */
MUST_USE bool guard_value_holds(enum guard_check_kind check, struct text match);
/* The more general form; absent if there is none. */
struct text guard_value_instead(struct arena *arena, const char *instead, struct text match);

/* --- making and trying --- */

/* Rules with their patterns compiled, ready for texts; their own cases have been tried. NULL: what
 * is wrong with them, and in which line of the file. */
struct guard *guard_make(struct text file, int *line, char why[GUARD_WHY_SIZE]);
/* The same without the cases; and the lines of up to `most` cases that do not hold: how many. */
struct guard *guard_compile(struct text file, int *line, char why[GUARD_WHY_SIZE]);
size_t guard_cases_failed(struct guard *guard, int *lines, size_t most);
/* One more case, as `finds` and `leaves` say it. */
MUST_USE bool guard_case_holds(struct guard *guard, struct arena *arena,
                               const struct guard_case *one);
/* How many rules and cases it has. */
void guard_count(const struct guard *guard, size_t *rules, size_t *cases);
/* Where the operator's own rules lie: STATE/board/guard.rules. */
const char *guard_path(void);
/* The whole file in the arena; absent data: there is none, or it is too large. */
struct text guard_file_read(struct arena *arena, const char *path);
