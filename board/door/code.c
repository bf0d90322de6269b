#include "board/door/door.h"

#include "core/clock.h"
#include "core/conf.h"
#include "schema/board.h"

#include <string.h>

/* Without I, L, O and U: what is typed from paper is not mistaken (Crockford's base 32). */
static const char code_letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
enum { MAIL_CODES_PER_DAY = 3, LETTERS_MOST = 50 };

void door_code(const struct keyring *keys, const char *what, int64_t seq,
               char code[CODE_TEXT_SIZE + 1])
{
    const struct bytes key = bytes_of(keys->door_key, KEY_SIZE);
    uint8_t number[8], digest[ID_SIZE];
    const struct bytes parts[] = {text_bytes(text_of(what)), bytes_of(number, sizeof(number))};
    for (size_t i = 0; i < sizeof(number); i++)
        number[i] = (uint8_t)((uint64_t)seq >> (8 * i));
    seal_id(digest, &key, parts, 2);
    for (size_t i = 0, at = 0; i < CODE_SIZE; i++) {
        if (i == CODE_SIZE / 2)
            code[at++] = '-';
        code[at++] = code_letters[digest[i] & 31];
    }
    code[CODE_TEXT_SIZE] = 0;
    seal_wipe(digest, sizeof(digest));
}

/* Capitals, without blanks and dashes, and what is often mistaken set right; false unless it has
 * the size of a code. */
static bool code_fold(struct text typed, char folded[CODE_SIZE])
{
    size_t size = 0;
    for (size_t i = 0; i < typed.size; i++) {
        char c = typed.data[i];
        if (c == ' ' || c == '-')
            continue;
        if (c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        c = (char)(c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c);
        if (size == CODE_SIZE)
            return false;
        folded[size++] = c;
    }
    return size == CODE_SIZE;
}

bool door_code_is(struct text typed, const char *code)
{
    char folded[CODE_SIZE] = {0}, right[CODE_SIZE] = {0};
    bool whole = code_fold(typed, folded) && code_fold(text_of(code), right);
    return whole && seal_equal(folded, right, CODE_SIZE);
}

static const char *code_what(int64_t kind)
{
    return kind == CODE_LETTER ? "letter" : "mail";
}

static int64_t code_life_ms(int64_t kind)
{
    return kind == CODE_LETTER ? conf_int("letter.days") * DAY_MS
                               : conf_int("mail_code.minutes") * MINUTE_MS;
}

enum result code_standing(struct work *work, int64_t member, int64_t kind, int64_t *state,
                          struct desk_code_latest_row *row)
{
    *state = 0;
    *row = (struct desk_code_latest_row){0};
    enum result result = desk_code_latest(work->clerk->desk, work->arena, member, kind, row);
    if (result != OK)
        return result == NOT_FOUND ? OK : result;
    bool over = row->used != 0 || row->misses >= conf_int("code.misses") ||
                (row->sent_ms > 0 && work->clerk->now_ms >= row->sent_ms + code_life_ms(kind));
    *state = over ? 3 : row->sent_ms > 0 ? 2 : 1;
    return OK;
}

/* Only who waits at level 2 proves anything by a code. */
static enum result code_may(struct work *work)
{
    if (work->actor.role != BOARD_PHYSICIAN || work->actor.state != MEMBER_WAITING)
        return REFUSED;
    if (work->actor.level < 2)
        return problem(work, CONFLICT, "", "The quiz and the lists come first.");
    return OK;
}

static enum result code_record(struct work *work, int64_t kind, struct bytes address)
{
    struct event event = {.kind = EVENT_CODE_ASKED};
    event.code_asked = (struct event_code_asked){work->actor.member, kind, address};
    return clerk_record(work->clerk, &event, NULL, 0);
}

enum result letter_ask_run(struct work *work)
{
    struct desk_code_latest_row row;
    struct application application;
    struct lists_address address;
    int64_t state = 0, at_ms = 0;
    enum result result = code_may(work);
    if (result == OK)
        result = code_standing(work, work->actor.member, CODE_LETTER, &state, &row);
    if (result != OK)
        return result;
    int64_t again_ms = row.asked_ms + conf_int("letter.again_days") * DAY_MS;
    if (state == 1)
        return OK; /* asked for already: it is on its way */
    if (state > 1 && work->clerk->now_ms < again_ms)
        return problem(work, TOO_OFTEN, "",
                       "A letter was sent a short while ago. Give the post some more days.");
    result = keyring_application_get(&work->clerk->keys, work->arena, work->actor.member,
                                     &application, &at_ms);
    if (result == OK)
        result = lists_address(work, application.npi, &address);
    if (result == NOT_FOUND)
        return problem(work, CONFLICT, "",
                       "The public list has no practice address of yours. Choose another way.");
    return result == OK ? code_record(work, CODE_LETTER, NO_BYTES) : result;
}

/* The domain behind the @ in small letters; absent when there is none. */
static struct text address_domain(struct arena *arena, struct text address)
{
    const char *at = address.size > 0 ? memchr(address.data, '@', address.size) : NULL;
    if (at == NULL || at == address.data)
        return NO_TEXT;
    size_t size = address.size - (size_t)(at + 1 - address.data);
    char *out = arena_take(arena, size + 1);
    for (size_t i = 0; i < size; i++)
        out[i] = (char)(at[1 + i] >= 'A' && at[1 + i] <= 'Z' ? at[1 + i] - 'A' + 'a' : at[1 + i]);
    return (struct text){out, size};
}

/* The domain itself or one above it is on the admins' list. */
static enum result domain_listed(struct work *work, struct text domain, bool *listed)
{
    struct board_domain_get_row row;
    enum result result = NOT_FOUND;
    while (result == NOT_FOUND && domain.size > 0) {
        struct text label;
        result = board_domain_get(work->clerk->board, work->arena, domain, &row);
        if (result == NOT_FOUND)
            (void)text_next(&domain, '.', &label);
    }
    *listed = result == OK;
    return result == NOT_FOUND ? OK : result;
}

static bool address_plain(struct text address)
{
    for (size_t i = 0; i < address.size; i++) {
        unsigned char c = (unsigned char)address.data[i];
        if (c <= ' ' || c >= 0x7f || c == ',' || c == ';' || c == '<' || c == '>' || c == '"')
            return false;
    }
    return true;
}

enum result mail_ask_run(struct work *work)
{
    struct clerk *clerk = work->clerk;
    struct text address = work->command->mail_ask.address;
    struct text domain = address_domain(work->arena, address);
    struct desk_codes_since_row asked;
    uint8_t key[KEY_SIZE];
    bool listed = false;
    enum result result = code_may(work);
    if (result != OK)
        return result;
    if (domain.size == 0 || !address_plain(address) || memchr(domain.data, '@', domain.size))
        return problem(work, INVALID, "address", "This is not an e-mail address.");
    result = domain_listed(work, domain, &listed);
    if (result == OK && !listed)
        return problem(work, INVALID, "address",
                       "No institution with this address is on our list. Ask an admin to add it, "
                       "or choose another way.");
    if (result == OK)
        result = desk_codes_since(clerk->desk, work->arena, work->actor.member, CODE_MAIL,
                                  clerk->now_ms - DAY_MS, &asked);
    if (result == OK && asked.codes >= MAIL_CODES_PER_DAY)
        return problem(work, TOO_OFTEN, "", "Three codes were sent today. Try again tomorrow.");
    if (result == OK)
        result = keyring_member_key(&clerk->keys, work->arena, work->actor.member, key);
    if (result != OK)
        return result;
    struct bytes box = seal_box(work->arena, key, NULL, text_bytes(address));
    seal_wipe(key, sizeof(key));
    return code_record(work, CODE_MAIL, box);
}

enum result code_mail_write(struct work *work, int64_t code, struct record_mail *mail)
{
    struct desk_code_get_row row;
    struct text site = conf_text("site.name"), url = conf_text("site.url");
    struct bytes plain = NO_BYTES;
    uint8_t key[KEY_SIZE];
    char words[CODE_TEXT_SIZE + 1];
    enum result result = desk_code_get(work->clerk->desk, work->arena, code, &row);
    if (result == OK && (row.kind != CODE_MAIL || row.used != 0))
        result = NOT_FOUND;
    if (result == OK)
        result = keyring_member_key(&work->clerk->keys, work->arena, row.member, key);
    if (result != OK)
        return result;
    if (seal_unbox(work->arena, key, row.address, &plain) != OK)
        result = BROKEN;
    seal_wipe(key, sizeof(key));
    if (result != OK)
        return result;
    door_code(&work->clerk->keys, code_what(CODE_MAIL), code, words);
    mail->to = (struct text){(const char *)plain.data, plain.size};
    mail->subject = arena_format(work->arena, "%.*s: your code", (int)site.size, site.data);
    mail->body = arena_format(
        work->arena,
        "Your code is %s\n\nType it where you asked for it:\n%.*s/waiting\nIt is good for %lld "
        "minutes and once. If you did not ask for it, do nothing.\n",
        words, (int)url.size, url.data, (long long)conf_int("mail_code.minutes"));
    seal_wipe(words, sizeof(words));
    return OK;
}

static enum result code_wrong(struct work *work, int64_t code)
{
    struct event event = {.kind = EVENT_CODE_MISSED};
    const struct reply_code_entered reply = {.good = false};
    event.code_missed = (struct event_code_missed){code, work->actor.member};
    enum result result = clerk_record(work->clerk, &event, NULL, 0);
    reply_code_entered_write(&work->reply, &reply);
    return result;
}

enum result code_enter_run(struct work *work)
{
    const struct command_code_enter *c = &work->command->code_enter;
    const struct reply_code_entered reply = {.good = true};
    struct event event = {.kind = EVENT_CODE_USED};
    struct desk_code_latest_row row;
    char code[CODE_TEXT_SIZE + 1];
    int64_t state = 0;
    enum result result = code_may(work);
    if (result == OK)
        result = code_standing(work, work->actor.member, c->kind, &state, &row);
    if (result != OK)
        return result;
    if (state == 0 || (state == 1 && c->kind == CODE_LETTER))
        return problem(work, CONFLICT, "code", "No code has been sent yet.");
    if (state == 3)
        return problem(work, CONFLICT, "code", "That code is no longer good. Ask for a new one.");
    door_code(&work->clerk->keys, code_what(c->kind), row.id, code);
    bool good = door_code_is(c->code, code);
    seal_wipe(code, sizeof(code));
    if (!good)
        return code_wrong(work, row.id);
    result = level_by_proof(work, work->actor.member, c->kind == CODE_LETTER ? "letter" : "mail");
    if (result != OK)
        return result;
    event.code_used = (struct event_code_used){row.id, work->actor.member};
    result = clerk_record(work->clerk, &event, NULL, 0);
    if (result == OK)
        reply_code_entered_write(&work->reply, &reply);
    return result;
}

/* --- letters, for the operator's tool --- */

/* NOT_FOUND: nobody to write to any more. */
static enum result letter_write(struct work *work, const struct desk_letters_due_row *row,
                                struct record_letter *letter)
{
    struct application a;
    struct lists_address to = {.city = NO_TEXT};
    char code[CODE_TEXT_SIZE + 1];
    int64_t at_ms = 0;
    if (row->state != MEMBER_WAITING || row->level != 2)
        return NOT_FOUND;
    enum result result =
        keyring_application_get(&work->clerk->keys, work->arena, row->member, &a, &at_ms);
    if (result == OK)
        result = lists_address(work, a.npi, &to);
    if (result != OK)
        return result;
    door_code(&work->clerk->keys, code_what(CODE_LETTER), row->id, code);
    *letter = (struct record_letter){.code_id = row->id,
                                     .name = text_cut(to.name, 141),
                                     .street = text_cut(to.line_1, 120),
                                     .more = text_cut(to.line_2, 120),
                                     .city = text_cut(to.city, 60),
                                     .state = text_cut(to.state, 2),
                                     .zip = text_cut(to.zip, 10),
                                     .code = arena_text(work->arena, text_of(code)),
                                     .until_ms = work->clerk->now_ms + code_life_ms(CODE_LETTER)};
    seal_wipe(code, sizeof(code));
    return OK;
}

static enum result letter_sent(struct work *work, int64_t code, int64_t member)
{
    struct event event = {.kind = EVENT_CODE_SENT};
    event.code_sent = (struct event_code_sent){code, member};
    return clerk_record(work->clerk, &event, NULL, 0);
}

enum result letters_due_run(struct work *work)
{
    struct desk_letters_due_row *rows;
    struct reply_letters reply = {0};
    size_t count = 0;
    enum result result =
        desk_letters_due(work->clerk->desk, work->arena, work->command->letters_due.after,
                         LETTERS_MOST, &rows, &count);
    if (result != OK)
        return result;
    reply.letters = arena_array(work->arena, struct record_letter, count + 1);
    for (size_t i = 0; i < count && result == OK; i++) {
        reply.last = rows[i].id;
        result = letter_write(work, &rows[i], &reply.letters[reply.letters_count]);
        if (result == OK)
            reply.letters_count++;
        else if (result == NOT_FOUND)
            result = letter_sent(work, rows[i].id, rows[i].member); /* nobody to write to */
    }
    if (result == OK)
        reply_letters_write(&work->reply, &reply);
    return result;
}

enum result letter_done_run(struct work *work)
{
    struct desk_code_get_row row;
    int64_t code = work->command->letter_done.code;
    enum result result = desk_code_get(work->clerk->desk, work->arena, code, &row);
    if (result != OK || row.kind != CODE_LETTER || row.sent_ms != 0)
        return result;
    return letter_sent(work, code, row.member);
}
