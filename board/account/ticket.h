#pragma once
/* Tickets: what the clerk hands out between two steps (password and code, challenge and passkey)
 * and takes back once, within minutes. A ticket is a box under a key that lives only in this
 * process, so nothing is stored, a worker cannot make one, and a restart ends all of them. Those
 * taken back are remembered until they are over. */
#include "board/door/keyring.h"

enum { TICKET_SECRET_SIZE = 32, TICKETS_USED = 8192 };

enum ticket_kind {
    TICKET_SECOND = 1, /* the password was right; secret: the challenge for a passkey */
    TICKET_PASSKEY,    /* signing in with a passkey alone; member 0; secret: the challenge */
    TICKET_REGISTER,   /* a new passkey; secret: the challenge */
    TICKET_TOTP,       /* a new TOTP secret */
    TICKET_CONFIRM     /* an operation is to be confirmed; secret: the nonce */
};
struct ticket {
    enum ticket_kind kind;
    int64_t member;
    int64_t at_ms;
    uint8_t secret[TICKET_SECRET_SIZE];
};
struct ticket_used {
    uint8_t id[ID_SIZE];
    int64_t until_ms;
};
struct tickets {
    uint8_t key[KEY_SIZE];
    struct ticket_used *used;
    size_t next;
};

void tickets_open(struct tickets *tickets);
void tickets_close(struct tickets *tickets);
/* A new one, as text for a form; its secret is random. */
struct text ticket_make(struct tickets *tickets, struct arena *arena, enum ticket_kind kind,
                        int64_t member, int64_t now_ms, struct ticket *ticket);
/* STALE: none of ours, of another kind, too old, or taken back before. */
MUST_USE enum result ticket_read(struct tickets *tickets, struct arena *arena, struct text text,
                                 enum ticket_kind kind, int64_t now_ms, struct ticket *ticket);
/* Never again. BUSY: too many are on their way. */
MUST_USE enum result ticket_use(struct tickets *tickets, struct text text, int64_t now_ms);
