/* Everything that is wrong with a rule at once, for who writes it: rule_inspect, and the reply
 * made of it (core/check.h). */
#include "core/check.h"
#include "core/buf.h"
#include "schema/command.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;
static struct rule_report report;
static const struct rule_function run_only[] = {{"run", 1, 1, 0}};

static void inspect(const char *script)
{
    arena_reset(&arena, 0);
    rule_inspect(&arena, text_of(script), run_only, 1, &report);
}

static void fault_is(size_t at, int64_t line, const char *words)
{
    assert_true(at < report.fault_count);
    assert_int_equal(report.faults[at].line, line);
    assert_string_equal(report.faults[at].words.data, words);
}

static void a_name_that_is_nowhere_is_told_with_its_line(void **state UNUSED)
{
    inspect(
        "local log = math.log\nP = { rate = { 1, 0, 2, \"\", \"how much\" } }\n"
        "local function helper(x)\n  local y = x\n\n\n  return lgo(y) * P.rtae\nend\n"
        "function run(x)\n  if x > 1 then return helper(x) end\n  return log(P.rate) + maht.pi\n"
        "end\n");
    assert_false(report.good);
    assert_int_equal(report.fault_count, 3);
    fault_is(0, 7, "there is nothing called lgo");
    fault_is(1, 7, "P has no constant rtae");
    fault_is(2, 11, "there is nothing called maht");
    inspect("local log = math.log\nP = { rate = { 1, 0, 2, \"\", \"how much\" } }\n"
            "function helper(x) return log(x) end\n"
            "function run(x) return helper(x) + P.rate end\n"); /* control */
    assert_true(report.good);
    assert_int_equal(report.fault_count, 0);
    assert_int_equal(report.constant_count, 1);
}

static void a_line_far_from_the_one_before_is_still_known(void **state UNUSED)
{
    char script[2000] = "function run(x)\n  local y = x\n";
    for (int i = 0; i < 300; i++)
        strcat(script, "\n");
    strcat(script, "  return nowhere + y\nend\n");
    inspect(script);
    fault_is(0, 303, "there is nothing called nowhere");
}

static void every_example_is_run_and_tells_what_it_got(void **state UNUSED)
{
    inspect("function run(x)\n  if x == 3 then error('three') end\n"
            "  while x == 4 do end\n  return 2 * x\nend\n"
            "examples = {\n  { call = 'run', with = { 1 }, gives = { 2 }, why = 'doubled' },\n"
            "  { call = 'run', with = { 2 }, gives = { 5 } },\n"
            "  { call = 'run', with = { 3 }, gives = { 6 } },\n"
            "  { call = 'run', with = { 4 }, gives = { 8 } },\n"
            "  { call = 'run', with = { 5 }, gives = { 10 } },\n}\n");
    static const bool good[] = {true, false, false, false, true};
    assert_false(report.good);
    assert_int_equal(report.example_count, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(report.examples[i].good, good[i]);
        assert_int_equal(report.examples[i].line, 7 + (int)i);
    }
    assert_true(report.examples[1].got[0] == 4);
    assert_string_equal(report.examples[2].fault.data, "three");
    assert_non_null(strstr(report.examples[3].fault.data, "too many steps"));
    assert_string_equal(report.examples[0].why.data, "doubled");
}

static void what_does_not_load_is_one_fault_in_plain_words(void **state UNUSED)
{
    inspect("function (");
    fault_is(0, 1, "a name expected near '('");
    inspect("P = { rate = { 3, 0, 2, \"\", \"how much\" } }\nfunction run(x) return x end");
    fault_is(0, 1, "constant rate: 3 is not between 0 and 2");
    inspect("while true do end");
    assert_non_null(strstr(report.faults[0].words.data, "too many steps"));
    inspect("function walk(x) return x end");
    fault_is(0, 0, "there is no function run");
    inspect("function run(x, y) return x end");
    assert_int_equal(report.faults[0].line, 1);
}

static void the_reply_holds_it_all_and_fits_a_message(void **state UNUSED)
{
    struct buf script, out;
    struct reply_rule_checked reply;
    struct json *root = NULL;
    arena_reset(&arena, 0);
    buf_open(&script, &arena, 1024);
    buf_format(&script, "P = {\n");
    for (int i = 0; i < RULE_CONSTANTS_MAX; i++)
        buf_format(&script, "c%d = { %d, 0, 200, \"%090d\", \"%0190d\" },\n", i, i, 0, 0);
    buf_format(&script, "}\nfunction run(x) return x end\nexamples = {\n");
    for (int i = 0; i < 100; i++)
        buf_format(&script, "{ call = 'run', with = { %d.125 }, gives = { 1 }, why = '%0150d' },\n",
                   i, 0);
    buf_format(&script, "}\n");
    buf_open(&out, &arena, 1024);
    check_reply(&arena, buf_done(&script), run_only, 1, &out);
    assert_true(out.size < SOCKET_MESSAGE_MAX - 64);
    assert_int_equal(json_read(buf_bytes(&out), &root), OK);
    assert_int_equal(reply_rule_checked_read(root, &arena, &reply), OK);
    json_close(root);
    assert_int_equal(reply.constants_count, RULE_CONSTANTS_MAX);
    assert_int_equal(reply.examples_count, RULE_EXAMPLES_SHOWN);
    assert_false(reply.good);
}

int main(void)
{
    scratch_open();
    arena_open(&arena, 8u << 20);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_that_is_nowhere_is_told_with_its_line),
        cmocka_unit_test(a_line_far_from_the_one_before_is_still_known),
        cmocka_unit_test(every_example_is_run_and_tells_what_it_got),
        cmocka_unit_test(what_does_not_load_is_one_fault_in_plain_words),
        cmocka_unit_test(the_reply_holds_it_all_and_fits_a_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
