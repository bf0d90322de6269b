#pragma once
/* What the pages of the safety desk share (page_safety.c). */
#include "board/board.h"
#include "fcgi/page/page_doors.h"

/* What the clerk says of watches and sightings: of one watch, or (0) of whatever waits and the open
 * watches; with before > 0 of those that are over. */
MUST_USE enum result page_safety_ask(struct request *r, struct command_safety_desk what,
                                     struct reply_safety_desk *reply);
struct view_watch_row page_watch_row(struct request *r, const struct record_watch *watch);
/* With the text in its place on the board. What was just typed stands in the one r->id is about. */
MUST_USE enum result page_sightings(struct request *r, const struct reply_safety_desk *reply,
                                    struct view_sighting **sightings, size_t *count);
/* His pseudonym; "" when he has left. */
MUST_USE enum result page_sighting_author(struct request *r, int64_t member, struct text *author);
