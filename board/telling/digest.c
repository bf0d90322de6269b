#include "board/telling/released.h"
#include "board/telling/telling.h"

#include "core/clock.h"
#include "core/conf.h"
#include "schema/board.h"
#include "schema/desk.h"

#include <inttypes.h>

/* Mails of news: titles and links, never a word of what stands below them, nor who wrote it. Made
 * for a few members at a time when the postman asks, so that no posting waits for its followers.
 *
 * What was told is written down with the mail (digest_made), so whoever was told is not told again,
 * whatever stops in between. Where the sweep is, is kept in memory only: begun anew, it passes over
 * those who were told. Who had no news costs a look a day and no event. */

enum {
    MEMBERS_SLICE = 20,
    NOTICES_SLICE = 200, /* of which few are to be told at once */
    TITLES_MOST = 25,    /* of one mail */
    ANSWERS_MOST = 20,
    ONCE_DAYS = 3, /* what is told at once and could not be for so long, is not any more */
    DAILY_DAYS = 3,
    WEEKLY_DAYS = 15,
};

/* The mails' day begins at mail.hour (UTC). */
int64_t mail_day_ms(int64_t now_ms)
{
    int64_t hour_ms = conf_int("mail.hour") * HOUR_MS;
    int64_t at_ms = now_ms - hour_ms;
    return at_ms - at_ms % DAY_MS + hour_ms;
}

int64_t mail_week_ms(int64_t day_ms)
{
    return clock_week_start(day_ms) + day_ms % DAY_MS; /* at the same hour */
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* The last place of the journal before then that may be news to somebody. */
static enum result posting_before(struct work *work, int64_t at_ms, int64_t *posting)
{
    struct desk_posting_before_row row;
    struct board_notice_before_row notice;
    enum result result = desk_posting_before(work->clerk->desk, work->arena, at_ms, &row);
    if (result == OK)
        result = board_notice_before(work->clerk->board, work->arena, at_ms, &notice);
    *posting = result == OK ? larger(row.id, notice.id / NOTICES_PER_EVENT) : 0;
    return result;
}

/* Whether another mail may go to this member today. */
static enum result day_has_room(struct work *work, int64_t member, bool *room)
{
    struct desk_mails_today_row row;
    int64_t most = conf_int("smtp.per_day");
    enum result result = OK;
    *room = true;
    if (most == 0)
        return OK;
    result = desk_mails_today(work->clerk->desk, work->arena, member,
                              mail_day_ms(work->clerk->now_ms), most, &row);
    *room = result == OK && row.mails < most;
    return result;
}

static bool is_listed(struct text numbers, int64_t number)
{
    struct text part;
    int64_t one = 0;
    while (text_next(&numbers, ' ', &part))
        if (text_int(part, 1, INT64_MAX, &one) && one == number)
            return true;
    return false;
}

/* Answers whose own mails the day's limit kept back: they come along, and their mails are done. */
static enum result answers_take(struct work *work, int64_t member, int64_t before_ms,
                                struct text *answers)
{
    struct desk_mails_waiting_row *rows;
    struct buf out;
    size_t count = 0;
    enum result result = desk_mails_waiting(work->clerk->desk, work->arena, member, before_ms,
                                            ANSWERS_MOST, &rows, &count);
    buf_open(&out, work->arena, 256);
    for (size_t i = 0; i < count && result == OK; i++) {
        struct event event = {.kind = EVENT_MAIL_SENT};
        event.mail_sent.mail = rows[i].id;
        result = clerk_record(work->clerk, &event, NULL, 0);
        if (!is_listed(buf_done(&out), rows[i].question))
            buf_format(&out, "%s%" PRId64, out.size > 0 ? " " : "", rows[i].question);
    }
    *answers = out.size > 0 ? buf_done(&out) : NO_TEXT;
    return result;
}

static enum result digest_record(struct work *work, int64_t member, int64_t how, int64_t since,
                                 int64_t upto, struct text answers)
{
    struct event event = {.kind = EVENT_DIGEST_MADE};
    event.digest_made = (struct event_digest_made){
        .member = member, .how = how, .since = since, .upto = upto, .answers = answers};
    return clerk_record(work->clerk, &event, NULL, 0);
}

/* One member's mail of this kind, if there is anything to tell. `from`: nothing older is told. */
static enum result digest_try(struct work *work, int64_t member, int64_t how, int64_t from,
                              int64_t upto)
{
    struct desk_reader_get_row reader;
    struct news *news;
    size_t count = 0, mark = work->arena->used;
    bool room = true;
    enum result result = desk_reader_get(work->clerk->desk, work->arena, member, &reader);
    if (result == NOT_FOUND || (result == OK && reader.mailed == 0))
        return OK;
    if (result != OK)
        return result;
    int64_t told = how == HOW_ONCE    ? reader.told_once
                   : how == HOW_DAILY ? reader.told_daily
                                      : reader.told_weekly;
    from = larger(from, larger(told, reader.since));
    if (from >= upto)
        return OK;
    result = news_collect(work, member, from, upto, how, &news, &count);
    if (result == OK && count > 0 && how != HOW_ONCE)
        result = day_has_room(work, member, &room);
    arena_reset(work->arena, mark);
    if (result == OK && count > 0 && room)
        result = digest_record(work, member, how, from, upto, NO_TEXT);
    return result;
}

/* --- at once --- */

static struct text topics_json(struct arena *arena, struct text topics)
{
    struct buf out;
    struct text topic;
    buf_open(&out, arena, topics.size * 2 + 8);
    buf_char(&out, '[');
    while (text_next(&topics, ' ', &topic)) {
        if (out.size > 1)
            buf_char(&out, ',');
        buf_json_text(&out, topic);
    }
    buf_char(&out, ']');
    return buf_done(&out);
}

/* The members of one posting, a slice. *more: there was a posting to look at. */
static enum result once_slice(struct work *work, bool *more)
{
    struct telling_sweep *sweep = &work->clerk->sweep;
    struct db *desk = work->clerk->desk;
    struct desk_postings_after_row *posting;
    struct desk_thread_topics_get_row thread = {TEXT("")};
    struct desk_readers_at_once_row *rows;
    size_t count = 0, members = 0;
    enum result result = OK;
    if (!sweep->begun)
        result = posting_before(work, work->clerk->now_ms - ONCE_DAYS * DAY_MS, &sweep->posting);
    sweep->begun = sweep->begun || result == OK;
    if (result == OK)
        result = desk_postings_after(desk, work->arena, sweep->posting, 1, &posting, &count);
    *more = result == OK && count > 0;
    if (!*more)
        return result;
    result = desk_thread_topics_get(desk, work->arena, posting[0].question, &thread);
    if (result == OK || result == NOT_FOUND)
        result = desk_readers_at_once(desk, work->arena, posting[0].id, posting[0].question,
                                      topics_json(work->arena, thread.topics),
                                      sweep->posting_member, MEMBERS_SLICE, &rows, &members);
    for (size_t i = 0; i < members && result == OK; i++) {
        sweep->posting_member = rows[i].member;
        result = digest_try(work, rows[i].member, HOW_ONCE, 0, posting[0].id);
    }
    if (result == OK && members < MEMBERS_SLICE) {
        sweep->posting = posting[0].id;
        sweep->posting_member = 0;
    }
    return result;
}

/* Those to whose postings something was said, a slice of everybody's notices. */
static enum result own_slice(struct work *work, bool *more)
{
    struct telling_sweep *sweep = &work->clerk->sweep;
    struct board_own_after_row *rows;
    struct desk_reader_get_row reader;
    struct board_notice_before_row before = {0};
    size_t count = 0;
    enum result result = OK;
    if (!sweep->own_begun)
        result = board_notice_before(work->clerk->board, work->arena,
                                     work->clerk->now_ms - ONCE_DAYS * DAY_MS, &before);
    if (result == OK && !sweep->own_begun)
        sweep->notice = before.id;
    sweep->own_begun = sweep->own_begun || result == OK;
    if (result == OK)
        result = board_own_after(work->clerk->board, work->arena, sweep->notice, NOTICES_SLICE,
                                 &rows, &count);
    *more = result == OK && count > 0;
    for (size_t i = 0; i < count && result == OK; i++) {
        sweep->notice = rows[i].id;
        result = reader_find(work, rows[i].member, &reader);
        if (result == OK && own_how(&reader, rows[i].kind) == HOW_ONCE)
            result = digest_try(work, rows[i].member, HOW_ONCE, 0, rows[i].id / NOTICES_PER_EVENT);
    }
    return result;
}

/* --- daily and weekly --- */

static enum result sweep_begin(struct work *work, struct telling_sweep *sweep, int64_t day_ms)
{
    int64_t week_ms = mail_week_ms(day_ms);
    *sweep = (struct telling_sweep){.begun = sweep->begun,
                                    .posting = sweep->posting,
                                    .posting_member = sweep->posting_member,
                                    .own_begun = sweep->own_begun,
                                    .notice = sweep->notice};
    enum result result = posting_before(work, day_ms, &sweep->day_upto);
    if (result == OK)
        result = posting_before(work, week_ms, &sweep->week_upto);
    if (result == OK)
        result = posting_before(work, day_ms - DAILY_DAYS * DAY_MS, &sweep->day_from);
    if (result == OK)
        result = posting_before(work, week_ms - WEEKLY_DAYS * DAY_MS, &sweep->week_from);
    if (result == OK)
        sweep->day_ms = day_ms;
    return result;
}

/* Answers that waited for the new day, of the next member who has any. */
static enum result waiting_slice(struct work *work, bool *more)
{
    struct telling_sweep *sweep = &work->clerk->sweep;
    struct desk_members_waited_row *rows;
    struct text answers;
    size_t count = 0;
    enum result result = OK;
    if (conf_int("smtp.per_day") > 0)
        result = desk_members_waited(work->clerk->desk, work->arena, sweep->waiting, sweep->day_ms,
                                     MEMBERS_SLICE, &rows, &count);
    *more = result == OK && count > 0;
    for (size_t i = 0; i < count && result == OK; i++) {
        struct desk_reader_get_row reader;
        sweep->waiting = rows[i].member;
        result = reader_find(work, rows[i].member, &reader);
        if (result != OK)
            break;
        bool follows = reader.since > 0 && reader.mailed != 0;
        int64_t from = larger(sweep->day_from, larger(reader.told_daily, reader.since));
        result = answers_take(work, rows[i].member, sweep->day_ms, &answers);
        /* What he follows comes along in the same mail. */
        int64_t upto = follows && from < sweep->day_upto ? sweep->day_upto : from;
        if (result == OK && answers.data != NULL)
            result = digest_record(work, rows[i].member, HOW_DAILY, from, upto, answers);
    }
    return result;
}

static enum result day_slice(struct work *work, bool *more)
{
    struct telling_sweep *sweep = &work->clerk->sweep;
    struct desk_readers_due_row *rows;
    int64_t day_ms = mail_day_ms(work->clerk->now_ms), week_ms = mail_week_ms(day_ms);
    size_t count = 0;
    enum result result = OK;
    *more = false;
    if (sweep->day_ms != day_ms)
        result = sweep_begin(work, sweep, day_ms);
    if (result == OK && !sweep->waited) {
        result = waiting_slice(work, more);
        sweep->waited = result == OK && !*more;
        *more = true;
        return result;
    }
    if (result != OK || sweep->done)
        return result;
    result = desk_readers_due(work->clerk->desk, work->arena, sweep->member, day_ms, week_ms,
                              MEMBERS_SLICE, &rows, &count);
    for (size_t i = 0; i < count && result == OK; i++) {
        sweep->member = rows[i].member;
        if (rows[i].daily_ms < day_ms)
            result = digest_try(work, rows[i].member, HOW_DAILY, sweep->day_from, sweep->day_upto);
        if (result == OK && rows[i].weekly_ms < week_ms)
            result =
                digest_try(work, rows[i].member, HOW_WEEKLY, sweep->week_from, sweep->week_upto);
    }
    sweep->done = result == OK && count < MEMBERS_SLICE;
    *more = result == OK && !sweep->done;
    return result;
}

enum result digests_due_run(struct work *work)
{
    struct telling_sweep before = work->clerk->sweep;
    struct reply_digests reply = {.more = false};
    enum result result = once_slice(work, &reply.more);
    if (result == OK && !reply.more)
        result = own_slice(work, &reply.more);
    if (result == OK && !reply.more)
        result = day_slice(work, &reply.more);
    if (result == OK && !reply.more)
        result = reports_slice(work, &reply.more);
    if (result != OK)
        work->clerk->sweep = before;
    if (result == OK)
        reply_digests_write(&work->reply, &reply);
    return result;
}

/* --- what the mail says --- */

struct text mail_stop_link(struct work *work, int64_t member, int64_t kind)
{
    struct text url = conf_text("site.url"), code = telling_code(work, "stop", member, kind);
    return arena_format(work->arena, "%.*s/mail/stop/%.*s", (int)url.size, url.data, (int)code.size,
                        code.data);
}

static enum result title_write(struct work *work, struct buf *out, int64_t question,
                               struct text label, const char *why, size_t *told)
{
    struct board_thread_title_row row;
    struct text url = conf_text("site.url");
    enum result result = board_thread_title(work->clerk->board, work->arena, question, &row);
    if (result != OK || row.title.size == 0)
        return result == NOT_FOUND ? OK : result; /* blanked since */
    if (++*told > TITLES_MOST)
        return OK;
    buf_add(out, row.title.data, row.title.size);
    buf_format(out, "\n  %s", why);
    buf_add(out, label.data, label.size);
    buf_format(out, "\n  %.*s/q/%" PRId64 "\n\n", (int)url.size, url.data, question);
    return OK;
}

static const char *news_why(const struct news *news)
{
    return news->kind == TELL_TOPIC      ? "topic "
           : news->kind == TELL_SEARCH   ? "your search "
           : news->kind == TELL_ANSWERS  ? "answered: your thread"
           : news->kind == TELL_COMMENTS ? "a comment on your posting"
           : news->kind == TELL_THANKS   ? "thanks for your posting"
           : news->kind == TELL_MARKS    ? "your posting was marked: please look"
                                         : "new in a thread you follow";
}

static enum result news_write(struct work *work, const struct desk_digest_get_row *digest,
                              struct buf *out, size_t *told)
{
    struct text answers = digest->answers, number;
    struct news *news;
    size_t count = 0;
    enum result result = OK;
    while (result == OK && text_next(&answers, ' ', &number)) {
        int64_t question = 0;
        if (text_int(number, 1, INT64_MAX, &question))
            result = title_write(work, out, question, TEXT(""), "answered: your thread", told);
    }
    if (result == OK && digest->since < digest->upto)
        result = news_collect(work, digest->member, digest->since, digest->upto, digest->how, &news,
                              &count);
    for (size_t i = 0; i < count && result == OK; i++)
        result = title_write(work, out, news[i].question, news[i].label, news_why(&news[i]), told);
    return result;
}

/* What of a digest its member still wants to be told. NOT_FOUND: nothing. */
static enum result digest_find(struct work *work, int64_t mail, struct desk_digest_get_row *digest)
{
    struct desk_reader_get_row reader;
    enum result result = desk_digest_get(work->clerk->desk, work->arena, mail, digest);
    if (result != OK)
        return result;
    result = reader_find(work, digest->member, &reader);
    if (result != OK)
        return result;
    if (reader.mailed == 0)
        digest->since = digest->upto;
    if (reader.answers == 0)
        digest->answers = TEXT("");
    return digest->since < digest->upto || digest->answers.size > 0 ? OK : NOT_FOUND;
}

enum result digest_write(struct work *work, const struct desk_mail_due_row *row,
                         struct record_mail *mail)
{
    struct desk_digest_get_row digest;
    struct text site = conf_text("site.name"), url = conf_text("site.url");
    struct buf out;
    size_t told = 0;
    enum result result = digest_find(work, row->id, &digest);
    buf_open(&out, work->arena, 4096);
    if (result == OK)
        result = news_write(work, &digest, &out, &told);
    if (result != OK || told == 0)
        return result == OK ? NOT_FOUND : result;
    if (told > TITLES_MOST)
        buf_format(&out, "and %zu more: %.*s/notices\n\n", told - TITLES_MOST, (int)url.size,
                   url.data);
    bool only_answers = digest.since >= digest.upto;
    mail->stop = mail_stop_link(work, digest.member, only_answers ? TELL_ANSWERS : TELL_ALL);
    buf_format(&out,
               "--\nHow often such mails come, and what they are about:\n%.*s/notices/settings"
               "\nTo end them all:\n%.*s\n",
               (int)url.size, url.data, (int)mail->stop.size, mail->stop.data);
    mail->subject = arena_format(work->arena, "%.*s: %zu %s", (int)site.size, site.data, told,
                                 told == 1 ? "thread for you" : "threads for you");
    mail->body = buf_done(&out);
    return OK;
}

/* --- ending mails --- */

enum result notice_at_once(struct work *work, const struct desk_mail_due_row *row, bool *at_once)
{
    struct desk_reader_get_row reader;
    *at_once = false;
    if (row->kind != NOTICE_ANSWER)
        return OK;
    enum result result = reader_find(work, row->member, &reader);
    *at_once = result == OK && reader.answers == HOW_ONCE;
    return result;
}

enum result notice_wanted(struct work *work, int64_t member, int64_t kind, struct record_mail *mail)
{
    struct desk_reader_get_row reader;
    if (kind != NOTICE_ANSWER && kind != NOTICE_OPINION)
        return OK;
    enum result result = reader_find(work, member, &reader);
    if (result != OK)
        return result;
    if ((kind == NOTICE_ANSWER ? reader.answers : reader.opinions) == 0)
        return NOT_FOUND;
    mail->stop = mail_stop_link(work, member, kind == NOTICE_ANSWER ? TELL_ANSWERS : TELL_OPINIONS);
    return OK;
}

enum result mail_stop_run(struct work *work)
{
    const struct command_mail_stop *c = &work->command->mail_stop;
    struct reply_mail_stopped reply = {.kind = 0};
    struct desk_member_get_row member;
    struct desk_reader_get_row reader;
    struct event event = {.kind = EVENT_TELLING_SET};
    int64_t id = 0;
    enum result result = telling_code_read(work, "stop", c->code, &id, &reply.kind);
    if (result == OK)
        result = desk_member_get(work->clerk->desk, work->arena, id, &member);
    if (result == OK && member.state == MEMBER_LEFT)
        result = NOT_FOUND;
    if (result == OK && reply.kind == TELL_REPORTS) {
        result = reports_stop(work, id, c->look);
        if (result == OK)
            reply_mail_stopped_write(&work->reply, &reply);
        return result;
    }
    if (result == OK)
        result = reader_find(work, id, &reader);
    if (result != OK)
        return result;
    int64_t on = reply.kind == TELL_ALL       ? reader.mailed
                 : reply.kind == TELL_ANSWERS ? reader.answers
                                              : reader.opinions;
    event.telling_set = (struct event_telling_set){
        .member = id, .kind = reply.kind, .how = HOW_NEVER, .topic = NO_TEXT};
    if (!c->look && on != 0)
        result = clerk_record(work->clerk, &event, NULL, 0);
    if (result == OK)
        reply_mail_stopped_write(&work->reply, &reply);
    return result;
}
