#pragma once
/* Sessions, form tokens and a member's own rows, as every program that touches them must compute
 * them. Nothing is kept here: all of these are functions of a token or a key.
 *
 * Token: 32 random bytes, base64url without padding in the cookie. Stores hold only its digest. The
 * view key opens what board.db keeps for one member alone (own votes, followed topics); it travels
 * boxed under a key that only the token yields. */
#include "core/buf.h"
#include "core/seal.h"

enum command_kind; /* schema/command.h */

enum { SESSION_TOKEN_TEXT = 43, SESSION_FORM_TEXT = 22, SESSION_TAG_SIZE = ID_SIZE };

/* The 32 bytes behind a token's text; false for anything that is not exactly one. */
bool session_token_read(struct text text, uint8_t token[TOKEN_SIZE]);
struct text session_token_text(struct arena *arena, const uint8_t token[TOKEN_SIZE]);
void session_digest(uint8_t digest[DIGEST_SIZE], const uint8_t token[TOKEN_SIZE]);

/* BLAKE2b-256(member key, "view"). */
void session_view_key(uint8_t view_key[KEY_SIZE], const uint8_t member_key[KEY_SIZE]);
struct bytes session_view_box(struct arena *arena, const uint8_t token[TOKEN_SIZE],
                              const uint8_t view_key[KEY_SIZE]);
MUST_USE enum result session_view_unbox(struct arena *arena, const uint8_t token[TOKEN_SIZE],
                                        struct bytes box, uint8_t view_key[KEY_SIZE]);

/* Form tokens against forged requests: bound to the session and to the POST path's route pattern
 * ("/q/:id/answer"). */
struct text session_form(struct arena *arena, const uint8_t token[TOKEN_SIZE], const char *action);
bool session_form_check(const uint8_t token[TOKEN_SIZE], const char *action, struct text form);
/* The route pattern a command comes from; NULL for one that needs no form (reads, touching the
 * session, operator's). */
const char *session_action(enum command_kind kind);

/* Whether somebody of this role and level still lacks the second factor that the settings ask for.
 * second: bit 1 TOTP, bit 4 passkey. Applicants need none yet. */
enum { SECOND_TOTP = 1, SECOND_RECOVERY = 2, SECOND_PASSKEY = 4 };
bool session_second_missing(int64_t role, int64_t level, int64_t second);

/* Rows of board.db's table `own`. The tag names a row without saying whose; the box's nonce
 * is the tag and the event's seq, so that no two boxes of a key share one and a rebuild makes the
 * same bytes. */
void session_votes_tag(uint8_t tag[SESSION_TAG_SIZE], const uint8_t view_key[KEY_SIZE],
                       int64_t question);
void session_thread_tag(uint8_t tag[SESSION_TAG_SIZE], const uint8_t view_key[KEY_SIZE],
                        int64_t question);
void session_topics_tag(uint8_t tag[SESSION_TAG_SIZE], const uint8_t view_key[KEY_SIZE]);
/* Rows of pad.db: whose, and a draft's by the form it belongs to ("answer-17"). */
void session_pad_owner(uint8_t owner[SESSION_TAG_SIZE], const uint8_t view_key[KEY_SIZE]);
void session_draft_tag(uint8_t tag[SESSION_TAG_SIZE], const uint8_t view_key[KEY_SIZE],
                       struct text place);
struct bytes session_own_box(struct arena *arena, const uint8_t view_key[KEY_SIZE],
                             const uint8_t tag[SESSION_TAG_SIZE], int64_t seq, struct bytes plain);
MUST_USE enum result session_own_unbox(struct arena *arena, const uint8_t view_key[KEY_SIZE],
                                       struct bytes box, struct bytes *plain);

/* The payload of a votes row: 10 bytes a vote, {int64 LE posting, u8 stance, u8 patients}, in order
 * of posting. */
enum { OWN_VOTE_SIZE = 10 };
struct own_vote {
    int64_t posting;
    uint8_t stance;
    uint8_t patients;
};
MUST_USE enum result session_votes_read(struct arena *arena, struct bytes plain,
                                        struct own_vote **votes, size_t *count);
/* `plain` (may be absent) with this vote put in or replaced. */
struct bytes session_votes_put(struct arena *arena, struct bytes plain, struct own_vote vote);

/* The payload of a thread row: what a member chose in its poll and how he rated it, one byte each.
 */
enum { OWN_THREAD_SIZE = 4 };
struct own_thread {
    uint8_t choice, looked;        /* choice 0: none; looked: the counts were seen before it */
    uint8_t importance, relevance; /* 0: not said */
};
/* Nothing in it: all zero. INVALID for any other size. */
MUST_USE enum result session_thread_read(struct bytes plain, struct own_thread *own);
struct bytes session_thread_bytes(struct arena *arena, struct own_thread own);
