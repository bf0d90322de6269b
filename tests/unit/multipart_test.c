/* multipart/form-data as browsers send it, and everything that only looks like it. */
#include "fcgi/multipart.h"

#include "core/result.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TYPE TEXT("multipart/form-data; boundary=----mark")
#define HEAD(rest) "------mark\r\nContent-Disposition: form-data; " rest "\r\n\r\n"
#define END "------mark--\r\n"

static uint8_t *kept; /* parts point into it */

static size_t parts_of(const char *body, size_t size, struct part *parts, size_t most)
{
    struct multipart form;
    size_t count = 0;
    /* A copy of exactly this size, so that a step too far is seen by the sanitizer. */
    free(kept);
    kept = malloc(size > 0 ? size : 1);
    assert_non_null(kept);
    memcpy(kept, body, size);
    if (multipart_open(&form, TYPE, (struct bytes){kept, size}))
        while (count < most && multipart_next(&form, &parts[count]))
            count++;
    return count;
}

static void fields_and_a_file_come_as_they_were_sent(void **state UNUSED)
{
    static const char file[] = "\x89PNG\r\n\0--\r\n\r\n--x";
    static const char before[] =
        HEAD("name=\"title\"") "A title\r\n" HEAD("name=\"picture\"; filename=\"a;b.png\"");
    static const char behind[] = "\r\n" HEAD("name=\"empty\"") "\r\n" END;
    char body[sizeof before + sizeof file + sizeof behind];
    struct part parts[4];
    size_t size = sizeof before - 1;
    memcpy(body, before, size);
    memcpy(body + size, file, sizeof file - 1);
    size += sizeof file - 1;
    memcpy(body + size, behind, sizeof behind - 1);
    size += sizeof behind - 1;
    assert_int_equal(parts_of(body, size, parts, 4), 3);
    assert_true(text_is(parts[0].name, "title") && text_is(parts[0].value, "A title"));
    assert_false(parts[0].file);
    assert_true(text_is(parts[1].name, "picture") && parts[1].file);
    assert_int_equal(parts[1].value.size, sizeof file - 1);
    assert_memory_equal(parts[1].value.data, file, sizeof file - 1);
    assert_true(text_is(parts[2].name, "empty"));
    assert_int_equal(parts[2].value.size, 0);
}

static void what_is_cut_or_out_of_form_ends_it(void **state UNUSED)
{
    static const char body[] =
        HEAD("name=\"a\"") "1\r\n" HEAD("name=\"b\"; filename=\"x\"") "2\r\n" END;
    static const char late[] = "x" HEAD("name=\"a\"") "1\r\n" END;
    static const char nameless[] = HEAD("filename=\"x\"") "2\r\n" END;
    struct part parts[8];
    assert_int_equal(parts_of(body, sizeof body - 1, parts, 8), 2);
    for (size_t size = 0; size < sizeof body - 1; size++)
        assert_true(parts_of(body, size, parts, 8) <= 2);
    assert_int_equal(parts_of(late, sizeof late - 1, parts, 8), 0);
    assert_int_equal(parts_of(nameless, sizeof nameless - 1, parts, 8), 0);
}

static void a_boundary_is_named_and_short(void **state UNUSED)
{
    static const char *const types[] = {
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=\"\"",
        ("multipart/form-data; boundary="
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
    };
    struct multipart form;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        assert_false(multipart_open(&form, text_of(types[i]), bytes_of("--\r\n", 4)));
    assert_true(multipart_open(&form, TEXT("multipart/form-data; charset=x; boundary=\"a b\""),
                               bytes_of("--a b\r\n", 7)));
}

static void random_mixes_never_lead_beyond_the_body(void **state UNUSED)
{
    static const char *const pieces[] = {
        "------mark", "\r\n", "--", "\r\n\r\n", "name=\"a\"", "Content-Disposition: form-data; ",
        "filename=",  "\"",   ";"};
    unsigned seed = 7;
    size_t found = 0;
    for (int i = 0; i < 50000; i++) {
        char body[500] = "------mark\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n";
        size_t size = i % 2 ? 0 : strlen(body);
        for (int k = 0; k < 8; k++) {
            seed = seed * 1664525 + 1013904223;
            const char *piece = pieces[(seed >> 16) % (sizeof pieces / sizeof pieces[0])];
            memcpy(body + size, piece, strlen(piece));
            size += strlen(piece);
        }
        struct part parts[8];
        size_t count = parts_of(body, size, parts, 8);
        found += count;
        for (size_t k = 0; k < count; k++) {
            const uint8_t *start = (const uint8_t *)parts[k].value.data;
            assert_true(start >= kept && start + parts[k].value.size <= kept + size);
        }
    }
    assert_true(found > 100);
    free(kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_and_a_file_come_as_they_were_sent),
        cmocka_unit_test(what_is_cut_or_out_of_form_ends_it),
        cmocka_unit_test(a_boundary_is_named_and_short),
        cmocka_unit_test(random_mixes_never_lead_beyond_the_body),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
