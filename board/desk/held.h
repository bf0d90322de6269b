#pragma once
/* A member objects to what the findings of a month kept from earning (ledger/reward/held.h). The
 * clerk knows neither the findings nor the money: it writes the objection down, once a member and
 * month, and the paymaster takes up those it holds something back from. */
#include "board/clerk/clerk.h"

enum result held_object_run(struct work *work);
/* desk.db's part of the event. */
MUST_USE enum result fold_desk_held_objected(struct db *db, const struct journal_entry *entry);
