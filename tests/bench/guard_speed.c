/* How long the patient-data check takes: `guard_speed FILE [ROUNDS]` reads a text, repeats it to
 * 10 KB, and prints the median and the slowest of the rounds in ms, and texts a second. */
#include "board/board.h"

#include "core/arena.h"
#include "core/clock.h"
#include "tests/support/scratch.h"

#include <stdio.h>
#include <stdlib.h>

enum { TEXT_SIZE = 10000, ROUNDS_MAX = 10000 };

static int rising(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

int main(int count, char **words)
{
    static char text[TEXT_SIZE + 4];
    static int64_t took_us[ROUNDS_MAX];
    int64_t rounds = 300, sum_us = 0;
    struct arena arena;
    (void)scratch_open();
    FILE *file = count > 1 ? fopen(words[1], "r") : NULL;
    if (file == NULL || (count > 2 && !text_int(text_of(words[2]), 1, ROUNDS_MAX, &rounds)))
        return 2;
    size_t size = fread(text, 1, TEXT_SIZE, file);
    (void)fclose(file);
    for (size_t i = size; size > 0 && i < TEXT_SIZE; i++)
        text[i] = text[i - size];
    struct text whole = text_cut((struct text){text, TEXT_SIZE + 1}, TEXT_SIZE);
    struct guard *guard = guard_open();
    arena_open(&arena, 16 << 20);
    for (int64_t i = 0; i < rounds; i++) {
        struct guard_finding *findings;
        size_t found = 0;
        arena_reset(&arena, 0);
        int64_t start_us = clock_steady_us();
        (void)guard_check(guard, &arena, whole, &findings, &found);
        took_us[i] = clock_steady_us() - start_us;
        sum_us += took_us[i];
    }
    qsort(took_us, (size_t)rounds, sizeof(*took_us), rising);
    printf("%.3f %.3f %.0f\n", (double)took_us[rounds / 2] / 1000,
           (double)took_us[rounds - 1] / 1000, (double)rounds * 1e6 / (double)sum_us);
    guard_close(guard);
    arena_close(&arena);
    return 0;
}
