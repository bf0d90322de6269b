/* Building text: growth, escapes by place, numbers, base64 and hex both ways. */
#include "core/buf.h"

#include "tests/support/scratch.h"

#include <math.h>
#include <stdlib.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;

static int open_arena(void **state UNUSED)
{
    arena_open(&arena, 16 << 20);
    return 0;
}

static struct buf fresh(void)
{
    struct buf buf;
    arena_reset(&arena, 0);
    buf_open(&buf, &arena, 0);
    return buf;
}

static const char *chars(struct buf *buf)
{
    return arena_text(&arena, buf_done(buf)).data;
}

#define SAYS(writer, value, expected)                \
    do {                                             \
        struct buf buf_ = fresh();                   \
        writer(&buf_, value);                        \
        assert_string_equal(chars(&buf_), expected); \
    } while (0)

static void growing_keeps_every_byte_also_when_others_take_from_the_arena(void **state UNUSED)
{
    for (int mixed = 0; mixed < 2; mixed++) {
        struct buf buf = fresh();
        for (int i = 0; i < 20000; i++) {
            buf_int(&buf, i % 10);
            if (mixed && i % 1000 == 0)
                memset(arena_take(&arena, 100), 'x', 100);
        }
        assert_int_equal(buf.size, 20000);
        for (size_t i = 0; i < buf.size; i++)
            assert_int_equal(buf.data[i], '0' + i % 10);
    }
}

static void a_buffer_may_fill_its_arena_to_the_last_byte(void **state UNUSED)
{
    struct arena small;
    struct buf buf;
    arena_open(&small, 4096);
    buf_open(&buf, &small, 0);
    for (int i = 0; i < 4096; i++)
        buf_char(&buf, 'x');
    assert_int_equal(buf.size, 4096);
    arena_close(&small);
}

static void slots_remember_where_they_stand(void **state UNUSED)
{
    struct buf buf = fresh();
    for (int i = 0; i < 30; i++) {
        buf_slot_add(&buf, "vote", i);
        buf_literal(&buf, "ab", 2);
    }
    assert_int_equal(buf.slot_count, 30);
    assert_int_equal(buf.slots[29].offset, 58);
    assert_int_equal(buf.slots[29].id, 29);
}

static void text_escapes_what_could_begin_markup(void **state UNUSED)
{
    SAYS(buf_text, "a<b>&amp;\"'", "a&lt;b&gt;&amp;amp;\"'");
    SAYS(buf_text, TEXT("<<<"), "&lt;&lt;&lt;");
    SAYS(buf_text, NO_TEXT, "");
    SAYS(buf_text, (const char *)NULL, "");
    SAYS(buf_text, ((struct html){TEXT("<b>")}), "<b>");
}

static void attributes_escape_quotes_as_well(void **state UNUSED)
{
    SAYS(buf_attr, "\" onclick='x' <>&", "&quot; onclick=&#39;x&#39; &lt;&gt;&amp;");
    SAYS(buf_attr, (int64_t)-5, "-5");
}

static void good_addresses_go_through(void **state UNUSED)
{
    static const char *const good[] = {
        "/q/5",  "https://a.b/c?d=e#f", "HTTP://a", "mailto:a@b.c", "q?x=a:b", "#top",
        "a/b:c", "?x=javascript:",      ""};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        SAYS(buf_url, good[i], good[i]);
    SAYS(buf_url, "https://a/?b='&c=\"", "https://a/?b=&#39;&amp;c=&quot;");
    SAYS(buf_url, "/search?q=two words", "/search?q=two%20words");
}

static void addresses_that_could_run_or_leave_become_a_hash(void **state UNUSED)
{
    static const char *const bad[] = {
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\tscript:alert(1)",
        "java\nscript:x",
        "\x01javascript:x",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "\\/evil.example",
        "a:b",
        ":x",
        "blob:x",
        "http\x7f:x",
        "httpx:y",
        "h:",
        "https\t://a",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        SAYS(buf_url, bad[i], "#");
}

static void url_parts_keep_only_unreserved_characters(void **state UNUSED)
{
    SAYS(buf_url_part, "AZaz09-._~", "AZaz09-._~");
    SAYS(buf_url_part, " /?#&=+%:@\"<>\\[]{}|^`'()*,;!$",
         "%20%2F%3F%23%26%3D%2B%25%3A%40%22%3C%3E%5C%5B%5D%7B%7D%7C%5E%60%27%28%29%2A%2C%3B%21%24");
    SAYS(buf_url_part, "\xc3\xbc\x7f\x01", "%C3%BC%7F%01");
}

static void json_text_is_quoted_and_controls_are_escaped(void **state UNUSED)
{
    SAYS(buf_json_text, TEXT("a\"b\\c/\b\f\n\r\t\x01\x1f"),
         "\"a\\\"b\\\\c/\\b\\f\\n\\r\\t\\u0001\\u001f\"");
    SAYS(buf_json_text, TEXT("\xc3\xbc</script>"), "\"\xc3\xbc</script>\"");
    SAYS(buf_json_text, TEXT(""), "\"\"");
    SAYS(buf_json_text, NO_TEXT, "null");
    SAYS(buf_json_bool, true, "true");
}

static void whole_numbers_are_written_to_both_ends(void **state UNUSED)
{
    SAYS(buf_int, 0, "0");
    SAYS(buf_int, INT64_MIN, "-9223372036854775808");
    SAYS(buf_int, INT64_MAX, "9223372036854775807");
    SAYS(buf_size, SIZE_MAX, "18446744073709551615");
}

static void real_numbers_are_short_and_read_back_equal(void **state UNUSED)
{
    SAYS(buf_real, 0.1, "0.1");
    SAYS(buf_real, -3.0, "-3");
    SAYS(buf_real, 1e15, "1e+15");
    SAYS(buf_real, 5e-324, "5e-324");
    SAYS(buf_real, 0.1 + 0.2, "0.30000000000000004");
    uint64_t bits = 88172645463325252;
    for (int i = 0; i < 20000; i++) {
        bits ^= bits << 13, bits ^= bits >> 7, bits ^= bits << 17;
        double value;
        memcpy(&value, &bits, sizeof(value));
        if (!isfinite(value))
            continue;
        struct buf buf = fresh();
        buf_real(&buf, value);
        assert_true(strtod(chars(&buf), NULL) == value);
        assert_true(buf.size <= 24);
    }
}

static void write_infinity(void *unused UNUSED)
{
    struct buf buf = fresh();
    buf_real(&buf, HUGE_VAL);
}

static void a_number_without_end_stops_the_program(void **state UNUSED)
{
    assert_int_equal(scratch_child(write_infinity, NULL), 128 + SIGABRT);
}

static void base64_passes_the_vectors_of_rfc_4648_both_ways(void **state UNUSED)
{
    static const char *const vectors[][2] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
    };
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        SAYS(buf_base64, text_bytes(text_of(vectors[i][0])), vectors[i][1]);
        struct bytes back = base64_read(&arena, text_of(vectors[i][1]));
        assert_non_null(back.data);
        assert_int_equal(back.size, strlen(vectors[i][0]));
        assert_memory_equal(back.data, vectors[i][0], back.size);
    }
}

static void malformed_base64_is_refused(void **state UNUSED)
{
    static const char *const bad[] = {"Z",    "Zg",   "Zg=",     "Zg==Zg==", "Zg= =", "Zh==",
                                      "Zm9=", "====", "A===",    "=AAA",     "Zm9v ", "Zm9v\n",
                                      "Zm-_", "Zm9*", "Zm\x80v", "Z=m9"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (base64_read(&arena, text_of(bad[i])).data != NULL)
            fail_msg("taken: %s", bad[i]);
    }
    assert_null(base64_read(&arena, NO_TEXT).data);
}

static void hex_goes_both_ways_and_only_whole(void **state UNUSED)
{
    SAYS(buf_hex, bytes_of("\x00\x9f\xff", 3), "009fff");
    struct bytes back = hex_read(&arena, TEXT("009FfF"));
    assert_memory_equal(back.data, "\x00\x9f\xff", 3);
    static const char *const bad[] = {"0", "0g", "g0", " 0", "0x", "00 "};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_null(hex_read(&arena, text_of(bad[i])).data);
    uint8_t out[2];
    assert_true(hex_read_into(out, 2, TEXT("abcd")));
    assert_false(hex_read_into(out, 2, TEXT("ab")));
    assert_false(hex_read_into(out, 2, TEXT("abcdef")));
    assert_false(hex_read_into(out, 2, NO_TEXT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(growing_keeps_every_byte_also_when_others_take_from_the_arena),
        cmocka_unit_test(a_buffer_may_fill_its_arena_to_the_last_byte),
        cmocka_unit_test(slots_remember_where_they_stand),
        cmocka_unit_test(text_escapes_what_could_begin_markup),
        cmocka_unit_test(attributes_escape_quotes_as_well),
        cmocka_unit_test(good_addresses_go_through),
        cmocka_unit_test(addresses_that_could_run_or_leave_become_a_hash),
        cmocka_unit_test(url_parts_keep_only_unreserved_characters),
        cmocka_unit_test(json_text_is_quoted_and_controls_are_escaped),
        cmocka_unit_test(whole_numbers_are_written_to_both_ends),
        cmocka_unit_test(real_numbers_are_short_and_read_back_equal),
        cmocka_unit_test(a_number_without_end_stops_the_program),
        cmocka_unit_test(base64_passes_the_vectors_of_rfc_4648_both_ways),
        cmocka_unit_test(malformed_base64_is_refused),
        cmocka_unit_test(hex_goes_both_ways_and_only_whole),
    };
    return cmocka_run_group_tests(tests, open_arena, NULL);
}
