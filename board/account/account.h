#pragma once
/* Members' own accounts, inside of the clerk: how they sign in (second.c, factor.c), what they
 * change (account.c, reset.c, email.c), leaving (leave.c), what is held on them (export.c), and the
 * mails about it (account_mail.c). Secrets lie in boxes under the member's own key, so leaving
 * erases them. Never here: an answer that tells whether a name is known. */
#include "board/clerk/clerk.h"

enum {
    FACTOR_TOTP = 1,
    FACTOR_RECOVERY = 2,
    FACTOR_PASSKEY = 3,
    FACTORS_MOST = 20, /* of one member */
    RECOVERY_CODES = 10,
    RECOVERY_CODE_SIZE = 12, /* letters and digits of one: 60 bits */
};
/* How fresh a session must be that changes how its member signs in. */
#define FRESH_MS (15 * MINUTE_MS)

/* Kinds of mail that are no notices; they are sent at once, whatever the day's limit. */
enum {
    MAIL_ACCOUNT = 32,
    MAIL_RESET = 32, /* the code; id: of reset_asked */
    MAIL_EMAIL_OLD,  /* to the old address; id: of email_asked */
    MAIL_EMAIL_NEW,  /* to the new one, with the code; id: of email_asked */
    MAIL_EMAIL_DONE, /* to the old one; question: id of email_asked */
    MAIL_PASSWORD,   /* the password was changed */
    MAIL_FACTOR_ADDED,
    MAIL_FACTOR_REMOVED,
    MAIL_RECOVERY_USED,
    MAIL_TOKEN_MADE,
    MAIL_PAYEE_SET, /* where his money goes was changed */
    MAIL_ACCOUNT_LAST
};

/* --- second.c --- */
enum result sign_in_second_run(struct work *work);
enum result passkey_ask_run(struct work *work);
/* What second steps a member has: bits as in core/session.h, of those that will do for this role.
 */
MUST_USE enum result second_methods(struct work *work, int64_t member, int64_t role,
                                    int64_t *methods);
/* Credential ids of a member's passkeys, by spaces; as many as a reply holds. */
MUST_USE enum result passkeys_list(struct work *work, int64_t member, struct text *list);
/* Whose passkey signed what is wanted (board/account/passkey.h); mark: its counter now, to be kept
 * by factor_used. REFUSED: nobody's, or not that of `member` (0: anybody), or it does not hold. */
struct passkey_want;
struct passkey_signer {
    int64_t factor, member, mark;
    int64_t added_ms; /* when the member added this passkey */
};
MUST_USE enum result passkey_signed(struct work *work, int64_t member,
                                    const struct passkey_want *want,
                                    const struct record_proof *proof,
                                    struct passkey_signer *signer);
/* The answer to a right password that is not enough. */
MUST_USE enum result second_offer(struct work *work, int64_t member, int64_t role, int64_t methods);

/* --- factor.c --- */
struct passkey;
enum result account_run(struct work *work);
enum result totp_offer_run(struct work *work);
enum result totp_add_run(struct work *work);
enum result passkey_offer_run(struct work *work);
enum result passkey_add_run(struct work *work);
enum result recovery_renew_run(struct work *work);
enum result factor_remove_run(struct work *work);
enum result factors_clear_run(struct work *work);
/* Whether the actor signed in less than FRESH_MS ago, with all that his signing in takes. */
bool account_fresh(const struct work *work);
/* Keyed digest of a credential id: how a passkey is found. */
void factor_handle(struct work *work, struct bytes id, uint8_t handle[DIGEST_SIZE]);
/* A factor's box opened with its member's key. */
MUST_USE enum result factor_open(struct work *work, int64_t member, struct bytes box,
                                 struct bytes *plain);
/* Passkeys as they lie in their boxes; label: what the member calls it. */
struct bytes passkey_pack(struct arena *arena, const struct passkey *passkey, struct text label);
MUST_USE enum result passkey_unpack(struct bytes plain, struct passkey *passkey,
                                    struct text *label);
/* A code without the blanks and hyphens people type into it. */
struct text code_typed(struct arena *arena, struct text typed);
/* Recovery codes: digest of one as typed; blanks, hyphens and case do not count. */
bool recovery_digest(struct work *work, struct text typed, uint8_t digest[ID_SIZE]);

/* --- account.c --- */
enum result password_change_hash(struct work *work, struct hash_ask *ask);
enum result password_change_run(struct work *work);
enum result session_end_run(struct work *work);
enum result sessions_end_run(struct work *work);
enum result specialty_show_run(struct work *work);
/* The signed-in member's password, to be compared; counts against his own tries. */
MUST_USE enum result own_password_hash(struct work *work, struct text password,
                                       struct hash_ask *ask);
/* What that came to: OK, or words beside the field. */
MUST_USE enum result own_password_good(struct work *work, const char *field);
MUST_USE enum result own_credential(struct work *work, int64_t member,
                                    struct credential *credential);
/* Hash and address as they shall stand; `event` says why. */
MUST_USE enum result credential_record(struct work *work, struct event *event,
                                       const struct credential *credential);
/* Ends a member's sessions; but: 32 bytes, or NULL for all. */
MUST_USE enum result sessions_record(struct work *work, int64_t member, const uint8_t *but);

/* --- reset.c, email.c, leave.c, export.c --- */
enum result reset_ask_run(struct work *work);
enum result reset_do_hash(struct work *work, struct hash_ask *ask);
enum result reset_do_run(struct work *work);
enum result email_ask_hash(struct work *work, struct hash_ask *ask);
enum result email_ask_run(struct work *work);
enum result email_confirm_run(struct work *work);
enum result leave_hash(struct work *work, struct hash_ask *ask);
enum result leave_run(struct work *work);
enum result account_events_run(struct work *work);
/* Blank one text of the journal: the event, then the text itself. OK when there is none (any more).
 */
MUST_USE enum result text_erase(struct work *work, int64_t seq, int64_t part);

/* --- account_mail.c --- */
/* Where a mail about an account goes and what it says. NOT_FOUND: it has lost its point. */
struct desk_mail_due_row;
MUST_USE enum result account_mail_write(struct work *work, const struct desk_mail_due_row *row,
                                        struct record_mail *mail);

/* --- session.c --- */
MUST_USE enum result session_open(struct work *work, int64_t member, int64_t role,
                                  struct text device);
/* --- member.c --- */
bool email_good(struct text email);
