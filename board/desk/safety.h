#pragma once
/* Adverse events, inside of the clerk: products that are watched for a sponsor, postings that name
 * one, what the desk finds in them (the four minimum items of ICH E2D: a patient, a reporter, a
 * product, a reaction), and asking an author whether the maker may get in touch.
 *
 * Whether a posting names a product is looked at when it is written, and goes into the journal, so
 * that no fold needs its text. Never here: an author's name to a maker without his yes; a posting's
 * words in anything that is handed on. */
#include "board/clerk/clerk.h"

/* --- safety.c --- */
/* These words were just written at `posting` by the actor: one event for each open watch they name,
 * but for those where words of his at this posting wait for a judgement already. What was judged is
 * looked at anew: a later wording may tell what the first did not. */
MUST_USE enum result safety_look(struct work *work, int64_t posting, int64_t question,
                                 const struct text *texts, size_t count);
/* Whether one of these texts has the product or one of its other names ("; " between them): its
 * words in a row, whatever the case, the accents and the signs around and between them. Rather one
 * too many at the desk than one missed: "HLD-7" finds "hld 7", "Nexa" finds "Nexa®". */
bool safety_names(struct work *work, const struct text *texts, size_t count, struct text product,
                  struct text names);
enum result safety_desk_run(struct work *work);
enum result watch_set_run(struct work *work);
/* safety_back.c: some of the older postings that a new watch is to look at; more when nobody else
 * asks anything. */
enum result watches_look_run(struct work *work);
enum result watch_end_run(struct work *work);
enum result sighting_judge_run(struct work *work);
enum result cases_send_run(struct work *work);
enum result contact_ask_run(struct work *work);
enum result contacts_run(struct work *work);
enum result contact_answer_run(struct work *work);
