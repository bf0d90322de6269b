#pragma once
/* Every page and its fields, for the route table (fcgi/route.c). Each lies in page_NAME.c; the
 * fields stand beside the page. */
#include "fcgi/route.h"

page_function page_health; /* page_health.c */

/* What every page has (page_hooks.c), for route_hooks. */
void page_hook_open(void **handle, enum pool pool, struct db *board);
bool page_hook_fill(struct request *r, struct reply *out, struct buf *buf, const char *slot,
                    int64_t id);
enum result page_hook_fault(struct request *r, struct reply *out, enum result result);

/* Member pool. */
extern const struct field fields_front[], fields_ask_form[], fields_ask[], fields_answer[],
    fields_vote[], fields_solved[], fields_similar[], fields_preview[], fields_search[],
    fields_topic[], fields_topic_describe[], fields_follow[], fields_member[], fields_receipt[],
    fields_payment[], fields_seen[];
page_function page_front;
page_function page_question;
page_function page_ask, page_ask_post, page_ask_again, page_similar, page_preview; /* page_ask.c */
page_function page_show_post;                                      /* page_question_votes.c */
page_function page_answer_post, page_answer_again, page_vote_post; /* page_answer.c */
page_function page_search;
page_function page_topic, page_follow_post; /* page_topic.c */
page_function page_topic_describe, page_topic_describe_again, page_topic_describe_post;
page_function page_member;
page_function page_why_posting, page_why_member; /* page_why.c */
page_function page_earnings;                     /* page_earnings.c */
page_function page_payment, page_receipt;        /* page_payment.c */
page_function page_notices, page_seen_post;      /* page_notices.c */

/* What a member follows and is told of. */
extern const struct field fields_telling[], fields_telling_set[], fields_save[], fields_feed[],
    fields_none[];
page_function page_telling, page_telling_again, page_telling_post, page_save_post, page_drop_post,
    page_feed_post, page_feed_drop_post;                  /* page_telling.c */
page_function page_thread_follow_post, page_decline_post; /* page_follow.c */
page_function page_feed, page_opensearch;                 /* page_feed.c */
page_function page_mail_stop, page_mail_stop_post;        /* page_stop.c */
/* Live discussions (page_question_round.c). */
extern const struct field fields_round[];
page_function page_live, page_round_post, page_round_close_post;
/* Drafts (page_drafts.c). */
extern const struct field fields_draft[], fields_draft_remove[], fields_drafts[];
extern const struct field fields_image[];
page_function page_image, page_image_small, page_image_post, page_image_again; /* page_image.c */
page_function page_drafts, page_draft_post, page_draft_remove_post, page_answer_draft;

/* Login pool, and what anyone may read. */
extern const struct field fields_login_form[], fields_login[], fields_join[];
page_function page_login, page_login_post, page_login_again, page_logout_post,
    page_logout_again; /* page_login.c */
page_function page_join, page_join_post, page_join_again;
page_function page_about;

/* A member's own account, in the login pool. */
extern const struct field fields_second[], fields_passkey_in[], fields_reset[], fields_reset_form[],
    fields_reset_new[], fields_account[], fields_password[], fields_email[], fields_email_confirm[],
    fields_specialty[], fields_totp[], fields_passkey_new[], fields_export[], fields_leave[];
page_function page_second_post, page_second_again, page_passkey_in, page_passkey_in_post,
    page_passkey_in_again; /* page_second.c */
page_function page_reset, page_reset_post, page_reset_again, page_reset_new, page_reset_new_post,
    page_reset_new_again; /* page_reset.c */
page_function page_account, page_account_again, page_password_post, page_email_post,
    page_email_confirm_post, page_specialty_post, page_session_end_post, page_sessions_end_post,
    page_factor_remove_post; /* page_account.c */
page_function page_codes_post, page_totp, page_totp_post, page_totp_again, page_passkey_new,
    page_passkey_new_post, page_passkey_new_again;                        /* page_factor.c */
page_function page_export, page_leave, page_leave_post, page_leave_again; /* page_leave.c */

extern const struct field fields_propose[], fields_operations[];
page_function page_payouts, page_propose_post; /* page_payouts.c */
page_function page_operations, page_operations_again, page_withdraw_operation_post,
    page_retry_operation_post; /* page_operations.c */
extern const struct field fields_held[], fields_held_object[];
page_function page_held, page_held_again, page_held_post; /* page_held.c */
extern const struct field fields_held_desk[], fields_held_decide[];
page_function page_held_desk, page_held_desk_again, page_held_decide_post; /* page_held_desk.c */
extern const struct field fields_guardrails[], fields_reset_breaker[], fields_audit[];
page_function page_guardrails, page_guardrails_again, page_breaker_post,
    page_audit_post; /* page_guardrails.c */
/* Where a member's money goes (page_payee.c), and asking for it (page_earnings.c). */
extern const struct field fields_payout[], fields_payee[], fields_tax_form[], fields_earnings[];
page_function page_payee, page_payee_again, page_payee_post, page_tax_form_post;
page_function page_payout_ask_post;
/* Personal tokens and what programs must know, for the interface of programs. */
extern const struct field fields_tokens_form[], fields_tokens[];
page_function page_tokens, page_tokens_again, page_tokens_post, page_token_end_post;
page_function page_openapi; /* openapi.c */

/* Sponsor pool. */
extern const struct field fields_campaigns[], fields_campaign[], fields_earmark[];
extern const struct field fields_sponsored[], fields_sponsored_one[];
page_function page_sponsored, page_sponsored_post, page_sponsored_again,
    page_sponsored_one; /* page_sponsored.c */
page_function page_sponsor, page_campaigns, page_campaigns_post, page_campaigns_again,
    page_campaign, page_earmark_post, page_earmark_again, page_totals; /* page_campaigns.c */
page_function page_reports, page_reports_atom;                         /* page_reports.c */
page_function page_report, page_report_json, page_report_csv, page_report_by_digest;
extern const struct field fields_reports[], fields_reports_feed_form[], fields_reports_feed[],
    fields_reports_mail[];
page_function page_reports_feed, page_reports_feed_again, page_reports_feed_post,
    page_reports_feed_read, page_reports_mail_post; /* page_reports_feed.c */

/* Admin pool. */
extern const struct field fields_members[], fields_decide[], fields_rules_form[], fields_rules[],
    fields_rule_draft[], fields_withdraw[], fields_approve[], fields_rule[], fields_rollback[],
    fields_confirm[], fields_ledger[], fields_fund[], fields_period[];
page_function page_admin, page_members, page_members_again, page_decide_post; /* page_members.c */
page_function page_rules;                                                     /* page_rules.c */
page_function page_rules_again, page_rules_check, page_rules_draft_post,
    page_rules_post;                                 /* page_rules.c */
page_function page_shadow_post, page_rollback_post;  /* page_rule.c */
page_function page_confirm_post, page_confirm_again; /* page_confirm.c */
page_function page_rule, page_rule_again, page_approve_post, page_withdraw_post; /* page_rule.c */
page_function page_close_preview, page_close_preview_post; /* page_close_preview.c */
page_function page_ledger, page_ledger_again, page_fund_post, page_period_post; /* page_ledger.c */
page_function page_status;

/* The waiting room. */
extern const struct field fields_waiting[], fields_letter[], fields_mail[], fields_code[],
    fields_vouch_ask[], fields_quiz[], fields_reading[], fields_decisions[];
page_function page_waiting, page_waiting_again, page_letter_post, page_mail_post, page_code_post,
    page_vouch_ask_post;                                  /* page_waiting.c */
page_function page_quiz, page_quiz_again, page_quiz_post; /* page_quiz.c */
page_function page_reading, page_reference;               /* page_reading.c */
page_function page_decisions;

/* Vouching. */
extern const struct field fields_vouch[], fields_vouch_answer[], fields_vouches[], fields_pioneer[],
    fields_branch[], fields_domains_form[], fields_domains[];
page_function page_vouch, page_vouch_again, page_invite_post, page_vouch_answer_post;
page_function page_vouches, page_vouches_again, page_pioneer_post, page_branch_post,
    page_restore_post; /* page_vouches.c */
page_function page_domains, page_domains_again, page_domains_post;

/* What becomes of postings. */
extern const struct field fields_edit[], fields_history[], fields_comment[], fields_mark[],
    fields_mark_withdraw[], fields_choose[], fields_cited[], fields_summary[];
page_function page_edit, page_edit_post, page_edit_again;
page_function page_history, page_summary_history; /* page_history.c */
page_function page_comment, page_comment_post, page_comment_again, page_comment_remove_post;
page_function page_mark, page_mark_post, page_mark_again, page_mark_withdraw_post, page_thank_post,
    page_choose_post, page_cited; /* page_mark.c */
page_function page_summary, page_summary_post, page_summary_again;
/* What a question's page has by kind (page_question_kinds.c). */
extern const struct field fields_poll[], fields_rate[];
page_function page_solved_post, page_solved_again, page_poll_post, page_rate_post;

/* A member's specialties (page_specialties.c). */
extern const struct field fields_specialties[];
page_function page_specialties, page_specialties_again, page_specialties_post;
/* What a member may tell for reports (page_background.c). */
extern const struct field fields_background[];
page_function page_background, page_background_post;
/* Moderation. */
extern const struct field fields_flag_form[], fields_flag[], fields_flag_withdraw[],
    fields_withheld[], fields_appeal[], fields_duplicate[], fields_moderation[], fields_desk[],
    fields_desk_decide[], fields_pair[], fields_merge[];
page_function page_flag, page_flag_again, page_flag_post, page_flag_withdraw_post; /* page_flag.c */
page_function page_withheld, page_withheld_again, page_appeal_post; /* page_withheld.c */
page_function page_moderation, page_duplicates;                     /* page_moderation.c */
page_function page_duplicate_post;                                  /* page_question_moderation.c */
page_function page_desk, page_desk_again, page_desk_post, page_pair_post,
    page_merge_post; /* page_desk.c */
/* Adverse events (page_safety.c, page_safety_watch.c, page_contact.c). */
extern const struct field fields_safety[], fields_watch_set[], fields_judge[], fields_watch[],
    fields_watches_ended[], fields_contacts[], fields_contact[];
page_function page_safety, page_safety_again, page_watch_post, page_judge_post,
    page_contact_ask_post;
page_function page_watch, page_watch_again, page_watch_end_post, page_cases_sent_post,
    page_watch_csv, page_watches_ended;
page_function page_contacts, page_contacts_again, page_contact_post;
/* What kinds of sponsors there are (page_sponsors.c), and which of them read what (page_readers.c).
 */
extern const struct field fields_sponsors[], fields_sponsor_kind[];
page_function page_sponsors, page_sponsors_again, page_sponsor_kind_post, page_readers;
/* Early signals (page_signals.c, page_signal.c). */
extern const struct field fields_signals[];
page_function page_signals, page_signal;
