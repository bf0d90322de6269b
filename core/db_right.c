#include "core/db_inside.h"

/* FNV-1a over a name and the NUL behind it. */
static uint64_t hash_name(uint64_t hash, const char *name)
{
    for (const char *c = name == NULL ? "" : name;; c++) {
        hash = (hash ^ (uint8_t)*c) * 1099511628211u;
        if (*c == 0)
            return hash;
    }
}

uint64_t db_right_hash(int action, const char *a, const char *b)
{
    return hash_name(hash_name(14695981039346656037u + (uint64_t)action, a), b);
}
