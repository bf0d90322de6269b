#include "insight/population.h"
#include "schema/release.h"

enum { PHYSICIANS_MAX = 100 * 1000 * 1000 };

static bool line_take(struct population *population, int64_t counts[MARGINS][PARTS],
                      struct text line)
{
    struct text margin, part, value;
    int at = 0, place = 0;
    if (!text_next(&line, '\t', &margin) || !text_next(&line, '\t', &part))
        return false;
    value = text_trim(line);
    while (at < MARGINS && !text_is(margin, margin_name((enum margin)at)))
        at++;
    if (at == MARGINS || value.size == 0)
        return false;
    population->is_known[at] = true;
    if (text_is(part, "source")) {
        population->source[at] = value;
        return value.size <= POPULATION_SOURCE_MAX && text_is_utf8(text_bytes(value));
    }
    while (place < PARTS && !text_is(part, part_name((enum margin)at, place)))
        place++;
    return place < PARTS && text_int(value, 1, PHYSICIANS_MAX, &counts[at][place]);
}

static enum result file_read(struct population *population, int64_t counts[MARGINS][PARTS],
                             struct arena *arena, struct text file, struct text *why)
{
    struct text line;
    bool has_any = false;
    for (int64_t number = 1; text_next(&file, '\n', &line); number++) {
        const struct text trimmed = text_trim(line);
        if (trimmed.size == 0 || *trimmed.data == '#')
            continue;
        if (!line_take(population, counts, line)) {
            *why =
                arena_format(arena, "line %lld: not a margin, a part and a whole number, by tabs",
                             (long long)number);
            return INVALID;
        }
    }
    for (int k = 0; k < MARGINS; k++) {
        has_any = has_any || population->is_known[k];
        for (int part = 0; population->is_known[k] && part < PARTS; part++)
            if (counts[k][part] == 0 || population->source[k].size == 0) {
                *why = arena_format(arena, "%s: all four parts and the source are needed",
                                    margin_name((enum margin)k));
                return INVALID;
            }
    }
    *why = TEXT("the file has no figures");
    return has_any ? OK : INVALID;
}

enum result population_load(struct db *db, struct arena *arena, struct text file, struct text *why)
{
    struct population population = {.is_known = {false}};
    int64_t counts[MARGINS][PARTS] = {{0}};
    enum result result = file_read(&population, counts, arena, file, why);
    if (result == OK)
        result = db_begin(db);
    if (result != OK)
        return result;
    *why = NO_TEXT;
    for (int k = 0; k < MARGINS && result == OK; k++) {
        if (population.is_known[k])
            result = release_population_clear(db, k);
        for (int part = 0; population.is_known[k] && part < PARTS && result == OK; part++)
            result = release_population_add(db, k, part, counts[k][part], population.source[k]);
    }
    if (result == OK)
        result = db_commit(db);
    if (result != OK)
        db_rollback(db);
    return result;
}

enum result population_get(struct db *db, struct arena *arena, struct population *population)
{
    struct release_population_row *rows;
    size_t count;
    *population = (struct population){.is_known = {false}};
    enum result result = release_population(db, arena, MARGINS * PARTS, &rows, &count);
    for (size_t i = 0; result == OK && i < count; i++) {
        population->is_known[rows[i].margin] = true;
        population->physicians[rows[i].margin][rows[i].part] = (double)rows[i].physicians;
        population->source[rows[i].margin] = rows[i].source;
    }
    return result;
}
