#include "board/html.h"
#include "board/import.h"
#include "core/clock.h"
#include "core/json.h"

#include <stdio.h>
#include <string.h>

/* References of any source as JSON Lines: board/README.md describes the format. The file is read
 * twice, so that a question is there before what answers it. */

enum { ANSWERS_MAX = 199, ID_SIZE_MAX = 50 };

struct source {
    struct import im;
    struct text name; /* what ids are told apart by */
    int64_t questions, answers;
    bool answering; /* the second time */
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

/* What a question and an answer have in common; `above`: what the question says for its answers. */
static const char *posting_read(struct source *source, const struct json *json,
                                const struct command_reference_add *above, struct text format,
                                struct command_reference_add *c)
{
    struct arena *arena = &source->im.arena;
    struct text id;
    int64_t score;
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
    if (c->url.size > 0 && !text_starts(c->url, "https://") && !text_starts(c->url, "http://"))
        return "the url is none";
    const char *fault =
        body_read(source, json, text_or(json, "format", arena, 20, format), &c->body);
    if (fault == NULL && json_get_int(json_get(json, "score"), INT32_MIN, INT32_MAX, &score))
        c->source = arena_format(arena, "%.*s; %lld %s there", (int)c->source.size, c->source.data,
                                 (long long)score, score == 1 ? "point" : "points");
    return fault;
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
        reference_send(&source->im, source->im.lines.number, &c);
    }
    return NULL;
}

static const char *line_take(struct source *source, const struct json *json)
{
    struct arena *arena = &source->im.arena;
    struct command_reference_add c;
    struct text title, format = text_or(json, "format", arena, 20, TEXT("markdown"));
    const char *fault = posting_read(source, json, NULL, format, &c);
    if (fault == NULL && (!json_get_text(json_get(json, "title"), arena, 1000, &title) ||
                          text_trim(title).size == 0))
        fault = "no title";
    if (fault == NULL)
        fault = topics_of(source, json_get(json, "topics"), &c.topics);
    if (fault != NULL)
        return fault;
    if (source->answering)
        return answers_send(source, json_get(json, "answers"), &c, format);
    c.title = words_cut(text_trim(title), TITLE_SIZE_MAX);
    source->questions++;
    reference_send(&source->im, source->im.lines.number, &c);
    return NULL;
}

/* A line's fault is told the first time, one of its answers the second. */
static void line_read(struct source *source, struct text line)
{
    struct import *im = &source->im;
    struct json *json = NULL;
    int64_t answers = source->answers;
    const char *fault = json_read(text_bytes(line), &json) != OK ? json_error() : NULL;
    bool first = !source->answering;
    if (fault == NULL) {
        fault = line_take(source, json);
        first = first || source->answers > answers || json_is_array(json_get(json, "answers"));
    }
    json_close(json);
    if (fault != NULL && first)
        line_broken(im, im->lines.number, fault);
}

static bool file_read(struct source *source, const char *path, bool answering)
{
    struct import *im = &source->im;
    struct text line;
    bool whole = true;
    source->answering = answering;
    im->share_from = answering ? 0.5 : 0;
    im->share_part = 0.5;
    lines_open(&im->lines, path);
    senders_start(im);
    while (lines_next(&im->lines, &line, &whole)) {
        arena_reset(&im->arena, 0);
        if (!whole && !answering)
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
    if (!import_open(&source.im, "postings"))
        return 1;
    source.name = name;
    bool good = file_read(&source, path, false);
    good = good && file_read(&source, path, true);
    double seconds = (double)(clock_steady_us() - source.im.start_us) / 1e6;
    fprintf(stderr, "\r");
    printf("%lld questions and %lld answers taken, %lld of them new; %lld lines refused; %.1f s, "
           "%.0f postings/s\n",
           (long long)source.questions, (long long)source.answers, (long long)source.im.fresh,
           (long long)source.im.broken, seconds,
           (double)(source.questions + source.answers) / (seconds > 0 ? seconds : 1));
    if (!good)
        fprintf(stderr, "curbside-clerk: %s broke off before its end\n", path);
    import_close(&source.im);
    return good ? 0 : 1;
}
