#pragma once
/* Reports, inside of the clerk: that they were released, as the analyst says (released.c); mails
 * about them to those sponsors' people who asked for such (released_mail.c); and what kinds of
 * sponsors read them, for the authors whose postings they were made of.
 *
 * The clerk knows where a report is to be found and what it is about; never a figure of it, which
 * lie in a store that it does not read. That a sponsor reads one is kept without him: his kind, the
 * report and the week. */
#include "board/clerk/clerk.h"

enum {
    MAIL_REPORTS = 81,    /* a kind of mail: question is nothing */
    REPORT_TEMPLATES = 5, /* to be mailed of: as in schema/board/157-reports.sql */
    REPORT_RESULT = 1,
    REPORT_TREND = 2,
};

/* --- released.c --- */
enum result reports_released_run(struct work *work);
enum result report_read_run(struct work *work);
enum result sponsor_kind_set_run(struct work *work);
enum result reports_mail_run(struct work *work);
/* How the actor is mailed of each template, REPORT_TEMPLATES of them. */
MUST_USE enum result report_mails(struct work *work, struct record_report_mail **mails);

/* --- released_mail.c --- */
/* Makes the mails about new reports that are due, a few members at a time. *more: there was
 * somebody to look at. */
MUST_USE enum result reports_slice(struct work *work, bool *more);
struct desk_mail_due_row;
/* NOT_FOUND: nothing of it is wanted any more. */
MUST_USE enum result report_mail_write(struct work *work, const struct desk_mail_due_row *row,
                                       struct record_mail *mail);
/* One click on such a mail: no more of them. */
MUST_USE enum result reports_stop(struct work *work, int64_t member, bool look);
