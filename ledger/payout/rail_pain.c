#include "core/bank.h"
#include "ledger/payout/rail.h"

#include <string.h>

#include "core/clock.h"

/* pain.001.001.09, one payment information block a batch. Ids are the batch's and the transfers'
 * own, so that a bank that is given a file twice sees that it has it. */

static void amount_write(struct buf *out, int64_t cents)
{
    buf_format(out, "%lld.%02lld", (long long)(cents / 100), (long long)(cents % 100));
}

static void element(struct buf *out, const char *name, struct text value)
{
    buf_format(out, "<%s>", name);
    buf_text_text(out, value);
    buf_format(out, "</%s>", name);
}

static void agent_write(struct buf *out, const char *name, const struct rail_payee *payee)
{
    buf_format(out, "<%s><FinInstnId>", name);
    if (payee->routing.size > 0) {
        buf_format(out, "<ClrSysMmbId><ClrSysId><Cd>USABA</Cd></ClrSysId>");
        element(out, "MmbId", payee->routing);
        buf_format(out, "</ClrSysMmbId>");
    } else if (payee->bic.size > 0) {
        element(out, "BICFI", payee->bic);
    } else {
        buf_format(out, "<Othr><Id>NOTPROVIDED</Id></Othr>");
    }
    buf_format(out, "</FinInstnId></%s>", name);
}

static void account_write(struct buf *out, const char *name, const struct rail_payee *payee)
{
    buf_format(out, "<%s><Id>", name);
    if (payee->iban.size > 0) {
        element(out, "IBAN", payee->iban);
    } else {
        buf_format(out, "<Othr>");
        element(out, "Id", payee->account);
        buf_format(out, "</Othr>");
    }
    buf_format(out, "</Id></%s>", name);
}

static void payment_write(struct buf *out, const struct rail_payment *payment, const char *currency)
{
    buf_format(out, "<CdtTrfTxInf><PmtId><EndToEndId>");
    buf_hex(out, bytes_of(payment->transfer, 16));
    buf_format(out, "</EndToEndId></PmtId><Amt><InstdAmt Ccy=\"%s\">", currency);
    amount_write(out, payment->cents);
    buf_format(out, "</InstdAmt></Amt>");
    agent_write(out, "CdtrAgt", &payment->to);
    buf_format(out, "<Cdtr>");
    element(out, "Nm", payment->to.name);
    buf_format(out, "</Cdtr>");
    account_write(out, "CdtrAcct", &payment->to);
    buf_format(out, "</CdtTrfTxInf>\n");
}

static void totals_write(struct buf *out, const struct rail_batch *batch, int64_t cents)
{
    buf_format(out, "<NbOfTxs>%zu</NbOfTxs><CtrlSum>", batch->count);
    amount_write(out, cents);
    buf_format(out, "</CtrlSum>");
}

static void head_write(struct buf *out, const struct rail_batch *batch,
                       const struct rail_house *house, int64_t cents)
{
    struct text made = clock_iso(out->arena, batch->tick_s * 1000);
    struct text due = clock_iso(out->arena, batch->tick_s * 1000 + DAY_MS);
    buf_format(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document "
                    "xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09\"><CstmrCdtTrfInitn>"
                    "<GrpHdr><MsgId>");
    buf_hex(out, bytes_of(batch->id, 16));
    buf_format(out, "</MsgId><CreDtTm>%.19sZ</CreDtTm>", made.data);
    totals_write(out, batch, cents);
    buf_format(out, "<InitgPty>");
    element(out, "Nm", house->account.name);
    buf_format(out, "</InitgPty></GrpHdr>\n<PmtInf><PmtInfId>");
    buf_hex(out, bytes_of(batch->id, 16));
    buf_format(out, "</PmtInfId><PmtMtd>TRF</PmtMtd>");
    totals_write(out, batch, cents);
    buf_format(out, "<ReqdExctnDt><Dt>%.10s</Dt></ReqdExctnDt><Dbtr>", due.data);
    element(out, "Nm", house->account.name);
    buf_format(out, "</Dbtr>");
    account_write(out, "DbtrAcct", &house->account);
    agent_write(out, "DbtrAgt", &house->account);
    buf_char(out, '\n');
}

enum result rail_pain001_write(struct buf *out, const struct rail_batch *batch,
                               const struct rail_house *house, const char **why)
{
    int64_t cents = 0;
    *why = rail_payee_fault(RAIL_PAIN001, &house->account);
    if (*why == NULL && (batch->count == 0 || batch->count > RAIL_PAYMENTS_MAX))
        *why = "a file has 1 to 100,000 payments";
    for (size_t i = 0; i < batch->count && *why == NULL; i++) {
        *why = rail_payee_fault(RAIL_PAIN001, &batch->payments[i].to);
        if (*why == NULL && batch->payments[i].cents < 1)
            *why = "an amount below a cent";
        cents += batch->payments[i].cents;
    }
    if (*why != NULL)
        return INVALID;
    head_write(out, batch, house, cents);
    for (size_t i = 0; i < batch->count; i++)
        payment_write(out, &batch->payments[i], batch->currency);
    buf_format(out, "</PmtInf></CstmrCdtTrfInitn></Document>\n");
    return OK;
}

/* --- reading --- */

/* The next <name>value</name> (or <name attribute>) at or after *at; false when there is none. A
 * reader for files of our own and for banks' short answers: elements we ask for hold text alone. */
static bool element_next(struct text file, const char *name, size_t *at, struct text *value)
{
    size_t length = strlen(name);
    for (size_t i = *at; i + length + 2 < file.size; i++) {
        if (file.data[i] != '<' || memcmp(file.data + i + 1, name, length) != 0 ||
            (file.data[i + 1 + length] != '>' && file.data[i + 1 + length] != ' '))
            continue;
        const char *open = memchr(file.data + i, '>', file.size - i);
        if (open == NULL)
            return false;
        const char *close = memchr(open, '<', file.size - (size_t)(open - file.data));
        if (close == NULL)
            return false;
        *value = (struct text){open + 1, (size_t)(close - open) - 1};
        *at = (size_t)(close - file.data);
        return true;
    }
    return false;
}

/* "12.34": exactly two places. */
static bool amount_read(struct text text, int64_t *cents)
{
    struct text whole, rest = text;
    int64_t units, part;
    if (text.size < 4 || !text_next(&rest, '.', &whole) || rest.size != 2 ||
        !text_int(whole, 0, INT64_C(90071992547409), &units) || !text_int(rest, 0, 99, &part))
        return false;
    *cents = units * 100 + part;
    return true;
}

/* Whether every element of this name says the same as was counted. */
static bool totals_agree(struct text file, const char *name, int64_t want, bool amount)
{
    struct text value;
    int64_t said;
    size_t at = 0, seen = 0;
    while (element_next(file, name, &at, &value)) {
        if (!(amount ? amount_read(value, &said) : text_int(value, 0, INT64_MAX, &said)) ||
            said != want)
            return false;
        seen++;
    }
    return seen == 2; /* of the group, and of its one block */
}

const char *rail_pain001_fault(struct text file, int64_t *cents, size_t *count)
{
    struct text value;
    int64_t one;
    size_t at = 0;
    *cents = 0;
    *count = 0;
    while (element_next(file, "InstdAmt", &at, &value)) {
        if (!amount_read(value, &one) || one < 1)
            return "an amount that is none";
        *cents += one;
        ++*count;
    }
    if (!totals_agree(file, "NbOfTxs", (int64_t)*count, false))
        return "NbOfTxs is not the number of payments";
    if (!totals_agree(file, "CtrlSum", *cents, true))
        return "CtrlSum is not the sum of the payments";
    at = 0;
    while (element_next(file, "IBAN", &at, &value))
        if (!bank_iban_ok(value))
            return "an IBAN whose check digits are wrong";
    at = 0;
    while (element_next(file, "MmbId", &at, &value))
        if (!bank_routing_ok(value))
            return "a routing number whose check digit is wrong";
    return NULL;
}

enum result rail_pain002_read(struct arena *arena, struct text file, struct rail_answer **answers,
                              size_t *count)
{
    struct text id, status, part;
    size_t at = 0, room = 0;
    *count = 0;
    if (memmem(file.data, file.size, "pain.002.", 9) == NULL)
        return INVALID;
    while (element_next(file, "OrgnlEndToEndId", &at, &id))
        room++;
    *answers = arena_array(arena, struct rail_answer, room + 1);
    at = 0;
    while (element_next(file, "OrgnlEndToEndId", &at, &id)) {
        size_t next = at, inside = 0;
        struct text unused;
        if (!element_next(file, "OrgnlEndToEndId", &next, &unused))
            next = file.size;
        part = (struct text){file.data + at, next - at};
        if (!element_next(part, "TxSts", &inside, &status))
            return INVALID;
        bool paid = text_is(status, "ACSC") || text_is(status, "ACCC");
        if (!paid && !text_is(status, "RJCT"))
            continue;
        struct rail_answer *answer = &(*answers)[(*count)++];
        *answer = (struct rail_answer){.id = arena_text(arena, id), .paid = paid};
        answer->reason = TEXT("");
        inside = 0;
        if (element_next(part, "Cd", &inside, &status))
            answer->reason = arena_text(arena, status);
    }
    return OK;
}
