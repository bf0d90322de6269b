#include "demo/community.h"

#include "core/buf.h"
#include "core/clock.h"
#include "core/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ACTS_MAX = 8192, LINE_MAX_BYTES = 32 * 1024 };

/* A member field or nothing: which ones an object has depends on its type, so absence is no fault
 * here. */
static struct text member(const struct json *object, struct arena *arena, const char *key)
{
    struct text text = TEXT("");
    const struct json *value = json_get(object, key);
    if (value != NULL)
        (void)!json_get_text(value, arena, LINE_MAX_BYTES, &text);
    return text;
}

static int64_t position(const char *const *words, size_t count, struct text word)
{
    for (size_t i = 0; i < count; i++)
        if (text_is(word, words[i]))
            return (int64_t)i;
    return -1;
}

static int64_t number(const struct json *object, const char *key, int64_t low, int64_t high)
{
    int64_t value = 0;
    const struct json *there = json_get(object, key);
    if (there != NULL)
        (void)!json_get_int(there, low, high, &value);
    return value;
}

static struct text joined(const struct json *list, struct arena *arena, char between)
{
    struct buf buf;
    buf_open(&buf, arena, 64);
    for (size_t i = 0; list != NULL && i < json_count(list); i++) {
        struct text part;
        if (!json_get_text(json_at(list, i), arena, 150, &part))
            continue;
        if (buf.size > 0)
            buf_char(&buf, between);
        buf_add(&buf, part.data, part.size);
    }
    return buf_done(&buf);
}

/* Of a day that counts from today, the month alone. */
static struct text month_of(const struct json *line, struct arena *arena, const char *key,
                            int64_t today_ms)
{
    int64_t day = number(line, key, -4000, -1);
    return day == 0 ? NO_TEXT : clock_month(arena, today_ms + day * DAY_MS);
}

/* What belongs to one kind of thread. */
static void act_of_kind(struct act *act, const struct json *line, struct arena *arena,
                        int64_t today_ms)
{
    static const char *const settings[] = {"",          "clinic",    "hospital",
                                           "emergency", "intensive", "other"};
    static const char *const bands[] = {"", "1-5", "6-20", ">20"};
    act->options = joined(json_get(line, "options"), arena, '\n');
    act->setting = position(settings, 6, member(line, arena, "setting"));
    act->seen = position(bands, 4, member(line, arena, "patients"));
    act->from_month = month_of(line, arena, "from_day", today_ms);
    act->to_month = month_of(line, arena, "to_day", today_ms);
    act->how = member(line, arena, "how");
    act->answer = member(line, arena, "answer");
    act->importance = number(line, "importance", 1, 5);
    act->relevance = number(line, "relevance", 1, 5);
    if (json_get(line, "study") != NULL)
        (void)!json_get_bool(json_get(line, "study"), &act->study);
}

static void act_person(struct act *act, const struct json *line, struct arena *arena)
{
    act->first_name = member(line, arena, "first_name");
    act->last_name = member(line, arena, "last_name");
    act->npi = member(line, arena, "npi");
    act->licence = member(line, arena, "licence");
    act->state = member(line, arena, "state");
    act->specialty = member(line, arena, "specialty");
    act->roster_last_name = member(line, arena, "roster_last_name");
    if (act->roster_last_name.size == 0)
        act->roster_last_name = act->last_name;
}

/* When an act happened. Staff come first of all; a `solved` has no hour and falls into the evening.
 */
static int64_t act_time(const struct json *line, enum act_kind kind, int64_t today_ms)
{
    double hour = kind == ACT_JOIN ? 7 : 18;
    int64_t day = -121;
    const struct json *value = json_get(line, kind == ACT_JOIN ? "joined_day" : "day");
    if (value != NULL)
        (void)!json_get_int(value, -1000, 0, &day);
    value = json_get(line, "hour");
    if (value != NULL)
        (void)!json_get_real(value, &hour);
    return today_ms + day * DAY_MS + (int64_t)(hour * HOUR_MS);
}

static bool act_read(struct act *act, const struct json *line, struct arena *arena,
                     int64_t today_ms)
{
    static const char *const types[] = {"staff", "member", "applicant", "posting", "answer",
                                        "vote",  "solved", "choice",    "rating"};
    static const enum act_kind kinds[] = {ACT_STAFF,   ACT_JOIN,   ACT_JOIN,
                                          ACT_POSTING, ACT_ANSWER, ACT_VOTE,
                                          ACT_SOLVED,  ACT_CHOICE, ACT_RATING};
    static const char *const postings[] = {"", "question", "case", "observation"};
    static const char *const stances[] = {"", "corroborate", "dispute", "cannot_say"};
    static const char *const bands[] = {"0", "1-5", "6-20", ">20"};
    int64_t type = position(types, 9, member(line, arena, "type"));
    if (type < 0)
        return false;
    act->kind = kinds[type];
    act->waits = type == 2;
    act->by = member(line, arena, act->kind <= ACT_JOIN ? "pseudonym" : "by");
    act->key = member(line, arena, "key");
    bool on = act->kind == ACT_VOTE || act->kind >= ACT_CHOICE;
    act->on = member(line, arena, on ? "on" : "question");
    act->title = member(line, arena, "title");
    act->body = member(line, arena, "body");
    act->organisation = member(line, arena, "organisation");
    act->topics = joined(json_get(line, "topics"), arena, ' ');
    act_of_kind(act, line, arena, today_ms);
    act_person(act, line, arena);
    act->at_ms = act_time(line, act->kind, today_ms);
    if (act->kind == ACT_STAFF)
        act->number = text_is(member(line, arena, "role"), "admin") ? 3 : 2;
    else if (act->kind == ACT_POSTING)
        act->number = position(postings, 4, member(line, arena, "kind"));
    else if (act->kind == ACT_VOTE) {
        act->number = position(stances, 4, member(line, arena, "stance"));
        act->patients = position(bands, 4, member(line, arena, "patients"));
    } else if (act->kind == ACT_CHOICE)
        act->number = number(line, "option", 1, 6);
    return act->by.size > 0 && act->number >= 0 && act->patients >= 0;
}

static int act_order(const void *a, const void *b)
{
    const struct act *x = a, *y = b;
    if (x->at_ms != y->at_ms)
        return x->at_ms < y->at_ms ? -1 : 1;
    return (int)x->kind - (int)y->kind;
}

enum result community_read(struct arena *arena, const char *path, int64_t today_ms,
                           struct community *out)
{
    enum result result = INVALID;
    char *line = NULL;
    size_t room = 0;
    int number = 0;
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        fprintf(stderr, "%s cannot be read\n", path);
        return NOT_FOUND;
    }
    out->acts = arena_array(arena, struct act, ACTS_MAX);
    out->count = 0;
    ssize_t size;
    while ((size = getline(&line, &room, file)) > 0) {
        struct json *root = NULL;
        number++;
        if (out->count == ACTS_MAX)
            goto done;
        if (json_read(bytes_of(line, (size_t)size), &root) != OK ||
            !act_read(&out->acts[out->count], root, arena, today_ms)) {
            json_close(root);
            goto done;
        }
        json_close(root);
        out->count++;
    }
    qsort(out->acts, out->count, sizeof(struct act), act_order);
    result = OK;
done:
    if (result != OK)
        fprintf(stderr, "%s:%d: this line cannot be taken\n", path, number);
    free(line);
    fclose(file);
    return result;
}
