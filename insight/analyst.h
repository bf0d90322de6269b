#pragma once
/* The analyst's own inside: following the journal, passing the ends of periods that are closed
 * already, closing those that are not. Not for other folders. */
#include "core/journal.h"
#include "insight/close.h"
#include "schema/release.h"
#include <signal.h>

/* Following, in memory: a restart counts the whole journal again, and passes the ends of the
 * periods that are closed already. */
struct analyst {
    struct arena arena, kept; /* kept: the public words */
    struct db *db;
    struct db *signal; /* the desk's; NULL while checking */
    struct log *journal;
    struct count count;
    struct close close;
    struct calendar calendar;
    bool has_begun; /* something has happened, so periods are open */
    int64_t seq;
    int64_t first_ms;                      /* of the first event */
    int64_t now_ms;                        /* latest event time so far: never goes back */
    int64_t last_id;                       /* of the closings passed so far */
    struct release_closing_after_row next; /* the next stored closing, while there is one */
    char next_name[PERIOD_SIZE_MAX + 1];
    int64_t week_seq;   /* the last week that was closed at start covers the journal up to here */
    int64_t signal_seq; /* the desk's weeks cover the journal up to here */
    bool has_next;
    bool is_serving;
    bool says_where;  /* how far it is, to standard error: for an operator who waits */
    bool may_close;   /* make reports; else what is stored is only passed */
    bool is_checking; /* compare what was measured with what is counted now */
    char fault[120];  /* of that comparison; empty: none */
    volatile sig_atomic_t stop_asked;
};

/* Everything the journal has, up to a stop that is asked for; then the desk's look back. An error
 * leaves counters ahead of the stores: only a new start mends that. */
MUST_USE enum result analyst_follow(struct analyst *analyst);
/* The journal has come behind the next stored closing: what it counted is spent. */
MUST_USE enum result analyst_pass(struct analyst *analyst, struct arena *arena);
/* Close the period that ends next; it covers the journal up to `journal_seq`. */
MUST_USE enum result analyst_close(struct analyst *analyst, struct arena *arena,
                                   int64_t journal_seq);
/* Looks up the next stored closing. */
MUST_USE enum result analyst_next(struct analyst *analyst, struct arena *arena);
