/* Who a session speaks for, remembered. The desk is asked for each command otherwise, though who
 * votes has mostly just voted. Nothing here outlives a change: whatever event may touch a session
 * or a member makes all of it forgotten, and so does a batch that is undone. */
#include "board/clerk/clerk.h"

#include "core/trace.h"
#include "schema/desk.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS = 1024 };

struct actor_slot {
    uint64_t age; /* of the memory when it was filled */
    uint8_t digest[DIGEST_SIZE];
    struct desk_actor_find_row row;
};
struct actors {
    uint64_t age; /* grows with each forgetting; a slot of another age is empty */
    struct actor_slot slots[SLOTS];
};

struct actors *actors_open(void)
{
    struct actors *actors = calloc(1, sizeof(*actors));
    if (actors == NULL)
        trace_die("actors_open", "reason=memory");
    actors->age = 1;
    return actors;
}

void actors_close(struct actors *actors)
{
    free(actors);
}

void actors_forget(struct actors *actors)
{
    actors->age++;
}

/* The few events that are about postings alone. Any other, known today or not, may be about who
 * somebody is. */
void actors_event(struct actors *actors, enum event_kind kind)
{
    switch ((int)kind) {
    case EVENT_POSTING_ADDED:
    case EVENT_QUESTION_SOLVED:
    case EVENT_VOTE_CAST:
    case EVENT_TOPIC_FOLLOWED:
    case EVENT_NOTICES_SEEN:
    case EVENT_MAIL_SENT:
    case EVENT_TOTALS_SHOWN:
    case EVENT_POSTING_EDITED:
    case EVENT_COMMENT_ADDED:
    case EVENT_THANKS_GIVEN:
    case EVENT_ANSWER_CHOSEN:
    case EVENT_MARK_SET:
    case EVENT_SUMMARY_EDITED:
    case EVENT_TOPIC_DESCRIBED:
    case EVENT_ROUND_OPENED:
    case EVENT_ROUND_CLOSED:
    case EVENT_REPORT_RELEASED:
    case EVENT_REPORT_READ:
    case EVENT_REPORTS_MAIL_MADE:
    case EVENT_RULE_TRIED:
        return;
    default:
        actors_forget(actors);
    }
}

enum result actors_find(struct clerk *clerk, struct arena *arena, const uint8_t digest[DIGEST_SIZE],
                        struct desk_actor_find_row *row)
{
    uint64_t part;
    memcpy(&part, digest, sizeof(part));
    struct actor_slot *slot = &clerk->actors->slots[part % SLOTS];
    if (slot->age == clerk->actors->age && memcmp(slot->digest, digest, DIGEST_SIZE) == 0) {
        *row = slot->row;
        return OK;
    }
    enum result result = desk_actor_find(clerk->desk, arena, bytes_of(digest, DIGEST_SIZE), row);
    if (result != OK)
        return result;
    slot->age = clerk->actors->age;
    memcpy(slot->digest, digest, DIGEST_SIZE);
    slot->row = *row;
    return OK;
}
