#include "fcgi/page/page_doors.h"

#include <inttypes.h>
#include <string.h>

#include "core/clock.h"

enum { NUMBER_ROOM = 40 };

/* Digits of a number with a comma before every third from the right; written from the back. */
static struct text grouped(struct arena *arena, uint64_t number, const char *before,
                           const char *behind)
{
    char digits[NUMBER_ROOM];
    size_t at = sizeof digits, count = 0;
    do {
        if (count > 0 && count % 3 == 0)
            digits[--at] = ',';
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
        count++;
    } while (number > 0);
    return arena_format(arena, "%s%.*s%s", before, (int)(sizeof digits - at), digits + at, behind);
}

static uint64_t size_of(int64_t number)
{
    return number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
}

struct text page_money(struct arena *arena, int64_t cents)
{
    char behind[] = {'.', (char)('0' + size_of(cents) / 10 % 10), (char)('0' + size_of(cents) % 10),
                     0};
    return grouped(arena, size_of(cents) / 100, cents < 0 ? "−$" : "$", behind);
}

struct text page_number(struct arena *arena, int64_t number)
{
    return grouped(arena, size_of(number), number < 0 ? "−" : "", "");
}

struct text page_date(struct arena *arena, int64_t at_ms)
{
    struct clock_date date = clock_date(at_ms);
    return arena_format(arena, "%04d-%02d-%02d", date.year, date.month, date.day);
}

struct text page_month(struct arena *arena, struct text period)
{
    static const char *const months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    int64_t month = 0;
    if (period.size != 7)
        return period;
    /* Leading zeros are as good as none here. */
    struct text digits = {period.data + 5, 2};
    if (!text_int(digits, 1, 12, &month))
        return period;
    return arena_format(arena, "%s %.4s", months[month - 1], period.data);
}

struct text page_hex(struct arena *arena, struct bytes bytes)
{
    struct buf hex;
    buf_open(&hex, arena, 2 * bytes.size + 1);
    buf_hex(&hex, bytes);
    return buf_done(&hex);
}

static bool name_among(struct text name, const char *names)
{
    struct text rest = text_of(names);
    struct text one;
    while (text_next(&rest, ' ', &one))
        if (text_equal(one, name))
            return true;
    return false;
}

void page_form_problems(const struct request *r, const char *names, struct view_problem **problems,
                        size_t *count)
{
    page_problems(r, problems, count);
    for (size_t i = 0; i < *count; i++)
        if (!name_among((*problems)[i].field, names))
            (*problems)[i].field = TEXT("");
}

/* Asking changes nothing, so it does not matter whether a question arrived. */
static bool only_asks(enum command_kind kind)
{
    return kind == COMMAND_CAMPAIGNS || kind == COMMAND_SPONSOR_TOTALS ||
           kind == COMMAND_ALL_CAMPAIGNS || kind == COMMAND_BREAKER || kind == COMMAND_PERIODS ||
           kind == COMMAND_LEDGER_PAGE || kind == COMMAND_RULE_ACTIVE ||
           kind == COMMAND_RULE_CHECK || kind == COMMAND_EARMARK_TERMS ||
           kind == COMMAND_APPLICATIONS || kind == COMMAND_STANDING || kind == COMMAND_QUIZ ||
           kind == COMMAND_TOKENS || kind == COMMAND_VOUCHING || kind == COMMAND_VOUCH_TREE ||
           kind == COMMAND_FOLLOWING || kind == COMMAND_FEED_READ || kind == COMMAND_FLAGS_OWN ||
           kind == COMMAND_MODERATION_QUEUE || kind == COMMAND_MODERATION_COUNT ||
           kind == COMMAND_SAFETY_DESK || kind == COMMAND_CONTACTS ||
           kind == COMMAND_REPORTS_FEED || kind == COMMAND_PERIOD_PREVIEW ||
           kind == COMMAND_PAYOUTS || kind == COMMAND_OPERATIONS;
}

bool page_may_ask(const struct request *r)
{
    return r->why != BUSY && r->why != UNKNOWN;
}

enum result page_program(struct request *r, const char *program, struct command *command,
                         struct json **root)
{
    struct bytes json = NO_BYTES;
    size_t faults = r->fault_count;
    *root = NULL;
    enum result result = request_command(r, program, command, &json);
    if (result == UNKNOWN && only_asks(command->kind))
        result = BUSY;
    if (result != OK) {
        result = page_refused(r, result, json);
        bool in_words = r->fault_count > faults;
        bool about_input = result == CONFLICT || result == NOT_FOUND || result == REFUSED;
        return in_words && about_input ? INVALID : result;
    }
    /* What was asked for was done; only what came back cannot be read. */
    return json.size == 0 || json_read(json, root) == OK ? OK : UNKNOWN;
}

enum result page_program_two(struct request *r, const char *program, struct command *command,
                             bool *proposed)
{
    struct json *root;
    enum result result = page_program(r, program, command, &root);
    *proposed = root != NULL;
    json_close(root);
    return result;
}

enum result page_program_done(struct request *r, const char *program, struct command *command)
{
    struct json *root;
    enum result result = page_program(r, program, command, &root);
    json_close(root);
    return result;
}
