#pragma once
/* Every page and its fields, for the route table (fcgi/route.c). Each lies in page_NAME.c; the
 * fields stand beside the page. */
#include "fcgi/route.h"

page_function page_health; /* page_health.c */
