/* A campaign's covered products, line by line: what does not hold is refused with its line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ledger/earmark/product.h"

static struct arena arena;

static int set_up(void **state)
{
    (void)state;
    arena_open(&arena, 1 << 20);
    return 0;
}

static void up_to_five_products_are_read_each_with_its_kind_area_and_code(void **state)
{
    (void)state;
    struct product products[PRODUCTS_MOST];
    struct text why = NO_TEXT;
    size_t count;
    assert_int_equal(products_read(&arena,
                                   TEXT("Eliquis; drug; Cardiology; 00003-0893-21\r\n\r\n"
                                        " Valve ;device;; 00812345678906 \nGauze; supply\n"
                                        "Serum; biological; ; 1234-5678-90\nA; drug; B"),
                                   products, &count, &why),
                     OK);
    assert_int_equal(count, 5);
    assert_true(text_is(products[0].name, "Eliquis"));
    assert_true(text_is(products[0].area, "Cardiology"));
    assert_true(text_is(products[0].code, "00003-0893-21"));
    assert_true(product_has_ndc(&products[0]));
    assert_true(text_is(products[1].name, "Valve"));
    assert_int_equal(products[1].area.size, 0);
    assert_false(product_has_ndc(&products[1]));
    assert_string_equal(product_kind_name(products[2].kind), "Medical Supply");
    assert_int_equal(products[4].code.size, 0);
    assert_int_equal(products_read(&arena, TEXT(" \n"), products, &count, &why), OK);
    assert_int_equal(count, 0);
}

static void what_is_no_product_is_refused_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *lines, *why;
    } cases[] = {
        {"Eliquis", "Line 1 does not say drug"},
        {"\nEliquis; pill", "Line 2 does not say drug"},
        {"; drug", "Line 1 begins with no name"},
        {"A; drug; B; 123", "Line 1 has a code that is no NDC"},
        {"A; drug; B; 00003-0893-2x", "Line 1 has a code that is no NDC"},
        {"A; biological; B; 00003-0893-21-1", "Line 1 has a code that is no NDC"},
        {"A; drug; B; 00003-0893-21; C", "Line 1 has more than four parts"},
        {"A;drug\nA;drug\nA;drug\nA;drug\nA;drug\nA;drug", "Line 6 is one too many"},
    };
    struct product products[PRODUCTS_MOST];
    size_t count;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text why = NO_TEXT;
        assert_int_equal(products_read(&arena, text_of(cases[i].lines), products, &count, &why),
                         INVALID);
        assert_true(text_starts(why, cases[i].why));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(up_to_five_products_are_read_each_with_its_kind_area_and_code),
        cmocka_unit_test(what_is_no_product_is_refused_with_its_line),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
