#pragma once
/* Inside of the clerk: what its parts share. One batch at a time: begin (journal, both folds),
 * every command checked against the folds, its events appended and applied at once so that the next
 * command sees them, then one commit of the journal for all, the folds' commits, and only then the
 * answers. Any store that is BUSY undoes the whole batch and everybody is told so. */
#include "board/board.h"
#include "board/fold/fold.h"
#include "board/account/hasher.h"
#include "board/picture/imager.h"
#include "board/posting/pad.h"
#include "board/account/password.h"
#include "board/account/throttle.h"
#include "board/account/ticket.h"
#include "core/socket.h"
#include "schema/command.h"

/* How far mails of news have been looked for (digest.c). */
struct telling_sweep {
    bool begun;
    int64_t posting, posting_member; /* told at once up to this posting; within the next, to here */
    int64_t day_ms;                  /* the day this is about */
    int64_t day_from, day_upto, week_from, week_upto; /* postings */
    int64_t waiting, member;                          /* looked at up to these members */
    bool waited, done;
    bool own_begun;
    int64_t notice; /* what is said to own postings: told at once up to this notice */
};

/* The same of mails about reports: told up to these, and within the next look to this member. */
struct reports_sweep {
    int64_t once, week, member;
};

struct clerk {
    struct log *journal;
    struct db *board, *desk, *roster; /* roster: NULL until a list was imported */
    struct keyring keys;
    struct pad pad;
    struct fold_board fold_board;
    struct fold board_fold, desk_fold;
    struct server server;
    struct hasher hasher;
    struct imager imager;
    struct throttle throttle;
    struct tickets tickets;
    struct passwords passwords; /* common ones, which nobody may have */
    struct guard *guard;
    struct actors *actors;
    struct arena arena;   /* of one batch */
    struct arena scratch; /* of one command's replies to itself */
    int64_t now_ms;       /* of this batch: its events carry it */
    int64_t woken_us;     /* when followers were poked last (steady time) */
    size_t taken;         /* messages of the last batch */
    bool wake_due;        /* something was appended since */
    bool looking;         /* older postings for a watch, while nobody asks */
    struct packing *packing;
    bool joining;      /* pieces of the search index are being joined or packed while nobody asks */
    int64_t head;      /* journal position both folds have reached */
    int64_t appended;  /* events of this batch */
    enum result fatal; /* what broke this batch; OK while nothing did */
    int64_t batches, commands;
    struct telling_sweep sweep;
    struct reports_sweep reports_sweep;
};

struct actor {
    int64_t member, role, level, state, seen_ms;
    int64_t second, opened_ms; /* second factors; when the session began */
    int64_t program, scopes;   /* a personal token's id and what it is for; 0: a session */
    uint8_t token[TOKEN_SIZE], digest[DIGEST_SIZE];
};

/* One command on its way: taken from a client, answered exactly once. */
struct job {
    struct server_client *client;
    bool operator_;
    uint32_t uid; /* whose program it is */
    struct bytes body;
    struct command command;
    bool readable;                  /* command holds what body says */
    const struct hash_done *hash;   /* the password work of this command is done */
    const struct image_done *image; /* its picture is made, or refused */
    enum result result;
    struct text reply;
};

struct work {
    struct clerk *clerk;
    struct job *job;
    const struct command *command;
    struct arena *arena;
    struct actor actor;       /* member 0: nobody */
    uint8_t request[ID_SIZE]; /* request.c */
    struct buf reply;
};

/* --- command.c: the table of commands, and who may --- */
enum command_who {
    BY_ANYONE,
    BY_SIGNED_IN,
    BY_PHYSICIAN,
    BY_SPONSOR,
    BY_ADMIN,
    BY_OPERATOR,
    BY_ANALYST,   /* its user (socket.analyst_user), or the clerk's own */
    BY_RANKER,    /* the same with socket.ranker_user */
    BY_PAYMASTER, /* and with socket.paymaster_user */
};
/* What a command answers whose form was sent, and done, before. */
enum command_again {
    AGAIN_RUNS,    /* it runs: it changes nothing, or finds out for itself */
    AGAIN_DONE,    /* OK, as the first time */
    AGAIN_CREATED, /* and the id of what it made then */
};
struct command_row {
    enum command_kind kind;
    enum command_who who;
    enum result (*run)(struct work *work);
    /* Set for commands that need a password hashed: checks what can be checked before, fills *ask.
     * Runs outside of a batch. */
    enum result (*hash)(struct work *work, struct hash_ask *ask);
    enum command_again again;
};
/* NULL for a kind the clerk does not serve. */
const struct command_row *command_row_find(enum command_kind kind);
void job_read(struct clerk *clerk, struct job *job);
/* Fills job->result and job->reply. */
void command_run(struct clerk *clerk, struct job *job);
/* The part before the hash of a command that needs one: OK means *ask is to be hashed, anything
 * else is the answer. */
enum result command_hash(struct clerk *clerk, struct job *job, struct hash_ask *ask);
/* Whether this command may be asked at all, before its picture is looked at; said again when it
 * runs. */
enum result command_may(struct clerk *clerk, struct job *job);
/* Answer with a field's name and words for a person; returns `result`. */
enum result problem(struct work *work, enum result result, const char *field, const char *reason);

/* --- batch.c --- */
/* Append an event of this batch's time and apply it to both folds. Fills event->seq. A failure
 * undoes the batch. */
MUST_USE enum result clerk_record(struct clerk *clerk, struct event *event,
                                  const struct text *texts, size_t text_count);
void batch_run(struct clerk *clerk, struct job *jobs, size_t count);
/* What it is made of: everything open and caught up; everything as it was, with the folds at
 * `head`. */
MUST_USE enum result batch_begin(struct clerk *clerk);
MUST_USE enum result batch_commit(struct clerk *clerk);
void batch_undo(struct clerk *clerk, int64_t head);
/* Bring both folds to the journal's head, outside of a batch. */
MUST_USE enum result clerk_catch_up(struct clerk *clerk, void (*progress)(int64_t cursor));
MUST_USE enum result clerk_open(struct clerk *clerk);
void clerk_close(struct clerk *clerk);
/* Serve until SIGTERM. */
int clerk_serve(struct clerk *clerk);

/* --- actor.c: who a session speaks for --- */
struct desk_actor_find_row; /* schema/desk.h; numbers only */
struct actors *actors_open(void);
void actors_close(struct actors *actors);
/* Whatever was remembered is asked for again. */
void actors_forget(struct actors *actors);
/* An event of this kind was applied to the desk. */
void actors_event(struct actors *actors, enum event_kind kind);
/* NOT_FOUND: no such session (any more). */
MUST_USE enum result actors_find(struct clerk *clerk, struct arena *arena,
                                 const uint8_t digest[DIGEST_SIZE],
                                 struct desk_actor_find_row *row);

/* --- request.c: idempotency --- */
/* Fills work->request, the effective id of this command: keyed digest of who, what, every field and
 * the form's request id. OK and *seq when it was done before; NOT_FOUND when it is new. */
MUST_USE enum result request_find(struct work *work, int64_t *seq);
/* The same before a command runs: its answer if it was done before; NOT_FOUND when it is to run. */
MUST_USE enum result request_again(struct work *work, enum command_again again);
/* Every event a command records says which command it was: by this it is found again. */
void request_put(const struct work *work, uint8_t id[ID_SIZE]);
void reply_created(struct work *work, int64_t id);

/* --- the commands, by domain: one file each --- */
enum result sign_in_hash(struct work *work, struct hash_ask *ask); /* session.c */
enum result sign_in_run(struct work *work);
enum result sign_out_run(struct work *work);
enum result session_touch_run(struct work *work);
enum result join_hash(struct work *work, struct hash_ask *ask); /* member.c */
enum result join_run(struct work *work);
enum result staff_add_hash(struct work *work, struct hash_ask *ask);
enum result staff_add_run(struct work *work);
enum result applications_run(struct work *work);  /* application.c */
enum result member_decide_run(struct work *work); /* decide.c */
enum result applications_match_run(struct work *work);
enum result ask_run(struct work *work); /* posting.c */
enum result answer_run(struct work *work);
enum result text_blank_run(struct work *work);
enum result vote_run(struct work *work); /* vote.c */
enum result votes_today_run(struct work *work);
enum result totals_show_run(struct work *work);
/* INVALID with words when the text points to a patient. */
MUST_USE enum result guard_text(struct work *work, const char *field, struct text text);
/* No control characters but new lines and tabs. */
bool text_good(struct text text);
enum result solve_run(struct work *work);       /* solve.c */
enum result poll_choose_run(struct work *work); /* poll.c */
enum result question_rate_run(struct work *work);
enum result specialties_run(struct work *work); /* specialty.c */
enum result specialties_choose_run(struct work *work);
enum result background_run(struct work *work); /* background.c */
enum result background_tell_run(struct work *work);
/* What an asked thread has beside its text, by kind: checked, and put into the event. */
MUST_USE enum result kind_check(struct work *work, struct event_posting_added *e,
                                struct text *options);
enum result topic_follow_run(struct work *work); /* topic.c */
enum result topic_describe_run(struct work *work);
enum result reference_add_run(struct work *work); /* reference.c */
enum result reference_comment_run(struct work *work);
enum result reference_topic_run(struct work *work);
enum result rule_propose_run(struct work *work); /* rule.c */
enum result rule_approve_run(struct work *work);
enum result rule_withdraw_run(struct work *work);
enum result rule_tried_run(struct work *work);
enum result rule_months_tried_run(struct work *work);
enum result rule_shadow_run(struct work *work);
enum result rule_rollback_run(struct work *work);
enum result notices_seen_run(struct work *work); /* notice.c */
enum result mail_due_run(struct work *work);
enum result mail_done_run(struct work *work);
/* draft.c: what is being written. draft_keep leaves out of `fields` what may not be posted;
 * draft_done: the form of this place has just been posted; drafts_left: its member leaves. */
struct record_draft_field;
struct reply_draft_saved;
MUST_USE enum result draft_keep(struct work *work, struct text place,
                                struct record_draft_field *fields, size_t count,
                                struct reply_draft_saved *saved);
void draft_done(struct work *work, struct text place);
void draft_rule_done(struct work *work, struct text rule); /* a change of it was proposed */
void drafts_left(struct work *work);
enum result rule_draft_run(struct work *work);
enum result draft_save_run(struct work *work);
enum result draft_remove_run(struct work *work);
/* picture.c: pictures. images_check: those of a text that is about to be posted are ours, there,
 * few enough and told in words; then they stay. images_touch: a draft still has them. images_drop:
 * a text is blanked, and its pictures go with it. */
MUST_USE enum result images_check(struct work *work, const char *field, struct text text);
void images_touch(struct work *work, struct text text);
void images_drop(struct work *work, struct text text);
enum result image_add_run(struct work *work);
/* The door (board/door/door.h). */
enum result standing_run(struct work *work); /* waiting.c */
enum result quiz_run(struct work *work);     /* quiz.c */
enum result quiz_answer_run(struct work *work);
enum result letter_ask_run(struct work *work); /* code.c */
enum result mail_ask_run(struct work *work);
enum result code_enter_run(struct work *work);
enum result letters_due_run(struct work *work);
enum result letter_done_run(struct work *work);
enum result vouch_ask_run(struct work *work); /* vouch.c */
enum result vouching_run(struct work *work);
enum result invite_run(struct work *work);
enum result vouch_answer_run(struct work *work);
enum result pioneer_set_run(struct work *work);
enum result domain_set_run(struct work *work);
enum result vouch_tree_run(struct work *work); /* branch.c */
enum result branch_withdraw_run(struct work *work);
enum result member_restore_run(struct work *work);
enum result round_open_run(struct work *work); /* round.c */
enum result round_close_run(struct work *work);
enum result status_run(struct work *work);    /* command.c */
struct db *clerk_roster(struct clerk *clerk); /* suspect.c; NULL: no list was imported yet */
enum result licence_suspects_run(struct work *work);
enum result name_suspects_run(struct work *work);
enum result suspicions_run(struct work *work);
enum result suspicion_decide_run(struct work *work);
