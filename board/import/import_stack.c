#include "board/import/import_stack.h"

#include "board/import/html.h"
#include "board/import/import.h"
#include "board/import/xml.h"
#include "core/clock.h"
#include "core/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A Stack Exchange data dump as references: questions, those answers that were accepted or got at
 * least so many points, the comments on both, and what is said of topics. Files are read one after
 * another, each row by itself; Posts.xml twice, so that a question is there before what answers it,
 * and Tags.xml before and after it, since what a topic is about are two posts. */

enum {
    TOPIC_ROOM = 200,
    KEY_ROOM = 60,
    FILES_READ = 6,
    EXCERPT_CHARACTERS = 600,
    COMMENT_SIZE_MAX = 1200
};
enum post_type { POST_QUESTION = 1, POST_ANSWER = 2, POST_TAG_EXCERPT = 4, POST_TAG_WIKI = 5 };
enum vote_type { VOTE_UP = 2, VOTE_DOWN = 3 };

/* What is looked for in a file. */
enum turn { FIRST_NOTES, THEN_QUESTIONS, THEN_ANSWERS, AT_LAST };

struct stack {
    struct import im;
    struct notes notes;
    struct xml *xml;
    struct text site, base; /* "medical.example.org", "https://medical.example.org" */
    int64_t points;         /* an answer that was not accepted needs as many */
    int64_t questions, answers, left_out, votes, comments, topics;
    bool ended; /* the file's own end was seen */
    bool again; /* it was read before: its faults are told */
    enum turn turn;
};
typedef void row_function(struct stack *stack, const struct xml_row *row);

/* --- what comes before the posts --- */

/* The posts that say what it is about are kept when they come. */
static void tag_row(struct stack *stack, const struct xml_row *row)
{
    static const char *const posts[] = {"ExcerptPostId", "WikiPostId"};
    if (xml_get(row, "TagName").size == 0)
        line_broken(&stack->im, stack->im.lines.number, "a tag without TagName");
    for (size_t i = 0; i < sizeof(posts) / sizeof(*posts); i++) {
        int64_t post = xml_int(row, posts[i], 0);
        if (!note_number(post))
            continue;
        struct note note = note_get(&stack->notes, post);
        note.tag = 1;
        note_put(&stack->notes, post, note);
    }
}

static bool number_good(struct stack *stack, int64_t post)
{
    if (note_number(post))
        return true;
    line_broken(&stack->im, stack->im.lines.number, "no number of a post");
    return false;
}

static void vote_row(struct stack *stack, const struct xml_row *row)
{
    int64_t post = xml_int(row, "PostId", 0), type = xml_int(row, "VoteTypeId", 0);
    if (!number_good(stack, post))
        return;
    if (type != VOTE_UP && type != VOTE_DOWN)
        return; /* bookmarks, bounties, closings */
    struct note note = note_get(&stack->notes, post);
    note.up += type == VOTE_UP;
    note.down += type == VOTE_DOWN;
    note_put(&stack->notes, post, note);
    stack->votes++;
}

/* --- posts --- */

/* "<heart-failure><drugs>" or "|heart-failure|drugs|" as topics; what can be none is left out. */
static struct text topics_of(struct stack *stack, struct text tags)
{
    struct buf out;
    size_t count = 0, from = 0;
    buf_open(&out, &stack->im.arena, TOPIC_ROOM);
    for (size_t i = 0; i <= tags.size && count < TOPICS_MAX; i++) {
        if (i < tags.size && strchr("<>|", tags.data[i]) == NULL)
            continue;
        struct text topics, tag = {tags.data + from, i - from};
        from = i + 1;
        if (tag.size == 0 || topics_read(&stack->im.arena, tag, &topics) != NULL ||
            topics.size == 0 || memchr(topics.data, ' ', topics.size) != NULL)
            continue;
        buf_format(&out, "%s%.*s", count++ > 0 ? " " : "", (int)topics.size, topics.data);
    }
    return buf_done(&out);
}

/* As the licence of the network changed over the years, unless the row says it. */
static struct text licence_of(const struct xml_row *row)
{
    struct text said = xml_get(row, "ContentLicense"), made = xml_get(row, "CreationDate");
    if (said.size > 0)
        return text_cut(said, 60);
    if (made.size < 10)
        return TEXT("CC BY-SA");
    return memcmp(made.data, "2011-04-08", 10) < 0   ? TEXT("CC BY-SA 2.5")
           : memcmp(made.data, "2018-05-02", 10) < 0 ? TEXT("CC BY-SA 3.0")
                                                     : TEXT("CC BY-SA 4.0");
}

/* Who wrote it where, which the licence asks for, and what it was thought of there. */
static struct text source_of(struct stack *stack, const struct xml_row *row,
                             const struct note *note)
{
    struct arena *arena = &stack->im.arena;
    struct text name = xml_get(row, "OwnerDisplayName"), site = stack->site;
    int64_t user = xml_int(row, "OwnerUserId", 0), score = xml_int(row, "Score", 0);
    struct text who = name.size > 0 ? arena_format(arena, ", by %.*s", (int)name.size, name.data)
                      : user > 0    ? arena_format(arena, ", by user %lld", (long long)user)
                                    : TEXT("");
    struct text votes = note->up + note->down > 0
                            ? arena_format(arena, " (%u up, %u down)", note->up, note->down)
                            : TEXT("");
    return text_cut(arena_format(arena, "%.*s%.*s; %lld %s there%.*s%s", (int)site.size, site.data,
                                 (int)text_cut(who, 80).size, who.data, (long long)score,
                                 score == 1 ? "point" : "points", (int)votes.size, votes.data,
                                 note->accepted ? ", accepted" : ""),
                    200);
}

static struct text body_of(struct stack *stack, struct text html)
{
    struct arena *arena = &stack->im.arena;
    return body_fit(arena, html_markdown(arena, html, stack->base));
}

static struct text key_of(struct stack *stack, const char *what, int64_t number)
{
    return arena_format(&stack->im.arena, "se:%.*s:%s%lld", (int)stack->site.size, stack->site.data,
                        what, (long long)number);
}

static void post_send(struct stack *stack, const struct xml_row *row, int64_t post, int64_t parent)
{
    struct arena *arena = &stack->im.arena;
    struct note note = note_get(&stack->notes, post);
    struct command_reference_add c = {
        .key = key_of(stack, "", post),
        .title =
            parent > 0 ? TEXT("") : words_cut(text_trim(xml_get(row, "Title")), TITLE_SIZE_MAX),
        .body = body_of(stack, xml_get(row, "Body")),
        .topics = parent > 0 ? TEXT("") : topics_of(stack, xml_get(row, "Tags")),
        .source = source_of(stack, row, &note),
        .url = arena_format(arena, "%.*s/%s/%lld", (int)stack->base.size, stack->base.data,
                            parent > 0 ? "a" : "q", (long long)post),
        .licence = licence_of(row),
    };
    c.has_chosen = c.chosen = parent > 0 && note.accepted;
    if (parent > 0)
        c.of = key_of(stack, "", parent);
    if (c.body.size == 0) {
        line_broken(&stack->im, stack->im.lines.number, "a post without Body");
        return;
    }
    note.taken = 1;
    note_put(&stack->notes, post, note);
    reference_send(&stack->im, stack->im.lines.number, &c);
}

static void question_row(struct stack *stack, const struct xml_row *row, int64_t post)
{
    int64_t accepted = xml_int(row, "AcceptedAnswerId", 0);
    if (text_trim(xml_get(row, "Title")).size == 0) {
        line_broken(&stack->im, stack->im.lines.number, "a question without Title");
        return;
    }
    if (note_number(accepted)) {
        struct note answer = note_get(&stack->notes, accepted);
        answer.accepted = 1;
        note_put(&stack->notes, accepted, answer);
    }
    stack->questions++;
    post_send(stack, row, post, 0);
}

static void answer_row(struct stack *stack, const struct xml_row *row, int64_t post)
{
    int64_t parent = xml_int(row, "ParentId", 0);
    bool good = note_get(&stack->notes, post).accepted || xml_int(row, "Score", 0) >= stack->points;
    if (!number_good(stack, parent))
        return;
    if (!good || !note_get(&stack->notes, parent).taken) {
        stack->left_out++;
        return;
    }
    stack->answers++;
    post_send(stack, row, post, parent);
}

static void post_row(struct stack *stack, const struct xml_row *row)
{
    int64_t type = xml_int(row, "PostTypeId", 0), post = xml_int(row, "Id", 0);
    bool first = stack->turn == THEN_QUESTIONS;
    if (first && !number_good(stack, post))
        return;
    if (!note_number(post))
        return; /* said the first time */
    if (first && (type == POST_TAG_EXCERPT || type == POST_TAG_WIKI) &&
        note_get(&stack->notes, post).tag)
        note_words_put(&stack->notes, post, xml_get(row, "Body"));
    if (type == POST_QUESTION && first)
        question_row(stack, row, post);
    else if (type == POST_ANSWER && !first)
        answer_row(stack, row, post);
}

/* --- what comes behind the posts --- */

/* "dr. who at medical.example.org (CC BY-SA 4.0)" */
static struct text said_by(struct stack *stack, const struct xml_row *row)
{
    struct arena *arena = &stack->im.arena;
    struct text name = text_cut(xml_get(row, "UserDisplayName"), 60), licence = licence_of(row);
    int64_t user = xml_int(row, "UserId", 0);
    struct text who = name.size > 0 ? name
                      : user > 0    ? arena_format(arena, "user %lld", (long long)user)
                                    : TEXT("somebody");
    return arena_format(arena, "%.*s at %.*s (%.*s)", (int)who.size, who.data,
                        (int)stack->site.size, stack->site.data, (int)licence.size, licence.data);
}

static void comment_row(struct stack *stack, const struct xml_row *row)
{
    int64_t post = xml_int(row, "PostId", 0), id = xml_int(row, "Id", 0);
    struct import *im = &stack->im;
    struct text text = text_trim(xml_get(row, "Text"));
    if (!number_good(stack, post))
        return;
    if (text.data == NULL || text.size == 0 || id <= 0) {
        line_broken(im, im->lines.number, "a comment without Id or Text");
        return;
    }
    if (!note_get(&stack->notes, post).taken)
        return; /* on what was left out */
    const struct command_reference_comment c = {
        .key = key_of(stack, "c", id),
        .of = key_of(stack, "", post),
        .body = line_markdown(&im->arena, text_cut(text, COMMENT_SIZE_MAX)),
        .source = said_by(stack, row),
        .said_ms = import_time_ms(xml_get(row, "CreationDate")),
    };
    stack->comments++;
    comment_send(im, im->lines.number, &c);
}

/* A topic's short text there and the long one, of two posts. */
static void topic_row(struct stack *stack, const struct xml_row *row)
{
    struct import *im = &stack->im;
    struct arena *arena = &im->arena;
    int64_t excerpt = xml_int(row, "ExcerptPostId", 0), wiki = xml_int(row, "WikiPostId", 0);
    struct text tag = xml_get(row, "TagName"), topic = topics_of(stack, tag);
    struct text brief =
        html_markdown(arena, note_words_get(&stack->notes, arena, excerpt), stack->base);
    struct command_reference_topic c = {
        .topic = topic,
        .body = body_of(stack, note_words_get(&stack->notes, arena, wiki)),
        .source = stack->site,
        .url = arena_format(arena, "%.*s/tags/%.*s/info", (int)stack->base.size, stack->base.data,
                            (int)tag.size, tag.data),
        .licence = TEXT("CC BY-SA"),
    };
    if (brief.size == 0)
        brief = c.body;
    if (topic.size == 0 || brief.size == 0)
        return; /* no topic here, or nothing is said of it */
    c.excerpt = text_excerpt(arena, body_fit(arena, brief), EXCERPT_CHARACTERS);
    stack->topics++;
    topic_send(im, im->lines.number, &c);
}

/* --- files --- */

static bool is_frame(struct stack *stack, struct text line)
{
    stack->ended = stack->ended || text_starts(line, "</");
    return line.size == 0 || text_starts(line, "<?xml") || text_starts(line, "</") ||
           (line.size > 2 && line.data[line.size - 1] == '>' && line.data[line.size - 2] != '/' &&
            !text_starts(line, "<row") && !text_starts(line, "<!"));
}

/* The same row's fault is told once, though some files are read twice. */
static void row_read(struct stack *stack, struct text line, bool whole, row_function *take)
{
    struct import *im = &stack->im;
    struct xml_row row;
    line = text_trim(line);
    const char *fault = whole ? NULL : "longer than a mebibyte";
    if (im->lines.number == 1 && text_starts(line, "\xef\xbb\xbf"))
        line = (struct text){line.data + 3, line.size - 3};
    if (whole && is_frame(stack, line))
        return;
    if (whole && !text_is_utf8(text_bytes(line)))
        fault = "bytes that are no text (UTF-8)";
    if (fault == NULL)
        fault = xml_row_read(stack->xml, &im->arena, line, &row);
    if (fault == NULL && !text_is(row.name, "row"))
        fault = "no row";
    if (fault == NULL)
        take(stack, &row);
    else if (!stack->again)
        line_broken(im, im->lines.number, fault);
}

static bool file_read(struct stack *stack, const char *folder, const char *name, size_t number,
                      row_function *take)
{
    struct import *im = &stack->im;
    char path[4096];
    struct text line;
    bool whole = true;
    int size = snprintf(path, sizeof(path), "%s/%s", folder, name);
    bool there = size > 0 && (size_t)size < sizeof(path) && access(path, R_OK) == 0;
    if (!there && strcmp(name, "Posts.xml") != 0)
        return true; /* posts alone are an import, too */
    if (!there) {
        fprintf(stderr, "\rcurbside-clerk: %s holds no Posts.xml that can be read\n", folder);
        return false;
    }
    im->share_from = (double)number / FILES_READ;
    im->share_part = 1.0 / FILES_READ;
    stack->ended = false;
    fprintf(stderr, "\r%s%*s\n", name, 50, "");
    lines_open(&im->lines, path);
    while (lines_next(&im->lines, &line, &whole)) {
        arena_reset(&im->arena, 0);
        row_read(stack, line, whole, take);
        progress_show(im);
    }
    bool good = lines_close(&im->lines) && stack->ended;
    if (!good)
        fprintf(stderr,
                "\rcurbside-clerk: %s breaks off before its end; what it held is imported\n", name);
    return good;
}

/* What one turn brings in is there before the next begins. False: something is missing. */
static bool all_read(struct stack *stack, const char *folder)
{
    static const struct {
        const char *file;
        row_function *take;
        enum turn turn;
    } steps[FILES_READ] = {
        {"Tags.xml", tag_row, FIRST_NOTES},      {"Votes.xml", vote_row, FIRST_NOTES},
        {"Posts.xml", post_row, THEN_QUESTIONS}, {"Posts.xml", post_row, THEN_ANSWERS},
        {"Comments.xml", comment_row, AT_LAST},  {"Tags.xml", topic_row, AT_LAST},
    };
    bool good = true;
    for (size_t i = 0; i < FILES_READ; i++) {
        stack->turn = steps[i].turn;
        stack->again = false;
        for (size_t j = 0; j < i; j++)
            stack->again = stack->again || strcmp(steps[i].file, steps[j].file) == 0;
        senders_start(&stack->im);
        good = file_read(stack, folder, steps[i].file, i, steps[i].take) && good;
        if (!senders_end(&stack->im))
            return false;
    }
    return good;
}

/* The folder's own name, where that is a host's: "medicalsciences.stackexchange.com". */
static const char *site_of(const char *folder, const char *site_or_null, char *room, size_t size)
{
    const char *end = folder + strlen(folder);
    if (site_or_null != NULL)
        return site_or_null;
    while (end > folder && end[-1] == '/')
        end--;
    const char *from = end;
    while (from > folder && from[-1] != '/')
        from--;
    if (memchr(from, '.', (size_t)(end - from)) == NULL || (size_t)(end - from) >= size)
        return NULL;
    memcpy(room, from, (size_t)(end - from));
    room[end - from] = 0;
    return room;
}

static bool site_good(const char *site)
{
    struct text text = text_of(site);
    bool good = text.size >= 3 && text.size <= 50 && strchr(site, '.') != NULL;
    for (size_t i = 0; i < text.size; i++)
        good = good && ((site[i] >= 'a' && site[i] <= 'z') || (site[i] >= '0' && site[i] <= '9') ||
                        site[i] == '.' || site[i] == '-');
    return good;
}

int import_stackexchange(const char *folder, const char *site_or_null, int64_t points)
{
    static struct stack stack;
    char room[KEY_ROOM];
    const char *site = site_of(folder, site_or_null, room, sizeof(room));
    if (site == NULL || !site_good(site)) {
        fprintf(stderr, "curbside-clerk: name the site the dump is of: --site HOST, such as "
                        "medicalsciences.stackexchange.com\n");
        return 2;
    }
    if (!import_open(&stack.im, "postings and comments"))
        return 1;
    char base[KEY_ROOM + 10];
    (void)snprintf(base, sizeof(base), "https://%s", site);
    stack.site = text_of(site);
    stack.base = text_of(base);
    stack.points = points;
    stack.xml = xml_open();
    notes_open(&stack.notes);
    bool good = all_read(&stack, folder);
    double seconds = (double)(clock_steady_us() - stack.im.start_us) / 1e6;
    int64_t found = stack.questions + stack.answers + stack.comments + stack.topics;
    fprintf(stderr, "\r");
    printf("%lld questions, %lld answers, %lld comments and %lld descriptions of topics taken, "
           "%lld of them new; %lld answers under %lld points left out; %lld rows refused; "
           "%lld votes read; %.1f s, %.0f/s\n",
           (long long)stack.questions, (long long)stack.answers, (long long)stack.comments,
           (long long)stack.topics, (long long)stack.im.fresh, (long long)stack.left_out,
           (long long)stack.points, (long long)stack.im.broken, (long long)stack.votes, seconds,
           (double)found / (seconds > 0 ? seconds : 1));
    notes_close(&stack.notes);
    xml_close(stack.xml);
    import_close(&stack.im);
    return good ? 0 : 1;
}
