#include "core/bank.h"
#include "ledger/payout/rail.h"

#include <stdio.h>
#include <string.h>

#include "core/clock.h"

/* Records of 94 characters in blocks of ten; numbers right, filled with zeros; words left, filled
 * with blanks (NACHA Operating Rules, appendix 3). */

enum { RECORD = 94, BLOCK = 10, TRACE_ODFI = 8 };
#define HASH_MOD INT64_C(10000000000)

/* Words go in as plain ASCII, upper or lower; what is not becomes a blank. */
static void words(struct buf *out, struct text text, size_t width)
{
    size_t done = 0;
    for (size_t i = 0; i < text.size && done < width; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if ((c & 0xc0) == 0x80)
            continue; /* the rest of a longer character */
        buf_char(out, c >= ' ' && c < 0x7f ? (char)c : ' ');
        done++;
    }
    for (; done < width; done++)
        buf_char(out, ' ');
}

static void number(struct buf *out, int64_t value, int width)
{
    buf_format(out, "%0*lld", width, (long long)value);
}

/* "260302" of a day. */
static void day(struct buf *out, int64_t at_s)
{
    struct text iso = clock_iso(out->arena, at_s * 1000);
    buf_format(out, "%.2s%.2s%.2s", iso.data + 2, iso.data + 5, iso.data + 8);
}

static void file_head(struct buf *out, const struct rail_batch *batch,
                      const struct rail_house *house)
{
    struct text iso = clock_iso(out->arena, batch->tick_s * 1000);
    buf_format(out, "101 ");
    words(out, house->account.routing, 9);
    words(out, house->company_id, 10);
    day(out, batch->tick_s);
    buf_format(out, "%.2s%.2sA094101", iso.data + 11, iso.data + 14);
    words(out, house->bank_name, 23);
    words(out, house->account.name, 23);
    words(out, TEXT(""), 8);
    buf_char(out, '\n');
}

static void batch_head(struct buf *out, const struct rail_batch *batch,
                       const struct rail_house *house)
{
    buf_format(out, "5220");
    words(out, house->account.name, 16);
    words(out, TEXT(""), 20);
    words(out, house->company_id, 10);
    buf_format(out, "PPD");
    words(out, TEXT("REWARD"), 10);
    words(out, TEXT(""), 6);
    day(out, batch->tick_s + DAY_MS / 1000);
    buf_format(out, "   1");
    words(out, house->account.routing, TRACE_ODFI);
    number(out, 1, 7);
    buf_char(out, '\n');
}

static void entry(struct buf *out, const struct rail_payment *payment,
                  const struct rail_house *house, size_t index)
{
    struct buf id;
    buf_open(&id, out->arena, 40);
    buf_hex(&id, bytes_of(payment->transfer, 16));
    buf_format(out, "6%d", payment->to.savings ? 32 : 22);
    words(out, payment->to.routing, 9);
    words(out, payment->to.account, 17);
    number(out, payment->cents, 10);
    words(out, buf_done(&id), 15);
    words(out, payment->to.name, 22);
    buf_format(out, "  0");
    words(out, house->account.routing, TRACE_ODFI);
    number(out, (int64_t)index + 1, 7);
    buf_char(out, '\n');
}

static int64_t routing_hash(struct text routing)
{
    int64_t value = 0;
    for (size_t i = 0; i < 8; i++)
        value = value * 10 + (routing.data[i] - '0');
    return value;
}

static void controls(struct buf *out, const struct rail_batch *batch,
                     const struct rail_house *house, int64_t hash, int64_t cents)
{
    size_t records = batch->count + 4, blocks = (records + BLOCK - 1) / BLOCK;
    buf_format(out, "8220");
    number(out, (int64_t)batch->count, 6);
    number(out, hash, 10);
    number(out, 0, 12);
    number(out, cents, 12);
    words(out, house->company_id, 10);
    words(out, TEXT(""), 25);
    words(out, house->account.routing, TRACE_ODFI);
    number(out, 1, 7);
    buf_format(out, "\n9000001");
    number(out, (int64_t)blocks, 6);
    number(out, (int64_t)batch->count, 8);
    number(out, hash, 10);
    number(out, 0, 12);
    number(out, cents, 12);
    words(out, TEXT(""), 39);
    buf_char(out, '\n');
    for (; records % BLOCK != 0; records++) {
        for (size_t i = 0; i < RECORD; i++)
            buf_char(out, '9');
        buf_char(out, '\n');
    }
}

enum result rail_nacha_write(struct buf *out, const struct rail_batch *batch,
                             const struct rail_house *house, const char **why)
{
    int64_t hash = 0, cents = 0;
    *why = rail_payee_fault(RAIL_NACHA, &house->account);
    if (*why == NULL && house->company_id.size != 10)
        *why = "the company id has ten characters";
    if (*why == NULL && (batch->count == 0 || batch->count > RAIL_PAYMENTS_MAX))
        *why = "a file has 1 to 100,000 payments";
    for (size_t i = 0; i < batch->count && *why == NULL; i++) {
        const struct rail_payment *payment = &batch->payments[i];
        *why = rail_payee_fault(RAIL_NACHA, &payment->to);
        if (*why == NULL && (payment->cents < 1 || payment->cents > INT64_C(9999999999)))
            *why = "an amount that has no place in an entry";
        if (*why == NULL)
            hash = (hash + routing_hash(payment->to.routing)) % HASH_MOD;
        cents += payment->cents;
    }
    if (*why != NULL)
        return INVALID;
    file_head(out, batch, house);
    batch_head(out, batch, house);
    for (size_t i = 0; i < batch->count; i++)
        entry(out, &batch->payments[i], house, i);
    controls(out, batch, house, hash, cents);
    return OK;
}

/* --- reading --- */

struct reader {
    struct text rest;
    char record[RECORD + 1]; /* filled with blanks: some banks cut them off */
    size_t records;
    int64_t trace, hash, cents;
    size_t count;
    char expected[8]; /* record types that may come next */
};

/* 1: a record; 0: the end; -1: a line of another length. */
static int record_next(struct reader *reader)
{
    struct text line;
    if (!text_next(&reader->rest, '\n', &line))
        return 0;
    if (line.size > 0 && line.data[line.size - 1] == '\r')
        line.size--;
    if (line.size > RECORD || line.size < 40)
        return -1;
    memset(reader->record, ' ', RECORD);
    memcpy(reader->record, line.data, line.size);
    reader->records++;
    return 1;
}

static bool number_at(const struct reader *reader, size_t from, size_t width, int64_t *value)
{
    return text_int((struct text){reader->record + from, width}, 0, INT64_MAX, value);
}

static const char *entry_check(struct reader *reader)
{
    struct text routing = {reader->record + 3, 9};
    int64_t cents, trace;
    char kind = reader->record[1], code = reader->record[2];
    if ((kind != '2' && kind != '3') || code != '2')
        return "an entry that is no credit";
    if (!bank_routing_ok(routing))
        return "a routing number whose check digit is wrong";
    if (!number_at(reader, 29, 10, &cents) || cents < 1)
        return "an amount that is none";
    if (!number_at(reader, 79, 15, &trace) || trace <= reader->trace)
        return "traces do not ascend";
    reader->trace = trace;
    reader->hash = (reader->hash + routing_hash(routing)) % HASH_MOD;
    reader->cents += cents;
    reader->count++;
    return NULL;
}

static const char *totals_check(struct reader *reader, size_t count_at, size_t count_width)
{
    int64_t count, hash, debits, credits;
    size_t at = count_at + count_width;
    if (!number_at(reader, count_at, count_width, &count) || !number_at(reader, at, 10, &hash) ||
        !number_at(reader, at + 10, 12, &debits) || !number_at(reader, at + 22, 12, &credits))
        return "control totals that are no numbers";
    if (count != (int64_t)reader->count)
        return "the number of entries is wrong";
    if (hash != reader->hash)
        return "the entry hash is wrong";
    return debits != 0 || credits != reader->cents ? "the totals are wrong" : NULL;
}

static void expect(struct reader *reader, const char *types)
{
    snprintf(reader->expected, sizeof reader->expected, "%s", types);
}

static const char *record_check(struct reader *reader)
{
    int64_t blocks, records;
    switch (reader->record[0]) {
    case '1':
        expect(reader, "5");
        return memcmp(reader->record + 34, "094101", 6) == 0 ? NULL : "not a file of this format";
    case '5':
        expect(reader, "68");
        if (memcmp(reader->record + 1, "220", 3) != 0)
            return "a batch that may hold more than credits";
        return memcmp(reader->record + 50, "PPD", 3) == 0 ? NULL : "a batch of another class";
    case '6':
        expect(reader, "68");
        return entry_check(reader);
    case '8':
        expect(reader, "9");
        return totals_check(reader, 4, 6);
    default:
        expect(reader, "");
        records = (int64_t)reader->records;
        if (!number_at(reader, 7, 6, &blocks) || blocks != (records + BLOCK - 1) / BLOCK)
            return "the number of blocks is wrong";
        return totals_check(reader, 13, 8);
    }
}

const char *rail_nacha_fault(struct text file, int64_t *cents, size_t *count)
{
    struct reader reader = {.rest = file, .expected = "1"};
    int got;
    *cents = 0;
    *count = 0;
    while ((got = record_next(&reader)) == 1) {
        if (reader.expected[0] == '\0') {
            for (size_t i = 0; i < RECORD; i++)
                if (reader.record[i] != '9')
                    return "something stands behind the end";
            continue;
        }
        if (strchr(reader.expected, reader.record[0]) == NULL)
            return "records are not in their order";
        const char *why = record_check(&reader);
        if (why != NULL)
            return why;
    }
    if (got < 0)
        return "a record of another length";
    if (reader.expected[0] != '\0')
        return "the file ends too early";
    if (reader.records % BLOCK != 0)
        return "the last block is not filled";
    *cents = reader.cents;
    *count = reader.count;
    return NULL;
}

enum result rail_return_read(struct arena *arena, struct text file, struct rail_answer **answers,
                             size_t *count)
{
    struct reader reader = {.rest = file};
    struct text id = NO_TEXT;
    int got;
    *count = 0;
    *answers = arena_array(arena, struct rail_answer, file.size / RECORD + 1);
    while ((got = record_next(&reader)) == 1) {
        if (reader.records == 1 && memcmp(reader.record, "101", 3) != 0)
            return INVALID;
        if (reader.record[0] == '6')
            id = arena_text(arena, text_trim((struct text){reader.record + 39, 15}));
        if (reader.record[0] != '7')
            continue;
        if (id.data == NULL || memcmp(reader.record + 1, "99", 2) != 0)
            return INVALID;
        (*answers)[(*count)++] = (struct rail_answer){
            .id = id, .reason = arena_text(arena, (struct text){reader.record + 3, 3})};
        id = NO_TEXT;
    }
    return got == 0 && reader.records > 0 ? OK : INVALID;
}
