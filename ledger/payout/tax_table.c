#include "ledger/payout/tax_table.h"

#include <string.h>

#include "core/conf.h"
#include "core/trace.h"
#include "ledger/log/file.h"

enum { FILE_MAX = 64 * 1024, WORDS = 4, VALUE_MAX = 1000000000, POINTS_MAX = 9999 };

/* scripts/tax/years.txt. */
__asm__(".pushsection .rodata\n"
        ".global tax_years, tax_years_end\n"
        "tax_years:\n"
        ".incbin \"scripts/tax/years.txt\"\n"
        "tax_years_end:\n"
        ".byte 0\n"
        ".popsection\n");
extern const char tax_years[];
extern const char tax_years_end[];

static const char *const names[TAX_NUMBER_COUNT] = {
    [TAX_THRESHOLD_CENTS] = "nec.threshold_cents",
    [TAX_WITHHELD_POINTS] = "withhold.basis_points",
    [TAX_SMALL_CENTS] = "small.cents",
    [TAX_SMALL_YEAR] = "small.year_cents",
};

static size_t words_split(struct text line, struct text words[WORDS + 1])
{
    struct text word;
    size_t count = 0;
    while (count <= WORDS && text_next(&line, ' ', &word))
        if (word.size > 0)
            words[count++] = word;
    return count;
}

/* What is wrong with this line as the next of the table (a literal), or NULL: it is in. */
static const char *row_add(struct tax_table *table, struct text line)
{
    struct text words[WORDS + 1];
    struct tax_row row = {.to = TAX_YEAR_MAX};
    int number = 0;
    if (words_split(line, words) != WORDS)
        return "a line is NAME FROM TO VALUE";
    while (number < TAX_NUMBER_COUNT && !text_is(words[0], names[number]))
        number++;
    if (number == TAX_NUMBER_COUNT)
        return "no number has this name";
    row.number = (enum tax_number)number;
    if (!text_int(words[1], TAX_YEAR_MIN, TAX_YEAR_MAX, &row.from) ||
        (!text_is(words[2], "-") && !text_int(words[2], row.from, TAX_YEAR_MAX, &row.to)))
        return "FROM and TO are years, the later one second, or TO is -";
    if (!text_int(words[3], 1, row.number == TAX_WITHHELD_POINTS ? POINTS_MAX : VALUE_MAX,
                  &row.value))
        return "VALUE is a whole number above 0, and a rate below 10,000";
    for (size_t i = 0; i < table->count; i++)
        if (table->rows[i].number == row.number && table->rows[i].to >= row.from)
            return "it overlaps a line of this name above, or stands before it in time";
    if (table->count == TAX_ROWS_MAX)
        return "there are too many lines";
    table->rows[table->count++] = row;
    return NULL;
}

enum result tax_table_read(struct arena *arena, struct text file, struct tax_table *table,
                           struct text *why)
{
    struct text line, said;
    long long number = 0;
    table->count = 0;
    while (text_next(&file, '\n', &line)) {
        number++;
        if (!text_next(&line, '#', &said) || text_trim(said).size == 0)
            continue;
        const char *fault = row_add(table, text_trim(said));
        if (fault != NULL) {
            *why = arena_format(arena, "line %lld: %s", number, fault);
            return INVALID;
        }
    }
    return OK;
}

enum result tax_table_load(struct arena *arena, struct tax_table *table)
{
    struct text file = {tax_years, (size_t)(tax_years_end - tax_years)}, why;
    struct bytes own;
    enum result result = file_read(arena, conf_path("tax/years.txt"), FILE_MAX, &own);
    if (result == OK)
        file = (struct text){(const char *)own.data, own.size};
    else if (result != NOT_FOUND)
        return result;
    result = tax_table_read(arena, file, table, &why);
    if (result != OK)
        trace_fail("tax", "years.txt %.*s", (int)why.size, why.data);
    return result;
}

enum result tax_table_get(const struct tax_table *table, enum tax_number number, int64_t year,
                          int64_t *value)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct tax_row *row = &table->rows[i];
        if (row->number == number && row->from <= year && year <= row->to) {
            *value = row->value;
            return OK;
        }
    }
    return NOT_FOUND;
}
