#include "board/clerk/confirm.h"
#include "board/desk/moderation.h"
#include "board/desk/held.h"
#include "board/account/payee.h"
#include "board/telling/released.h"
#include "board/desk/safety.h"
#include "board/posting/sponsored.h"
#include "board/telling/telling.h"
#include "board/posting/posting.h"
#include "board/account/token.h"

#include "core/clock.h"
#include "core/conf.h"
#include "core/session.h"
#include "core/token.h"
#include "schema/desk.h"

#include <string.h>

/* Everything the clerk does, who may ask for it, whether a password is hashed first, and what it
 * answers to the same form sent again. Limits by rate stand in the settings. */
static const struct command_row rows[] = {
    {COMMAND_SIGN_IN, BY_ANYONE, sign_in_run, sign_in_hash, AGAIN_RUNS},
    {COMMAND_JOIN, BY_ANYONE, join_run, join_hash, AGAIN_DONE},
    {COMMAND_SIGN_OUT, BY_SIGNED_IN, sign_out_run, NULL, AGAIN_RUNS},
    {COMMAND_SESSION_TOUCH, BY_SIGNED_IN, session_touch_run, NULL, AGAIN_RUNS},
    {COMMAND_NOTICES_SEEN, BY_SIGNED_IN, notices_seen_run, NULL, AGAIN_RUNS},
    {COMMAND_ASK, BY_PHYSICIAN, ask_run, NULL, AGAIN_CREATED},
    {COMMAND_ANSWER, BY_PHYSICIAN, answer_run, NULL, AGAIN_CREATED},
    {COMMAND_VOTE, BY_PHYSICIAN, vote_run, NULL, AGAIN_RUNS},
    {COMMAND_SOLVE, BY_PHYSICIAN, solve_run, NULL, AGAIN_RUNS},
    {COMMAND_TOPIC_FOLLOW, BY_PHYSICIAN, topic_follow_run, NULL, AGAIN_RUNS},
    {COMMAND_APPLICATIONS, BY_ADMIN, applications_run, NULL, AGAIN_RUNS},
    {COMMAND_MEMBER_DECIDE, BY_ADMIN, member_decide_run, NULL, AGAIN_DONE},
    {COMMAND_RULE_PROPOSE, BY_ADMIN, rule_propose_run, NULL, AGAIN_CREATED},
    {COMMAND_RULE_SHADOW, BY_ADMIN, rule_shadow_run, NULL, AGAIN_DONE},
    {COMMAND_RULE_ROLLBACK, BY_ADMIN, rule_rollback_run, NULL, AGAIN_DONE},
    {COMMAND_RULE_DRAFT, BY_ADMIN, rule_draft_run, NULL, AGAIN_RUNS},
    {COMMAND_RULE_APPROVE, BY_ADMIN, rule_approve_run, NULL, AGAIN_DONE},
    {COMMAND_RULE_WITHDRAW, BY_ADMIN, rule_withdraw_run, NULL, AGAIN_DONE},
    {COMMAND_RULE_TRIED, BY_RANKER, rule_tried_run, NULL, AGAIN_RUNS},
    {COMMAND_RULE_MONTHS_TRIED, BY_PAYMASTER, rule_months_tried_run, NULL, AGAIN_RUNS},
    {COMMAND_STAFF_ADD, BY_OPERATOR, staff_add_run, staff_add_hash, AGAIN_CREATED},
    {COMMAND_REFERENCE_ADD, BY_OPERATOR, reference_add_run, NULL, AGAIN_RUNS},
    {COMMAND_REFERENCE_COMMENT, BY_OPERATOR, reference_comment_run, NULL, AGAIN_RUNS},
    {COMMAND_REFERENCE_TOPIC, BY_OPERATOR, reference_topic_run, NULL, AGAIN_RUNS},
    {COMMAND_TOPIC_DESCRIBE, BY_ADMIN, topic_describe_run, NULL, AGAIN_CREATED},
    {COMMAND_TEXT_BLANK, BY_OPERATOR, text_blank_run, NULL, AGAIN_RUNS},
    {COMMAND_MAIL_DUE, BY_OPERATOR, mail_due_run, NULL, AGAIN_RUNS},
    {COMMAND_MAIL_DONE, BY_OPERATOR, mail_done_run, NULL, AGAIN_RUNS},
    {COMMAND_STATUS, BY_OPERATOR, status_run, NULL, AGAIN_RUNS},
    {COMMAND_STANDING, BY_SIGNED_IN, standing_run, NULL, AGAIN_RUNS},
    {COMMAND_QUIZ, BY_SIGNED_IN, quiz_run, NULL, AGAIN_RUNS},
    {COMMAND_QUIZ_ANSWER, BY_SIGNED_IN, quiz_answer_run, NULL, AGAIN_RUNS},
    {COMMAND_LETTER_ASK, BY_SIGNED_IN, letter_ask_run, NULL, AGAIN_RUNS},
    {COMMAND_MAIL_ASK, BY_SIGNED_IN, mail_ask_run, NULL, AGAIN_RUNS},
    {COMMAND_CODE_ENTER, BY_SIGNED_IN, code_enter_run, NULL, AGAIN_RUNS},
    {COMMAND_VOUCH_ASK, BY_SIGNED_IN, vouch_ask_run, NULL, AGAIN_RUNS},
    {COMMAND_VOUCHING, BY_PHYSICIAN, vouching_run, NULL, AGAIN_RUNS},
    {COMMAND_INVITE, BY_PHYSICIAN, invite_run, NULL, AGAIN_DONE},
    {COMMAND_VOUCH_ANSWER, BY_PHYSICIAN, vouch_answer_run, NULL, AGAIN_DONE},
    {COMMAND_DOMAIN_SET, BY_ADMIN, domain_set_run, NULL, AGAIN_DONE},
    {COMMAND_PIONEER_SET, BY_ADMIN, pioneer_set_run, NULL, AGAIN_DONE},
    {COMMAND_VOUCH_TREE, BY_ADMIN, vouch_tree_run, NULL, AGAIN_RUNS},
    {COMMAND_BRANCH_WITHDRAW, BY_ADMIN, branch_withdraw_run, NULL, AGAIN_DONE},
    {COMMAND_MEMBER_RESTORE, BY_ADMIN, member_restore_run, NULL, AGAIN_DONE},
    {COMMAND_LETTERS_DUE, BY_OPERATOR, letters_due_run, NULL, AGAIN_RUNS},
    {COMMAND_LETTER_DONE, BY_OPERATOR, letter_done_run, NULL, AGAIN_RUNS},
    {COMMAND_APPLICATIONS_MATCH, BY_OPERATOR, applications_match_run, NULL, AGAIN_RUNS},
    {COMMAND_LICENCE_SUSPECTS, BY_OPERATOR, licence_suspects_run, NULL, AGAIN_RUNS},
    {COMMAND_NAME_SUSPECTS, BY_OPERATOR, name_suspects_run, NULL, AGAIN_RUNS},
    {COMMAND_SUSPICIONS, BY_OPERATOR, suspicions_run, NULL, AGAIN_RUNS},
    {COMMAND_SUSPICION_DECIDE, BY_OPERATOR, suspicion_decide_run, NULL, AGAIN_RUNS},
    {COMMAND_SIGN_IN_SECOND, BY_ANYONE, sign_in_second_run, NULL, AGAIN_RUNS},
    {COMMAND_PASSKEY_ASK, BY_ANYONE, passkey_ask_run, NULL, AGAIN_RUNS},
    {COMMAND_CONFIRM_ASK, BY_SIGNED_IN, confirm_ask_run, NULL, AGAIN_RUNS},
    {COMMAND_OPERATION_CONFIRM, BY_ADMIN, operation_confirm_run, NULL, AGAIN_CREATED},
    {COMMAND_RESET_ASK, BY_ANYONE, reset_ask_run, NULL, AGAIN_RUNS},
    {COMMAND_RESET_DO, BY_ANYONE, reset_do_run, reset_do_hash, AGAIN_DONE},
    {COMMAND_ACCOUNT, BY_SIGNED_IN, account_run, NULL, AGAIN_RUNS},
    {COMMAND_TOTP_OFFER, BY_SIGNED_IN, totp_offer_run, NULL, AGAIN_RUNS},
    {COMMAND_TOTP_ADD, BY_SIGNED_IN, totp_add_run, NULL, AGAIN_RUNS},
    {COMMAND_PASSKEY_OFFER, BY_SIGNED_IN, passkey_offer_run, NULL, AGAIN_RUNS},
    {COMMAND_PASSKEY_ADD, BY_SIGNED_IN, passkey_add_run, NULL, AGAIN_RUNS},
    {COMMAND_RECOVERY_RENEW, BY_SIGNED_IN, recovery_renew_run, NULL, AGAIN_RUNS},
    {COMMAND_FACTOR_REMOVE, BY_SIGNED_IN, factor_remove_run, NULL, AGAIN_RUNS},
    {COMMAND_PASSWORD_CHANGE, BY_SIGNED_IN, password_change_run, password_change_hash, AGAIN_DONE},
    {COMMAND_EMAIL_ASK, BY_SIGNED_IN, email_ask_run, email_ask_hash, AGAIN_DONE},
    {COMMAND_EMAIL_CONFIRM, BY_SIGNED_IN, email_confirm_run, NULL, AGAIN_DONE},
    {COMMAND_SESSION_END, BY_SIGNED_IN, session_end_run, NULL, AGAIN_RUNS},
    {COMMAND_SESSIONS_END, BY_SIGNED_IN, sessions_end_run, NULL, AGAIN_RUNS},
    {COMMAND_SPECIALTY_SHOW, BY_SIGNED_IN, specialty_show_run, NULL, AGAIN_DONE},
    {COMMAND_LEAVE, BY_SIGNED_IN, leave_run, leave_hash, AGAIN_DONE},
    {COMMAND_TOKENS, BY_PHYSICIAN, tokens_run, NULL, AGAIN_RUNS},
    {COMMAND_TOKEN_MAKE, BY_PHYSICIAN, token_make_run, token_make_hash, AGAIN_RUNS},
    {COMMAND_TOKEN_END, BY_SIGNED_IN, token_end_run, NULL, AGAIN_RUNS},
    {COMMAND_ACCOUNT_EVENTS, BY_SIGNED_IN, account_events_run, NULL, AGAIN_RUNS},
    {COMMAND_FACTORS_CLEAR, BY_OPERATOR, factors_clear_run, NULL, AGAIN_RUNS},
    {COMMAND_TOTALS_SHOW, BY_PHYSICIAN, totals_show_run, NULL, AGAIN_RUNS},
    {COMMAND_FOLLOWING, BY_PHYSICIAN, following_run, NULL, AGAIN_RUNS},
    {COMMAND_SEARCH_SAVE, BY_PHYSICIAN, search_save_run, NULL, AGAIN_CREATED},
    {COMMAND_SEARCH_DROP, BY_PHYSICIAN, search_drop_run, NULL, AGAIN_RUNS},
    {COMMAND_THREAD_FOLLOW, BY_PHYSICIAN, thread_follow_run, NULL, AGAIN_RUNS},
    {COMMAND_TELLING_SET, BY_PHYSICIAN, telling_set_run, NULL, AGAIN_RUNS},
    {COMMAND_FEED_MAKE, BY_PHYSICIAN, feed_make_run, NULL, AGAIN_RUNS},
    {COMMAND_FEED_DROP, BY_PHYSICIAN, feed_drop_run, NULL, AGAIN_RUNS},
    {COMMAND_FEED_READ, BY_ANYONE, feed_read_run, NULL, AGAIN_RUNS},
    {COMMAND_REPORTS_FEED, BY_SPONSOR, reports_feed_run, NULL, AGAIN_RUNS},
    {COMMAND_REPORTS_FEED_SET, BY_SPONSOR, reports_feed_set_run, NULL, AGAIN_RUNS},
    {COMMAND_MAIL_STOP, BY_ANYONE, mail_stop_run, NULL, AGAIN_RUNS},
    {COMMAND_DIGESTS_DUE, BY_OPERATOR, digests_due_run, NULL, AGAIN_RUNS},
    {COMMAND_OPINION_DECLINE, BY_PHYSICIAN, opinion_decline_run, NULL, AGAIN_RUNS},
    {COMMAND_POSTING_EDIT, BY_PHYSICIAN, posting_edit_run, NULL, AGAIN_CREATED},
    {COMMAND_COMMENT_ADD, BY_PHYSICIAN, comment_add_run, NULL, AGAIN_CREATED},
    {COMMAND_COMMENT_REMOVE, BY_PHYSICIAN, comment_remove_run, NULL, AGAIN_RUNS},
    {COMMAND_THANK, BY_PHYSICIAN, thank_run, NULL, AGAIN_RUNS},
    {COMMAND_CHOOSE, BY_PHYSICIAN, choose_run, NULL, AGAIN_RUNS},
    {COMMAND_MARK_SET, BY_PHYSICIAN, mark_set_run, NULL, AGAIN_CREATED},
    {COMMAND_MARK_WITHDRAW, BY_PHYSICIAN, mark_withdraw_run, NULL, AGAIN_RUNS},
    {COMMAND_SUMMARY_EDIT, BY_PHYSICIAN, summary_edit_run, NULL, AGAIN_CREATED},
    {COMMAND_ROUND_OPEN, BY_PHYSICIAN, round_open_run, NULL, AGAIN_DONE},
    {COMMAND_ROUND_CLOSE, BY_PHYSICIAN, round_close_run, NULL, AGAIN_RUNS},
    {COMMAND_POLL_CHOOSE, BY_PHYSICIAN, poll_choose_run, NULL, AGAIN_RUNS},
    {COMMAND_QUESTION_RATE, BY_PHYSICIAN, question_rate_run, NULL, AGAIN_RUNS},
    {COMMAND_SPECIALTIES, BY_SIGNED_IN, specialties_run, NULL, AGAIN_RUNS},
    {COMMAND_SPECIALTIES_CHOOSE, BY_SIGNED_IN, specialties_choose_run, NULL, AGAIN_DONE},
    {COMMAND_BACKGROUND, BY_SIGNED_IN, background_run, NULL, AGAIN_RUNS},
    {COMMAND_BACKGROUND_TELL, BY_SIGNED_IN, background_tell_run, NULL, AGAIN_DONE},
    {COMMAND_VOTES_TODAY, BY_PHYSICIAN, votes_today_run, NULL, AGAIN_RUNS},
    {COMMAND_DRAFT_SAVE, BY_PHYSICIAN, draft_save_run, NULL, AGAIN_RUNS},
    {COMMAND_DRAFT_REMOVE, BY_PHYSICIAN, draft_remove_run, NULL, AGAIN_RUNS},
    {COMMAND_FLAG, BY_PHYSICIAN, flag_run, NULL, AGAIN_DONE},
    {COMMAND_FLAG_WITHDRAW, BY_PHYSICIAN, flag_withdraw_run, NULL, AGAIN_RUNS},
    {COMMAND_FLAGS_OWN, BY_PHYSICIAN, flags_own_run, NULL, AGAIN_RUNS},
    {COMMAND_APPEAL, BY_PHYSICIAN, appeal_run, NULL, AGAIN_DONE},
    {COMMAND_DUPLICATE_ANSWER, BY_PHYSICIAN, duplicate_answer_run, NULL, AGAIN_DONE},
    {COMMAND_MODERATION_COUNT, BY_ADMIN, moderation_count_run, NULL, AGAIN_RUNS},
    {COMMAND_MODERATION_QUEUE, BY_ADMIN, moderation_queue_run, NULL, AGAIN_RUNS},
    {COMMAND_POSTING_DECIDE, BY_ADMIN, posting_decide_run, NULL, AGAIN_DONE},
    {COMMAND_POSTING_AUDIT, BY_ADMIN, posting_audit_run, NULL, AGAIN_DONE},
    {COMMAND_DUPLICATE_DECIDE, BY_ADMIN, duplicate_decide_run, NULL, AGAIN_DONE},
    {COMMAND_THREADS_MERGE, BY_ADMIN, threads_merge_run, NULL, AGAIN_DONE},
    {COMMAND_PAYEE, BY_PHYSICIAN, payee_run, NULL, AGAIN_RUNS},
    {COMMAND_PAYEE_SET, BY_PHYSICIAN, payee_set_run, payee_set_hash, AGAIN_DONE},
    {COMMAND_TAX_FORM_GIVE, BY_PHYSICIAN, tax_form_give_run, tax_form_give_hash, AGAIN_DONE},
    {COMMAND_HELD_OBJECT, BY_PHYSICIAN, held_object_run, NULL, AGAIN_DONE},
    {COMMAND_PAYOUT_ASK, BY_PHYSICIAN, payout_ask_run, NULL, AGAIN_DONE},
    {COMMAND_TAX_FORM_REFUSE, BY_OPERATOR, tax_form_refuse_run, NULL, AGAIN_DONE},
    {COMMAND_SAFETY_DESK, BY_ADMIN, safety_desk_run, NULL, AGAIN_RUNS},
    {COMMAND_WATCH_SET, BY_ADMIN, watch_set_run, NULL, AGAIN_DONE},
    {COMMAND_WATCHES_LOOK, BY_OPERATOR, watches_look_run, NULL, AGAIN_RUNS},
    {COMMAND_WATCH_END, BY_ADMIN, watch_end_run, NULL, AGAIN_DONE},
    {COMMAND_SIGHTING_JUDGE, BY_ADMIN, sighting_judge_run, NULL, AGAIN_DONE},
    {COMMAND_CASES_SEND, BY_ADMIN, cases_send_run, NULL, AGAIN_DONE},
    {COMMAND_CONTACT_ASK, BY_ADMIN, contact_ask_run, NULL, AGAIN_DONE},
    {COMMAND_CONTACTS, BY_PHYSICIAN, contacts_run, NULL, AGAIN_RUNS},
    {COMMAND_CONTACT_ANSWER, BY_PHYSICIAN, contact_answer_run, NULL, AGAIN_RUNS},
    {COMMAND_REPORTS_MAIL, BY_SPONSOR, reports_mail_run, NULL, AGAIN_RUNS},
    {COMMAND_REPORT_READ, BY_SPONSOR, report_read_run, NULL, AGAIN_RUNS},
    {COMMAND_SPONSOR_KIND_SET, BY_ADMIN, sponsor_kind_set_run, NULL, AGAIN_DONE},
    {COMMAND_SPONSOR_ASK, BY_SPONSOR, sponsor_ask_run, NULL, AGAIN_CREATED},
    {COMMAND_SPONSOR_QUESTIONS, BY_SPONSOR, sponsor_questions_run, NULL, AGAIN_RUNS},
    {COMMAND_SPONSOR_QUESTION, BY_SPONSOR, sponsor_question_run, NULL, AGAIN_RUNS},
    {COMMAND_REPORTS_RELEASED, BY_ANALYST, reports_released_run, NULL, AGAIN_RUNS},
    {COMMAND_IMAGE_ADD, BY_PHYSICIAN, image_add_run, NULL, AGAIN_RUNS},
};

const struct command_row *command_row_find(enum command_kind kind)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        if (rows[i].kind == kind)
            return &rows[i];
    }
    return NULL;
}

void job_read(struct clerk *clerk, struct job *job)
{
    memset(&job->command, 0, sizeof(job->command));
    job->readable = command_read(job->body, &clerk->arena, &job->command) == OK;
}

enum result problem(struct work *work, enum result result, const char *field, const char *reason)
{
    const struct reply_problem reply = {text_of(field), text_of(reason)};
    work->reply.size = 0;
    reply_problem_write(&work->reply, &reply);
    return result;
}

/* Who the token speaks for: the desk's word, never the caller's. STALE for a session that is not
 * (any more). */
static enum result actor_find(struct work *work)
{
    struct clerk *clerk = work->clerk;
    struct actor *actor = &work->actor;
    struct desk_actor_find_row row;
    if (token_is(work->command->token))
        return token_actor_find(work);
    if (!session_token_read(work->command->token, actor->token))
        return STALE;
    session_digest(actor->digest, actor->token);
    enum result result = actors_find(clerk, work->arena, actor->digest, &row);
    if (result == NOT_FOUND)
        return STALE;
    if (result != OK)
        return result;
    int64_t idle_minutes = conf_int(row.role == BOARD_PHYSICIAN ? "session.idle_minutes"
                                                                : "session.idle_minutes_staff");
    if (row.expires_ms <= clerk->now_ms || row.seen_ms + idle_minutes * MINUTE_MS <= clerk->now_ms)
        return STALE;
    if (row.state != MEMBER_WAITING && row.state != MEMBER_IN)
        return REFUSED;
    actor->member = row.member;
    actor->role = row.role;
    actor->level = row.level;
    actor->state = row.state;
    actor->seen_ms = row.seen_ms;
    actor->second = row.second;
    actor->opened_ms = row.opened_ms;
    return OK;
}

static struct text program_user(enum command_who who)
{
    return conf_text(who == BY_ANALYST  ? "socket.analyst_user"
                     : who == BY_RANKER ? "socket.ranker_user"
                                        : "socket.paymaster_user");
}

static enum result actor_may(struct work *work, enum command_who who)
{
    const char *action = session_action(work->command->kind);
    if (who == BY_ANYONE)
        return OK;
    if (who == BY_OPERATOR)
        return work->job->operator_ ? OK : REFUSED;
    if (who == BY_ANALYST || who == BY_RANKER || who == BY_PAYMASTER)
        return work->job->operator_ || socket_user_named(work->job->uid, program_user(who))
                   ? OK
                   : REFUSED;
    enum result result = actor_find(work);
    if (result != OK)
        return result;
    /* A program shows no form: no browser can be made to send its token. */
    if (work->actor.program > 0 && !token_may(&work->actor, work->command->kind))
        return REFUSED;
    if (work->actor.program == 0 && action != NULL &&
        !session_form_check(work->actor.token, action, work->command->form))
        return STALE;
    if (who != BY_SIGNED_IN &&
        session_second_missing(work->actor.role, work->actor.level, work->actor.second))
        return REFUSED; /* his own account is all that is open */
    if (who == BY_PHYSICIAN &&
        (work->actor.role != BOARD_PHYSICIAN || work->actor.level < BOARD_LEVEL_OPEN ||
         work->actor.state != MEMBER_IN))
        return REFUSED;
    if (who == BY_ADMIN && work->actor.role != BOARD_ADMIN)
        return REFUSED;
    if (who == BY_SPONSOR && work->actor.role != BOARD_SPONSOR)
        return REFUSED;
    return OK;
}

static void work_open(struct work *work, struct clerk *clerk, struct job *job)
{
    *work =
        (struct work){.clerk = clerk, .job = job, .command = &job->command, .arena = &clerk->arena};
    buf_open(&work->reply, &clerk->arena, 64);
}

void command_run(struct clerk *clerk, struct job *job)
{
    struct work work;
    const struct command_row *row = job->readable ? command_row_find(job->command.kind) : NULL;
    work_open(&work, clerk, job);
    if (!job->readable)
        job->result = problem(&work, INVALID, "", "The command cannot be read.");
    else if (row == NULL)
        job->result = REFUSED;
    else
        job->result = actor_may(&work, row->who);
    if (row != NULL && job->result == OK) {
        work.reply.size = 0;
        job->result = request_again(&work, row->again);
        if (job->result == NOT_FOUND)
            job->result = row->run(&work);
    }
    job->reply = work.reply.size > 0 ? buf_done(&work.reply) : TEXT("");
    seal_wipe(&work.actor, sizeof(work.actor));
}

enum result command_may(struct clerk *clerk, struct job *job)
{
    struct work work;
    work_open(&work, clerk, job);
    enum result result = actor_may(&work, command_row_find(job->command.kind)->who);
    seal_wipe(&work.actor, sizeof(work.actor));
    return result;
}

enum result command_hash(struct clerk *clerk, struct job *job, struct hash_ask *ask)
{
    struct work work;
    const struct command_row *row = command_row_find(job->command.kind);
    work_open(&work, clerk, job);
    memset(ask, 0, sizeof(*ask));
    enum result result = actor_may(&work, row->who);
    if (result == OK)
        result = row->hash(&work, ask);
    job->reply = work.reply.size > 0 ? buf_done(&work.reply) : TEXT("");
    return result;
}

enum result status_run(struct work *work)
{
    struct clerk *clerk = work->clerk;
    struct desk_waiting_count_row waiting;
    struct reply_clerk_status reply = {.head = clerk->head,
                                       .board_cursor = clerk->head,
                                       .desk_cursor = clerk->head,
                                       .batches = clerk->batches,
                                       .commands = clerk->commands};
    enum result result = desk_waiting_count(clerk->desk, work->arena, &waiting);
    if (result != OK)
        return result;
    reply.waiting = waiting.waiting;
    reply_clerk_status_write(&work->reply, &reply);
    return OK;
}
