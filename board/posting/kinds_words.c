#include "board/board.h"

#include "core/buf.h"
#include "core/clock.h"

const char *workplace_name(int64_t setting)
{
    static const char *const words[] = {
        "", "clinic", "hospital", "emergency department", "intensive care", "other setting"};
    return setting >= 0 && setting <= SETTING_OTHER ? words[setting] : "";
}

/* --- a case's options --- */

static bool options_have(struct text options, struct text option)
{
    struct text line;
    while (text_next(&options, '\n', &line)) {
        if (text_equal(line, option))
            return true;
    }
    return false;
}

const char *poll_options_read(struct arena *arena, struct text typed, struct text *options,
                              int64_t *count)
{
    struct text rest = typed, line;
    struct buf out;
    buf_open(&out, arena, typed.size + 1);
    *count = 0;
    *options = TEXT("");
    while (text_next(&rest, '\n', &line)) {
        line = text_trim(line);
        if (line.size == 0)
            continue;
        for (size_t i = 0; i < line.size; i++) {
            if ((unsigned char)line.data[i] < 0x20 || line.data[i] == 0x7f)
                return "An answer option is plain words.";
        }
        if (line.size > POLL_OPTION_SIZE_MAX)
            return "An answer option is one short line: at most 150 characters.";
        if (options_have(buf_done(&out), line))
            return "Two of the answer options are the same.";
        if (++*count > POLL_OPTIONS_MAX)
            return "At most six answer options.";
        if (out.size > 0)
            buf_char(&out, '\n');
        buf_add(&out, line.data, line.size);
    }
    if (*count == 1)
        return "One answer option is no choice: write at least two, one a line.";
    if (out.size > 0)
        *options = buf_done(&out);
    return NULL;
}

/* --- an observation's months --- */

enum { MONTH_SIZE = 7, YEAR_LEAST = 1950 };

static bool month_read(struct text month, int *year, int *number)
{
    int64_t y, m;
    if (month.size != MONTH_SIZE || month.data[4] != '-' ||
        !text_int(text_cut(month, 4), YEAR_LEAST, 2999, &y) ||
        !text_int((struct text){month.data + 5, 2}, 1, 12, &m))
        return false;
    *year = (int)y;
    *number = (int)m;
    return true;
}

static int month_order(struct text a, struct text b)
{
    int y[2] = {0}, m[2] = {0};
    (void)month_read(a, &y[0], &m[0]);
    (void)month_read(b, &y[1], &m[1]);
    return (y[0] * 12 + m[0]) - (y[1] * 12 + m[1]);
}

const char *months_fault(struct arena *arena, struct text from, struct text to, int64_t now_ms)
{
    const struct text both[] = {from, to};
    struct text now = clock_month(arena, now_ms);
    int year, number;
    for (size_t i = 0; i < 2; i++) {
        if (both[i].size == 0)
            continue;
        if (!month_read(both[i], &year, &number))
            return "A month is written as 2026-03. The day is never asked for.";
        if (month_order(both[i], now) > 0)
            return "That month is still to come.";
    }
    if (from.size > 0 && to.size > 0 && month_order(from, to) > 0)
        return "The first month comes after the last.";
    return NULL;
}

static struct text month_words(struct arena *arena, struct text month, bool with_year)
{
    static const char *const names[] = {"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};
    int year, number;
    if (!month_read(month, &year, &number))
        return TEXT("");
    return with_year ? arena_format(arena, "%s %d", names[number - 1], year)
                     : text_of(names[number - 1]);
}

struct text months_words(struct arena *arena, struct text from, struct text to)
{
    if (from.size == 0 && to.size == 0)
        return TEXT("");
    struct text last = month_words(arena, to, true);
    if (from.size == 0)
        return arena_format(arena, "until %.*s", (int)last.size, last.data);
    struct text first = month_words(arena, from, true);
    if (to.size == 0)
        return arena_format(arena, "since %.*s", (int)first.size, first.data);
    if (text_equal(from, to))
        return first;
    if (text_equal(text_cut(from, 4), text_cut(to, 4)))
        first = month_words(arena, from, false);
    return arena_format(arena, "%.*s to %.*s", (int)first.size, first.data, (int)last.size,
                        last.data);
}
