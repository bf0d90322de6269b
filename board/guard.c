#include "board/guard_rules.h"
#include "core/trace.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* About 10 ms of matching at most for one pattern over one text; honest texts of 16 KiB stay far
 * below. */
enum {
    GUARD_STEPS_MAX = 2000000,
    GUARD_DEPTH_MAX = 1000,
    GUARD_HEAP_KIB_MAX = 1024,
    GUARD_RULES_MAX = 32
};

struct guard {
    pcre2_code *code[GUARD_RULES_MAX];
    pcre2_match_context *limits;
    pcre2_match_data *match;
};

struct guard *guard_open(void)
{
    struct guard *guard = calloc(1, sizeof(*guard));
    if (guard == NULL || guard_rule_count > GUARD_RULES_MAX)
        trace_die("guard_open", "reason=memory");
    guard->limits = pcre2_match_context_create(NULL);
    guard->match = pcre2_match_data_create(4, NULL);
    if (guard->limits == NULL || guard->match == NULL)
        trace_die("guard_open", "reason=memory");
    pcre2_set_match_limit(guard->limits, GUARD_STEPS_MAX);
    pcre2_set_depth_limit(guard->limits, GUARD_DEPTH_MAX);
    pcre2_set_heap_limit(guard->limits, GUARD_HEAP_KIB_MAX);
    for (size_t i = 0; i < guard_rule_count; i++) {
        int error = 0;
        PCRE2_SIZE place = 0;
        guard->code[i] = pcre2_compile(
            (PCRE2_SPTR)guard_rules[i].pattern, PCRE2_ZERO_TERMINATED,
            PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_CASELESS | PCRE2_EXTENDED, &error, &place, NULL);
        if (guard->code[i] == NULL)
            trace_die("guard_open", "rule=%s number=%zu place=%zu error=%d", guard_rules[i].name, i,
                      (size_t)place, error);
    }
    return guard;
}

void guard_close(struct guard *guard)
{
    if (guard == NULL)
        return;
    for (size_t i = 0; i < guard_rule_count; i++)
        pcre2_code_free(guard->code[i]);
    pcre2_match_data_free(guard->match);
    pcre2_match_context_free(guard->limits);
    free(guard);
}

static const char *const month_names[] = {"January",   "February", "March",    "April",
                                          "May",       "June",     "July",     "August",
                                          "September", "October",  "November", "December"};

/* A month named by its first three letters, 1 to 12; 0 if it is none. */
static int month_of_word(struct text word)
{
    for (int month = 0; month < 12 && word.size >= 3; month++) {
        if (strncasecmp(month_names[month], word.data, 3) == 0)
            return month + 1;
    }
    return 0;
}

/* "2024-03-14", "3/14/24", "March 14, 2024", "14 March 2024" → "March 2024". US order for slashes:
 * month first. */
static struct text date_instead(struct arena *arena, struct text date)
{
    int numbers[3] = {0}, number_count = 0, month = 0, year = 0;
    for (size_t i = 0; i < date.size;) {
        size_t start = i;
        if (date.data[i] >= '0' && date.data[i] <= '9') {
            int value = 0;
            while (i < date.size && date.data[i] >= '0' && date.data[i] <= '9' && i - start < 4)
                value = value * 10 + (date.data[i++] - '0');
            if (number_count < 3)
                numbers[number_count++] = value;
        } else if ((date.data[i] | 32) >= 'a' && (date.data[i] | 32) <= 'z') {
            while (i < date.size && (date.data[i] | 32) >= 'a' && (date.data[i] | 32) <= 'z')
                i++;
            int named = month_of_word((struct text){date.data + start, i - start});
            month = named > 0 ? named : month;
        } else {
            i++;
        }
    }
    if (month > 0) {
        year = numbers[number_count > 0 ? number_count - 1 : 0];
    } else if (numbers[0] > 1000) {
        year = numbers[0];
        month = numbers[1];
    } else {
        year = numbers[2];
        month = numbers[0];
    }
    if (month < 1 || month > 12)
        return NO_TEXT;
    if (year < 100)
        year += year < 50 ? 2000 : 1900;
    return arena_format(arena, "%s %d", month_names[month - 1], year);
}

struct guard_list {
    struct guard_finding *findings;
    size_t count;
};

/* Keep the list sorted by place; a finding inside or across a stricter or equal one is dropped. */
static void list_add(struct guard_list *list, struct guard_finding finding)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        struct guard_finding *other = &list->findings[i];
        bool apart = finding.start + finding.size <= other->start ||
                     other->start + other->size <= finding.start;
        if (!apart && other->level >= finding.level)
            return;
    }
    for (size_t i = 0; i < list->count; i++) {
        struct guard_finding *other = &list->findings[i];
        bool apart = finding.start + finding.size <= other->start ||
                     other->start + other->size <= finding.start;
        if (apart)
            list->findings[kept++] = *other;
    }
    list->count = kept;
    if (list->count == GUARD_FINDINGS_MAX)
        return;
    size_t at = list->count;
    while (at > 0 && list->findings[at - 1].start > finding.start) {
        list->findings[at] = list->findings[at - 1];
        at--;
    }
    list->findings[at] = finding;
    list->count++;
}

static void rule_run(struct guard *guard, struct arena *arena, size_t number, struct text text,
                     struct guard_list *list)
{
    const struct guard_rule *rule = &guard_rules[number];
    PCRE2_SIZE offset = 0;
    while (offset < text.size) {
        int found = pcre2_match(guard->code[number], (PCRE2_SPTR)text.data, text.size, offset,
                                PCRE2_NO_UTF_CHECK, guard->match, guard->limits);
        if (found == PCRE2_ERROR_NOMATCH)
            return;
        if (found < 0) {
            list_add(list, (struct guard_finding){
                               GUARD_BLOCK, "unreadable",
                               "This part cannot be checked for patient data. Please rewrite it.",
                               offset, text.size - offset, NO_TEXT});
            return;
        }
        const PCRE2_SIZE *span = pcre2_get_ovector_pointer(guard->match);
        assert(span[1] > span[0]); /* no pattern matches nothing */
        struct text match = {text.data + span[0], span[1] - span[0]};
        list_add(list, (struct guard_finding){
                           rule->level, rule->name, rule->message, span[0], match.size,
                           rule->month_instead ? date_instead(arena, match) : NO_TEXT});
        offset = span[1];
    }
}

size_t guard_check(struct guard *guard, struct arena *arena, struct text text,
                   struct guard_finding **findings, size_t *count)
{
    struct guard_list list = {arena_array(arena, struct guard_finding, GUARD_FINDINGS_MAX + 1), 0};
    size_t blocking = 0;
    for (size_t i = 0; i < guard_rule_count && text.size > 0; i++)
        rule_run(guard, arena, i, text, &list);
    for (size_t i = 0; i < list.count; i++)
        blocking += list.findings[i].level == GUARD_BLOCK;
    *findings = list.findings;
    *count = list.count;
    return blocking;
}
