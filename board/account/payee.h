#pragma once
/* Where a member's rewards go: the clerk's part of being paid. Accounts and tax forms are sealed to
 * the offline key the moment they come and can be read nowhere in the house; the journal tells only
 * which rail, that there is a form, and that a payout was asked for. The paymaster follows that. */
#include "board/clerk/clerk.h"

enum result payee_run(struct work *work);
enum result payee_set_hash(struct work *work, struct hash_ask *ask);
enum result payee_set_run(struct work *work);
enum result tax_form_give_hash(struct work *work, struct hash_ask *ask);
enum result tax_form_give_run(struct work *work);
enum result payout_ask_run(struct work *work);
enum result tax_form_refuse_run(struct work *work);
/* desk.db's part of these events. */
MUST_USE enum result fold_desk_payee(struct db *db, const struct event *event, bool *known);
