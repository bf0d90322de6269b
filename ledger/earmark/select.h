#pragma once
/* Which postings an earmark is on, when a script of scripts/select says so instead of a number
 * written by hand. Pure, as ledger/reward/reward.h is: the same events and earmarks select the same
 * postings whenever it is run again. Private to ledger/.
 *
 * A script defines one function of ten facts of a posting,
 *   selects(kind, order, age, day, specialty, topic1, topic2, topic3, topic4, topic5)
 * that gives 1 or 0: kind as in the event posting_added; order 1 for the first answer to its
 * question, 0 for what opens a thread; age in days, at the act; day of the act, from 0, since the
 * earmark was committed; the first specialty others see of the author, and topics of the thread, as
 * the numbers of their names (0: none shown, none more). No fact is an id, a text or a vote, so no
 * script can choose a member or an opinion. Its constants are the earmark's own values, within the
 * ranges that the script declares (core/rule.h). A constant whose unit is "topic" or "kind", if it
 * is the only one in that unit and not 0, limits the earmark to postings of that topic's threads or
 * of that kind: the script is not asked about others.
 *
 * What makes an earmark void, so that nobody earns by it; all else is as if nobody had acted:
 * - its script does not load with its values, or once gave an error, or anything but 1 or 0;
 * - its audience is smaller than `audience_least`. A statement would tell of a handful;
 * - it is by a script, and its audience differs from that of another live earmark of its sponsor by
 *   fewer members than that, but not by none: subtracted, two statements would tell the same. Of
 * two by scripts the later in the ledger is void, so that an auditor comes to the same.
 *
 * The audience of an earmark: members of full standing who did anything here in the last
 * SELECT_ACTIVE_DAYS days before the period's end;
 * - for pay to authors by a script only those whose shown specialty, in the place of the author's,
 *   would have let one of its postings be selected;
 * - for pay for votes on a posting chosen by hand without its author, and without those who had
 *   voted on it before the earmark was committed to: who waits until nearly everybody has voted
 *   would be told of the rest.
 * What is chosen by hand for its author has one payee by its nature, whom all can read under it. No
 * audience could hide him, and no vote is in question: it is never void. What hides whether he was
 * paid are the groups of ledger/earmark/tranche.h.
 *
 * Two earmarks chosen by hand are not held against each other: whom their audiences lack is not of
 * their sponsor's choosing, and no act earns by both unless both are on one posting. Beside one by
 * a script an earmark chosen by hand counts with all active members. */
#include "core/journal.h"
#include "core/rule.h"
#include "ledger/earmark/earmark.h"

struct select; /* of one evaluation */

enum { SELECT_ARGUMENTS = 10, SELECT_ACTIVE_DAYS = 90, SELECT_KINDS = 5 };

/* --- select_script.c --- */
/* One constant of a script, whole and in range. */
struct select_value {
    struct text name, unit, meaning;
    int64_t value, low, high;
};
/* The constants of a selector script, at most EARMARK_VALUES_MAX, in order. INVALID: it is none. */
MUST_USE enum result select_values_of(struct arena *arena, struct text script,
                                      struct select_value values[EARMARK_VALUES_MAX],
                                      size_t *count);

/* The number of a topic's or specialty's name: the first 6 bytes of its SHA-256, big-endian; of no
 * name 0. */
int64_t select_number(struct text name);
/* The values of a script's constants for one earmark: "NAME=VALUE, ...", VALUE a number or a name
 * that select_number takes; what is not named keeps the script's own. False and *why otherwise. */
bool select_values(struct arena *arena, struct text script, struct text words,
                   struct earmark_by *by, struct text *why);
/* Whether it is a selector script that takes these values; *why when not. */
MUST_USE enum result select_check(struct arena *arena, struct text script,
                                  const struct earmark_by *by, struct text *why);

/* The script with the earmark's values in place of its own; INVALID and *why. */
MUST_USE enum result select_load(struct rule_set **set, struct arena *arena, struct text script,
                                 const struct earmark_by *by, struct text *why);

/* --- select.c --- */
struct select *select_open(void);
void select_close(struct select *select); /* NULL is harmless */
/* Earmark number `earmark`, in order from 0; `script` of those by a script. */
void select_add(struct select *select, struct arena *arena, const struct earmark *terms,
                int64_t sponsor, struct text script);
/* Whether any earmark is by a script: any posting may be earmarked then. */
bool select_any(const struct select *select);
/* Before the first event: what is chosen by hand is held against no least audience. */
void select_hand_free(struct select *select);
/* This member cannot earn by an earmark on votes that is chosen by hand, each member once for each
 * earmark. Of others, and of member 0, it says nothing. */
void select_without(struct select *select, size_t earmark, int64_t member);
/* Before the first event: count what there is for selectors to take, whether an earmark asks for it
 * or not; postings from an instant on. */
void select_watch(struct select *select, int64_t from_ms);
/* Postings in threads of a topic, by kind. */
struct select_topic {
    int64_t number;
    int64_t postings[SELECT_KINDS];
};
size_t select_topics(const struct select *select, const struct select_topic **topics);
/* Numbers of the specialties that were shown; 0, none, among them. */
size_t select_specialties(const struct select *select, const int64_t **numbers);
/* Of one that is watched: how a number's name was first written; "" of 0. */
struct text select_name(const struct select *select, int64_t number);
/* Active members by the specialty they show: counts[i] of the i-th of select_specialties. */
void select_active(const struct select *select, int64_t end_ms, int64_t *counts);
/* Each event before its acts are asked about. */
void select_event(struct select *select, const struct event *event);
/* Whether this earmark's script takes a posting for an act at `at_ms`; `order` among the answers.
 */
bool select_takes(struct select *select, size_t earmark, int64_t posting, int64_t order,
                  int64_t at_ms);
/* After the last event: hold the audiences against the limit. */
void select_finish(struct select *select, int64_t end_ms, int64_t audience_least);
/* Why an earmark is void, or NULL. */
const char *select_void(const struct select *select, size_t earmark);
