#pragma once
/* What the close of the month that has ended would do now: the same evaluation, in memory, and
 * nothing written: no store, no leaf, no trace line. Only of a month that is over, since nothing
 * more can be earned in it: two previews cannot be held against each other to see who has just
 * earned something. What fewer than ledger.k members would be paid for is pooled, for the same
 * reason. Private to ledger/. */
#include "ledger/desk/paymaster.h"

/* COMMAND_PERIOD_PREVIEW and COMMAND_PERIOD_PREVIEW_START (`start`): begin one, where wanted, and
 * tell how far it is or what it found. A close that begins ends it. NOT_FOUND: no month waits to be
 * closed. BUSY: one is being closed. */
MUST_USE enum result preview_command(struct paymaster *paymaster, bool start, struct buf *reply);
bool preview_runs(const struct paymaster *paymaster);
/* Go on for a slice of work, if one is under way. */
MUST_USE enum result preview_step(struct paymaster *paymaster);
void preview_drop(struct paymaster *paymaster);
