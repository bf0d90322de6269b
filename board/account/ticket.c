#include "board/account/ticket.h"

#include "core/buf.h"
#include "core/clock.h"
#include "core/trace.h"

#include <stdlib.h>
#include <string.h>

enum { TICKET_SIZE = 1 + 8 + 8 + TICKET_SECRET_SIZE };
static const int64_t ENROL_MS = 20 * MINUTE_MS, SIGN_IN_MS = 5 * MINUTE_MS;

void tickets_open(struct tickets *tickets)
{
    memset(tickets, 0, sizeof(*tickets));
    tickets->used = calloc(TICKETS_USED, sizeof(*tickets->used));
    if (tickets->used == NULL)
        trace_die("tickets_open", "reason=memory");
    seal_random(tickets->key, sizeof(tickets->key));
}

void tickets_close(struct tickets *tickets)
{
    free(tickets->used);
    seal_wipe(tickets, sizeof(*tickets));
}

static int64_t ticket_life_ms(enum ticket_kind kind)
{
    return kind == TICKET_SECOND || kind == TICKET_PASSKEY ? SIGN_IN_MS : ENROL_MS;
}

struct text ticket_make(struct tickets *tickets, struct arena *arena, enum ticket_kind kind,
                        int64_t member, int64_t now_ms, struct ticket *ticket)
{
    uint8_t plain[TICKET_SIZE];
    *ticket = (struct ticket){.kind = kind, .member = member, .at_ms = now_ms};
    seal_random(ticket->secret, sizeof(ticket->secret));
    plain[0] = (uint8_t)kind;
    memcpy(plain + 1, &member, sizeof(member));
    memcpy(plain + 9, &now_ms, sizeof(now_ms));
    memcpy(plain + 17, ticket->secret, sizeof(ticket->secret));
    struct bytes box = seal_box(arena, tickets->key, NULL, bytes_of(plain, sizeof(plain)));
    seal_wipe(plain, sizeof(plain));
    return base64url_text(arena, box);
}

static void ticket_id(const struct tickets *tickets, struct text text, uint8_t id[ID_SIZE])
{
    const struct bytes key = bytes_of(tickets->key, KEY_SIZE), part = text_bytes(text);
    seal_id(id, &key, &part, 1);
}

enum result ticket_read(struct tickets *tickets, struct arena *arena, struct text text,
                        enum ticket_kind kind, int64_t now_ms, struct ticket *ticket)
{
    uint8_t id[ID_SIZE];
    struct bytes plain;
    struct bytes box = base64url_read(arena, text);
    if (box.data == NULL || seal_unbox(arena, tickets->key, box, &plain) != OK ||
        plain.size != TICKET_SIZE || plain.data[0] != (uint8_t)kind)
        return STALE;
    ticket->kind = kind;
    memcpy(&ticket->member, plain.data + 1, sizeof(ticket->member));
    memcpy(&ticket->at_ms, plain.data + 9, sizeof(ticket->at_ms));
    memcpy(ticket->secret, plain.data + 17, sizeof(ticket->secret));
    if (now_ms < ticket->at_ms || now_ms >= ticket->at_ms + ticket_life_ms(kind))
        return STALE;
    ticket_id(tickets, text, id);
    for (size_t i = 0; i < TICKETS_USED; i++) {
        if (memcmp(tickets->used[i].id, id, ID_SIZE) == 0)
            return STALE;
    }
    return OK;
}

enum result ticket_use(struct tickets *tickets, struct text text, int64_t now_ms)
{
    struct ticket_used *slot = &tickets->used[tickets->next];
    if (slot->until_ms > now_ms)
        return BUSY; /* forgetting it would let it be used twice */
    ticket_id(tickets, text, slot->id);
    slot->until_ms = now_ms + ENROL_MS;
    tickets->next = (tickets->next + 1) % TICKETS_USED;
    return OK;
}
