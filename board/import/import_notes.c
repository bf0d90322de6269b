#include "board/import/import_stack.h"

#include "core/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
    notes->words = unnamed_open();
    notes->words_size = 0;
}

void notes_close(struct notes *notes)
{
    (void)close(notes->posts);
    (void)close(notes->words);
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

void note_words_put(struct notes *notes, int64_t post, struct text text)
{
    struct note note = note_get(notes, post);
    const uint32_t size = (uint32_t)text.size;
    write_all(notes->words, &size, sizeof(size), notes->words_size);
    write_all(notes->words, text.data, text.size, notes->words_size + (int64_t)sizeof(size));
    note.words = notes->words_size + 1;
    notes->words_size += (int64_t)(sizeof(size) + text.size);
    note_put(notes, post, note);
}

struct text note_words_get(const struct notes *notes, struct arena *arena, int64_t post)
{
    int64_t at = note_number(post) ? note_get(notes, post).words : 0;
    uint32_t size = 0;
    if (at == 0 ||
        pread(notes->words, &size, sizeof(size), (off_t)(at - 1)) != (ssize_t)sizeof(size))
        return TEXT("");
    char *text = arena_take(arena, size + 1);
    off_t from = (off_t)(at - 1 + (int64_t)sizeof(size));
    if (pread(notes->words, text, size, from) != (ssize_t)size)
        return TEXT("");
    return (struct text){text, size};
}
