#include "board/import_stack.h"

#include "board/html.h"
#include "core/buf.h"
#include "core/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { COMMENT_SIZE_MAX = 4000, COMMENTS_LOOKED_AT = 500 };

/* A comment in its file, its text behind it. */
struct comment {
    int64_t before; /* of the same post; as note.comment */
    int64_t score;
    uint32_t size, unused;
};

static int unnamed_open(void)
{
    const char *folder = getenv("TMPDIR");
    int fd = open(folder != NULL ? folder : "/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0)
        trace_die("import", "no file for notes can be made, error=%s", strerror(errno));
    return fd;
}

void notes_open(struct notes *notes)
{
    notes->posts = unnamed_open();
    notes->comments = unnamed_open();
    notes->comments_size = 0;
}

void notes_close(struct notes *notes)
{
    (void)close(notes->posts);
    (void)close(notes->comments);
}

bool note_number(int64_t post)
{
    return post > 0 && post <= NOTES_POST_MAX;
}

struct note note_get(const struct notes *notes, int64_t post)
{
    struct note note = {0};
    ssize_t size = pread(notes->posts, &note, sizeof(note), (off_t)post * (off_t)sizeof(note));
    return size == sizeof(note) ? note : (struct note){0};
}

static void write_all(int fd, const void *data, size_t size, int64_t at)
{
    if (pwrite(fd, data, size, (off_t)at) != (ssize_t)size)
        trace_die("import", "no room for notes, error=%s", strerror(errno));
}

void note_put(const struct notes *notes, int64_t post, struct note note)
{
    write_all(notes->posts, &note, sizeof(note), post * (int64_t)sizeof(note));
}

void note_comment(struct notes *notes, int64_t post, int64_t score, struct text text)
{
    struct note note = note_get(notes, post);
    text = text_cut(text, COMMENT_SIZE_MAX);
    const struct comment comment = {
        .before = note.comment, .score = score, .size = (uint32_t)text.size};
    write_all(notes->comments, &comment, sizeof(comment), notes->comments_size);
    write_all(notes->comments, text.data, text.size,
              notes->comments_size + (int64_t)sizeof(comment));
    note.comment = notes->comments_size + 1;
    notes->comments_size += (int64_t)(sizeof(comment) + text.size);
    note_put(notes, post, note);
}

/* The best so far, newest first; a better one takes the place of the least. */
static void best_keep(struct comment *best, int64_t *places, size_t *count, struct comment comment,
                      int64_t place)
{
    size_t least = 0;
    if (*count < NOTES_COMMENTS) {
        best[*count] = comment;
        places[(*count)++] = place;
        return;
    }
    for (size_t i = 1; i < NOTES_COMMENTS; i++)
        least = best[i].score < best[least].score ? i : least;
    if (comment.score <= best[least].score)
        return;
    for (size_t i = least; i + 1 < NOTES_COMMENTS; i++) {
        best[i] = best[i + 1];
        places[i] = places[i + 1];
    }
    best[NOTES_COMMENTS - 1] = comment;
    places[NOTES_COMMENTS - 1] = place;
}

struct text note_comments(const struct notes *notes, struct arena *arena, int64_t post)
{
    struct comment best[NOTES_COMMENTS];
    int64_t places[NOTES_COMMENTS], at = note_get(notes, post).comment;
    size_t count = 0;
    struct buf out;
    for (int looked = 0; at > 0 && looked < COMMENTS_LOOKED_AT; looked++) {
        struct comment comment;
        if (pread(notes->comments, &comment, sizeof(comment), (off_t)(at - 1)) != sizeof(comment))
            break;
        best_keep(best, places, &count, comment, at);
        at = comment.before;
    }
    if (count == 0)
        return TEXT("");
    buf_open(&out, arena, 1024);
    buf_format(&out, "\n\nComments there:\n");
    for (size_t i = count; i-- > 0;) {
        char *text = arena_take(arena, best[i].size + 1);
        off_t from = (off_t)(places[i] - 1 + (int64_t)sizeof(struct comment));
        if (pread(notes->comments, text, best[i].size, from) != (ssize_t)best[i].size)
            continue;
        struct text words = plain_markdown(arena, (struct text){text, best[i].size});
        buf_format(&out, "\n- ");
        for (size_t j = 0; j < words.size; j++)
            buf_char(&out, words.data[j] == '\n' ? ' ' : words.data[j]);
        if (best[i].score > 0)
            buf_format(&out, " (%lld)", (long long)best[i].score);
    }
    return buf_done(&out);
}
