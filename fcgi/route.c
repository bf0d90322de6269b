#include "fcgi/route.h"

#include <assert.h>
#include <string.h>

#include "fcgi/pages.h"

enum { NAME_SIZE_MAX = 40, KEY_SIZE_HEX = 32, TOKEN_SIZE_MIN = 22, TOKEN_SIZE_MAX = 64 };
#define ID_MAX INT64_C(9007199254740992) /* 2^53: what JSON readers hold exactly */

const char *const pool_names[POOL_COUNT] = {"login", "member", "sponsor", "admin"};

/* clang-format off */
/* GET(pattern, pool, who, rate, fields, page); POST(pattern, pool, who, rate, fields, page, again)
 * changes something, LOOK is a POST that changes nothing (its input is too long for an address). */
#define ROW(method, pattern, pool, who, effect, rate, fields, page, again) \
    {METHOD_##method, pattern, POOL_##pool, WHO_##who, effect, RATE_##rate, fields, page, again}
#define GET(pattern, pool, who, rate, fields, page) \
    ROW(GET, pattern, pool, who, READS, rate, fields, page, NULL)
#define POST(pattern, pool, who, rate, fields, page, again) \
    ROW(POST, pattern, pool, who, WRITES, rate, fields, page, again)
#define LOOK(pattern, pool, who, rate, fields, page, again) \
    ROW(POST, pattern, pool, who, READS, rate, fields, page, again)

const struct route route_table[] = {
    GET("/healthz", LOGIN, ANYONE, READ, NULL, page_health),

    GET("/", MEMBER, MEMBER, READ, fields_front, page_front),
    GET("/q/:id", MEMBER, MEMBER, READ, NULL, page_question),
    GET("/ask", MEMBER, PHYSICIAN, READ, fields_ask_form, page_ask),
    POST("/ask", MEMBER, PHYSICIAN, POST, fields_ask, page_ask_post, page_ask_again),
    GET("/similar", MEMBER, MEMBER, READ, fields_similar, page_similar),
    LOOK("/preview", MEMBER, PHYSICIAN, READ, fields_preview, page_preview, NULL),
    POST("/q/:id/answer", MEMBER, PHYSICIAN, POST, fields_answer, page_answer_post,
         page_answer_again),
    POST("/p/:id/vote", MEMBER, PHYSICIAN, VOTE, fields_vote, page_vote_post, NULL),
    POST("/q/:id/solved", MEMBER, PHYSICIAN, POST, fields_solved, page_solved_post,
         page_solved_again),
    GET("/search", MEMBER, MEMBER, SEARCH, fields_search, page_search),
    GET("/t/:name", MEMBER, MEMBER, READ, fields_topic, page_topic),
    POST("/topic/:name/follow", MEMBER, PHYSICIAN, POST, fields_follow, page_follow_post, NULL),
    GET("/m/:id", MEMBER, MEMBER, READ, fields_member, page_member),
    GET("/why/posting/:id", MEMBER, MEMBER, READ, NULL, page_why_posting),
    GET("/why/member/:id", MEMBER, MEMBER, READ, NULL, page_why_member),
    GET("/earnings", MEMBER, PHYSICIAN, READ, fields_earnings, page_earnings),
    POST("/earnings/payout", MEMBER, PHYSICIAN, POST, NULL, page_payout_ask_post, page_earnings),
    GET("/earnings/held", MEMBER, PHYSICIAN, READ, fields_held, page_held),
    POST("/earnings/object", MEMBER, PHYSICIAN, POST, fields_held_object, page_held_post,
         page_held_again),
    GET("/earnings/:id", MEMBER, PHYSICIAN, READ, fields_payment, page_payment),
    GET("/earnings/:id/receipt", MEMBER, PHYSICIAN, READ, fields_receipt, page_receipt),
    GET("/notices", MEMBER, PHYSICIAN, READ, NULL, page_notices),
    POST("/notices/seen", MEMBER, PHYSICIAN, POST, fields_seen, page_seen_post, NULL),

    GET("/login", LOGIN, ANYONE, READ, fields_login_form, page_login),
    POST("/login", LOGIN, ANYONE, SIGN_IN, fields_login, page_login_post, page_login_again),
    POST("/logout", LOGIN, ANYONE, POST, NULL, page_logout_post, page_logout_again),
    GET("/join", LOGIN, ANYONE, READ, NULL, page_join),
    POST("/join", LOGIN, ANYONE, SIGN_IN, fields_join, page_join_post, page_join_again),
    POST("/login/second", LOGIN, ANYONE, SIGN_IN, fields_second, page_second_post,
         page_second_again),
    GET("/login/passkey", LOGIN, ANYONE, READ, fields_passkey_in, page_passkey_in),
    POST("/login/passkey", LOGIN, ANYONE, SIGN_IN, fields_second, page_passkey_in_post,
         page_passkey_in_again),
    GET("/reset", LOGIN, ANYONE, READ, NULL, page_reset),
    POST("/reset", LOGIN, ANYONE, SIGN_IN, fields_reset, page_reset_post, page_reset_again),
    GET("/reset/new", LOGIN, ANYONE, READ, fields_reset_form, page_reset_new),
    POST("/reset/new", LOGIN, ANYONE, SIGN_IN, fields_reset_new, page_reset_new_post,
         page_reset_new_again),
    GET("/account", LOGIN, ACCOUNT, READ, fields_account, page_account),
    POST("/account/password", LOGIN, ACCOUNT, POST, fields_password, page_password_post,
         page_account_again),
    POST("/account/email", LOGIN, ACCOUNT, POST, fields_email, page_email_post,
         page_account_again),
    POST("/account/email/confirm", LOGIN, ACCOUNT, POST, fields_email_confirm,
         page_email_confirm_post, page_account_again),
    POST("/account/specialty", LOGIN, ACCOUNT, POST, fields_specialty, page_specialty_post,
         page_account_again),
    POST("/account/session/:key/end", LOGIN, ACCOUNT, POST, NULL, page_session_end_post,
         page_account_again),
    POST("/account/sessions/end", LOGIN, ACCOUNT, POST, NULL, page_sessions_end_post,
         page_account_again),
    POST("/account/factor/:id/remove", LOGIN, ACCOUNT, POST, NULL, page_factor_remove_post,
         page_account_again),
    POST("/account/codes", LOGIN, ACCOUNT, POST, NULL, page_codes_post, page_account_again),
    GET("/account/totp", LOGIN, ACCOUNT, READ, NULL, page_totp),
    POST("/account/totp", LOGIN, ACCOUNT, POST, fields_totp, page_totp_post, page_totp_again),
    GET("/account/passkey", LOGIN, ACCOUNT, READ, NULL, page_passkey_new),
    POST("/account/passkey", LOGIN, ACCOUNT, POST, fields_passkey_new, page_passkey_new_post,
         page_passkey_new_again),
    GET("/account/export", LOGIN, ACCOUNT, POST, fields_export, page_export),
    GET("/account/leave", LOGIN, ACCOUNT, READ, NULL, page_leave),
    POST("/account/leave", LOGIN, ACCOUNT, POST, fields_leave, page_leave_post, page_leave_again),
    GET("/account/payout", LOGIN, PHYSICIAN, READ, fields_payout, page_payee),
    POST("/account/payout", LOGIN, PHYSICIAN, POST, fields_payee, page_payee_post,
         page_payee_again),
    POST("/account/tax", LOGIN, PHYSICIAN, POST, fields_tax_form, page_tax_form_post,
         page_payee_again),
    GET("/account/tokens", LOGIN, PHYSICIAN, READ, fields_tokens_form, page_tokens),
    POST("/account/tokens", LOGIN, PHYSICIAN, POST, fields_tokens, page_tokens_post,
         page_tokens_again),
    GET("/openapi.json", MEMBER, ANYONE, READ, NULL, page_openapi),
    POST("/account/token/:id/end", LOGIN, PHYSICIAN, POST, NULL, page_token_end_post,
         page_tokens_again),
    GET("/waiting", MEMBER, WAITING, READ, fields_waiting, page_waiting),
    GET("/about/:name", MEMBER, ANYONE, READ, NULL, page_about),

    GET("/sponsor", SPONSOR, SPONSOR, READ, NULL, page_sponsor),
    GET("/sponsor/campaigns", SPONSOR, SPONSOR, READ, NULL, page_campaigns),
    POST("/sponsor/campaigns", SPONSOR, SPONSOR, POST, fields_campaigns, page_campaigns_post,
         page_campaigns_again),
    GET("/sponsor/campaign/:key", SPONSOR, SPONSOR, READ, fields_campaign, page_campaign),
    POST("/sponsor/campaign/:key/earmark", SPONSOR, SPONSOR, POST, fields_earmark,
         page_earmark_post, page_earmark_again),
    GET("/sponsor/totals", SPONSOR, SPONSOR, READ, NULL, page_totals),
    GET("/sponsor/questions", SPONSOR, SPONSOR, READ, NULL, page_sponsored),
    POST("/sponsor/questions", SPONSOR, SPONSOR, POST, fields_sponsored, page_sponsored_post,
         page_sponsored_again),
    GET("/sponsor/question/:id", SPONSOR, SPONSOR, READ, fields_sponsored_one, page_sponsored_one),
    GET("/sponsor/reports", SPONSOR, SPONSOR, READ, fields_reports, page_reports),
    GET("/sponsor/reports.atom", SPONSOR, SPONSOR, READ, NULL, page_reports_atom),
    GET("/sponsor/feed", SPONSOR, SPONSOR, READ, fields_reports_feed_form, page_reports_feed),
    POST("/sponsor/feed", SPONSOR, SPONSOR, POST, fields_reports_feed, page_reports_feed_post,
         page_reports_feed_again),
    POST("/sponsor/mail", SPONSOR, SPONSOR, POST, fields_reports_mail, page_reports_mail_post,
         page_reports_feed_again),
    GET("/sponsor/feed/:token", SPONSOR, ANYONE, READ, fields_none, page_reports_feed_read),
    GET("/sponsor/report/:id", SPONSOR, SPONSOR, READ, NULL, page_report),
    GET("/sponsor/report/:id/json", SPONSOR, SPONSOR, READ, NULL, page_report_json),
    GET("/sponsor/report/:id/csv", SPONSOR, SPONSOR, READ, NULL, page_report_csv),
    GET("/sponsor/report/sha256/:key", SPONSOR, SPONSOR, READ, NULL, page_report_by_digest),

    GET("/admin", ADMIN, ADMIN, READ, NULL, page_admin),
    GET("/admin/members", ADMIN, ADMIN, READ, fields_members, page_members),
    POST("/admin/member/:id", ADMIN, ADMIN, POST, fields_decide, page_decide_post,
         page_members_again),
    GET("/admin/rules", ADMIN, ADMIN, READ, fields_rules_form, page_rules),
    POST("/admin/rules", ADMIN, ADMIN, POST, fields_rules, page_rules_post, page_rules_again),
    LOOK("/admin/rules/check", ADMIN, ADMIN, READ, fields_rule_draft, page_rules_check,
         page_rules_again),
    POST("/admin/rules/draft", ADMIN, ADMIN, POST, fields_rule_draft, page_rules_draft_post,
         page_rules_again),
    GET("/admin/rule/:id", ADMIN, ADMIN, READ, fields_rule, page_rule),
    POST("/admin/rule/:id/shadow", ADMIN, ADMIN, POST, NULL, page_shadow_post, page_rule_again),
    POST("/admin/rule/:id/rollback", ADMIN, ADMIN, POST, fields_rollback, page_rollback_post,
         page_rule_again),
    POST("/admin/rule/:id/approve", ADMIN, ADMIN, POST, fields_approve, page_approve_post,
         page_rule_again),
    POST("/admin/rule/:id/withdraw", ADMIN, ADMIN, POST, fields_withdraw, page_withdraw_post,
         page_rule_again),
    POST("/admin/confirm", ADMIN, ADMIN, POST, fields_confirm, page_confirm_post,
         page_confirm_again),
    GET("/admin/held", ADMIN, ADMIN, READ, fields_held_desk, page_held_desk),
    POST("/admin/held", ADMIN, ADMIN, POST, fields_held_decide, page_held_decide_post,
         page_held_desk_again),
    GET("/admin/guardrails", ADMIN, ADMIN, READ, fields_guardrails, page_guardrails),
    POST("/admin/guardrails", ADMIN, ADMIN, POST, fields_reset_breaker, page_breaker_post,
         page_guardrails_again),
    POST("/admin/audit/:id", ADMIN, ADMIN, POST, fields_audit, page_audit_post,
         page_guardrails_again),
    GET("/admin/ledger", ADMIN, ADMIN, READ, fields_ledger, page_ledger),
    POST("/admin/fund", ADMIN, ADMIN, POST, fields_fund, page_fund_post, page_ledger_again),
    POST("/admin/period", ADMIN, ADMIN, POST, fields_period, page_period_post, page_ledger_again),
    GET("/admin/preview", ADMIN, ADMIN, READ, NULL, page_close_preview),
    POST("/admin/preview", ADMIN, ADMIN, POST, NULL, page_close_preview_post,
         page_close_preview),
    GET("/admin/payouts", ADMIN, ADMIN, READ, NULL, page_payouts),
    POST("/admin/payouts", ADMIN, ADMIN, POST, fields_propose, page_propose_post, page_payouts),
    GET("/admin/operations", ADMIN, ADMIN, READ, fields_operations, page_operations),
    POST("/admin/operation/:id/withdraw", ADMIN, ADMIN, POST, NULL, page_withdraw_operation_post,
         page_operations_again),
    POST("/admin/operation/:id/retry", ADMIN, ADMIN, POST, NULL, page_retry_operation_post,
         page_operations_again),
    GET("/admin/status", ADMIN, ADMIN, READ, NULL, page_status),

    GET("/waiting/quiz", MEMBER, WAITING, READ, NULL, page_quiz),
    POST("/waiting/quiz", MEMBER, WAITING, POST, fields_quiz, page_quiz_post, page_quiz_again),
    POST("/waiting/letter", MEMBER, WAITING, POST, NULL, page_letter_post, page_waiting_again),
    POST("/waiting/mail", MEMBER, WAITING, POST, fields_mail, page_mail_post, page_waiting_again),
    POST("/waiting/code", MEMBER, WAITING, POST, fields_code, page_code_post, page_waiting_again),
    POST("/waiting/vouch", MEMBER, WAITING, POST, fields_vouch_ask, page_vouch_ask_post,
         page_waiting_again),
    GET("/waiting/read", MEMBER, WAITING, READ, fields_reading, page_reading),
    GET("/waiting/read/:id", MEMBER, WAITING, READ, NULL, page_reference),
    GET("/decisions", MEMBER, MEMBER, READ, fields_decisions, page_decisions),
    GET("/vouch", MEMBER, PHYSICIAN, READ, fields_vouch, page_vouch),
    POST("/vouch/invite", MEMBER, PHYSICIAN, POST, NULL, page_invite_post, page_vouch_again),
    POST("/vouch/:id", MEMBER, PHYSICIAN, POST, fields_vouch_answer, page_vouch_answer_post,
         page_vouch_again),
    GET("/admin/vouches", ADMIN, ADMIN, READ, fields_vouches, page_vouches),
    POST("/admin/pioneers", ADMIN, ADMIN, POST, fields_pioneer, page_pioneer_post,
         page_vouches_again),
    POST("/admin/branch/:id", ADMIN, ADMIN, POST, fields_branch, page_branch_post,
         page_vouches_again),
    POST("/admin/restore/:id", ADMIN, ADMIN, POST, fields_branch, page_restore_post,
         page_vouches_again),
    GET("/admin/domains", ADMIN, ADMIN, READ, fields_domains_form, page_domains),
    POST("/admin/domains", ADMIN, ADMIN, POST, fields_domains, page_domains_post,
         page_domains_again),
    POST("/q/:id/show", MEMBER, PHYSICIAN, VOTE, NULL, page_show_post, NULL),
    GET("/q/:id/live", MEMBER, MEMBER, READ, NULL, page_live),
    POST("/q/:id/round", MEMBER, PHYSICIAN, POST, fields_round, page_round_post, NULL),
    POST("/q/:id/round/close", MEMBER, PHYSICIAN, POST, NULL, page_round_close_post, NULL),

    GET("/notices/settings", MEMBER, PHYSICIAN, READ, fields_telling, page_telling),
    POST("/notices/settings", MEMBER, PHYSICIAN, POST, fields_telling_set, page_telling_post,
         page_telling_again),
    POST("/search/save", MEMBER, PHYSICIAN, POST, fields_save, page_save_post,
         page_telling_again),
    POST("/saved/:id/drop", MEMBER, PHYSICIAN, POST, NULL, page_drop_post, page_telling_again),
    POST("/feeds", MEMBER, PHYSICIAN, POST, fields_feed, page_feed_post, page_telling_again),
    POST("/feeds/:id/drop", MEMBER, PHYSICIAN, POST, NULL, page_feed_drop_post,
         page_telling_again),
    POST("/q/:id/follow", MEMBER, PHYSICIAN, POST, fields_follow, page_thread_follow_post, NULL),
    POST("/q/:id/decline", MEMBER, PHYSICIAN, POST, NULL, page_decline_post, NULL),
    GET("/feed/:token", MEMBER, ANYONE, READ, fields_none, page_feed),
    GET("/mail/stop/:token", MEMBER, ANYONE, READ, fields_none, page_mail_stop),
    POST("/mail/stop/:token", MEMBER, ANYONE, READ, fields_none, page_mail_stop_post, NULL),
    GET("/opensearch.xml", MEMBER, ANYONE, READ, NULL, page_opensearch),
    GET("/p/:id/edit", MEMBER, PHYSICIAN, READ, NULL, page_edit),
    POST("/p/:id/edit", MEMBER, PHYSICIAN, POST, fields_edit, page_edit_post, page_edit_again),
    GET("/p/:id/history", MEMBER, MEMBER, READ, fields_history, page_history),
    GET("/p/:id/comment", MEMBER, PHYSICIAN, READ, NULL, page_comment),
    POST("/p/:id/comment", MEMBER, PHYSICIAN, POST, fields_comment, page_comment_post,
         page_comment_again),
    POST("/comment/:id/remove", MEMBER, PHYSICIAN, POST, NULL, page_comment_remove_post, NULL),
    GET("/p/:id/mark", MEMBER, PHYSICIAN, READ, NULL, page_mark),
    POST("/p/:id/mark", MEMBER, PHYSICIAN, POST, fields_mark, page_mark_post, page_mark_again),
    POST("/p/:id/mark/withdraw", MEMBER, PHYSICIAN, POST, fields_mark_withdraw,
         page_mark_withdraw_post, NULL),
    POST("/p/:id/thank", MEMBER, PHYSICIAN, VOTE, NULL, page_thank_post, NULL),
    POST("/p/:id/choose", MEMBER, PHYSICIAN, POST, fields_choose, page_choose_post, NULL),
    GET("/cited", MEMBER, MEMBER, READ, fields_cited, page_cited),
    GET("/q/:id/summary", MEMBER, PHYSICIAN, READ, NULL, page_summary),
    POST("/q/:id/summary", MEMBER, PHYSICIAN, POST, fields_summary, page_summary_post,
         page_summary_again),
    GET("/q/:id/summary/history", MEMBER, MEMBER, READ, fields_history, page_summary_history),
    POST("/q/:id/poll", MEMBER, PHYSICIAN, VOTE, fields_poll, page_poll_post, NULL),
    POST("/q/:id/rate", MEMBER, PHYSICIAN, VOTE, fields_rate, page_rate_post, NULL),
    GET("/account/specialties", LOGIN, ACCOUNT, READ, NULL, page_specialties),
    POST("/account/specialties", LOGIN, ACCOUNT, POST, fields_specialties, page_specialties_post,
         page_specialties_again),
    GET("/account/background", LOGIN, ACCOUNT, READ, NULL, page_background),
    POST("/account/background", LOGIN, ACCOUNT, POST, fields_background, page_background_post,
         NULL),
    GET("/drafts", MEMBER, PHYSICIAN, READ, fields_drafts, page_drafts),
    POST("/draft", MEMBER, PHYSICIAN, DRAFT, fields_draft, page_draft_post, NULL),
    POST("/draft/remove", MEMBER, PHYSICIAN, POST, fields_draft_remove, page_draft_remove_post,
         NULL),
    GET("/q/:id/answer", MEMBER, PHYSICIAN, READ, NULL, page_answer_draft),
    GET("/p/:id/flag", MEMBER, MEMBER, READ, fields_flag_form, page_flag),
    POST("/p/:id/flag", MEMBER, PHYSICIAN, POST, fields_flag, page_flag_post, page_flag_again),
    POST("/p/:id/flag/withdraw", MEMBER, PHYSICIAN, POST, fields_flag_withdraw,
         page_flag_withdraw_post, NULL),
    GET("/p/:id/withheld", MEMBER, PHYSICIAN, READ, fields_withheld, page_withheld),
    POST("/p/:id/appeal", MEMBER, PHYSICIAN, POST, fields_appeal, page_appeal_post,
         page_withheld_again),
    POST("/q/:id/duplicate", MEMBER, PHYSICIAN, POST, fields_duplicate, page_duplicate_post, NULL),
    GET("/moderation", MEMBER, MEMBER, READ, fields_moderation, page_moderation),
    GET("/duplicates", MEMBER, MEMBER, READ, NULL, page_duplicates),
    GET("/admin/topic/:name", ADMIN, ADMIN, READ, NULL, page_topic_describe),
    POST("/admin/topic/:name", ADMIN, ADMIN, POST, fields_topic_describe, page_topic_describe_post,
         page_topic_describe_again),
    GET("/admin/desk", ADMIN, ADMIN, READ, fields_desk, page_desk),
    POST("/admin/desk/:id", ADMIN, ADMIN, POST, fields_desk_decide, page_desk_post,
         page_desk_again),
    POST("/admin/duplicate/:id", ADMIN, ADMIN, POST, fields_pair, page_pair_post, page_desk_again),
    POST("/admin/merge/:id", ADMIN, ADMIN, POST, fields_merge, page_merge_post, page_desk_again),
    GET("/admin/signals", ADMIN, ADMIN, READ, fields_signals, page_signals),
    GET("/admin/signal/:id", ADMIN, ADMIN, READ, NULL, page_signal),
    GET("/admin/safety", ADMIN, ADMIN, READ, fields_safety, page_safety),
    POST("/admin/safety/watch", ADMIN, ADMIN, POST, fields_watch_set, page_watch_post,
         page_safety_again),
    POST("/admin/safety/case/:id", ADMIN, ADMIN, POST, fields_judge, page_judge_post,
         page_safety_again),
    POST("/admin/safety/case/:id/ask", ADMIN, ADMIN, POST, NULL, page_contact_ask_post,
         page_safety_again),
    GET("/admin/safety/ended", ADMIN, ADMIN, READ, fields_watches_ended, page_watches_ended),
    GET("/admin/safety/watch/:id", ADMIN, ADMIN, READ, fields_watch, page_watch),
    GET("/admin/safety/watch/:id/csv", ADMIN, ADMIN, READ, NULL, page_watch_csv),
    POST("/admin/safety/watch/:id/sent", ADMIN, ADMIN, POST, NULL, page_cases_sent_post,
         page_watch_again),
    POST("/admin/safety/watch/:id/end", ADMIN, ADMIN, POST, NULL, page_watch_end_post,
         page_watch_again),
    GET("/readers", MEMBER, PHYSICIAN, READ, NULL, page_readers),
    GET("/admin/sponsors", ADMIN, ADMIN, READ, fields_sponsors, page_sponsors),
    POST("/admin/sponsor/:id", ADMIN, ADMIN, POST, fields_sponsor_kind, page_sponsor_kind_post,
         page_sponsors_again),
    GET("/contact", MEMBER, PHYSICIAN, READ, fields_contacts, page_contacts),
    POST("/contact/:id", MEMBER, PHYSICIAN, POST, fields_contact, page_contact_post,
         page_contacts_again),
    POST(ROUTE_UPLOAD, MEMBER, PHYSICIAN, POST, fields_image, page_image_post, page_image_again),
    GET("/image/:name", MEMBER, MEMBER, READ, NULL, page_image),
    GET("/image/:name/small", MEMBER, MEMBER, READ, NULL, page_image_small),
};
/* clang-format on */
const size_t route_count = sizeof route_table / sizeof route_table[0];

const struct route_hooks route_hooks = {page_hook_open, page_hook_fill, page_hook_fault};

const char *who_name(enum who who)
{
    static const char *const names[] = {
        [WHO_ANYONE] = "anyone",   [WHO_WAITING] = "waiting", [WHO_PHYSICIAN] = "physician",
        [WHO_SPONSOR] = "sponsor", [WHO_ADMIN] = "admin",     [WHO_MEMBER] = "member",
        [WHO_ACCOUNT] = "account",
    };
    return names[who];
}

const char *rate_name(enum rate rate)
{
    static const char *const names[RATE_COUNT] = {
        [RATE_READ] = "read", [RATE_SEARCH] = "search",   [RATE_POST] = "post",
        [RATE_VOTE] = "vote", [RATE_SIGN_IN] = "sign_in", [RATE_DRAFT] = "draft",
    };
    return names[rate];
}

static bool is_name(struct text part)
{
    for (size_t i = 0; i < part.size; i++) {
        char c = part.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
            return false;
    }
    return part.size > 0 && part.size <= NAME_SIZE_MAX;
}

static bool is_key(struct text part)
{
    for (size_t i = 0; i < part.size; i++)
        if (!((part.data[i] >= 'a' && part.data[i] <= 'f') ||
              (part.data[i] >= '0' && part.data[i] <= '9')))
            return false;
    return part.size == KEY_SIZE_HEX;
}

/* A key that stands in an address: base64url. */
static bool is_token(struct text part)
{
    for (size_t i = 0; i < part.size; i++) {
        char c = part.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '-' || c == '_'))
            return false;
    }
    return part.size >= TOKEN_SIZE_MIN && part.size <= TOKEN_SIZE_MAX;
}

bool route_by_token(const struct route *route)
{
    return strstr(route->pattern, ":token") != NULL;
}

/* One part of the path against one of the pattern; fills what ":" parts stand for. */
static bool part_fits(struct text want, struct text part, int64_t *id, struct text *name)
{
    if (want.size == 0 || want.data[0] != ':')
        return text_equal(want, part);
    if (text_is(want, ":id"))
        return part.size > 0 && part.data[0] != '0' && part.data[0] != '-' &&
               text_int(part, 1, ID_MAX, id);
    *name = part;
    if (text_is(want, ":key"))
        return is_key(part);
    if (text_is(want, ":token"))
        return is_token(part);
    assert(text_is(want, ":name"));
    return is_name(part);
}

static bool path_fits(const char *pattern, struct text path, int64_t *id, struct text *name)
{
    struct text want_rest = text_of(pattern + 1);
    struct text rest = {path.data + 1, path.size - 1};
    if (want_rest.size == 0 || rest.size == 0)
        return want_rest.size == rest.size;
    if (rest.data[rest.size - 1] == '/')
        return false;
    struct text want, part;
    while (text_next(&want_rest, '/', &want))
        if (!text_next(&rest, '/', &part) || !part_fits(want, part, id, name))
            return false;
    return !text_next(&rest, '/', &part);
}

size_t route_of_form(const char *pattern)
{
    size_t i = 0;
    while (i < route_count &&
           (route_table[i].method != METHOD_POST || strcmp(route_table[i].pattern, pattern) != 0))
        i++;
    assert(i < route_count);
    return i;
}

enum result route_find(enum pool pool, struct request *r, const struct route **route,
                       const char **allow)
{
    *allow = NULL;
    for (size_t i = 0; i < route_count; i++) {
        const struct route *row = &route_table[i];
        int64_t id = 0;
        struct text name = NO_TEXT;
        if (row->pool != pool || !path_fits(row->pattern, r->path, &id, &name))
            continue;
        if (row->method != r->method) {
            *allow = *allow ? "GET, HEAD, POST" : row->method == METHOD_POST ? "POST" : "GET, HEAD";
            continue;
        }
        *allow = NULL;
        r->id = id;
        r->name = name;
        *route = row;
        return OK;
    }
    return *allow ? REFUSED : NOT_FOUND;
}
