#include "fcgi/page/page_parts.h"

#include "core/clock.h"
#include "core/json.h"
#include "core/session.h"
#include "fcgi/member/page_question_votes.h"
#include "schema/board.h"
#include "schema/command.h"

const char *page_home(int64_t role, int64_t level)
{
    if (role == BOARD_SPONSOR)
        return "/sponsor/campaigns";
    if (role == BOARD_ADMIN)
        return "/admin/members";
    return level >= BOARD_LEVEL_OPEN ? "/" : "/waiting";
}

/* Whoever may read the board has its search and front page in the header; others their own door.
 */
static struct text head_pool(const struct reader *reader)
{
    if (!reader->signed_in)
        return TEXT("/login");
    return reader->role == BOARD_ADMIN ? TEXT("/")
                                       : text_of(page_home(reader->role, reader->level));
}

struct view_head page_head(const struct request *r, struct text title)
{
    return (struct view_head){
        .site = TEXT("Curbside"),
        .title = title,
        .pool = head_pool(&r->reader),
        .role = r->reader.role,
        .who = r->reader.pseudonym,
        .member = r->reader.member,
        .unread = r->reader.unread,
        .section = TEXT(""),
        .query = TEXT(""),
        .sign_out = TEXT(""),
    };
}

const char *page_state(int64_t kind, int64_t solved, int64_t answers)
{
    (void)answers; /* how many there are stands beside it */
    if (kind == POSTING_REFERENCE)
        return "reference";
    if (kind == POSTING_OBSERVATION)
        return "observation";
    return solved == THREAD_STUDY ? "case study" : solved ? "solved" : "unsolved";
}

void page_topics(struct arena *arena, struct text names, struct view_topic **topics, size_t *count)
{
    struct view_topic *list = arena_array(arena, struct view_topic, TOPICS_MAX);
    struct text rest = names;
    struct text name;
    *count = 0;
    while (*count < TOPICS_MAX && text_next(&rest, ' ', &name))
        if (name.size > 0)
            list[(*count)++].name = name;
    *topics = list;
}

struct text page_mean(struct arena *arena, int64_t hundredths)
{
    int64_t tenths = (hundredths + 5) / 10;
    if (hundredths == 0)
        return TEXT("");
    return arena_format(arena, "%lld.%lld", (long long)(tenths / 10), (long long)(tenths % 10));
}

/* A list stands without them. */
static void row_rating(struct request *r, struct view_thread_row *row)
{
    struct board_rating_get_row rating;
    if (board_rating_get(request_store(r, WEB_BOARD), r->arena, row->id, &rating) != OK)
        return;
    row->relevance = page_mean(r->arena, rating.relevance);
    row->importance = page_mean(r->arena, rating.importance);
}

/* What may be missing: a row stands without them. */
static struct board_totals_in_list_row sums_of(struct request *r, const struct thread_facts *facts)
{
    struct board_totals_in_list_row sums = {0};
    if (sight_member(r, facts->member) &&
        board_totals_in_list(request_store(r, WEB_BOARD), r->arena, facts->question, r->now_ms,
                             &sums) != OK)
        sums = (struct board_totals_in_list_row){0};
    return sums;
}

struct text page_sponsor_name(int64_t kind, int64_t member, struct text source)
{
    return kind <= POSTING_OBSERVATION && member == 0 ? source : TEXT("");
}

struct text page_titled(struct arena *arena, int64_t kind, int64_t member, struct text source,
                        struct text title)
{
    struct text sponsor = page_sponsor_name(kind, member, source);
    if (sponsor.size == 0)
        return title;
    return arena_format(arena, "Sponsored question · %.*s: %.*s", (int)sponsor.size, sponsor.data,
                        (int)title.size, title.data);
}

struct view_thread_row page_thread_row(struct request *r, struct thread_facts facts)
{
    struct board_totals_in_list_row sums = sums_of(r, &facts);
    struct view_thread_row row = {
        .id = facts.question,
        .title = facts.title,
        .state = text_of(page_state(facts.kind, facts.solved, facts.answers)),
        .kind = text_of(posting_kind_name(facts.kind)),
        .answers = facts.answers,
        .corroborations = sums.corroborate,
        .patients = sums.patients,
        .ago = clock_ago(r->arena, facts.at_ms, r->now_ms),
        .iso = clock_iso(r->arena, facts.at_ms),
        .excerpt = facts.excerpt,
        .sponsor = page_sponsor_name(facts.kind, facts.member, facts.source),
        .source = facts.kind <= POSTING_OBSERVATION ? TEXT("") : facts.source,
        .relevance = TEXT(""),
        .importance = TEXT(""),
    };
    page_topics(r->arena, facts.topics, &row.topics, &row.topics_count);
    if (facts.kind <= POSTING_OBSERVATION)
        row_rating(r, &row);
    return row;
}

/* What a refusal means for somebody whose form has just come back. */
static struct text why_words(enum result why)
{
    switch (why) {
    case OK:
    case INVALID: /* these two have a fault beside the field */
    case TOO_MUCH:
        return NO_TEXT;
    case STALE:
        return TEXT(
            "This form was no longer current: you were signed out, or it lay open for long. "
            "It is fresh now; send it again.");
    case TOO_OFTEN:
        return TEXT("That was a lot in a short time. Wait a minute, then send it again.");
    case CONFLICT:
        return TEXT("This was sent already, with other content. Reload the page and start afresh.");
    case BUSY:
        return TEXT("It cannot be taken just now, and nothing was changed. Try again in a moment.");
    case UNKNOWN:
        return TEXT("No answer came, so it is not known whether it was taken. "
                    "Send it again: it is done only once.");
    default:
        return text_of(result_advice(why));
    }
}

void page_problems(const struct request *r, struct view_problem **problems, size_t *count)
{
    struct view_problem *list = arena_array(r->arena, struct view_problem, PAGE_PROBLEMS);
    size_t used = 0;
    struct text why = why_words(r->why);
    /* A conflict that the program named says more than the general words. */
    if (why.size > 0 && (r->why != CONFLICT || r->fault_count == 0))
        list[used++] = (struct view_problem){.field = TEXT(""), .words = why};
    for (size_t i = 0; i < r->fault_count && used < PAGE_PROBLEMS; i++)
        list[used++] = (struct view_problem){.field = text_of(r->faults[i].field),
                                             .words = r->faults[i].words};
    if (used == 0 && r->why != OK)
        list[used++] =
            (struct view_problem){.field = TEXT(""), .words = text_of(result_advice(r->why))};
    *problems = list;
    *count = used;
}

bool page_field_bad(const struct request *r, const char *field)
{
    return request_fault(r, field).size > 0;
}

enum result page_refused(struct request *r, enum result result, struct bytes json)
{
    struct json *root = NULL;
    struct reply_problem problem;
    if (result == OK || json.size == 0 || json_read(json, &root) != OK)
        return result;
    if (reply_problem_read(root, r->arena, &problem) == OK && problem.reason.size > 0)
        request_fault_add(r, arena_text(r->arena, problem.field).data, "%.*s",
                          (int)problem.reason.size, problem.reason.data);
    json_close(root);
    return result;
}

enum result page_command(struct request *r, struct command *command)
{
    struct bytes json = NO_BYTES;
    enum result result = request_command(r, "clerk", command, &json);
    return page_refused(r, result, json);
}

enum result page_command_created(struct request *r, struct command *command,
                                 struct reply_created *created)
{
    struct bytes json = NO_BYTES;
    struct json *root = NULL;
    enum result result = request_command(r, "clerk", command, &json);
    if (result != OK)
        return page_refused(r, result, json);
    result = json_read(json, &root);
    if (result == OK)
        result = reply_created_read(root, r->arena, created);
    json_close(root);
    /* It was posted; only where is not known. */
    return result == OK ? OK : UNKNOWN;
}

enum result page_similar_rows(struct request *r, struct text title, int64_t not_this,
                              struct view_thread_row **rows, size_t *count)
{
    struct search_hit *hits = NULL;
    size_t found = 0;
    *count = 0;
    *rows = arena_array(r->arena, struct view_thread_row, PAGE_SIMILAR);
    enum result result =
        search_similar(page_search_handle(r), r->arena, title, PAGE_SIMILAR + 1, &hits, &found);
    for (size_t i = 0; result == OK && i < found && *count < PAGE_SIMILAR; i++) {
        if (hits[i].question != not_this)
            (*rows)[(*count)++] = page_thread_row(r, THREAD_FACTS(&hits[i]));
    }
    return result;
}

struct view_evidence page_evidence(struct arena *arena, int64_t posting, struct tally_facts tally)
{
    int64_t voted = tally.corroborate + tally.dispute + tally.cannot_say;
    struct view_evidence v = {
        .posting = posting,
        .open = true,
        .corroborate = tally.corroborate,
        .dispute = tally.dispute,
        .cannot_say = tally.cannot_say,
        .patients = tally.patients,
        .voted = voted,
        .words = TEXT("No votes yet"),
    };
    if (voted == 0)
        return v;
    v.for_width = (tally.corroborate * 100 + voted / 2) / voted;
    v.against_width = (tally.dispute * 100 + voted / 2) / voted;
    if (v.for_width + v.against_width > 100) /* two halves rounded up */
        v.against_width = 100 - v.for_width;
    v.words =
        arena_format(arena, "Of %lld who voted, %lld corroborate, %lld dispute and %lld cannot say",
                     (long long)voted, (long long)tally.corroborate, (long long)tally.dispute,
                     (long long)tally.cannot_say);
    return v;
}

enum result page_own(struct request *r, const uint8_t *view_key, const uint8_t *tag,
                     struct bytes *plain)
{
    struct board_own_get_row row;
    enum result result =
        board_own_get(request_store(r, WEB_BOARD), r->arena, bytes_of(tag, SESSION_TAG_SIZE), &row);
    *plain = NO_BYTES;
    if (result == NOT_FOUND)
        return OK;
    return result == OK ? session_own_unbox(r->arena, view_key, row.box, plain) : result;
}

struct text page_posting_place(struct arena *arena, int64_t question, int64_t id, int64_t kind)
{
    return arena_format(arena, "/q/%lld#%c%lld", (long long)question,
                        kind == POSTING_COMMENT ? 'c' : 'p', (long long)id);
}
