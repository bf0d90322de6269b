#include "board/account/password.h"

#include "board/board.h"
#include "core/conf.h"
#include "core/seal.h"
#include "core/trace.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_SIZE = 256, LISTED_MAX = 2000000, UNIT_MAX = 4, REST_MIN = 5 };

/* FNV-1a: a list of two million still has no two that meet by chance, and nobody gains by it. */
static uint64_t digest_of(const char *data, size_t size)
{
    uint64_t digest = 0xcbf29ce484222325U;
    for (size_t i = 0; i < size; i++)
        digest = (digest ^ (uint8_t)data[i]) * 0x100000001b3U;
    return digest ^ digest >> 32;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static int digest_compare(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static void list_read(struct passwords *passwords, const char *path, size_t *room)
{
    char line[LINE_MAX_SIZE];
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        trace_warn("password_list", "path=%s error=%d, left out", path, errno);
        return;
    }
    while (passwords->count < LISTED_MAX && fgets(line, sizeof(line), file) != NULL) {
        size_t size = strcspn(line, "\r\n");
        if (size == 0 || line[0] == '#')
            continue;
        for (size_t i = 0; i < size; i++)
            line[i] = lower(line[i]);
        if (passwords->count == *room) {
            *room = *room == 0 ? 65536 : *room * 2;
            passwords->digests = realloc(passwords->digests, *room * sizeof(uint64_t));
            if (passwords->digests == NULL)
                trace_die("password_list", "reason=memory");
        }
        passwords->digests[passwords->count++] = digest_of(line, size);
    }
    fclose(file);
}

void passwords_open(struct passwords *passwords)
{
    char path[LINE_MAX_SIZE * 2];
    size_t room = 0;
    memset(passwords, 0, sizeof(*passwords));
    struct text rest = conf_text("password.lists"), part;
    while (text_next(&rest, ' ', &part)) {
        if (part.size == 0 || part.size >= sizeof(path))
            continue;
        memcpy(path, part.data, part.size);
        path[part.size] = 0;
        list_read(passwords, path, &room);
    }
    if (passwords->count > 0)
        qsort(passwords->digests, passwords->count, sizeof(uint64_t), digest_compare);
}

void passwords_close(struct passwords *passwords)
{
    free(passwords->digests);
    memset(passwords, 0, sizeof(*passwords));
}

static bool listed(const struct passwords *passwords, const char *data, size_t size)
{
    uint64_t digest = digest_of(data, size);
    return size > 0 && passwords->count > 0 &&
           bsearch(&digest, passwords->digests, passwords->count, sizeof(uint64_t),
                   digest_compare) != NULL;
}

static bool letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c & 0x80) != 0;
}

/* Without the digits, blanks and marks at both ends; all of it when nothing else is there. */
static struct text core_of(struct text text)
{
    size_t from = 0, to = text.size;
    while (from < to && !letter(text.data[from]))
        from++;
    while (to > from && !letter(text.data[to - 1]))
        to--;
    return from < to ? (struct text){text.data + from, to - from} : text;
}

/* The letters that stand behind digits and marks. */
static struct text plain_letters(struct arena *arena, struct text text)
{
    static const char from[] = "013457@$", to[] = "oleastas";
    char *out = arena_take(arena, text.size + 1);
    for (size_t i = 0; i < text.size; i++) {
        const char *at = strchr(from, text.data[i]);
        out[i] = at != NULL && *at != 0 ? to[at - from] : text.data[i];
    }
    return (struct text){out, text.size};
}

/* As counted on a keyboard, where the nought comes behind the nine. */
static bool follows(char before, char c)
{
    return c == before + 1 || (before == '9' && c == '0');
}

/* "abcabcabcabc", "1111111111", "abcdefghij", "9876543210". */
static bool repeats_or_counts(struct text text)
{
    for (size_t unit = 1; unit <= UNIT_MAX && unit * 2 <= text.size; unit++) {
        size_t i = unit;
        while (i < text.size && text.data[i] == text.data[i - unit])
            i++;
        if (i == text.size)
            return true;
    }
    size_t up = 1, down = 1;
    while (up < text.size && follows(text.data[up - 1], text.data[up]))
        up++;
    while (down < text.size && follows(text.data[down], text.data[down - 1]))
        down++;
    return up == text.size || down == text.size;
}

/* The password is the name, or the name and a little. */
static bool is_name(struct text folded, struct text name)
{
    for (size_t at = 0; name.size > 0 && at + name.size <= folded.size; at++) {
        size_t same = 0;
        while (same < name.size && folded.data[at + same] == lower(name.data[same]))
            same++;
        if (same == name.size)
            return folded.size - name.size < REST_MIN;
    }
    return false;
}

const char *password_fault(const struct passwords *passwords, struct arena *arena,
                           struct text password, struct text pseudonym)
{
    if (password.size < PASSWORD_SIZE_MIN)
        return "A password has at least ten characters.";
    char *folded = arena_take(arena, password.size + 1);
    for (size_t i = 0; i < password.size; i++)
        folded[i] = lower(password.data[i]);
    struct text all = {folded, password.size}, core = core_of(all);
    struct text plain = plain_letters(arena, all), plain_core = core_of(plain);
    bool common = listed(passwords, all.data, all.size) ||
                  listed(passwords, core.data, core.size) ||
                  listed(passwords, plain.data, plain.size) ||
                  listed(passwords, plain_core.data, plain_core.size);
    const char *fault = NULL;
    if (is_name(all, pseudonym) || is_name(all, conf_text("site.name")))
        fault = "This is nearly a name that others know. Take something only you would think of.";
    else if (common)
        fault = "This password, or one like it, is on the lists that everybody tries first. A few "
                "words that do not belong together are better.";
    else if (repeats_or_counts(all))
        fault = "This repeats or counts. A few words that do not belong together are better.";
    seal_wipe(folded, password.size);
    return fault;
}
