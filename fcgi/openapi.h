#pragma once
/* The description of what programs may ask: OpenAPI 3.1, made of the route table, the pages' field
 * tables and the shapes of their views, so that it cannot say anything else than the program does.
 * It holds what a personal token opens and what anyone may read; the rows of sponsors and admins
 * stand in no public paper. */
#include "core/shape.h"
#include "fcgi/route.h"

enum openapi_does {
    SHOWS,  /* 200: the shape, or {"location": path} */
    MAKES,  /* 201 with the id of what came to be; with preview the shape */
    CHANGES /* 200: {"location": path}, or with preview the shape */
};
/* What a page answers, for the pages that programs use (fcgi/openapi_pages.c). */
struct openapi_page {
    page_function *page;
    const char *words;         /* what it is for, in a sentence */
    const struct shape *shape; /* NULL: none, or a picture */
    enum openapi_does does;
};
/* NULL: nobody has described it yet. */
const struct openapi_page *openapi_page_find(page_function *page);

void openapi_write(struct buf *out, struct arena *arena);
