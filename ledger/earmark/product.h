#pragma once
/* The covered products of a campaign, as a transparency report names them: up to five lines, each
 *
 *     NAME; KIND; AREA; CODE
 *
 * KIND is drug, biological, device or supply; AREA, the product category or therapeutic area, and
 * CODE may be left out. CODE of a drug or biological is its NDC, of ten digits (4-4-2, 5-3-2,
 * 5-4-1) or eleven (5-4-2), with the dashes; of a device or supply its primary device identifier,
 * as it is. 42 CFR 403.904(c)(8). No line: the campaign is about no covered product. Pure; private
 * to ledger/. */
#include "core/arena.h"

enum { PRODUCTS_MOST = 5, PRODUCT_NAME_MOST = 100, PRODUCT_CODE_MOST = 40 };
enum product_kind {
    PRODUCT_DRUG = 1,
    PRODUCT_BIOLOGICAL,
    PRODUCT_DEVICE,
    PRODUCT_SUPPLY,
    PRODUCT_KIND_END
};
struct product {
    struct text name, area, code; /* borrow; area and code may be empty */
    enum product_kind kind;
};

/* INVALID and *why, a sentence that names the line (in the arena): what is no product. */
MUST_USE enum result products_read(struct arena *arena, struct text lines,
                                   struct product products[PRODUCTS_MOST], size_t *count,
                                   struct text *why);
/* As the office says it: "Drug", "Biological", "Device", "Medical Supply". */
const char *product_kind_name(enum product_kind kind);
/* Whether the code is an NDC; else it is a device identifier. */
bool product_has_ndc(const struct product *product);
