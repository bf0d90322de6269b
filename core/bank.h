#pragma once
/* Whether the numbers that name a bank account are well formed. Check digits find what was typed
 * wrongly; none of this says that the account exists. Never in a trace: the numbers. */
#include "core/bytes.h"

bool bank_iban_ok(struct text iban);       /* ISO 13616: length of the country, mod 97 is 1 */
bool bank_routing_ok(struct text routing); /* nine digits, 3-7-1 weighted sum divisible by ten */
bool bank_bic_ok(struct text bic);         /* 8 or 11 letters and digits as SWIFT allows them */
bool bank_account_ok(struct text account); /* a US account: 1 to 17 digits, capitals, hyphens */
/* A US taxpayer's number, nine digits: not all of one kind, and none that is never given out. */
bool bank_tin_ok(struct text number);
