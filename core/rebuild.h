#pragma once
/* `curbside rebuild [--check]`: every fold anew from its log. Each program folds into a fresh file
 * beside the old one and renames it; with the check, the contents before and after are compared by
 * digest. Only while the house is down. */
#include <stdbool.h>

/* 0; 1 when a program fails or, with the check, a store differs. */
int rebuild_all(bool check);
