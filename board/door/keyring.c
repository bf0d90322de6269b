#include "board/door/keyring.h"

#include "core/buf.h"
#include "core/conf.h"
#include "core/session.h"
#include "core/trace.h"
#include "schema/desk.h"
#include "schema/identity.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SWEEP_ROWS = 256 };

/* Writes a new key file; false if it is there already. */
static bool file_make(const char *path, mode_t mode, const uint8_t *data, size_t size)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
    if (fd < 0 && errno == EEXIST)
        return false;
    if (fd < 0 || write(fd, data, size) != (ssize_t)size || fsync(fd) != 0)
        trace_die("key_file", "path=%s error=%s", path, strerror(errno));
    close(fd);
    return true;
}

/* The offline key pair. In production an operator makes it elsewhere and puts only identity.pub
 * here; without one, both halves are made and the secret one is asked to be taken away. */
static void offline_key_load(struct keyring *keys)
{
    const char *path = conf_path("keys/offline/identity.pub");
    uint8_t secret[KEY_SIZE];
    if (access(path, R_OK) != 0) {
        if (mkdir(conf_path("keys"), 0700) != 0 && errno != EEXIST)
            trace_die("key_file", "folder=keys error=%s", strerror(errno));
        if (mkdir(conf_path("keys/offline"), 0700) != 0 && errno != EEXIST)
            trace_die("key_file", "folder=keys/offline error=%s", strerror(errno));
        seal_box_keypair(keys->offline_key, secret);
        if (file_make(conf_path("keys/offline/identity.secret"), 0600, secret, sizeof(secret)))
            trace_warn("offline_key_made", "move=keys/offline/identity.secret");
        seal_wipe(secret, sizeof(secret));
        if (file_make(path, 0644, keys->offline_key, KEY_SIZE))
            return;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || read(fd, keys->offline_key, KEY_SIZE) != KEY_SIZE)
        trace_die("key_file", "path=%s", path);
    close(fd);
}

enum result keyring_open(struct keyring *keys)
{
    enum result result = OK;
    memset(keys, 0, sizeof(*keys));
    if (result == OK)
        result = seal_key_load("clerk", "box", KEY_SIZE, true, &keys->box_key);
    if (result == OK)
        result = seal_key_load("clerk", "pepper", KEY_SIZE, true, &keys->pepper);
    if (result == OK)
        result = seal_key_load("clerk", "request", KEY_SIZE, true, &keys->request_key);
    if (result == OK)
        result = seal_key_load("clerk", "person", KEY_SIZE, true, &keys->person_key);
    if (result == OK)
        result = seal_key_load("clerk", "door", KEY_SIZE, true, &keys->door_key);
    if (result != OK)
        return result;
    offline_key_load(keys);
    keys->views = calloc(VIEW_SLOTS, sizeof(*keys->views));
    if (keys->views == NULL)
        trace_die("keyring_open", "reason=memory");
    return db_open(&keys->db, &identity_store, conf_store("identity"), ROLE_CLERK, DB_VAULT, 0);
}

static void views_forget(struct keyring *keys)
{
    if (keys->views != NULL)
        seal_wipe(keys->views, VIEW_SLOTS * sizeof(*keys->views));
}

void keyring_close(struct keyring *keys)
{
    views_forget(keys);
    free(keys->views);
    keys->views = NULL;
    if (keys->db != NULL)
        db_close(keys->db);
    keys->db = NULL;
}

enum result keyring_member_key(struct keyring *keys, struct arena *arena, int64_t member,
                               uint8_t key[KEY_SIZE])
{
    struct identity_member_key_get_row row;
    struct bytes plain;
    enum result result = identity_member_key_get(keys->db, arena, member, &row);
    if (result == OK && seal_unbox(arena, keys->box_key, row.box, &plain) != OK)
        result = BROKEN;
    if (result == OK && plain.size != KEY_SIZE)
        result = BROKEN;
    if (result == OK)
        memcpy(key, plain.data, KEY_SIZE);
    return result;
}

enum result keyring_view_key(struct keyring *keys, struct arena *arena, int64_t member,
                             uint8_t key[KEY_SIZE])
{
    struct view_slot *slot = &keys->views[(uint64_t)member % VIEW_SLOTS];
    uint8_t member_key[KEY_SIZE];
    if (slot->member != member) {
        enum result result = keyring_member_key(keys, arena, member, member_key);
        if (result != OK)
            return result;
        session_view_key(slot->key, member_key);
        slot->member = member;
        seal_wipe(member_key, sizeof(member_key));
    }
    memcpy(key, slot->key, KEY_SIZE);
    return OK;
}

/* Texts that cannot hold a line end, one a line. */
static struct bytes lines_box(struct arena *arena, const uint8_t key[KEY_SIZE],
                              const struct text *lines, size_t count)
{
    struct buf buf;
    buf_open(&buf, arena, 512);
    for (size_t i = 0; i < count; i++) {
        assert(lines[i].size == 0 || memchr(lines[i].data, '\n', lines[i].size) == NULL);
        buf_add(&buf, lines[i].data, lines[i].size);
        buf_char(&buf, '\n');
    }
    return seal_box(arena, key, NULL, buf_bytes(&buf));
}

static bool lines_read(struct bytes plain, struct text *lines, size_t count)
{
    struct text rest = {(const char *)plain.data, plain.size};
    for (size_t i = 0; i < count; i++) {
        const char *end = rest.size > 0 ? memchr(rest.data, '\n', rest.size) : NULL;
        if (end == NULL)
            return false;
        size_t size = (size_t)(end - rest.data);
        lines[i] = (struct text){rest.data, size};
        rest = (struct text){end + 1, rest.size - size - 1};
    }
    return rest.size == 0;
}

struct bytes credential_box(struct arena *arena, const uint8_t key[KEY_SIZE],
                            const struct credential *credential)
{
    const struct text lines[] = {credential->hash, credential->email};
    return lines_box(arena, key, lines, 2);
}

enum result credential_unbox(struct arena *arena, const uint8_t key[KEY_SIZE], struct bytes box,
                             struct credential *credential)
{
    struct bytes plain;
    struct text lines[2];
    if (seal_unbox(arena, key, box, &plain) != OK || !lines_read(plain, lines, 2))
        return BROKEN;
    *credential = (struct credential){lines[0], lines[1]};
    return OK;
}

enum result keyring_write(struct keyring *keys)
{
    if (keys->writing)
        return OK;
    enum result result = db_begin(keys->db);
    keys->writing = result == OK;
    return result;
}

enum result keyring_key_put(struct keyring *keys, struct arena *arena, int64_t member,
                            const uint8_t key[KEY_SIZE])
{
    enum result result = keyring_write(keys);
    if (result != OK)
        return result;
    return identity_member_key_set(keys->db, member,
                                   seal_box(arena, keys->box_key, NULL, bytes_of(key, KEY_SIZE)));
}

enum result keyring_application_put(struct keyring *keys, struct arena *arena, int64_t member,
                                    const struct application *application, int64_t at_ms)
{
    const struct text lines[] = {application->first_name, application->last_name,
                                 application->npi,        application->licence,
                                 application->state,      application->specialty};
    enum result result = keyring_write(keys);
    if (result != OK)
        return result;
    return identity_application_set(keys->db, member, lines_box(arena, keys->box_key, lines, 6),
                                    at_ms);
}

enum result keyring_application_get(struct keyring *keys, struct arena *arena, int64_t member,
                                    struct application *application, int64_t *at_ms)
{
    struct identity_application_get_row row;
    struct bytes plain;
    struct text lines[6];
    enum result result = identity_application_get(keys->db, arena, member, &row);
    if (result != OK)
        return result;
    if (seal_unbox(arena, keys->box_key, row.box, &plain) != OK || !lines_read(plain, lines, 6))
        return BROKEN;
    *application = (struct application){lines[0], lines[1], lines[2], lines[3], lines[4], lines[5]};
    *at_ms = row.at_ms;
    return OK;
}

/* Two digests a person: the NPI, and the licence with its state, however the number is written. */
static void npi_digest(const struct keyring *keys, struct text npi, uint8_t digest[DIGEST_SIZE])
{
    const struct bytes key = bytes_of(keys->person_key, KEY_SIZE);
    const struct bytes parts[] = {text_bytes(TEXT("npi")), text_bytes(npi)};
    seal_digest(digest, &key, parts, 2);
}

static void licence_digest(const struct keyring *keys, struct text state, struct text licence,
                           uint8_t digest[DIGEST_SIZE])
{
    enum { LICENCE_SIZE = 64 };
    char folded[LICENCE_SIZE];
    struct text number = text_cut(licence, LICENCE_SIZE);
    const struct bytes key = bytes_of(keys->person_key, KEY_SIZE);
    const struct bytes parts[] = {text_bytes(TEXT("licence")), text_bytes(state),
                                  bytes_of(folded, licence_key_write(folded, number))};
    seal_digest(digest, &key, parts, 3);
}

static void person_digests(const struct keyring *keys, const struct application *a,
                           uint8_t npi[DIGEST_SIZE], uint8_t licence[DIGEST_SIZE])
{
    npi_digest(keys, a->npi, npi);
    licence_digest(keys, a->state, a->licence, licence);
}

static enum result digest_holder(struct keyring *keys, const uint8_t digest[DIGEST_SIZE],
                                 int64_t *member)
{
    struct identity_person_get_row row;
    struct arena none = {0}; /* the row holds a number only: nothing is taken */
    enum result result = identity_person_get(keys->db, &none, bytes_of(digest, DIGEST_SIZE), &row);
    *member = result == OK ? row.member : 0;
    return result == NOT_FOUND ? OK : result;
}

enum result keyring_npi_holder(struct keyring *keys, struct text npi, int64_t *member)
{
    uint8_t digest[DIGEST_SIZE];
    npi_digest(keys, npi, digest);
    return digest_holder(keys, digest, member);
}

enum result keyring_licence_holder(struct keyring *keys, struct text state, struct text licence,
                                   int64_t *member)
{
    uint8_t digest[DIGEST_SIZE];
    licence_digest(keys, state, licence, digest);
    return digest_holder(keys, digest, member);
}

enum result keyring_person_holder(struct keyring *keys, const struct application *application,
                                  int64_t *member)
{
    enum result result = keyring_npi_holder(keys, application->npi, member);
    if (result == OK && *member == 0)
        result = keyring_licence_holder(keys, application->state, application->licence, member);
    return result;
}

enum result keyring_person_hold(struct keyring *keys, const struct application *application,
                                int64_t member)
{
    uint8_t digests[2][DIGEST_SIZE];
    enum result result = keyring_write(keys);
    person_digests(keys, application, digests[0], digests[1]);
    for (size_t i = 0; i < 2 && result == OK; i++)
        result = identity_person_set(keys->db, bytes_of(digests[i], DIGEST_SIZE), member);
    return result;
}

enum result keyring_payee_put(struct keyring *keys, struct arena *arena, int64_t member,
                              struct bytes plain)
{
    enum result result = keyring_write(keys);
    if (result != OK)
        return result;
    struct bytes sealed = seal_to(arena, keys->offline_key, plain);
    return plain.size > 0 ? identity_payee_set(keys->db, member, sealed)
                          : identity_payee_remove(keys->db, member);
}

enum result keyring_tax_form_put(struct keyring *keys, struct arena *arena, int64_t member,
                                 struct bytes plain)
{
    enum result result = keyring_write(keys);
    return result == OK
               ? identity_tax_form_set(keys->db, member, seal_to(arena, keys->offline_key, plain))
               : result;
}

static enum result identity_seal(struct keyring *keys, struct arena *arena, int64_t member,
                                 const struct application *application)
{
    struct buf buf;
    buf_open(&buf, arena, 512);
    const struct text lines[] = {application->first_name, application->last_name,
                                 application->npi,        application->licence,
                                 application->state,      application->specialty};
    for (size_t i = 0; i < 6; i++) {
        buf_add(&buf, lines[i].data, lines[i].size);
        buf_char(&buf, '\n');
    }
    return identity_identity_set(keys->db, member,
                                 seal_to(arena, keys->offline_key, buf_bytes(&buf)));
}

enum result keyring_decided(struct keyring *keys, struct arena *arena, int64_t member,
                            const struct application *application, bool accepted)
{
    enum result result = keyring_write(keys);
    if (keys->done_count == KEYRING_DONE_MAX)
        return TOO_OFTEN;
    if (result == OK && accepted) {
        result = identity_seal(keys, arena, member, application);
        if (result == OK)
            result = keyring_person_hold(keys, application, member);
    }
    if (result == OK && !accepted)
        result = identity_person_remove(keys->db, member);
    if (result == OK)
        keys->done[keys->done_count++] = member;
    return result;
}

enum result keyring_commit(struct keyring *keys)
{
    if (!keys->writing)
        return OK;
    keys->writing = false;
    return db_commit(keys->db);
}

void keyring_rollback(struct keyring *keys)
{
    if (keys->writing)
        db_rollback(keys->db);
    keys->writing = false;
    keys->done_count = 0;
    keys->left_count = 0;
    views_forget(keys);
}

static enum result member_left(struct keyring *keys, int64_t member)
{
    enum result result = identity_member_key_remove(keys->db, member);
    return result == OK ? identity_application_remove(keys->db, member) : result;
}

enum result keyring_left(struct keyring *keys, int64_t member)
{
    if (keys->left_count == KEYRING_LEFT_MAX)
        return TOO_OFTEN;
    keys->left[keys->left_count++] = member;
    return OK;
}

void keyring_after(struct keyring *keys)
{
    bool any = keys->done_count + keys->left_count > 0;
    enum result result = any ? db_begin(keys->db) : OK;
    for (size_t i = 0; i < keys->done_count && result == OK; i++)
        result = identity_application_remove(keys->db, keys->done[i]);
    for (size_t i = 0; i < keys->left_count && result == OK; i++)
        result = member_left(keys, keys->left[i]);
    if (any && result == OK)
        result = db_commit(keys->db);
    if (result != OK) {
        db_rollback(keys->db);
        trace_warn("identity_rows_kept", "until=sweep result=%s", result_name(result));
    }
    if (keys->left_count > 0)
        views_forget(keys);
    keys->done_count = 0;
    keys->left_count = 0;
}

static enum result member_drop(struct keyring *keys, int64_t member)
{
    enum result result = identity_member_key_remove(keys->db, member);
    if (result == OK)
        result = identity_application_remove(keys->db, member);
    if (result == OK)
        result = identity_identity_remove(keys->db, member);
    if (result == OK)
        result = identity_person_remove(keys->db, member);
    if (result == OK)
        result = identity_suspects_remove(keys->db, member);
    if (result == OK)
        result = identity_payee_remove(keys->db, member);
    if (result == OK)
        result = identity_tax_form_remove(keys->db, member);
    return result;
}

static enum result sweep_keys(struct keyring *keys, struct db *desk, struct arena *arena)
{
    enum { LEFT = 4 };
    enum result result = OK;
    int64_t after = 0;
    for (size_t count = 1; result == OK && count > 0;) {
        struct identity_keys_after_row *rows;
        struct desk_member_get_row row;
        arena_reset(arena, 0);
        result = identity_keys_after(keys->db, arena, after, SWEEP_ROWS, &rows, &count);
        for (size_t i = 0; i < count && result == OK; i++) {
            after = rows[i].member;
            result = desk_member_get(desk, arena, after, &row);
            if (result == NOT_FOUND) {
                trace_warn("identity_swept", "member=%lld", (long long)after);
                result = member_drop(keys, after);
            } else if (result == OK && row.state == LEFT) {
                result = member_left(keys, after);
            }
        }
    }
    return result;
}

/* Somebody got in and his application was not sealed on the way: it is now. */
static enum result sweep_seal(struct keyring *keys, struct arena *arena, int64_t member)
{
    struct identity_identity_has_row has;
    struct application application;
    int64_t at_ms = 0;
    enum result result = identity_identity_has(keys->db, arena, member, &has);
    if (result != NOT_FOUND)
        return result;
    result = keyring_application_get(keys, arena, member, &application, &at_ms);
    return result == OK ? identity_seal(keys, arena, member, &application) : result;
}

static enum result sweep_applications(struct keyring *keys, struct db *desk, struct arena *arena)
{
    enum { WAITING = 1, IN = 2 };
    enum result result = OK;
    int64_t after = 0;
    for (size_t count = 1; result == OK && count > 0;) {
        struct identity_applications_after_row *rows;
        struct desk_member_get_row row;
        arena_reset(arena, 0);
        result = identity_applications_after(keys->db, arena, after, SWEEP_ROWS, &rows, &count);
        for (size_t i = 0; i < count && result == OK; i++) {
            after = rows[i].member;
            result = desk_member_get(desk, arena, after, &row);
            if (result == OK && row.state == IN)
                result = sweep_seal(keys, arena, after);
            if (result == NOT_FOUND || (result == OK && row.state != WAITING))
                result = identity_application_remove(keys->db, after);
        }
    }
    return result;
}

enum result keyring_sweep(struct keyring *keys, struct db *desk, struct arena *arena)
{
    views_forget(keys);
    enum result result = db_begin(keys->db);
    if (result != OK)
        return result;
    result = sweep_keys(keys, desk, arena);
    if (result == OK)
        result = sweep_applications(keys, desk, arena);
    arena_reset(arena, 0);
    if (result != OK) {
        db_rollback(keys->db);
        return result;
    }
    return db_commit(keys->db);
}

static void entry_digest(const struct keyring *keys, int64_t entry, uint8_t digest[ID_SIZE])
{
    const struct bytes key = bytes_of(keys->person_key, KEY_SIZE);
    const struct bytes parts[] = {text_bytes(TEXT("exclusion")), bytes_of(&entry, sizeof(entry))};
    seal_id(digest, &key, parts, 2);
}

enum result keyring_suspect_put(struct keyring *keys, struct arena *arena, int64_t member,
                                int64_t entry, struct text says, int64_t at_ms, bool *fresh)
{
    uint8_t digest[ID_SIZE];
    struct identity_suspect_get_row row;
    entry_digest(keys, entry, digest);
    enum result result =
        identity_suspect_get(keys->db, arena, member, bytes_of(digest, ID_SIZE), &row);
    *fresh = result == NOT_FOUND;
    if (result != NOT_FOUND)
        return result;
    result = keyring_write(keys);
    if (result != OK)
        return result;
    return identity_suspect_add(keys->db, member, bytes_of(digest, ID_SIZE),
                                seal_box(arena, keys->box_key, NULL, text_bytes(says)), at_ms);
}

enum result keyring_suspects(struct keyring *keys, struct arena *arena, int64_t after, size_t most,
                             struct suspect **suspects, size_t *count)
{
    struct identity_suspects_open_row *rows;
    enum result result =
        identity_suspects_open(keys->db, arena, after, (int64_t)most, &rows, count);
    *suspects = arena_array(arena, struct suspect, *count + 1);
    for (size_t i = 0; i < *count && result == OK; i++) {
        struct bytes says;
        if (rows[i].entry.size != ID_SIZE ||
            seal_unbox(arena, keys->box_key, rows[i].box, &says) != OK)
            return BROKEN;
        struct suspect *suspect = &(*suspects)[i];
        suspect->member = rows[i].member;
        suspect->at_ms = rows[i].at_ms;
        suspect->says = (struct text){(const char *)says.data, says.size};
        memcpy(suspect->entry, rows[i].entry.data, ID_SIZE);
    }
    return result;
}

enum result keyring_suspect_decide(struct keyring *keys, struct arena *arena, int64_t member,
                                   const uint8_t entry[ID_SIZE], bool excluded)
{
    struct identity_suspect_get_row row;
    enum result result =
        identity_suspect_get(keys->db, arena, member, bytes_of(entry, ID_SIZE), &row);
    if (result == OK)
        result = keyring_write(keys);
    if (result == OK)
        result =
            identity_suspect_decide(keys->db, member, bytes_of(entry, ID_SIZE), excluded ? 1 : 2);
    return result;
}

enum result keyring_suspect_held(struct keyring *keys, struct arena *arena, int64_t member,
                                 bool *held)
{
    struct identity_suspects_held_row row;
    enum result result = identity_suspects_held(keys->db, arena, member, &row);
    *held = result == OK && row.entries > 0;
    return result;
}
