#include "fcgi/engine.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "core/clock.h"

/* One function per kind of field; each says in words what is wrong, with the limit and what came.
 */

static bool fault(struct request *r, const struct field *field, const char *words)
{
    request_fault_add(r, field->name, "%s %s", field->label ? field->label : field->name, words);
    return false;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* One line: white space at the ends goes, runs of it become one blank. */
static struct text line_of(struct arena *arena, struct text typed)
{
    struct text in = text_trim(typed);
    char *out = arena_take(arena, in.size + 1);
    size_t size = 0;
    for (size_t i = 0; i < in.size; i++) {
        if (!is_space(in.data[i]))
            out[size++] = in.data[i];
        else if (size > 0 && out[size - 1] != ' ')
            out[size++] = ' ';
    }
    return (struct text){out, size};
}

/* Many lines: line ends become LF, white space at the very end goes. */
static struct text lines_of(struct arena *arena, struct text typed)
{
    char *out = arena_take(arena, typed.size + 1);
    size_t size = 0;
    for (size_t i = 0; i < typed.size; i++) {
        if (typed.data[i] != '\r')
            out[size++] = typed.data[i];
        else if (i + 1 == typed.size || typed.data[i + 1] != '\n')
            out[size++] = '\n';
    }
    while (size > 0 && is_space(out[size - 1]))
        size--;
    out[size] = 0;
    return (struct text){out, size};
}

static bool has_controls(struct text text)
{
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if ((c < ' ' && c != '\n' && c != '\t') || c == 0x7f)
            return true;
    }
    return false;
}

static bool text_check(struct request *r, const struct field *field, struct text typed,
                       struct field_value *value, bool *too_much)
{
    if (!text_is_utf8(text_bytes(typed)))
        return fault(r, field, "holds bytes that are no text (UTF-8).");
    if (field->type == FIELD_LINE)
        value->text = line_of(r->arena, typed);
    else
        value->text = field->type == FIELD_TEXT ? lines_of(r->arena, typed) : typed;
    const char *label = field->label ? field->label : field->name;
    size_t size = value->text.size;
    value->given = size > 0;
    if (size == 0)
        return field->optional || field->low == 0 || fault(r, field, "is missing.");
    if (has_controls(value->text))
        return fault(r, field, "holds control characters.");
    if ((int64_t)size < field->low) {
        request_fault_add(r, field->name,
                          "%s is too short: %zu of at least %" PRId64 " characters.", label,
                          text_characters(value->text), field->low);
        return false;
    }
    if ((int64_t)size > field->high) {
        *too_much = true;
        request_fault_add(r, field->name,
                          "%s is %zu bytes long; at most %" PRId64 " fit. Please shorten it.",
                          label, size, field->high);
        return false;
    }
    return true;
}

/* A browser sends an empty file where none was chosen. */
static bool file_check(struct request *r, const struct field *field, struct text typed,
                       struct field_value *value, bool *too_much)
{
    enum { MIB = 1024 * 1024 };
    value->text = typed;
    value->given = typed.size > 0;
    if (typed.size == 0)
        return field->optional || fault(r, field, "is missing.");
    if ((int64_t)typed.size <= field->high)
        return true;
    *too_much = true;
    request_fault_add(r, field->name, "%s has %.1f MB; at most %" PRId64 " MB fit.",
                      field->label ? field->label : field->name, (double)typed.size / MIB,
                      field->high / MIB);
    return false;
}

static bool int_check(struct request *r, const struct field *field, struct text typed,
                      struct field_value *value)
{
    if (text_int(typed, field->low, field->high, &value->number))
        return true;
    request_fault_add(r, field->name, "%s must be a whole number from %" PRId64 " to %" PRId64 ".",
                      field->label ? field->label : field->name, field->low, field->high);
    return false;
}

static bool flag_check(struct request *r, const struct field *field, struct text typed,
                       struct field_value *value)
{
    value->number = text_is(typed, "1") || text_is(typed, "on") || text_is(typed, "true");
    if (value->number || typed.size == 0 || text_is(typed, "0") || text_is(typed, "false"))
        return true;
    return fault(r, field, "is neither yes nor no.");
}

static bool key_check(struct request *r, const struct field *field, struct text typed,
                      struct field_value *value)
{
    value->text = typed;
    bool good = typed.size == (size_t)field->high;
    for (size_t i = 0; good && i < typed.size; i++)
        good = strchr("0123456789abcdef", typed.data[i]) != NULL && typed.data[i] != 0;
    return good || fault(r, field, "is not one of ours.");
}

/* Dollars with at most two decimals; a leading $ and commas between thousands are let pass. */
static bool money_check(struct request *r, const struct field *field, struct text typed,
                        struct field_value *value)
{
    int64_t cents = 0;
    int decimals = -1;
    size_t digits = 0;
    for (size_t i = 0; i < typed.size; i++) {
        char c = typed.data[i];
        if ((c == '$' && i == 0) || (c == ',' && decimals < 0 && digits > 0))
            continue;
        if (c == '.' && decimals < 0 && digits > 0) {
            decimals = 0;
            continue;
        }
        if (c < '0' || c > '9' || decimals == 2 || digits == 15)
            return fault(r, field, "must be an amount in dollars, such as 12.50.");
        cents = cents * 10 + (c - '0');
        digits++;
        if (decimals >= 0)
            decimals++;
    }
    if (digits == 0 || decimals == 0)
        return fault(r, field, "must be an amount in dollars, such as 12.50.");
    for (int i = decimals < 0 ? 0 : decimals; i < 2; i++)
        cents *= 10;
    value->number = cents;
    if (cents >= field->low && cents <= field->high)
        return true;
    request_fault_add(r, field->name,
                      "%s must be from $%" PRId64 ".%02" PRId64 " to $%" PRId64 ".%02" PRId64 ".",
                      field->label ? field->label : field->name, field->low / 100, field->low % 100,
                      field->high / 100, field->high % 100);
    return false;
}

/* Days since 1970-01-01 of a proleptic Gregorian date (Hinnant, "chrono-compatible low-level date
 * algorithms"). */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    year -= month <= 2;
    int64_t era = year / 400, of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int64_t month_days(int64_t year, int64_t month)
{
    return days_of(month == 12 ? year + 1 : year, month == 12 ? 1 : month + 1, 1) -
           days_of(year, month, 1);
}

static bool part_int(struct text text, size_t at, size_t size, int64_t low, int64_t high,
                     int64_t *out)
{
    return text_int((struct text){text.data + at, size}, low, high, out);
}

static bool date_check(struct request *r, const struct field *field, struct text typed,
                       struct field_value *value)
{
    int64_t year, month, day = 1;
    bool is_date = field->type == FIELD_DATE;
    bool good = typed.size == (is_date ? 10u : 7u) && typed.data[4] == '-' &&
                part_int(typed, 0, 4, 1970, 2200, &year) && part_int(typed, 5, 2, 1, 12, &month);
    if (good && is_date)
        good = typed.data[7] == '-' && part_int(typed, 8, 2, 1, month_days(year, month), &day);
    if (!good)
        return fault(r, field,
                     is_date ? "must be a date, such as 2026-03-14."
                             : "must be a month, such as 2026-03.");
    value->text = typed;
    value->number = days_of(year, month, day) * DAY_MS;
    return true;
}

bool field_check(struct request *r, const struct field *field, struct text typed,
                 struct field_value *value, bool *too_much)
{
    *value = (struct field_value){.text = TEXT(""), .number = field->fallback};
    if (field->type == FIELD_LINE || field->type == FIELD_TEXT || field->type == FIELD_SECRET ||
        field->type == FIELD_LIST)
        return text_check(r, field, typed, value, too_much);
    if (field->type == FIELD_FILE)
        return file_check(r, field, typed, value, too_much);
    typed = text_trim(typed);
    value->given = typed.size > 0;
    if (field->type == FIELD_FLAG)
        return flag_check(r, field, typed, value);
    if (typed.size == 0)
        return field->optional || fault(r, field, "is missing.");
    if (field->type == FIELD_INT)
        return int_check(r, field, typed, value);
    if (field->type == FIELD_KEY)
        return key_check(r, field, typed, value);
    if (field->type == FIELD_MONEY)
        return money_check(r, field, typed, value);
    assert(field->type == FIELD_DATE || field->type == FIELD_MONTH);
    return date_check(r, field, typed, value);
}
