/* The straight reader against the general one: it takes what our own writers write, and never takes
 * anything that the general reader refuses or reads otherwise. */
#include "core/compact.h"

#include "schema/command.h"
#include "schema/event.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;

static int open_all(void **state UNUSED)
{
    scratch_open();
    arena_open(&arena, 1 << 24);
    return 0;
}

static struct compact of(const char *text)
{
    return compact_open(text_bytes(text_of(text)));
}

static void whole_numbers_are_taken_in_their_one_form(void **state UNUSED)
{
    static const char *const good[] = {"0,", "7}", "-5,", "123456789012345678}"};
    static const char *const left[] = {"",    "-,",  "-0,",   "007,",  "1.0,",
                                       "1e3", "12",  "12 ,",  "+1,",   "1234567890123456789,",
                                       "--1", "0x1", "\"1\"", "null,", "9223372036854775808,"};
    int64_t number = 0;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        struct compact in = of(good[i]);
        assert_true(compact_int(&in, INT64_MIN, INT64_MAX, &number));
        assert_true(in.end - in.at == 1);
    }
    for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++) {
        struct compact in = of(left[i]);
        if (compact_int(&in, INT64_MIN, INT64_MAX, &number))
            fail_msg("taken: %s", left[i]);
    }
    struct compact over = of("4,"), under = of("0,");
    assert_false(compact_int(&over, 1, 3, &number));
    assert_false(compact_int(&under, 1, 3, &number));
}

static void texts_are_taken_without_escapes_and_within_their_size(void **state UNUSED)
{
    struct text text;
    struct compact in = of("\"m\xc3\xbc"
                           "de\",");
    assert_true(compact_text(&in, &arena, 5, &text) && text_is(text, "m\xc3\xbc"
                                                                     "de"));
    assert_true(text.data[text.size] == 0 && compact_word(&in, ",", 1) && compact_done(&in));
    static const char *const left[] = {"",          "a",        "\"a",          "\"a\\n\"",
                                       "\"a\nb\"",  "\"\xff\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"",
                                       "\"sixsix\""};
    for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++) {
        struct compact bad = of(left[i]);
        if (compact_text(&bad, &arena, 5, &text))
            fail_msg("taken: %s", left[i]);
    }
}

static void other_values_are_taken_in_their_one_form(void **state UNUSED)
{
    bool yes = false;
    uint8_t two[2];
    struct bytes bytes;
    struct compact in = of("truefalse\"00fF\"\"Zm9v\"");
    assert_true(compact_bool(&in, &yes) && yes && compact_bool(&in, &yes) && !yes);
    assert_true(compact_hex(&in, two, 2) && two[1] == 255);
    assert_true(compact_base64(&in, &arena, 3, &bytes) && bytes.size == 3 && compact_done(&in));
    struct compact short_hex = of("\"00f\""), long_hex = of("\"00ff00\""), big = of("\"Zm9v\"");
    assert_false(compact_hex(&short_hex, two, 2));
    assert_false(compact_hex(&long_hex, two, 2));
    assert_false(compact_base64(&big, &arena, 2, &bytes));
    struct compact none = compact_open(NO_BYTES);
    assert_true(compact_done(&none) && !compact_word(&none, "a", 1) && !compact_bool(&none, &yes));
}

/* Every kind of value, present and absent, as the writers write them. */
static const char *const texts[] = {
    "{\"event\":\"vote_cast\",\"at\":1767225600000,\"posting\":12,\"question\":7,\"member\":3,"
    "\"author\":4,\"stance\":2,\"patients\":3,\"was_stance\":0,\"was_patients\":0}",
    "{\"event\":\"posting_added\",\"at\":5,\"request\":\"00112233445566778899aabbccddeeff\","
    "\"kind\":1,\"member\":3,\"question\":0,\"topics\":\"cardiology\",\"source\":\"\",\"url\":"
    "\"https://example.org/\xc3\xa4\",\"licence\":\"\",\"text0\":\"00112233445566778899aabbccddeeff"
    "00112233445566778899aabbccddeeff\"}",
    "{\"event\":\"member_applied\",\"at\":0,\"request\":\"00112233445566778899aabbccddeeff\","
    "\"pseudonym\":\"Alder\",\"specialty\":\"\",\"show_specialty\":true,\"credential\":\"Zm9v\"}",
    "{\"event\":\"rule_proposed\",\"at\":1,\"request\":\"00112233445566778899aabbccddeeff\","
    "\"name\":\"rank/policy\",\"by\":3,\"reason\":\"why \xe2\x80\x93 so\"}",
};
static const char *const commands[] = {
    "{\"do\":\"vote\",\"token\":\"abc\",\"form\":\"def\",\"request\":"
    "\"00112233445566778899aabbccddeeff\",\"posting\":12,\"stance\":1,\"patients\":0}",
    "{\"do\":\"solve\",\"token\":\"\",\"form\":\"\",\"request\":"
    "\"00112233445566778899aabbccddeeff\",\"question\":12,\"solved\":false}",
    "{\"do\":\"sign_out\",\"token\":\"\",\"form\":\"\",\"request\":"
    "\"00112233445566778899aabbccddeeff\"}",
};

/* What a reader made of a text: its outcome, and what is written back from it. */
static enum result reread(bool command, struct text text, struct text *back)
{
    static struct event event;
    static struct command what;
    struct buf buf;
    memset(&event, 0, sizeof event);
    memset(&what, 0, sizeof what);
    buf_open(&buf, &arena, 1024);
    enum result result = command ? command_read(text_bytes(text), &arena, &what)
                                 : event_read(text_bytes(text), &arena, &event);
    if (result == OK && command)
        command_write(&buf, &what);
    else if (result == OK)
        event_write(&buf, &event);
    *back = buf_done(&buf);
    return result;
}

/* A blank in front makes a text one for the general reader. True: it was taken. */
static bool both_agree(bool command, const char *data, size_t size)
{
    struct text straight, general;
    struct text text = {data, size};
    enum result a = reread(command, text, &straight);
    enum result b = reread(command, arena_format(&arena, " %.*s", (int)size, data), &general);
    if (a != b || !text_equal(straight, general))
        fail_msg("read in two ways: %.*s", (int)size, data);
    return a == OK;
}

static void what_is_written_is_read_back_as_it_was(void **state UNUSED)
{
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct text back;
        assert_true(both_agree(false, texts[i], strlen(texts[i])));
        assert_int_equal(reread(false, text_of(texts[i]), &back), OK);
        assert_true(text_is(back, texts[i]));
        arena_reset(&arena, 0);
    }
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        assert_true(both_agree(true, commands[i], strlen(commands[i])));
}

/* One to three bytes of a text changed, left out or put in, from a small repeatable generator. */
static size_t mutated(char *out, const char *text, uint32_t *seed)
{
    static const char bytes[] = "\"\\{}[]:,.-+0123456789eEtrufalsn \x01\x7f\xc3\xa4\xff";
    size_t size = strlen(text);
    memcpy(out, text, size);
    for (uint32_t left = 1 + (*seed >> 8) % 3; left > 0; left--) {
        *seed = *seed * 1664525u + 1013904223u;
        size_t at = (*seed >> 8) % size;
        char byte = bytes[(*seed >> 4) % (sizeof(bytes) - 1)];
        switch (*seed >> 30) {
        case 0:
            memmove(out + at, out + at + 1, --size - at);
            break;
        case 1:
            memmove(out + at + 1, out + at, size++ - at);
            out[at] = byte;
            break;
        default:
            out[at] = byte;
        }
    }
    return size;
}

static void a_damaged_text_is_read_alike_by_both_readers(void **state UNUSED)
{
    enum { ROUNDS = 40000 };
    static char text[2048];
    size_t taken = 0;
    uint32_t seed = 7;
    for (size_t i = 0; i < ROUNDS; i++) {
        bool command = i % 2 == 1;
        const char *from = command ? commands[i / 2 % (sizeof(commands) / sizeof(commands[0]))]
                                   : texts[i / 2 % (sizeof(texts) / sizeof(texts[0]))];
        size_t size = mutated(text, from, &seed);
        taken += both_agree(command, text, size);
        arena_reset(&arena, 0);
    }
    /* The control: changes of both sorts were among them. */
    assert_true(taken > ROUNDS / 20 && taken < ROUNDS * 19 / 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_numbers_are_taken_in_their_one_form),
        cmocka_unit_test(texts_are_taken_without_escapes_and_within_their_size),
        cmocka_unit_test(other_values_are_taken_in_their_one_form),
        cmocka_unit_test(what_is_written_is_read_back_as_it_was),
        cmocka_unit_test(a_damaged_text_is_read_alike_by_both_readers),
    };
    return cmocka_run_group_tests(tests, open_all, NULL);
}
