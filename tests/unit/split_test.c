/* What the split questionnaire (board/account/background.h) is for: somebody who reads the whole
 * journal, and knows a colleague's specialty, region and years in practice from elsewhere, looks
 * for his pseudonym. Houses of five thousand by the specialties of the United States, in which six
 * of ten answer what they are asked. TRIALS: colleagues looked for (2000). */
#include "core/bytes.h"
#include "insight/group.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum { MEMBERS = 5000, LOOKED_FOR = 50, TRIALS_USUAL = 2000, TOLD_OF_TEN = 6 };
enum design { SPECIALTY_ALONE, SPLIT, WHOLE, DESIGNS };
static const int weights[MARGINS][PARTS] = {{20, 21, 36, 23}, {25, 25, 25, 25}};
static uint64_t dice = 0x9e3779b97f4a7c15u;

static int roll(int bound)
{
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return (int)((dice >> 11) % (uint64_t)bound);
}

struct member {
    int specialty, parts[MARGINS];
    bool tells[MARGINS]; /* as the design asks him */
};
static struct member members[MEMBERS];

static int specialty_draw(void)
{
    int64_t sum = 0, left;
    int g = 0;
    for (int k = 0; k < GROUPS; k++)
        sum += group_physicians(k);
    left = roll((int)sum);
    while (left >= group_physicians(g))
        left -= group_physicians(g++);
    return g;
}

static void house_make(enum design design)
{
    for (int i = 0; i < MEMBERS; i++) {
        struct member *m = &members[i];
        const int asked = roll(MARGINS);
        m->specialty = specialty_draw();
        for (int k = 0; k < MARGINS; k++) {
            int left = roll(100);
            m->parts[k] = 0;
            while (left >= weights[k][m->parts[k]])
                left -= weights[k][m->parts[k]++];
            const bool is_asked = design == WHOLE || (design == SPLIT && asked == k);
            m->tells[k] = is_asked && roll(10) < TOLD_OF_TEN;
        }
    }
}

/* How much likelier a record is the target's than any other of his specialty; 0: it is not his. */
static double likelier(const struct member *record, const struct member *target)
{
    double odds = record->specialty == target->specialty;
    for (int k = 0; k < MARGINS; k++)
        if (record->tells[k])
            odds *= record->parts[k] == target->parts[k] ? 100. / weights[k][record->parts[k]] : 0;
    return odds;
}

/* He names one of those that fit best. How often he is right; and of how many he is sure to one in
 * two. */
static double look_for(enum design design, int trials, double *sure)
{
    double right = 0;
    *sure = 0;
    for (int i = 0; i < trials; i++) {
        double best = 0, sum = 0;
        int fit = 0;
        bool is_among = false;
        if (i % LOOKED_FOR == 0)
            house_make(design);
        const int target = roll(MEMBERS);
        for (int k = 0; k < MEMBERS; k++) {
            const double odds = likelier(&members[k], &members[target]);
            sum += odds;
            if (odds < best - 1e-9 || odds <= 0)
                continue;
            if (odds > best + 1e-9) {
                best = odds;
                fit = 0;
                is_among = false;
            }
            fit++;
            is_among = is_among || k == target;
        }
        right += is_among ? 1. / fit / trials : 0;
        *sure += best >= sum / 2 ? 1. / trials : 0;
    }
    return right;
}

static void a_reader_of_the_journal_finds_fewer_than_if_all_were_asked_both(void **state)
{
    (void)state;
    static const char *const names[DESIGNS] = {"specialty alone", "one of region and years",
                                               "both of them"};
    double right[DESIGNS], sure[DESIGNS];
    int64_t trials = TRIALS_USUAL;
    (void)text_int(text_of(getenv("TRIALS")), 100, 1000000, &trials);
    for (int d = 0; d < DESIGNS; d++) {
        right[d] = look_for((enum design)d, (int)trials, &sure[d]);
        print_message("# A11 journal with %-30s %.4f found, %.4f of one half sure\n", names[d],
                      right[d], sure[d]);
    }
    assert_true(right[SPLIT] < right[WHOLE] / 2); /* control: the whole record finds more */
    assert_true(right[SPLIT] < .03 && sure[SPLIT] < .01);
    assert_true(right[SPECIALTY_ALONE] < right[SPLIT]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reader_of_the_journal_finds_fewer_than_if_all_were_asked_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
