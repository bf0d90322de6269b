#pragma once
/* The operator's verbs of curbside-paymaster. Each prints on standard output and returns an exit
 * code: 0, 1 (it failed, or what was looked at is not sound; the reason is on standard error).
 * Private to ledger/. */
#include "schema/command.h"

/* Ask the paymaster that serves, as the operator; a refusal is told on standard error. *proposed:
 * nothing was done yet, a second person is wanted, which was printed. */
MUST_USE enum result tool_ask(struct arena *arena, struct command *command, struct bytes *reply,
                              bool *proposed);

int tool_verify(void);
int tool_replay(void);
int tool_rebuild(void);
int tool_digest(void);
/* hledger, ledger or beancount; 2 for another word. */
int tool_export(const char *dialect);
struct paymaster;
/* Leaves below *limit belong to periods whose embargo is over. */
MUST_USE enum result openings_limit(struct paymaster *paymaster, int64_t *limit);
/* Every commitment of closed periods whose embargo is over, opened: a line each, for auditors. */
int tool_openings(void);
/* What an auditor who has the journal too needs to choose again (ledger/audit/audit_choice.h). */
int tool_selection(void);
/* Prove from the lines of `openings` and the ledger's leaves that nothing was chosen afterwards;
 * `selection`: those of `selection`, to be used with the journal, or NULL. */
int tool_audit(const char *path, const char *selection);
/* The tlog-proof of one leaf under the latest checkpoint. */
int tool_receipt(const char *seq);
/* Judge a receipt file with the key in the file `vkey` (NULL: of public/vkey), and say what it
 * proves. Needs nothing of a house but that key. */
int tool_check(const char *path, const char *vkey);
/* Judge the copy of a house's public files in `folder` (ledger/audit/audit.h), and that its tree
 * begins with that of the checkpoint in the file `older` (NULL: none was kept); print the names of
 * the tiles such a copy still lacks, one a line. Neither needs anything of a house. */
int tool_public(const char *folder, const char *older);
int tool_tiles(const char *folder);
/* Sign and seal an earmark described in a file; prints the public key and the envelope. */
int tool_seal(const char *path);
/* Paying out (ledger/payout/payout.h): hold a batch for pain001 or nacha; make its file from a
 * folder with `list`, `payees` (MEMBER or a charity's key <tab> name <tab> IBAN or routing <tab>
 * BIC or account
 * [<tab> savings], a line each) and `house` (one such line without the number, then company id and
 * bank's name); note the file in the ledger; take what the bank answered. */
int tool_pay(const char *rail);
int tool_file(const char *folder);
int tool_exported(const char *path);
int tool_returns(const char *path);
/* Withheld taxes went to the tax office (ledger/payout/withhold.h): an amount like 1234.56. */
int tool_remit(const char *amount, const char *reference);
/* The maker knows who got this reward: disclosed, consent or learned (ledger/payout/unblind.h). */
int tool_unblind(const char *leaf, const char *reason);
/* Lists by members' numbers: what a year's payees were paid (for 1099-NEC:
 * ledger/payout/withhold.h); the year's rewards whose payee the maker knows in time (for Open
 * Payments: ledger/payout/unblind.h); one member's rewards, with their leaves. */
int tool_tax(const char *year);
int tool_open_payments(const char *year);
int tool_payments(const char *member);
/* Take back a reward (ledger/close/reverse.h). */
int tool_reverse(const char *leaf, const char *why);
/* Book a deposit of a campaign (its id in hex), in the currency's units: 5000 or 12.50. */
int tool_deposit(const char *campaign, const char *amount);
/* What waits for a second person and what became of it, as the vault has it, past any page; exit 1
 * when a hash is not that of its command and words. */
int tool_operations(void);
int tool_tick(void);
int tool_close(const char *period);
/* Measure; with LEAVES also what an entry costs when there are so many, against 100,000. */
int tool_bench(const char *leaves);
