#include "board/import/html.h"
#include "board/import/import.h"
#include "core/clock.h"
#include "core/json.h"
#include "core/text.h"

#include <stdio.h>
#include <string.h>

/* References of any source as JSON Lines: board/README.md describes the format. The file is read
 * again for the answers and once more for the comments, so that what they are about is there. */

enum { ANSWERS_MAX = 199, COMMENTS_MAX = 500, ID_SIZE_MAX = 50, COMMENT_SIZE_MAX = 2400 };
enum { ABOUT_CHARACTERS = 600 };
enum turn { QUESTIONS, ANSWERS, COMMENTS, TURNS };

struct source {
    struct import im;
    struct text name; /* what ids are told apart by */
    int64_t questions, answers, comments, topics;
    enum turn turn;
};

static struct text text_or(const struct json *json, const char *key, struct arena *arena,
                           size_t most, struct text otherwise)
{
    struct text text;
    return json_get_text(json_get(json, key), arena, most, &text) ? text : otherwise;
}

static const char *body_read(struct source *source, const struct json *json, struct text format,
                             struct text *body)
{
    struct arena *arena = &source->im.arena;
    if (!json_get_text(json_get(json, "body"), arena, LINE_SIZE_MAX, body) ||
        text_trim(*body).size == 0)
        return "no body";
    if (text_is(format, "html"))
        *body = html_markdown(arena, *body, TEXT(""));
    else if (text_is(format, "text"))
        *body = plain_markdown(arena, *body);
    else if (!text_is(format, "markdown"))
        return "the format is none of markdown, html, text";
    *body = body_fit(arena, text_trim(*body));
    return body->size > 0 ? NULL : "no body";
}

static bool url_good(struct text url)
{
    return url.size == 0 || text_starts(url, "https://") || text_starts(url, "http://");
}

/* What a question and an answer have in common; `above`: what the question says for its answers. */
static const char *posting_read(struct source *source, const struct json *json,
                                const struct command_reference_add *above, struct text format,
                                struct command_reference_add *c)
{
    struct arena *arena = &source->im.arena;
    struct text id;
    if (!json_is_object(json))
        return "not a JSON object";
    if (!json_get_text(json_get(json, "id"), arena, ID_SIZE_MAX, &id) || id.size == 0)
        return "no id of at most 50 bytes";
    *c = (struct command_reference_add){.title = TEXT(""), .topics = TEXT("")};
    c->key = arena_format(arena, "%.*s:%.*s", (int)source->name.size, source->name.data,
                          (int)id.size, id.data);
    c->source = text_or(json, "source", arena, 160, above ? above->source : source->name);
    c->licence = text_or(json, "licence", arena, 60, above ? above->licence : TEXT(""));
    c->url = text_or(json, "url", arena, 500, above ? above->url : TEXT(""));
    if (!url_good(c->url))
        return "the url is none";
    return body_read(source, json, text_or(json, "format", arena, 20, format), &c->body);
}

/* Beside the source stands what a posting was thought of there. */
static void posting_send(struct source *source, const struct json *json,
                         const struct command_reference_add *posting)
{
    struct command_reference_add c = *posting;
    int64_t score;
    if (json_get_int(json_get(json, "score"), INT32_MIN, INT32_MAX, &score))
        c.source = arena_format(&source->im.arena, "%.*s; %lld %s there", (int)c.source.size,
                                c.source.data, (long long)score, score == 1 ? "point" : "points");
    reference_send(&source->im, source->im.lines.number, &c);
}

static const char *topics_of(struct source *source, const struct json *list, struct text *topics)
{
    struct buf out;
    if (list == NULL)
        return NULL;
    if (!json_is_array(list))
        return "the topics are no list";
    buf_open(&out, &source->im.arena, 200);
    for (size_t i = 0; i < json_count(list); i++) {
        struct text topic;
        if (!json_get_text(json_at(list, i), &source->im.arena, 60, &topic))
            return "a topic is not a text";
        buf_format(&out, "%s", i > 0 ? "," : "");
        buf_add(&out, topic.data, topic.size);
    }
    return topics_read(&source->im.arena, buf_done(&out), topics);
}

static const char *answers_send(struct source *source, const struct json *list,
                                const struct command_reference_add *question, struct text format)
{
    if (list == NULL)
        return NULL;
    if (!json_is_array(list) || json_count(list) > ANSWERS_MAX)
        return "the answers are no list of at most 199";
    for (size_t i = 0; i < json_count(list); i++) {
        struct command_reference_add c;
        const char *fault = posting_read(source, json_at(list, i), question, format, &c);
        if (fault != NULL)
            return fault;
        c.of = question->key;
        source->answers++;
        posting_send(source, json_at(list, i), &c);
    }
    return NULL;
}

/* --- comments --- */

/* "dr. who, Ward notes (CC0)" */
static struct text said_by(struct source *source, const struct json *json,
                           const struct command_reference_add *on)
{
    struct arena *arena = &source->im.arena;
    struct text by = text_or(json, "by", arena, 60, TEXT(""));
    struct text licence =
        on->licence.size == 0
            ? TEXT("")
            : arena_format(arena, " (%.*s)", (int)on->licence.size, on->licence.data);
    struct text where = text_cut(on->source, 70);
    return arena_format(arena, "%.*s%s%.*s%.*s", (int)by.size, by.data, by.size > 0 ? ", " : "",
                        (int)where.size, where.data, (int)licence.size, licence.data);
}

static const char *comment_take(struct source *source, const struct json *json,
                                const struct command_reference_add *on, struct text format)
{
    struct arena *arena = &source->im.arena;
    struct command_reference_comment c = {.of = on->key};
    struct text id;
    if (!json_is_object(json))
        return "a comment is not a JSON object";
    if (!json_get_text(json_get(json, "id"), arena, ID_SIZE_MAX, &id) || id.size == 0)
        return "a comment has no id of at most 50 bytes";
    const char *fault =
        body_read(source, json, text_or(json, "format", arena, 20, format), &c.body);
    if (fault == NULL && c.body.size > COMMENT_SIZE_MAX)
        fault = "a comment is longer than 2400 bytes";
    if (fault != NULL)
        return fault;
    c.key = arena_format(arena, "%.*s:%.*s", (int)source->name.size, source->name.data,
                         (int)id.size, id.data);
    c.source = said_by(source, json, on);
    c.said_ms = import_time_ms(text_or(json, "at", arena, 40, TEXT("")));
    source->comments++;
    comment_send(&source->im, source->im.lines.number, &c);
    return NULL;
}

static const char *comments_take(struct source *source, const struct json *json,
                                 const struct command_reference_add *on, struct text format)
{
    const struct json *list = json_get(json, "comments");
    const char *fault = NULL;
    if (list == NULL)
        return NULL;
    if (!json_is_array(list) || json_count(list) > COMMENTS_MAX)
        return "the comments are no list of at most 500";
    for (size_t i = 0; i < json_count(list) && fault == NULL; i++)
        fault = comment_take(source, json_at(list, i), on, format);
    return fault;
}

/* Those on a question and those on its answers. */
static const char *all_comments_take(struct source *source, const struct json *json,
                                     const struct command_reference_add *question,
                                     struct text format)
{
    const struct json *list = json_get(json, "answers");
    const char *fault = comments_take(source, json, question, format);
    for (size_t i = 0; json_is_array(list) && i < json_count(list) && fault == NULL; i++) {
        struct command_reference_add answer;
        if (posting_read(source, json_at(list, i), question, format, &answer) != NULL)
            return NULL; /* told when the answers were read; nothing behind it was taken */
        fault = comments_take(source, json_at(list, i), &answer, format);
    }
    return fault;
}

/* --- lines --- */

/* {"topic": ..., "description": ...}: what a topic is about. */
static const char *topic_take(struct source *source, const struct json *json, struct text format)
{
    struct arena *arena = &source->im.arena;
    struct command_reference_topic c = {.body = TEXT("")};
    struct text name, brief;
    if (!json_get_text(json_get(json, "topic"), arena, 60, &name) ||
        topics_read(arena, name, &c.topic) != NULL || !topic_valid(c.topic))
        return "the topic is none";
    if (!json_get_text(json_get(json, "description"), arena, LINE_SIZE_MAX, &brief) ||
        text_trim(brief).size == 0)
        return "no description";
    if (json_get(json, "body") != NULL) {
        const char *fault = body_read(source, json, format, &c.body);
        if (fault != NULL)
            return fault;
    }
    c.excerpt =
        text_excerpt(arena, body_fit(arena, plain_markdown(arena, brief)), ABOUT_CHARACTERS);
    c.source = text_or(json, "source", arena, 160, source->name);
    c.licence = text_or(json, "licence", arena, 60, TEXT(""));
    c.url = text_or(json, "url", arena, 500, TEXT(""));
    if (!url_good(c.url))
        return "the url is none";
    source->topics++;
    topic_send(&source->im, source->im.lines.number, &c);
    return NULL;
}

/* A fault is told in the turn it belongs to: a question's own in the first. */
static const char *line_take(struct source *source, const struct json *json)
{
    struct arena *arena = &source->im.arena;
    struct command_reference_add c;
    struct text title, format = text_or(json, "format", arena, 20, TEXT("markdown"));
    if (json_is_object(json) && json_get(json, "topic") != NULL)
        return source->turn == QUESTIONS ? topic_take(source, json, format) : NULL;
    const char *fault = posting_read(source, json, NULL, format, &c);
    if (fault == NULL && (!json_get_text(json_get(json, "title"), arena, 1000, &title) ||
                          text_trim(title).size == 0))
        fault = "no title";
    if (fault == NULL)
        fault = topics_of(source, json_get(json, "topics"), &c.topics);
    if (fault != NULL)
        return source->turn == QUESTIONS ? fault : NULL;
    if (source->turn == ANSWERS)
        return answers_send(source, json_get(json, "answers"), &c, format);
    if (source->turn == COMMENTS)
        return all_comments_take(source, json, &c, format);
    c.title = words_cut(text_trim(title), TITLE_SIZE_MAX);
    source->questions++;
    posting_send(source, json, &c);
    return NULL;
}

static void line_read(struct source *source, struct text line)
{
    struct json *json = NULL;
    const char *fault = NULL;
    if (json_read(text_bytes(line), &json) == OK)
        fault = line_take(source, json);
    else if (source->turn == QUESTIONS)
        fault = json_error();
    json_close(json);
    if (fault != NULL)
        line_broken(&source->im, source->im.lines.number, fault);
}

static bool file_read(struct source *source, const char *path, enum turn turn)
{
    struct import *im = &source->im;
    struct text line;
    bool whole = true;
    source->turn = turn;
    im->share_from = (double)turn / TURNS;
    im->share_part = 1.0 / TURNS;
    lines_open(&im->lines, path);
    senders_start(im);
    while (lines_next(&im->lines, &line, &whole)) {
        arena_reset(&im->arena, 0);
        if (!whole && turn == QUESTIONS)
            line_broken(im, im->lines.number, "longer than a mebibyte");
        else if (whole && text_trim(line).size > 0)
            line_read(source, line);
    }
    bool sent = senders_end(im);
    return lines_close(&im->lines) && sent;
}

int import_jsonl(const char *path, const char *name_or_null)
{
    static struct source source;
    struct text name = text_of(name_or_null != NULL ? name_or_null : "jsonl");
    if (name.size == 0 || name.size > 25) {
        fprintf(stderr, "curbside-clerk: a source's name has 1 to 25 bytes\n");
        return 2;
    }
    if (!import_open(&source.im, "postings and comments"))
        return 1;
    source.name = name;
    bool good = true;
    for (enum turn turn = QUESTIONS; turn < TURNS && good; turn++)
        good = file_read(&source, path, turn);
    double seconds = (double)(clock_steady_us() - source.im.start_us) / 1e6;
    fprintf(stderr, "\r");
    int64_t found = source.questions + source.answers + source.comments + source.topics;
    printf("%lld questions, %lld answers, %lld comments and %lld descriptions of topics taken, "
           "%lld of them new; %lld lines refused; %.1f s, %.0f/s\n",
           (long long)source.questions, (long long)source.answers, (long long)source.comments,
           (long long)source.topics, (long long)source.im.fresh, (long long)source.im.broken,
           seconds, (double)found / (seconds > 0 ? seconds : 1));
    if (!good)
        fprintf(stderr, "curbside-clerk: %s broke off before its end\n", path);
    import_close(&source.im);
    return good ? 0 : 1;
}
