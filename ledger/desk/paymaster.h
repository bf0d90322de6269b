#pragma once
/* The paymaster's parts as they are open together, and what its program is made of. Private to
 * ledger/: others see ledger/ledger.h.
 *
 * It must never: tell anyone outside vault.db of an open earmark, write a leaf outside
 * ledger/log/writer.h, or answer before what it answers is durable. */
#include "core/follow.h"
#include "ledger/log/account.h"
#include "ledger/earmark/earmark.h"
#include "ledger/reward/finding.h"
#include "ledger/reward/reward.h"
#include "ledger/sign/signer.h"
#include "ledger/log/writer.h"
#include "schema/command.h"
#include "schema/vault.h"

#define SELECTOR_NAME "select/match" /* of the selectors that the house keeps in its vault */
enum { PERIOD_NAME_SIZE = 7, QUEUE_MOST = 64 };

struct close;       /* a period being closed (ledger/close/close.c) */
struct preview;     /* what a close would do (ledger/close/preview.c) */
struct month_trial; /* a proposed rule on closed months (ledger/reward/month_trial.c) */

struct paymaster {
    struct log *journal;
    struct log *ledger;
    struct db *book;
    struct db *vault;
    struct db *statement;
    struct writer writer;
    struct signer signer;
    bool has_signer; /* operator tools that only read have none */
    struct account_key key;
    const uint8_t *box_secret;
    uint8_t box_public[32];
    struct fold fold; /* of the journal, into vault.db */
    struct arena book_arena;
    struct arena arena; /* of one step or one batch of commands */
    struct close *close;
    struct preview *preview;
    struct month_trial *month_trial;
    uint64_t last_tick;
    bool confirmed;    /* something was confirmed by a second admin and waits to be done */
    int64_t looked_ms; /* when the ranker's figures were last read (ledger/reward/breaker.h); 0: not
                          yet */
    bool told_moved; /* members said where their money goes, or objected, or a rule of pay came into
                        force: statement.db follows */
};

/* --- open.c --- */
/* Starts the signer, opens everything for writing, brings the book up to the ledger, makes the
 * first leaves of a new house and takes up what a crash left undone. Anything but OK is traced. */
MUST_USE enum result paymaster_open(struct paymaster *paymaster);
/* For tools that read beside a running paymaster: no signer, nothing is written. `vault`: with the
 * paymaster's own keys and vault. */
MUST_USE enum result paymaster_open_reading(struct paymaster *paymaster, bool vault);
void paymaster_close(struct paymaster *paymaster);
/* Parts of opening, for tools that open otherwise: arenas and the journal's fold; the keys, made if
 * missing and `make`. */
void paymaster_arenas_open(struct paymaster *paymaster);
MUST_USE enum result paymaster_keys(struct paymaster *paymaster, bool make);
/* Secret key of the earmarks a sponsor signs: derived, never stored. */
void paymaster_sponsor_key(const struct paymaster *paymaster, int64_t member,
                           uint8_t public_key[32], uint8_t secret_key[64]);

/* --- vault.c --- */
enum result vault_apply(void *self, const struct journal_entry *entry, struct arena *arena);
MUST_USE enum result vault_follow(struct paymaster *paymaster);
/* Put the rules lying in scripts/reward into a vault that has none, and the selector of
 * scripts/select into one that has not this version. */
MUST_USE enum result vault_rules_start(struct paymaster *paymaster);
/* The kind of acts a rule of this name pays: reward/posting..., reward/answer..., reward/vote...;
 * EARMARK_DUMMY for others. */
enum earmark_kind vault_rule_kind(struct text name);
struct vault_actor {
    int64_t member;
    int64_t role; /* 0: the operator */
};
/* Who sent this command: session, its times, and the form token. STALE when the session or form
 * does not hold. */
MUST_USE enum result vault_actor_of(struct paymaster *paymaster, const struct command *command,
                                    bool operator_, struct vault_actor *actor);

/* --- commit.c --- */
/* One batch: rules that became active, then exactly earmark.per_tick commitments in random order,
 * then the checkpoint. */
MUST_USE enum result commit_tick(struct paymaster *paymaster);
/* Sign the present head and publish tiles and checkpoint. */
MUST_USE enum result commit_publish(struct paymaster *paymaster);
/* Take what the witnesses cosigned, if they did. */
MUST_USE enum result commit_cosigned(struct paymaster *paymaster);
/* After a start: queue again what was not written, note from where on the rest counts. */
MUST_USE enum result commit_recover(struct paymaster *paymaster);

/* --- campaign.c, promise.c, command.c --- */
/* Run one command, or keep it for a second person (ledger/desk/proposal.h), and answer into
 * `reply`. */
MUST_USE enum result paymaster_command(struct paymaster *paymaster, struct bytes message,
                                       bool operator_, struct buf *reply);
/* Run it now. Who may is checked again. */
MUST_USE enum result paymaster_run(struct paymaster *paymaster, const struct command *command,
                                   const struct vault_actor *actor, struct buf *reply);
/* INVALID comes with a record `problem` in `reply` where there is something to say. */
MUST_USE enum result promise_command(struct paymaster *paymaster, const struct command *command,
                                     const struct vault_actor *actor, struct buf *reply);
/* 16 bytes in hex. */
bool campaign_id_read(struct arena *arena, struct text hex, uint8_t id[16]);
MUST_USE enum result campaign_command(struct paymaster *paymaster, const struct command *command,
                                      const struct vault_actor *actor, struct buf *reply);

/* --- close.c --- */
/* Begin to close the month `name`; OK also when it is closed already. INVALID: not over yet, or not
 * the next one. CONFLICT, here and below: payouts are stopped (ledger/reward/breaker.h); what was
 * evaluated waits. */
MUST_USE enum result close_start(struct paymaster *paymaster, struct text name, bool *closed);
/* Go on with it for a slice of work; *closed when it is done. */
MUST_USE enum result close_step(struct paymaster *paymaster, bool *closed);
/* Run close_step until done or for at most `most_ms`. */
MUST_USE enum result close_run(struct paymaster *paymaster, int64_t most_ms, bool *closed);
/* The next month to be closed, if it is over. NOT_FOUND when not. */
MUST_USE enum result close_due(struct paymaster *paymaster, struct arena *arena, struct text *name,
                               int64_t *start_ms);
/* How far the close under way is; *all 0: none is. */
void close_progress(const struct paymaster *paymaster, int64_t *done, int64_t *all);
MUST_USE enum result close_resume(struct paymaster *paymaster);
void close_drop(struct paymaster *paymaster);
/* How many payments of a closed period differ between the rules replayed now and the ledger; traced
 * one by one. */
MUST_USE enum result close_replay(struct paymaster *paymaster, struct text name, int64_t *payments,
                                  int64_t *differ);

/* --- evaluate.c --- */
/* A proposed reward rule beside those that earmarks were promised under. */
struct tried_rule {
    enum earmark_kind kind;
    uint8_t sha256[32];
    struct text name, script; /* live as long as the evaluation */
};
struct evaluation {
    struct reward *reward;
    const struct tried_rule *tried; /* of a trial; else NULL */
    struct finding *finding;        /* while the ranker's child speaks; else NULL */
    struct text period; /* the caller's, and lives as long as this; of a preview empty */
    int64_t start_ms, end_ms, journal_seq;
    int64_t audience; /* least one of an earmark (ledger/earmark/select.h) */
    int64_t cursor;   /* last event seen */
};
/* Load the earmarks of a period: those due (closed = false), or those that were closed in it. */
MUST_USE enum result evaluation_open(struct paymaster *paymaster, struct evaluation *evaluation,
                                     struct text period, bool closed);
/* The same for a month that has no row: the earmarks due at a place of the journal. */
MUST_USE enum result evaluation_begin(struct paymaster *paymaster, struct evaluation *evaluation,
                                      int64_t start_ms, int64_t end_ms, int64_t journal_seq);
/* A closed month again, for a proposed rule: of its earmarks those of the rule's kind alone, each
 * twice, at 2n by the rule it was promised under and at 2n + 1 by the proposed one. Nothing is
 * written or traced. INVALID, here or of a step: the proposed rule failed. */
MUST_USE enum result evaluation_try(struct paymaster *paymaster, struct evaluation *evaluation,
                                    struct text period, const struct tried_rule *tried);
/* The next events; *done after the last one, when the items are final. */
MUST_USE enum result evaluation_step(struct paymaster *paymaster, struct evaluation *evaluation,
                                     bool *done);
void evaluation_close(struct evaluation *evaluation);
/* Open an earmark's box and check it: commitment, signature, that the key is its campaign's
 * sponsor's. */
MUST_USE enum result earmark_open(struct paymaster *paymaster, struct arena *arena,
                                  struct bytes sealed, struct bytes commitment,
                                  struct bytes *opening, struct earmark *terms, const char **why);

/* --- statement.c --- */
/* Write the statements of every closed period that has none yet, and what moved since. */
MUST_USE enum result statement_catch_up(struct paymaster *paymaster);
/* --- moved.c --- */
/* Bank batches' items and rewards taken back, into statement.db. */
MUST_USE enum result moved_catch_up(struct paymaster *paymaster);
