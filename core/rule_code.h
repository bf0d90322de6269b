#pragma once
/* Reads compiled Lua 5.4 code (what lua_dump gives) for what a rule must not do, what it need not
 * be watched for, and which names of its surroundings it reads. Part of core/rule.c; nobody else
 * needs it. */
#include "core/bytes.h"

struct rule_code {
    /* A function assigns to a variable of a function around it: that would live on between calls,
     * and a rule could remember what it saw. The line it starts at (0: none does) and the variable.
     */
    int64_t line;
    char name[64];
    bool calls; /* the script's own top level calls something */
    /* The rest is about functions within the script: its own top level runs once, before any call.
     */
    bool writes;  /* some write to a table, be it their own; else no table needs guarding from them:
                     nothing they can call writes either */
    bool runs_on; /* some have a loop, or put strings together; else a call takes at most as many
                     steps as the functions it enters have, and none of them is long */
    size_t longest; /* steps of the longest */
};

/* False: the code could not be read at all, which counts as a refusal. */
bool rule_code_read(struct bytes code, struct rule_code *out);
/* Tells every place that reads a global, and with it the field read of it at once (P.name; else
 * absent). Both are borrowed from the code. False when the code could not be read. */
bool rule_code_names(struct bytes code,
                     void (*tell)(void *self, int64_t line, struct text global, struct text field),
                     void *self);
