#include "board/import/import.h"

#include "core/clock.h"
#include "core/conf.h"
#include "core/json.h"

#include <stdio.h>
#include <string.h>

/* Answers of MedQuAD as references. */

enum { NAMES_SIZE_MAX = 1000 };

/* The collections of MedQuAD: who published them, and the topic they are filed under. */
struct collection {
    const char *prefix, *source, *topic;
};
static const struct collection collections[] = {
    {"10_", "MedlinePlus A.D.A.M.", "health-topics"},
    {"11_", "MedlinePlus Drugs", "drugs"},
    {"12_", "MedlinePlus Herbs and Supplements", "herbs"},
    {"1_", "National Cancer Institute", "cancer"},
    {"2_", "Genetic and Rare Diseases Information Center", "rare-diseases"},
    {"3_", "Genetics Home Reference", "genetics"},
    {"4_", "MedlinePlus Health Topics", "health-topics"},
    {"5_", "National Institute of Diabetes and Digestive and Kidney Diseases",
     "digestive-and-kidney"},
    {"6_", "National Institute of Neurological Disorders and Stroke", "neurology"},
    {"7_", "NIHSeniorHealth", "geriatrics"},
    {"8_", "National Heart, Lung, and Blood Institute", "heart-lung-blood"},
    {"9_", "Centers for Disease Control and Prevention", "public-health"},
};

static const struct collection *collection_find(struct text name)
{
    static const struct collection other = {"", "MedQuAD", "health-topics"};
    for (size_t i = 0; i < sizeof(collections) / sizeof(*collections); i++) {
        if (text_starts(name, collections[i].prefix))
            return &collections[i];
    }
    return &other;
}

/* Plain text as Markdown that reads the same, cut to a posting's size with a note. */
static struct text body_make(struct import *im, struct text answer)
{
    static const char note[] = "\n\n(Shortened here; the source has the whole text.)";
    size_t most = (size_t)conf_int("posting.size_max"), escapes = 0;
    struct buf out;
    buf_open(&out, &im->arena, answer.size + 256);
    for (size_t i = 0; i < answer.size; i++)
        escapes += strchr("\\`*_[]<>", answer.data[i]) != NULL;
    bool cut = answer.size + escapes > most;
    if (cut)
        answer = words_cut(answer, most - sizeof(note) - escapes);
    for (size_t i = 0; i < answer.size; i++) {
        if (answer.data[i] != 0 && strchr("\\`*_[]<>", answer.data[i]) != NULL)
            buf_char(&out, '\\');
        buf_char(&out, answer.data[i]);
    }
    if (cut)
        buf_add(&out, note, sizeof(note) - 1);
    return buf_done(&out);
}

/* "What causes X ?" → "What causes X?" */
static struct text title_make(struct import *im, struct text question)
{
    question = text_trim(question);
    size_t size = question.size;
    if (size > 2 && question.data[size - 1] == '?' && question.data[size - 2] == ' ')
        question = arena_format(&im->arena, "%.*s?", (int)(size - 2), question.data);
    return words_cut(question, TITLE_SIZE_MAX);
}

/* What the source calls its subject, the main name first. What does not fit is left out whole. */
static struct text names_make(struct import *im, const struct json *line)
{
    const struct json *list = json_get(line, "synonyms");
    struct text name;
    struct buf out;
    buf_open(&out, &im->arena, NAMES_SIZE_MAX);
    if (json_get_text(json_get(line, "focus"), &im->arena, NAMES_SIZE_MAX, &name))
        buf_add(&out, name.data, name.size);
    for (size_t i = 0; json_is_array(list) && i < json_count(list); i++) {
        if (!json_get_text(json_at(list, i), &im->arena, NAMES_SIZE_MAX, &name) ||
            out.size + name.size + 2 > NAMES_SIZE_MAX)
            continue;
        if (out.size > 0)
            buf_add(&out, "; ", 2);
        buf_add(&out, name.data, name.size);
    }
    return buf_done(&out);
}

static const char *reference_make(struct import *im, const struct json *line,
                                  struct command_reference_add *c)
{
    struct text id, collection, url = TEXT(""), question, answer;
    if (!json_is_object(line))
        return "not a JSON object";
    if (!json_get_text(json_get(line, "id"), &im->arena, 60, &id) || id.size == 0)
        return "no id";
    if (!json_get_text(json_get(line, "question"), &im->arena, LINE_SIZE_MAX, &question))
        return "no question";
    if (json_get(line, "answer") == NULL)
        answer = TEXT("");
    else if (!json_get_text(json_get(line, "answer"), &im->arena, LINE_SIZE_MAX, &answer))
        return "the answer is not a text";
    if (!json_get_text(json_get(line, "collection"), &im->arena, 100, &collection))
        collection = TEXT("");
    if (!json_get_text(json_get(line, "url"), &im->arena, 500, &url))
        url = TEXT("");
    const struct collection *from = collection_find(collection);
    if (text_trim(question).size == 0)
        return "the question is empty";
    *c = (struct command_reference_add){
        .key = arena_format(&im->arena, "medquad:%.*s", (int)id.size, id.data),
        .title = title_make(im, question),
        .body = text_trim(answer).size == 0 ? TEXT("") : body_make(im, text_trim(answer)),
        .topics = text_of(from->topic),
        .source = arena_format(&im->arena, "%s, by way of MedQuAD", from->source),
        .url = url,
        .licence = TEXT("CC BY 4.0"),
        .names = names_make(im, line)};
    return NULL;
}

static void line_import(struct import *im, struct text line, bool unanswered)
{
    struct command_reference_add reference;
    struct json *json = NULL;
    if (json_read(text_bytes(line), &json) != OK) {
        line_broken(im, im->lines.number, json_error());
        return;
    }
    const char *why = reference_make(im, json, &reference);
    json_close(json);
    if (why != NULL) {
        line_broken(im, im->lines.number, why);
        return;
    }
    if (reference.body.size == 0 && unanswered)
        reference.body = TEXT("The publisher keeps the answer: read it at the source.");
    if (reference.body.size == 0)
        im->empty++;
    else
        reference_send(im, im->lines.number, &reference);
}

int import_medquad(const char *path, bool unanswered)
{
    static struct import im;
    struct text line;
    bool whole = true;
    if (!import_open(&im, "references"))
        return 1;
    lines_open(&im.lines, path);
    senders_start(&im);
    while (lines_next(&im.lines, &line, &whole)) {
        arena_reset(&im.arena, 0);
        if (!whole)
            line_broken(&im, im.lines.number, "longer than a mebibyte");
        else if (text_trim(line).size > 0)
            line_import(&im, line, unanswered);
    }
    bool sent = senders_end(&im), ended = lines_close(&im.lines);
    double seconds = (double)(clock_steady_us() - im.start_us) / 1e6;
    fprintf(stderr, "\r");
    printf("%lld references imported, %lld without an answer left out, %lld lines refused, "
           "%.1f s, %.0f rows/s\n",
           (long long)im.done, (long long)im.empty, (long long)im.broken, seconds,
           (double)im.done / (seconds > 0 ? seconds : 1));
    if (!sent || !ended)
        fprintf(stderr, "curbside-clerk: %s broke off before its end\n", path);
    import_close(&im);
    return sent && ended ? 0 : 1;
}
