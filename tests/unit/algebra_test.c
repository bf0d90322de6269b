/* Attack A3 on reports: linear algebra over everything that is released. What follows for certain
 * is what lies in the space of the released sums; chance has no part in it. */
#include "insight/measure.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

/* Six specialties by what a member told (a region, a band of years, neither), in two months: true
 * cells of which every released figure is a sum, each with a noise of its own. */
enum { A3_GROUPS = 6, TOLD = MARGINS * PARTS + 1, FIGURES = A3_GROUPS + MARGINS * PARTS + 1 };
enum { MONTHS = 2, CELLS = MONTHS * A3_GROUPS * TOLD * SIDES };
enum { COLUMNS = CELLS + MONTHS * FIGURES * SIDES, ROWS_MAX = 120, PRIME = 1000003 };

static int64_t inverse(int64_t a)
{
    int64_t result = 1;
    for (int64_t e = PRIME - 2; e > 0; e >>= 1) {
        if (e & 1)
            result = result * a % PRIME;
        a = a * a % PRIME;
    }
    return result;
}

/* The cells that a figure sums up: a specialty, then a region or band, the last one the whole. */
static void figure_cells(int64_t row[COLUMNS], int month, int figure, int side)
{
    for (int g = 0; g < A3_GROUPS; g++)
        for (int told = 0; told < TOLD; told++)
            if (figure == g || figure == A3_GROUPS + told || figure == FIGURES - 1)
                row[((month * A3_GROUPS + g) * TOLD + told) * SIDES + side] = 1;
}

/* What was released of both months, and their sum; with `noisy` false as if no noise had been
 * added. The last figures, `hidden` of them from each table, are withheld. */
static size_t rows_make(int64_t rows[ROWS_MAX][COLUMNS], int hidden, bool noisy)
{
    size_t count = 0;
    memset(rows, 0, ROWS_MAX * sizeof(rows[0]));
    for (int month = 0; month < MONTHS; month++)
        for (int figure = 0; figure < FIGURES; figure++) {
            const bool is_group = figure < A3_GROUPS, is_part = !is_group && figure < FIGURES - 1;
            if ((is_group && figure >= A3_GROUPS - hidden) ||
                (is_part && (figure - A3_GROUPS) % PARTS >= PARTS - hidden))
                continue;
            for (int s = 0; s < SIDES; s++, count++) {
                figure_cells(rows[count], month, figure, s);
                if (noisy)
                    rows[count][CELLS + (month * FIGURES + figure) * SIDES + s] = 1;
            }
        }
    const size_t of_month = count / MONTHS;
    for (int s = 0; s < SIDES; s++, count++) /* the trend: both wholes, each month's last rows */
        for (int c = 0; c < COLUMNS; c++)
            rows[count][c] =
                rows[of_month - SIDES + (size_t)s][c] + rows[2 * of_month - SIDES + (size_t)s][c];
    return count;
}

/* Each row's first column, noises before cells, is in no other row. */
static size_t rows_reduce(int64_t rows[][COLUMNS], size_t count, int pivots[])
{
    size_t rank = 0;
    for (int step = 0; step < COLUMNS && rank < count; step++) {
        const int c = COLUMNS - 1 - step;
        size_t pivot = rank;
        while (pivot < count && rows[pivot][c] == 0)
            pivot++;
        if (pivot == count)
            continue;
        for (int k = 0; k < COLUMNS; k++) {
            const int64_t held = rows[rank][k];
            rows[rank][k] = rows[pivot][k];
            rows[pivot][k] = held;
        }
        const int64_t by = inverse(rows[rank][c]);
        for (int k = 0; k < COLUMNS; k++)
            rows[rank][k] = rows[rank][k] * by % PRIME;
        for (size_t r = 0; r < count; r++) {
            const int64_t factor = rows[r][c];
            for (int k = 0; r != rank && factor && k < COLUMNS; k++)
                rows[r][k] = (rows[r][k] + (PRIME - factor) * rows[rank][k]) % PRIME;
        }
        pivots[rank++] = c;
    }
    return rank;
}

static bool follows(int64_t rows[][COLUMNS], size_t rank, const int pivots[],
                    int64_t wanted[COLUMNS])
{
    for (size_t r = 0; r < rank; r++) {
        const int64_t factor = wanted[pivots[r]];
        for (int k = 0; factor && k < COLUMNS; k++)
            wanted[k] = (wanted[k] + (PRIME - factor) * rows[r][k]) % PRIME;
    }
    for (int k = 0; k < COLUMNS; k++)
        if (wanted[k] != 0)
            return false;
    return true;
}

/* Figures, withheld ones too, and cells of one specialty and one answer, that follow for certain
 * from what was released. */
static int determined(int64_t rows[][COLUMNS], size_t count)
{
    static int64_t wanted[COLUMNS];
    int pivots[ROWS_MAX], found = 0;
    const size_t rank = rows_reduce(rows, count, pivots);
    for (int cell = 0; cell < CELLS; cell++) {
        memset(wanted, 0, sizeof(wanted));
        wanted[cell] = 1;
        found += follows(rows, rank, pivots, wanted);
    }
    for (int month = 0; month < MONTHS; month++)
        for (int figure = 0; figure < FIGURES; figure++)
            for (int s = 0; s < SIDES; s++) {
                memset(wanted, 0, sizeof(wanted));
                figure_cells(wanted, month, figure, s);
                found += follows(rows, rank, pivots, wanted);
            }
    return found;
}

static void no_cell_follows_from_all_that_is_released(void **state)
{
    (void)state;
    static int64_t rows[ROWS_MAX][COLUMNS];
    int most = 0;
    for (int hidden = 0; hidden < PARTS; hidden++) {
        size_t count = rows_make(rows, hidden, true);
        const int found = determined(rows, count);
        most = found > most ? found : most;
        count = rows_make(rows, hidden, false); /* control: one hidden specialty is the rest */
        const int exact = determined(rows, count);
        const int shown = MONTHS * SIDES * (FIGURES - hidden * (MARGINS + 1));
        assert_int_equal(exact, hidden == 1 ? shown + MONTHS * SIDES : shown);
    }
    print_message("# %-58s %d\n", "A3 cells and figures that follow for certain", most);
    assert_int_equal(most, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_cell_follows_from_all_that_is_released),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
