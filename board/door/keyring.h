#pragma once
/* identity.db and the clerk's keys: each member's own key (under the clerk's), applications in
 * progress (under the clerk's), identities (sealed to an offline key) and who holds which licence
 * (keyed digests). The only unit that names that store.
 *
 * Writes go into one transaction that is opened by the first of them and committed BEFORE the
 * journal (keyring_commit): a crash in between leaves rows of a member that never came to be, and
 * keyring_sweep removes those. What must only vanish once the journal says so (an application that
 * was decided) is removed afterwards, and by the sweep if that was missed. */
#include "board/roster/match.h"
#include "core/seal.h"

enum { VIEW_SLOTS = 1024, KEYRING_DONE_MAX = 1024, KEYRING_LEFT_MAX = 64 };

struct view_slot {
    int64_t member; /* 0: empty */
    uint8_t key[KEY_SIZE];
};
struct keyring {
    struct db *db;
    const uint8_t *box_key;     /* boxes member keys and applications */
    const uint8_t *pepper;      /* mixed into every password */
    const uint8_t *request_key; /* effective request ids: they cover secrets, so they are keyed */
    const uint8_t *person_key;  /* digests of NPI and licence */
    const uint8_t *door_key;    /* codes, the choices of a quiz, digests of who tried it */
    uint8_t offline_key[KEY_SIZE]; /* public half of the offline key */
    struct view_slot *views;       /* view keys lately used: derived, never the only copy */
    bool writing;
    int64_t done[KEYRING_DONE_MAX]; /* members whose application goes after the commit */
    size_t done_count;
    int64_t left[KEYRING_LEFT_MAX]; /* and those whose key goes */
    size_t left_count;
};

/* A password and address as kept in the journal: boxed under the member's own key. */
struct credential {
    struct text hash;
    struct text email;
};

MUST_USE enum result keyring_open(struct keyring *keys);
void keyring_close(struct keyring *keys);

/* NOT_FOUND: the member has no key (any more). The view key is kept for the next time. */
MUST_USE enum result keyring_member_key(struct keyring *keys, struct arena *arena, int64_t member,
                                        uint8_t key[KEY_SIZE]);
MUST_USE enum result keyring_view_key(struct keyring *keys, struct arena *arena, int64_t member,
                                      uint8_t key[KEY_SIZE]);

struct bytes credential_box(struct arena *arena, const uint8_t key[KEY_SIZE],
                            const struct credential *credential);
MUST_USE enum result credential_unbox(struct arena *arena, const uint8_t key[KEY_SIZE],
                                      struct bytes box, struct credential *credential);

/* Writes; all need keyring_commit. */
MUST_USE enum result keyring_key_put(struct keyring *keys, struct arena *arena, int64_t member,
                                     const uint8_t key[KEY_SIZE]);
MUST_USE enum result keyring_application_put(struct keyring *keys, struct arena *arena,
                                             int64_t member, const struct application *application,
                                             int64_t at_ms);
MUST_USE enum result keyring_application_get(struct keyring *keys, struct arena *arena,
                                             int64_t member, struct application *application,
                                             int64_t *at_ms);
/* Who holds this NPI or this licence: 0 nobody. */
MUST_USE enum result keyring_person_holder(struct keyring *keys,
                                           const struct application *application, int64_t *member);
/* The same by one of the two; the licence's number may be written in any way. */
MUST_USE enum result keyring_npi_holder(struct keyring *keys, struct text npi, int64_t *member);
MUST_USE enum result keyring_licence_holder(struct keyring *keys, struct text state,
                                            struct text licence, int64_t *member);
MUST_USE enum result keyring_person_hold(struct keyring *keys,
                                         const struct application *application, int64_t member);
/* Decided: seal who it is to the offline key (accepted) or forget the digests (refused); the
 * application goes after the commit. */
MUST_USE enum result keyring_decided(struct keyring *keys, struct arena *arena, int64_t member,
                                     const struct application *application, bool accepted);

/* Where a member's money goes, and his tax form, sealed to the offline key; an empty payee is
 * removed. They stay when he leaves: what he is owed is still to be paid and told of. */
MUST_USE enum result keyring_payee_put(struct keyring *keys, struct arena *arena, int64_t member,
                                       struct bytes plain);
MUST_USE enum result keyring_tax_form_put(struct keyring *keys, struct arena *arena, int64_t member,
                                          struct bytes plain);

/* Left: the key and a waiting application go after the commit, so that nothing of his can be opened
 * any more. The sealed identity and the digests stay. TOO_OFTEN: too many at once. */
MUST_USE enum result keyring_left(struct keyring *keys, int64_t member);

MUST_USE enum result keyring_commit(struct keyring *keys);
void keyring_rollback(struct keyring *keys);
/* After the journal's commit: remove the applications that were decided and the keys of those who
 * left. */
void keyring_after(struct keyring *keys);
/* Remove rows of members the desk does not know, keys of those who left, and applications that are
 * no longer waiting; one of a member who is in and is not sealed yet is sealed first. */
MUST_USE enum result keyring_sweep(struct keyring *keys, struct db *desk, struct arena *arena);

/* --- keyring_quiz.c: the quiz at the door --- */
/* A digest that says nothing without the key: of a licence, or of a network. */
void keyring_door_digest(const struct keyring *keys, const char *what, struct text a, struct text b,
                         uint8_t digest[DIGEST_SIZE]);
/* NOT_FOUND: this licence was never asked about. */
MUST_USE enum result keyring_quiz_get(struct keyring *keys, struct arena *arena,
                                      const uint8_t digest[DIGEST_SIZE], bool *known,
                                      struct bytes *plain);
MUST_USE enum result keyring_quiz_put(struct keyring *keys, struct arena *arena,
                                      const uint8_t digest[DIGEST_SIZE], bool known,
                                      struct bytes plain);
/* Tries under this digest since then, and when the earliest of the latest `most` was. */
MUST_USE enum result keyring_quiz_tries(struct keyring *keys, struct arena *arena,
                                        const uint8_t digest[DIGEST_SIZE], int64_t since_ms,
                                        int64_t most, int64_t *count, int64_t *first_ms);
/* One more; those at or before `since_ms` are forgotten. */
MUST_USE enum result keyring_quiz_tried(struct keyring *keys, const uint8_t digest[DIGEST_SIZE],
                                        int64_t at_ms, int64_t since_ms);
/* Begin the transaction that keyring_commit ends; again does nothing. */
MUST_USE enum result keyring_write(struct keyring *keys);

/* Members whom an entry of the exclusion list may mean by name alone, until a person decides. */
struct suspect {
    int64_t member, at_ms;
    uint8_t entry[ID_SIZE]; /* keyed digest of the list's row */
    struct text says;
};
/* *fresh: it was not there before, decided or not. Needs keyring_commit, as decide does. */
MUST_USE enum result keyring_suspect_put(struct keyring *keys, struct arena *arena, int64_t member,
                                         int64_t entry, struct text says, int64_t at_ms,
                                         bool *fresh);
/* Those not decided, of members behind `after`. */
MUST_USE enum result keyring_suspects(struct keyring *keys, struct arena *arena, int64_t after,
                                      size_t most, struct suspect **suspects, size_t *count);
/* NOT_FOUND when there is none. */
MUST_USE enum result keyring_suspect_decide(struct keyring *keys, struct arena *arena,
                                            int64_t member, const uint8_t entry[ID_SIZE],
                                            bool excluded);
/* Whether a person said of any that it means this member. */
MUST_USE enum result keyring_suspect_held(struct keyring *keys, struct arena *arena, int64_t member,
                                          bool *held);
