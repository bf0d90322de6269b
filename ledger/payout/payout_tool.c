#include <stdio.h>
#include <string.h>

#include "core/seal.h"
#include "ledger/log/file.h"
#include "ledger/ledger.h"
#include "ledger/payout/rail.h"
#include "ledger/desk/tools.h"
#include "ledger/payout/unblind.h"
#include "schema/command.h"

/* The operator's side of paying out. `file` runs where the accounts are known: on the machine of
 * the offline identity key, which the house never is. */

enum { ARENA = 256 * 1024 * 1024, FILE_MAX = 64 * 1024 * 1024, FIELDS = 6 };

/* --- making a file --- */

static size_t fields_split(struct text line, struct text fields[FIELDS])
{
    size_t count = 0;
    while (count < FIELDS && text_next(&line, '\t', &fields[count]))
        count++;
    return count;
}

/* "name, iban or routing, bic or account, savings?" */
static bool payee_read(const struct text *fields, size_t count, struct rail_payee *payee)
{
    if (count < 2)
        return false;
    *payee = (struct rail_payee){.name = text_trim(fields[0])};
    struct text where = text_trim(fields[1]), with = count > 2 ? text_trim(fields[2]) : TEXT("");
    if (where.size == 9 && count > 2) {
        payee->routing = where;
        payee->account = with;
        payee->savings = count > 3 && text_is(text_trim(fields[3]), "savings");
    } else {
        payee->iban = where;
        payee->bic = with;
    }
    return true;
}

/* who: a member's number, or a charity's key. */
static bool payee_find(struct text payees, struct text who, struct rail_payee *payee)
{
    struct text line, fields[FIELDS];
    while (text_next(&payees, '\n', &line)) {
        size_t count = fields_split(line, fields);
        if (count > 2 && text_equal(text_trim(fields[0]), who))
            return payee_read(fields + 1, count - 1, payee);
    }
    return false;
}

struct maker {
    struct arena arena;
    struct text list, payees;
    struct rail_batch batch;
    struct rail_payment *payments;
    struct rail_house house;
    enum rail rail;
};

static bool head_read(struct maker *maker)
{
    struct text line, word;
    struct bytes id;
    bool good = text_next(&maker->list, '\n', &line) && text_is(line, "curbside/rail/v1") &&
                text_next(&maker->list, '\n', &line) && text_next(&line, ' ', &word);
    if (!good)
        return false;
    id = hex_read(&maker->arena, line);
    if (id.data == NULL || id.size != 16)
        return false;
    memcpy(maker->batch.id, id.data, 16);
    if (!text_next(&maker->list, '\n', &line) || !text_next(&line, ' ', &word))
        return false;
    maker->rail = text_is(line, "pain001") ? RAIL_PAIN001 : RAIL_NACHA;
    return text_next(&maker->list, '\n', &line) && text_next(&line, ' ', &word) &&
           text_int(line, 1, INT64_MAX, &maker->batch.tick_s);
}

/* Every payment of the list with its payee; says which member has none that can be paid. */
static bool payments_read(struct maker *maker)
{
    struct text line, word, who, cents;
    int64_t member;
    maker->payments = arena_array(&maker->arena, struct rail_payment, RAIL_PAYMENTS_MAX);
    while (text_next(&maker->list, '\n', &line)) {
        struct rail_payment *payment = &maker->payments[maker->batch.count];
        if (maker->batch.count == RAIL_PAYMENTS_MAX || !text_next(&line, ' ', &word))
            return false;
        struct bytes id = hex_read(&maker->arena, word);
        if (id.data == NULL || id.size != 16 || !text_next(&line, ' ', &who) ||
            !text_int(who, 1, INT64_MAX, &member) || !text_next(&line, ' ', &cents) ||
            !text_int(cents, 1, INT64_MAX, &payment->cents))
            return false;
        memcpy(payment->transfer, id.data, 16);
        const char *fault = payee_find(maker->payees, line.size > 0 ? line : who, &payment->to)
                                ? rail_payee_fault(maker->rail, &payment->to)
                                : "no account is known";
        if (fault != NULL) {
            fprintf(stderr, "member %lld: %s\n", (long long)member, fault);
            return false;
        }
        maker->batch.count++;
    }
    maker->batch.payments = maker->payments;
    maker->batch.currency = "USD";
    return true;
}

static struct text part_load(struct maker *maker, const char *folder, const char *name)
{
    struct bytes content;
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (file_read(&maker->arena, path, FILE_MAX, &content) == OK)
        return (struct text){(const char *)content.data, content.size};
    fprintf(stderr, "%s/%s cannot be read\n", folder, name);
    return NO_TEXT;
}

/* The house's own line: name, where, with, kind, company id, bank's name. */
static bool house_read(struct maker *maker, struct text line)
{
    struct text fields[FIELDS];
    size_t count = fields_split(text_trim(line), fields);
    if (!payee_read(fields, count, &maker->house.account))
        return false;
    maker->house.company_id = count > 4 ? fields[4] : TEXT("");
    maker->house.bank_name = count > 5 ? fields[5] : TEXT("");
    return true;
}

static const char *file_make(struct maker *maker, const char *folder)
{
    struct buf out, hex;
    const char *why = NULL;
    char path[4096];
    int64_t cents, want = 0;
    size_t count;
    buf_open(&out, &maker->arena, 64 * 1024);
    buf_open(&hex, &maker->arena, 40);
    buf_hex(&hex, bytes_of(maker->batch.id, 16));
    bool pain = maker->rail == RAIL_PAIN001;
    if ((pain ? rail_pain001_write : rail_nacha_write)(&out, &maker->batch, &maker->house, &why) !=
        OK)
        return why;
    for (size_t i = 0; i < maker->batch.count; i++)
        want += maker->payments[i].cents;
    why = (pain ? rail_pain001_fault : rail_nacha_fault)(buf_done(&out), &cents, &count);
    if (why == NULL && (cents != want || count != maker->batch.count))
        why = "the file does not come to what the batch does";
    if (why != NULL)
        return why;
    snprintf(path, sizeof path, "%s/%.*s.%s", folder, (int)hex.size, hex.data,
             pain ? "xml" : "ach");
    if (file_write_private(path, buf_bytes(&out)) != OK)
        return "the file cannot be written";
    printf("%s: %zu payments, %lld.%02lld\n", path, count, (long long)(cents / 100),
           (long long)(cents % 100));
    return NULL;
}

int tool_file(const char *folder)
{
    static struct maker maker;
    const char *why = "list, payees and house are needed in that folder";
    arena_open(&maker.arena, ARENA);
    struct text house = part_load(&maker, folder, "house");
    maker.list = part_load(&maker, folder, "list");
    maker.payees = part_load(&maker, folder, "payees");
    if (house.data != NULL && maker.list.data != NULL && maker.payees.data != NULL &&
        house_read(&maker, house) && head_read(&maker) && payments_read(&maker))
        why = file_make(&maker, folder);
    if (why != NULL)
        fprintf(stderr, "no file was made: %s\n", why);
    arena_close(&maker.arena);
    return why == NULL ? 0 : 1;
}

/* --- afterwards --- */

int tool_exported(const char *path)
{
    struct arena arena;
    struct bytes content, reply;
    bool proposed;
    struct buf hex;
    uint8_t sha256[DIGEST_SIZE];
    struct command command = {.kind = COMMAND_PAYOUT_EXPORT};
    const char *name = strrchr(path, '/') == NULL ? path : strrchr(path, '/') + 1;
    if (strlen(name) < 32)
        return 2;
    arena_open(&arena, ARENA);
    enum result result = file_read(&arena, path, FILE_MAX, &content);
    if (result == OK) {
        seal_sha256(sha256, content, NO_BYTES);
        buf_open(&hex, &arena, 80);
        buf_hex(&hex, bytes_of(sha256, sizeof sha256));
        command.payout_export.batch = (struct text){name, 32};
        command.payout_export.sha256 = buf_done(&hex);
        command.payout_export.size = (int64_t)content.size;
        result = tool_ask(&arena, &command, &reply, &proposed);
    }
    arena_close(&arena);
    return result == OK ? 0 : 1;
}

int tool_returns(const char *path)
{
    struct arena arena;
    struct bytes content, reply;
    bool proposed;
    struct rail_answer *answers;
    size_t count = 0, done = 0;
    arena_open(&arena, ARENA);
    enum result result = file_read(&arena, path, FILE_MAX, &content);
    struct text file = {(const char *)content.data, result == OK ? content.size : 0};
    if (result == OK && rail_pain002_read(&arena, file, &answers, &count) != OK)
        result = rail_return_read(&arena, file, &answers, &count);
    if (result != OK)
        fprintf(stderr, "neither a pain.002 nor a NACHA return file\n");
    for (size_t i = 0; result == OK && i < count; i++) {
        size_t mark = arena.used;
        struct command command = {.kind = COMMAND_PAYOUT_ANSWER};
        command.payout_answer.id = answers[i].id;
        command.payout_answer.paid = answers[i].paid;
        command.payout_answer.reason = answers[i].reason;
        done += tool_ask(&arena, &command, &reply, &proposed) == OK;
        arena_reset(&arena, mark);
    }
    printf("%zu of %zu answers taken\n", done, count);
    arena_close(&arena);
    return result == OK && done == count ? 0 : 1;
}

int tool_remit(const char *amount, const char *reference)
{
    struct arena arena;
    struct bytes reply;
    bool proposed;
    struct command command = {.kind = COMMAND_WITHHELD_REMIT};
    if (!ledger_money_read(text_of(amount), &command.withheld_remit.cents))
        return 2;
    command.withheld_remit.reference = text_of(reference);
    arena_open(&arena, ARENA);
    enum result result = tool_ask(&arena, &command, &reply, &proposed);
    arena_close(&arena);
    return result == OK ? 0 : 1;
}

int tool_unblind(const char *leaf, const char *reason)
{
    struct arena arena;
    struct bytes reply;
    bool proposed;
    struct command command = {.kind = COMMAND_PAYMENT_UNBLIND};
    struct command_payment_unblind *said = &command.payment_unblind;
    if (!text_int(text_of(leaf), 0, INT64_MAX, &said->leaf))
        return 2;
    for (int64_t i = UNBLIND_DISCLOSED; i <= UNBLIND_LEARNED; i++)
        if (strcmp(reason, unblind_reason_name(i)) == 0)
            said->reason = i;
    if (said->reason == 0)
        return 2;
    arena_open(&arena, ARENA);
    enum result result = tool_ask(&arena, &command, &reply, &proposed);
    arena_close(&arena);
    return result == OK ? 0 : 1;
}
