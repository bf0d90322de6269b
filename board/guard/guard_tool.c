/* The operator's verbs about the patient-data check: texts on standard input, rules tried and put
 * in force. */
#include "board/guard/guard_inside.h"
#include "board/clerk/tools.h"

#include "core/buf.h"
#include "core/conf.h"
#include "core/json.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TOOL_ARENA_SIZE = 96 * 1024 * 1024 };

/* Offsets of bytes into offsets of code points; asked in rising order. */
struct counter {
    struct text text;
    size_t byte, points;
};

static size_t points_at(struct counter *c, size_t byte)
{
    for (; c->byte < byte; c->byte++)
        c->points += ((unsigned char)c->text.data[c->byte] & 0xC0) != 0x80;
    return c->points;
}

static void findings_write(struct buf *out, struct text id, struct text text,
                           const struct guard_finding *findings, size_t count)
{
    struct counter counter = {.text = text};
    buf_literal(out, "{\"id\":", 6);
    buf_add(out, id.data, id.size);
    buf_literal(out, ",\"spans\":[", 10);
    for (size_t i = 0; i < count; i++) {
        const struct guard_finding *f = &findings[i];
        size_t start = points_at(&counter, f->start);
        size_t stop = points_at(&counter, f->start + f->size);
        buf_format(out, "%s{\"start\":%zu,\"end\":%zu,\"category\":", i > 0 ? "," : "", start,
                   stop);
        buf_json_text(out, text_of(f->rule));
        buf_literal(out, ",\"severity\":", 12);
        buf_json_text(out, text_of(guard_level_name(f->level)));
        buf_char(out, '}');
    }
    buf_literal(out, "]}\n", 3);
}

/* The id as it came, a text or a whole number; NO_TEXT if it is neither. */
static struct text id_read(struct arena *arena, const struct json *id)
{
    struct buf out;
    struct text text;
    int64_t number;
    buf_open(&out, arena, 64);
    if (json_get_text(id, arena, LINE_SIZE_MAX, &text))
        buf_json_text(&out, text);
    else if (json_get_int(id, INT64_MIN, INT64_MAX, &number))
        buf_int(&out, number);
    else
        return NO_TEXT;
    return buf_done(&out);
}

/* NULL, or what is wrong with the line. */
static const char *post_check(struct guard *guard, struct arena *arena, struct text line)
{
    struct json *root = NULL;
    const char *why = NULL;
    struct text id = NO_TEXT, text = NO_TEXT;
    struct buf out;
    if (json_read(text_bytes(line), &root) != OK)
        return json_error();
    if (!json_is_object(root) || json_get(root, "id") == NULL || json_get(root, "text") == NULL)
        why = "it is not {\"id\": ..., \"text\": ...}";
    if (why == NULL)
        id = id_read(arena, json_get(root, "id"));
    if (why == NULL && id.data == NULL)
        why = "the id is neither a text nor a whole number";
    if (why == NULL && !json_get_text(json_get(root, "text"), arena, LINE_SIZE_MAX, &text))
        why = "the text is no text";
    if (why == NULL) {
        struct guard_finding *findings;
        size_t count = 0;
        (void)guard_check(guard, arena, text, &findings, &count);
        buf_open(&out, arena, 256 + count * 80);
        findings_write(&out, id, text, findings, count);
        (void)fwrite(buf_done(&out).data, 1, buf_done(&out).size, stdout);
    }
    json_close(root);
    return why;
}

static bool blank_line(const char *line, size_t size)
{
    return text_trim((struct text){line, size}).size == 0;
}

int guard_check_lines(void)
{
    struct guard *guard = guard_open();
    struct arena arena;
    char *line = NULL;
    size_t room = 0, number = 0;
    ssize_t size;
    int status = 0;
    arena_open(&arena, TOOL_ARENA_SIZE);
    while ((size = getline(&line, &room, stdin)) >= 0) {
        const char *why = "it is longer than 1 MiB";
        number++;
        arena_reset(&arena, 0);
        if (blank_line(line, (size_t)size))
            continue;
        if (size <= LINE_SIZE_MAX)
            why = post_check(guard, &arena, (struct text){line, (size_t)size});
        if (why != NULL) {
            fprintf(stderr, "curbside-clerk: line %zu: %s\n", number, why);
            status = 1;
        }
    }
    if (ferror(stdin) || fflush(stdout) != 0)
        status = 1;
    free(line);
    arena_close(&arena);
    guard_close(guard);
    return status;
}

int guard_rules_print(void)
{
    struct text rules = guard_rules_built_in();
    return fwrite(rules.data, 1, rules.size, stdout) == rules.size && fflush(stdout) == 0 ? 0 : 1;
}

/* Tries the rules in a file, its own cases included; says every one that does not hold. */
static bool rules_good(const char *path, struct text file)
{
    char why[GUARD_WHY_SIZE] = "";
    static int lines[GUARD_CASES_MAX];
    size_t rules = 0, cases = 0;
    if (file.data == NULL) {
        fprintf(stderr, "curbside-clerk: %s: it cannot be read, or is longer than %d KiB\n", path,
                GUARD_FILE_SIZE_MAX / 1024);
        return false;
    }
    struct guard *guard = guard_compile(file, lines, why);
    if (guard == NULL) {
        fprintf(stderr, "curbside-clerk: %s:%d: %s\n", path, lines[0], why);
        return false;
    }
    size_t failed = guard_cases_failed(guard, lines, GUARD_CASES_MAX);
    for (size_t i = 0; i < failed; i++)
        fprintf(stderr, "curbside-clerk: %s:%d: the case here does not hold\n", path, lines[i]);
    guard_count(guard, &rules, &cases);
    if (failed == 0)
        printf("%s: %zu rules, %zu cases hold\n", path, rules, cases);
    guard_close(guard);
    return failed == 0;
}

/* Beside its place, then over it in one step, so that nobody reads half a file. */
static bool rules_put(struct text file)
{
    const char *place = guard_path();
    const char *fresh = conf_path("board/guard.rules.new");
    (void)conf_folder("board");
    int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    bool good = fd >= 0;
    for (size_t at = 0; good && at < file.size;) {
        ssize_t wrote = write(fd, file.data + at, file.size - at);
        good = wrote > 0;
        at += good ? (size_t)wrote : 0;
    }
    good = good && fsync(fd) == 0;
    if (fd >= 0)
        good = close(fd) == 0 && good;
    good = good && rename(fresh, place) == 0;
    if (!good)
        fprintf(stderr, "curbside-clerk: %s: %s\n", place, strerror(errno));
    return good;
}

int guard_reload(const char *path_or_null)
{
    struct arena arena;
    arena_open(&arena, 4 * GUARD_FILE_SIZE_MAX);
    const char *path = path_or_null != NULL ? path_or_null : guard_path();
    struct text file = guard_file_read(&arena, path);
    bool good = rules_good(path, file);
    if (good && path_or_null != NULL)
        good = rules_put(file);
    if (good)
        printf("in force within a second of the next text, in every program\n");
    arena_close(&arena);
    return good ? 0 : 1;
}

int guard_test(const char *path)
{
    struct arena arena;
    arena_open(&arena, 4 * GUARD_FILE_SIZE_MAX);
    bool good = rules_good(path, guard_file_read(&arena, path));
    arena_close(&arena);
    return good ? 0 : 1;
}

int guard_reset(void)
{
    if (unlink(guard_path()) != 0 && errno != ENOENT) {
        fprintf(stderr, "curbside-clerk: %s: %s\n", guard_path(), strerror(errno));
        return 1;
    }
    printf("the built-in rules are in force within a second of the next text\n");
    return 0;
}
