#pragma once
/* Password hashing away from the clerk's loop: two children, each doing one Argon2id at a time (so
 * at most two times its memory), and a queue in front of them. Children get the password already
 * mixed with the pepper, and nothing else of the clerk. */
#include "core/socket.h"
#include "core/seal.h"

enum { HASH_CHILDREN = 2, HASH_PASSWORD_SIZE = 2 * DIGEST_SIZE, HASH_QUEUE_MAX = 1000 };

struct hash_ask {
    uint8_t check;                     /* 1: compare with `hash`, 0: make a new one */
    uint8_t renew;                     /* a check that passes is followed by a hash of `fresh` */
    char password[HASH_PASSWORD_SIZE]; /* hex of the peppered password */
    char fresh[HASH_PASSWORD_SIZE];    /* the same of the password that takes its place */
    char hash[PASSWORD_HASH_SIZE]; /* empty in a check: an unknown name; costs the same and fails */
};
struct hash_done {
    uint8_t good;                  /* the check passed, or a hash was made */
    char hash[PASSWORD_HASH_SIZE]; /* the new one */
};

struct hash_child {
    int fd; /* -1: not running */
    int pid;
    size_t slot; /* of the ask it works on; SIZE_MAX: idle */
};
/* A command waiting for its hash. Its client is owed an answer, so the place in the server stays
 * its own (core/socket.c). */
struct hash_slot {
    uint64_t ticket; /* 0: free; lower comes first */
    bool working, finished;
    struct server_client *client;
    bool operator_;
    uint8_t *body;
    size_t body_size;
    struct hash_ask ask;
    struct hash_done done;
};
struct hasher {
    struct hash_child children[HASH_CHILDREN];
    struct hash_slot *slots;
    size_t slot_count;
    uint64_t ticket;
    struct server *server;
};

/* Starts the children: before any store is opened. */
void hasher_open(struct hasher *hasher);
void hasher_close(struct hasher *hasher);
/* Have the server wake up when a child answers. */
void hasher_watch(struct hasher *hasher, struct server *server);
/* False when the queue is full. */
bool hasher_put(struct hasher *hasher, struct server_client *client, bool operator_,
                struct bytes body, const struct hash_ask *ask);
/* Take what the children finished and give them new work. */
void hasher_turn(struct hasher *hasher);
/* One finished command: its slot's body and result copied into the arena. False when there is none.
 */
bool hasher_take(struct hasher *hasher, struct arena *arena, struct server_client **client,
                 bool *operator_, struct bytes *body, const struct hash_done **done);
/* A new password for one who shows the old one; behind hash_ask_password of the old one. */
void hash_ask_fresh(struct hash_ask *ask, const uint8_t pepper[KEY_SIZE], struct text password);
/* Password and pepper into what children hash. */
void hash_ask_password(struct hash_ask *ask, const uint8_t pepper[KEY_SIZE], struct text password);
