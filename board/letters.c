/* curbside-letters: the letters that are due, as a PDF to print and a CSV for a mailing house. The
 * one place where codes stand in clear, and only on paper's way: both files are the operator's
 * alone. Letters count as sent only once both files are whole on disk; whatever breaks off before
 * that is printed again by the next run, with the same codes. */
#include "board/door/letter_pdf.h"
#include "board/clerk/tools.h"

#include "core/clock.h"
#include "core/conf.h"
#include "core/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ARENA_SIZE = 256 * 1024 * 1024, LETTERS_MOST = 20000 };

struct letters {
    struct arena arena;
    struct record_letter *rows;
    size_t count;
};

static int usage(FILE *out)
{
    fprintf(out, "batch\tOUT_FOLDER\twrite the letters that are due: a PDF to print, a CSV for a "
                 "mailing house\nhelp\t\tthis\n");
    return out == stdout ? 0 : 2;
}

/* All that are due, fetched a few at a time. */
static enum result letters_fetch(struct letters *l)
{
    enum result result = OK;
    int64_t after = 0;
    l->rows = arena_array(&l->arena, struct record_letter, LETTERS_MOST);
    for (bool more = true; more && result == OK;) {
        struct command command = {.kind = COMMAND_LETTERS_DUE};
        struct reply_letters reply = {0};
        struct bytes bytes = NO_BYTES;
        struct json *json = NULL;
        command.letters_due.after = after;
        result = clerk_ask(&l->arena, &command, &bytes);
        if (result == OK)
            result = json_read(bytes, &json);
        if (result == OK)
            result = reply_letters_read(json, &l->arena, &reply);
        json_close(json);
        for (size_t i = 0; result == OK && i < reply.letters_count && l->count < LETTERS_MOST; i++)
            l->rows[l->count++] = reply.letters[i];
        after = reply.last;
        more = reply.last > 0 && l->count < LETTERS_MOST;
    }
    return result;
}

/* RFC 4180. A field that a spreadsheet would take for a formula is led by an apostrophe. */
static void csv_field(FILE *file, struct text field, const char *behind)
{
    bool formula = field.size > 0 && strchr("=+-@", field.data[0]) != NULL;
    fputs(formula ? "\"'" : "\"", file);
    for (size_t i = 0; i < field.size; i++) {
        if (field.data[i] == '"')
            fputc('"', file);
        fputc(field.data[i], file);
    }
    fputs("\"", file);
    fputs(behind, file);
}

static bool csv_write(struct letters *l, const char *path)
{
    FILE *file = fopen(path, "we");
    if (file == NULL)
        return false;
    fputs("name,street,street_2,city,state,zip,code,valid_until\r\n", file);
    for (size_t i = 0; i < l->count; i++) {
        const struct record_letter *letter = &l->rows[i];
        struct text until = clock_iso(&l->arena, letter->until_ms);
        csv_field(file, letter->name, ",");
        csv_field(file, letter->street, ",");
        csv_field(file, letter->more, ",");
        csv_field(file, letter->city, ",");
        csv_field(file, letter->state, ",");
        csv_field(file, letter->zip, ",");
        csv_field(file, letter->code, ",");
        csv_field(file, (struct text){until.data, 10}, "\r\n");
    }
    bool good = fflush(file) == 0 && fsync(fileno(file)) == 0;
    return fclose(file) == 0 && good;
}

static bool synced(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool good = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        (void)close(fd);
    return good;
}

static enum result letters_done(struct letters *l)
{
    enum result result = OK;
    for (size_t i = 0; i < l->count && result == OK; i++) {
        struct command command = {.kind = COMMAND_LETTER_DONE};
        struct bytes bytes = NO_BYTES;
        command.letter_done.code = l->rows[i].code_id;
        result = clerk_ask(&l->arena, &command, &bytes);
    }
    return result;
}

static int batch_write(struct letters *l, const char *folder)
{
    int64_t now_ms = clock_now_ms();
    struct clock_date d = clock_date(now_ms);
    struct text name = arena_format(&l->arena, "%s/letters-%04d-%02d-%02dT%02d%02d%02d", folder,
                                    d.year, d.month, d.day, d.hour, d.minute, d.second);
    const char *pdf = arena_format(&l->arena, "%s.pdf", name.data).data;
    const char *csv = arena_format(&l->arena, "%s.csv", name.data).data;
    if (access(pdf, F_OK) == 0 || access(csv, F_OK) == 0) {
        fprintf(stderr, "curbside-letters: %s is there already; wait a second\n", pdf);
        return 1;
    }
    bool good = letter_pdf_write(pdf, l->rows, l->count, clock_day(&l->arena, now_ms),
                                 conf_text("site.name"), conf_text("site.url"), &l->arena) &&
                synced(pdf) && csv_write(l, csv) && synced(folder);
    if (!good) {
        fprintf(stderr, "curbside-letters: %s: %s; nothing counts as sent\n", folder,
                strerror(errno));
        (void)unlink(pdf);
        (void)unlink(csv);
        return 1;
    }
    enum result result = letters_done(l);
    if (result != OK) {
        fprintf(stderr,
                "curbside-letters: the clerk did not take note of all (%s): the next run "
                "prints those again with the same codes; send only one of the two\n",
                result_name(result));
        return 1;
    }
    printf("%zu letters\n%s\n%s\nDestroy both files once the letters are posted.\n", l->count, pdf,
           csv);
    return 0;
}

static int batch(const char *folder)
{
    static struct letters l;
    struct stat stat_;
    int status = 0;
    if (stat(folder, &stat_) != 0 || !S_ISDIR(stat_.st_mode) || access(folder, W_OK) != 0) {
        fprintf(stderr, "curbside-letters: %s is no folder one can write to\n", folder);
        return 1;
    }
    (void)umask(077);
    arena_open(&l.arena, ARENA_SIZE);
    enum result result = letters_fetch(&l);
    if (result != OK) {
        fprintf(stderr, "curbside-letters: the clerk did not answer (%s)\n", result_name(result));
        status = 1;
    } else if (l.count == 0) {
        printf("0 letters\n");
    } else {
        status = batch_write(&l, folder);
    }
    arena_close(&l.arena);
    return status;
}

int main(int count, char **words)
{
    const char *state = NULL;
    int at = 1;
    trace_open("letters");
    if (count > 2 && strcmp(words[1], "--state") == 0) {
        state = words[2];
        at = 3;
    }
    if (count - at == 1 && strcmp(words[at], "help") == 0)
        return usage(stdout);
    if (count - at != 2 || strcmp(words[at], "batch") != 0)
        return usage(stderr);
    conf_open(state);
    clock_open();
    seal_open();
    return batch(words[at + 1]);
}
