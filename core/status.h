#pragma once
/* `curbside status`: what an operator wants to see at a glance. Looks from outside (files, /proc,
 * cursors); asks no program, so that one that hangs cannot hide it. */

/* Prints it; 0 when every program is up, else 1. */
int status_print(void);
