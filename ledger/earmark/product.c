#include "ledger/earmark/product.h"

#include <stddef.h>

static const struct {
    const char *word, *name;
} kinds[PRODUCT_KIND_END] = {
    [PRODUCT_DRUG] = {"drug", "Drug"},
    [PRODUCT_BIOLOGICAL] = {"biological", "Biological"},
    [PRODUCT_DEVICE] = {"device", "Device"},
    [PRODUCT_SUPPLY] = {"supply", "Medical Supply"},
};

const char *product_kind_name(enum product_kind kind)
{
    return kind >= PRODUCT_DRUG && kind < PRODUCT_KIND_END ? kinds[kind].name : "";
}

bool product_has_ndc(const struct product *product)
{
    return product->kind == PRODUCT_DRUG || product->kind == PRODUCT_BIOLOGICAL;
}

/* Labeler, product and package: 4-4-2, 5-3-2, 5-4-1 or 5-4-2 digits; 21 CFR 207.33. */
static bool ndc_holds(struct text code)
{
    static const size_t shapes[][3] = {{4, 4, 2}, {5, 3, 2}, {5, 4, 1}, {5, 4, 2}};
    size_t sizes[3] = {0}, parts = 0;
    for (size_t i = 0; i < code.size; i++) {
        char c = code.data[i];
        if (c == '-' && ++parts == 3)
            return false;
        if (c != '-' && (c < '0' || c > '9'))
            return false;
        sizes[parts] += c != '-';
    }
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        if (sizes[0] == shapes[i][0] && sizes[1] == shapes[i][1] && sizes[2] == shapes[i][2])
            return true;
    return false;
}

/* NULL, or what is wrong with the line. */
static const char *product_read(struct text line, struct product *product)
{
    struct text part, kind = TEXT("");
    struct text *const fields[] = {&product->name, &kind, &product->area, &product->code};
    size_t at = 0;
    *product = (struct product){.name = TEXT(""), .area = TEXT(""), .code = TEXT("")};
    while (text_next(&line, ';', &part)) {
        if (at == sizeof fields / sizeof fields[0])
            return "has more than four parts";
        *fields[at++] = text_trim(part);
    }
    for (size_t i = PRODUCT_DRUG; i < PRODUCT_KIND_END; i++)
        if (text_is(kind, kinds[i].word))
            product->kind = (enum product_kind)i;
    if (product->name.size == 0 || product->name.size > PRODUCT_NAME_MOST)
        return "begins with no name of up to 100 characters";
    if (product->kind == 0)
        return "does not say drug, biological, device or supply behind the name";
    if (product->area.size > PRODUCT_NAME_MOST)
        return "has an area of more than 100 characters";
    if (product->code.size > PRODUCT_CODE_MOST ||
        (product->code.size > 0 && product_has_ndc(product) && !ndc_holds(product->code)))
        return "has a code that is no NDC, such as 00003-0893-21";
    return NULL;
}

enum result products_read(struct arena *arena, struct text lines,
                          struct product products[PRODUCTS_MOST], size_t *count, struct text *why)
{
    struct text line;
    *count = 0;
    for (size_t number = 1; text_next(&lines, '\n', &line); number++) {
        line = text_trim(line);
        if (line.size == 0)
            continue;
        const char *wrong = *count == PRODUCTS_MOST ? "is one too many: five are reported"
                                                    : product_read(line, &products[*count]);
        if (wrong != NULL) {
            *why = arena_format(arena, "Line %zu %s.", number, wrong);
            return INVALID;
        }
        ++*count;
    }
    return OK;
}
