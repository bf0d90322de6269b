#pragma once
/* The periods that reports are made of: weeks from Monday to Sunday, months and quarters, in UTC.
 * None overlaps another of its kind. */
#include "core/arena.h"

enum period_kind { PERIOD_WEEK = 1, PERIOD_MONTH, PERIOD_QUARTER, PERIOD_KINDS };
enum { PERIOD_SIZE_MAX = 8 };

struct period {
    enum period_kind kind;
    int64_t start_ms;
};

struct period period_of(enum period_kind kind, int64_t at_ms); /* the one it lies in */
int64_t period_end_ms(struct period period);                   /* first instant behind it */
struct period period_before(struct period period);
struct text period_name(struct arena *arena, struct period period); /* 2026-W11, 2026-03, 2026-Q1 */
/* False for anything that is no such name. */
bool period_read(struct text name, struct period *period);

/* Which period of each kind is open. They end one after another in time; of several that end at one
 * instant the shorter goes first. */
struct calendar {
    struct period open[PERIOD_KINDS];
};
struct calendar calendar_of(int64_t at_ms);
struct period calendar_next(const struct calendar *calendar); /* the one that ends next */
void calendar_pass(struct calendar *calendar, enum period_kind kind);
