#include "board/offline/opening.h"
#include "board/clerk/tools.h"

#include "core/clock.h"
#include "schema/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The vault's other side: verbs for the machine that has the offline key. They work on a copy of
 * identity.db, need no running house, and write down who opened what, and why, before anything is
 * shown. The record is a file beside the copy, each line holding the digest of all before it. */

enum { TOOL_ARENA_SIZE = 64 << 20, IDENTITIES_SLICE = 200, FIELDS = 6, REASON_MIN = 10 };
enum { REASON_MAX = 200, AUDIT_LINE_MAX = 1024, HEX_SIZE = 2 * DIGEST_SIZE };

int opening_failed(const char *what, const char *path)
{
    fprintf(stderr, "curbside-clerk: %s: %s\n", path, what);
    return 1;
}

/* --- keys --- */

static int key_write(const char *folder, const char *name, mode_t mode, const uint8_t *key)
{
    char path[4096];
    int size = snprintf(path, sizeof(path), "%s/%s", folder, name);
    if (size < 0 || (size_t)size >= sizeof(path))
        return opening_failed("this name is too long", folder);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
    if (fd < 0)
        return opening_failed(strerror(errno), path);
    bool whole = write(fd, key, KEY_SIZE) == KEY_SIZE && fsync(fd) == 0;
    return close(fd) == 0 && whole ? 0 : opening_failed("cannot be written", path);
}

int identity_keygen(const char *folder)
{
    uint8_t public_key[KEY_SIZE], secret[KEY_SIZE];
    seal_box_keypair(public_key, secret);
    int status = key_write(folder, "identity.secret", 0600, secret);
    seal_wipe(secret, sizeof(secret));
    if (status == 0)
        status = key_write(folder, "identity.pub", 0644, public_key);
    if (status == 0)
        printf("identity.secret stays on this machine, and nowhere near the house.\n"
               "identity.pub goes to STATE/keys/offline/ there, before its first start.\n");
    return status;
}

/* --- the record --- */

/* The digest behind a line, of all lines up to it. */
static void line_digest(char hex[HEX_SIZE + 1], const char *before, struct text line)
{
    static const char digits[] = "0123456789abcdef";
    const struct bytes parts[] = {text_bytes(TEXT("identity audit")), text_bytes(text_of(before)),
                                  text_bytes(line)};
    uint8_t digest[DIGEST_SIZE];
    seal_digest(digest, NULL, parts, 3);
    for (size_t i = 0; i < DIGEST_SIZE; i++) {
        hex[2 * i] = digits[digest[i] >> 4];
        hex[2 * i + 1] = digits[digest[i] & 15];
    }
    hex[HEX_SIZE] = 0;
}

/* The record's last digest ("" for none yet), every line checked; false names the line that does
 * not hold. */
static bool audit_read(const char *path, char last[HEX_SIZE + 1], long *lines)
{
    char line[AUDIT_LINE_MAX], want[HEX_SIZE + 1];
    bool good = true;
    last[0] = 0;
    *lines = 0;
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return errno == ENOENT;
    while (good && fgets(line, sizeof(line), file) != NULL) {
        size_t size = strlen(line);
        ++*lines;
        good = size > HEX_SIZE + 2 && line[size - 1] == '\n' && line[size - HEX_SIZE - 2] == '\t';
        if (!good)
            break;
        line_digest(want, last, (struct text){line, size - HEX_SIZE - 2});
        good = memcmp(want, line + size - HEX_SIZE - 1, HEX_SIZE) == 0;
        memcpy(last, want, sizeof(want));
    }
    fclose(file);
    return good;
}

static bool audit_write(const char *path, const char *whom, const char *reason)
{
    struct arena arena;
    char last[HEX_SIZE + 1], digest[HEX_SIZE + 1], line[AUDIT_LINE_MAX];
    long lines = 0;
    if (!audit_read(path, last, &lines)) {
        fprintf(stderr, "curbside-clerk: %s:%ld: this record has been changed\n", path, lines);
        return false;
    }
    arena_open(&arena, 1 << 20);
    const struct passwd *user = getpwuid(getuid());
    struct text at = clock_iso(&arena, clock_now_ms());
    int size = snprintf(line, sizeof(line) - HEX_SIZE - 2, "%.*s\t%s\t%s\t%s", (int)at.size,
                        at.data, user == NULL ? "?" : user->pw_name, whom, reason);
    arena_close(&arena);
    if (size < 0 || (size_t)size >= sizeof(line) - HEX_SIZE - 2)
        return false;
    line_digest(digest, last, (struct text){line, (size_t)size});
    size += snprintf(line + size, sizeof(line) - (size_t)size, "\t%s\n", digest);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool whole = fd >= 0 && write(fd, line, (size_t)size) == size && fsync(fd) == 0;
    if (!whole)
        (void)opening_failed(strerror(errno), path);
    if (fd >= 0)
        close(fd);
    return whole;
}

int identity_audit(const char *store)
{
    char path[4096], last[HEX_SIZE + 1];
    long lines = 0;
    (void)snprintf(path, sizeof(path), "%s.audit", store);
    if (!audit_read(path, last, &lines)) {
        fprintf(stderr, "curbside-clerk: %s:%ld: this record has been changed\n", path, lines);
        return 1;
    }
    printf("%ld entries, head %s\n", lines, lines > 0 ? last : "none");
    return 0;
}

/* --- opening --- */

static bool secret_read(struct opening *o, const char *path)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    bool whole = fd >= 0 && fstat(fd, &status) == 0 && status.st_size == KEY_SIZE &&
                 read(fd, o->secret, KEY_SIZE) == KEY_SIZE;
    if (fd >= 0)
        close(fd);
    if (whole && (status.st_mode & 077) != 0)
        return opening_failed("others may read this key; chmod 600 it first", path) == 0;
    if (!whole)
        return opening_failed("is not a secret key of 32 bytes that can be read", path) == 0;
    seal_box_public(o->public_key, o->secret);
    return true;
}

/* One line: member, then what he said of himself, by tabs. */
static bool identity_print(struct opening *o, int64_t member, struct bytes sealed)
{
    struct bytes plain;
    struct text part;
    if (seal_open_box(&o->arena, o->public_key, o->secret, sealed, &plain) != OK) {
        fprintf(stderr, "curbside-clerk: member %lld is not sealed to this key\n",
                (long long)member);
        return false;
    }
    struct text rest = {(const char *)plain.data, plain.size};
    printf("%lld", (long long)member);
    for (int i = 0; i < FIELDS && text_next(&rest, '\n', &part); i++)
        printf("\t%.*s", (int)part.size, part.data);
    printf("\n");
    return true;
}

static int open_one(struct opening *o, int64_t member)
{
    struct identity_identity_get_row row;
    enum result result = identity_identity_get(o->db, &o->arena, member, &row);
    if (result == NOT_FOUND) {
        fprintf(stderr, "curbside-clerk: no identity is sealed for member %lld\n",
                (long long)member);
        return 1;
    }
    return result == OK && identity_print(o, member, row.sealed) ? 0 : 1;
}

static int open_all(struct opening *o)
{
    struct identity_identities_after_row *rows;
    int64_t after = 0;
    bool good = true;
    for (size_t count = 1; count > 0 && good;) {
        arena_reset(&o->arena, 0);
        good = identity_identities_after(o->db, &o->arena, after, IDENTITIES_SLICE, &rows,
                                         &count) == OK;
        for (size_t i = 0; i < count && good; i++) {
            after = rows[i].member;
            good = identity_print(o, after, rows[i].sealed);
        }
    }
    return good ? 0 : 1;
}

static bool reason_good(const char *reason)
{
    size_t size = reason == NULL ? 0 : strlen(reason);
    for (size_t i = 0; i < size; i++) {
        if ((unsigned char)reason[i] < 0x20)
            return false;
    }
    return size >= REASON_MIN && size <= REASON_MAX && text_is_utf8(text_bytes(text_of(reason)));
}

int opening_begin(struct opening *o, const char *store, const char *key, const char *whom,
                  const char *reason)
{
    char audit[4096];
    if (!reason_good(reason)) {
        fprintf(stderr, "curbside-clerk: --reason says why, in 10 to 200 bytes on one line\n");
        return 2;
    }
    if (access(store, R_OK) != 0)
        return opening_failed(strerror(errno), store);
    (void)snprintf(audit, sizeof(audit), "%s.audit", store);
    arena_open(&o->arena, TOOL_ARENA_SIZE);
    if (!secret_read(o, key) || !audit_write(audit, whom, reason))
        return 1;
    if (db_open(&o->db, &identity_store, store, ROLE_OPERATOR, DB_VAULT, 0) != OK)
        return opening_failed("is not a copy of identity.db", store);
    return 0;
}

void opening_end(struct opening *o)
{
    if (o->db != NULL)
        db_close(o->db);
    seal_wipe(o->secret, sizeof(o->secret));
    arena_close(&o->arena);
}

int identity_open(const char *store, const char *key, int64_t member, const char *reason)
{
    static struct opening o;
    char whom[32] = "all";
    if (member > 0)
        (void)snprintf(whom, sizeof(whom), "%lld", (long long)member);
    int status = opening_begin(&o, store, key, whom, reason);
    if (status == 0)
        status = member > 0 ? open_one(&o, member) : open_all(&o);
    opening_end(&o);
    return status;
}

/* --- accounts and tax forms --- */

enum result opening_get(struct opening *o, int64_t member, enum sealed what, struct bytes *plain)
{
    struct identity_identity_get_row identity = {NO_BYTES};
    struct identity_payee_get_row payee = {NO_BYTES};
    struct identity_tax_form_get_row form = {NO_BYTES};
    struct bytes sealed;
    enum result result;
    switch (what) {
    case SEALED_IDENTITY:
        result = identity_identity_get(o->db, &o->arena, member, &identity);
        sealed = identity.sealed;
        break;
    case SEALED_PAYEE:
        result = identity_payee_get(o->db, &o->arena, member, &payee);
        sealed = payee.sealed;
        break;
    default:
        result = identity_tax_form_get(o->db, &o->arena, member, &form);
        sealed = form.sealed;
        break;
    }
    return result == OK ? seal_open_box(&o->arena, o->public_key, o->secret, sealed, plain)
                        : result;
}

/* A line of a batch's list (ledger/payout/payout.h) is HOLD MEMBER CENTS [CHARITY]; of other lists
 * a member's number comes first. Lines that name nobody are passed over. */
static int64_t line_member(const char *line)
{
    char words[2][64] = {"", ""}, more[64] = "";
    long long member = 0;
    int count = sscanf(line, "%63s %63s %*s %63s", words[0], words[1], more);
    const char *number = strlen(words[0]) == 32 && count >= 2 ? words[1] : words[0];
    if (more[0] != 0 || number[strspn(number, "0123456789")] != 0)
        return 0;
    return sscanf(number, "%lld", &member) == 1 ? member : 0;
}

static int payees_print(struct opening *o, FILE *list, bool tax)
{
    char line[AUDIT_LINE_MAX];
    int status = 0;
    while (fgets(line, sizeof(line), list) != NULL) {
        struct bytes plain;
        int64_t member = line_member(line);
        if (member < 1)
            continue;
        arena_reset(&o->arena, 0);
        if (opening_get(o, member, tax ? SEALED_TAX_FORM : SEALED_PAYEE, &plain) == OK) {
            printf("%lld\t%.*s\n", (long long)member, (int)plain.size, (const char *)plain.data);
        } else {
            fprintf(stderr, "curbside-clerk: member %lld has given none\n", (long long)member);
            status = 1;
        }
    }
    return status;
}

int identity_payees(const char *store, const char *key, const char *list, bool tax,
                    const char *reason)
{
    static struct opening o;
    FILE *file = fopen(list, "re");
    if (file == NULL)
        return opening_failed(strerror(errno), list);
    int status = opening_begin(&o, store, key, tax ? "tax forms" : "accounts", reason);
    if (status == 0)
        status = payees_print(&o, file, tax);
    opening_end(&o);
    fclose(file);
    return status;
}
