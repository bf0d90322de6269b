/* What an auditor proves of promises from leaves and openings: batches of one size, never more
 * promised than there is, nothing paid beyond a cap. Each ledger here is sound but for one thing.
 */
#include "tests/unit/ledger_world.h"

#include "ledger/log/account.h"

enum { PLACES = 4 };

/* What is wrong with it; none: sound. */
struct forgery {
    int64_t deposit, cap, amount, paid, payees_max;
    size_t payees;      /* rewards the promise pays */
    size_t extra;       /* places more in the second batch */
    bool beside;        /* a commitment after the batch, without an anchor */
    bool another_month; /* the promise is of the month after the close */
    bool late;          /* it is paid in a later close */
    bool key_place;     /* a sponsor's key takes a place of a batch: fine */
    bool dummy_pays;
    bool by_script;      /* a selector that stands in the ledger chose: fine */
    bool another_script; /* one that stands nowhere */
};
static const struct forgery sound_one = {
    .deposit = 10000, .cap = 5000, .amount = 1000, .paid = 1000, .payees_max = 3, .payees = 3};

struct forge {
    struct arena arena;
    struct log *log;
    struct buf openings;
    uint64_t seq, promise;
    int64_t at_ms;
    uint8_t prev[32], secret[64];
    struct earmark terms;
};

static uint64_t leaf_add(struct forge *forge, struct leaf leaf)
{
    uint8_t bytes[LEAF_SIZE_MAX];
    int64_t place;
    leaf.seq = forge->seq++;
    leaf.tick = (uint64_t)(forge->at_ms / 1000);
    memcpy(leaf.prev, forge->prev, 32);
    size_t size = leaf_encode(&leaf, bytes);
    struct bytes body = bytes_of(bytes, size);
    leaf_hash(body, forge->prev);
    assert_int_equal(log_begin(forge->log), OK);
    assert_int_equal(log_append(forge->log, body, forge->prev, &place), OK);
    assert_int_equal(log_commit(forge->log), OK);
    return leaf.seq;
}

static void opening_add(struct forge *forge, uint64_t seq, const uint8_t commitment[32],
                        const uint8_t opening[EARMARK_OPENING_SIZE])
{
    buf_format(&forge->openings, "%llu\t", (unsigned long long)seq);
    buf_hex(&forge->openings, bytes_of(commitment, 32));
    buf_char(&forge->openings, '\t');
    buf_base64(&forge->openings, bytes_of(opening, EARMARK_OPENING_SIZE));
    buf_char(&forge->openings, '\n');
}

static uint64_t commitment_add(struct forge *forge, const struct earmark *terms)
{
    static const uint8_t id_key[32] = {9};
    uint8_t opening[EARMARK_OPENING_SIZE], nonce[32] = {(uint8_t)forge->seq, 7};
    struct leaf leaf = {.kind = LEAF_COMMITMENT};
    if (terms == NULL)
        earmark_dummy(id_key, forge->seq, opening);
    else
        earmark_write(terms, nonce, forge->secret, opening);
    earmark_commitment(opening, leaf.commitment);
    uint64_t seq = leaf_add(forge, leaf);
    opening_add(forge, seq, leaf.commitment, opening);
    return seq;
}

static void key_add(struct forge *forge, uint16_t type, const uint8_t public_key[32])
{
    struct leaf leaf = {.kind = LEAF_KEY, .key = {.type = type}};
    memcpy(leaf.key.public_key, public_key, 32);
    leaf_add(forge, leaf);
}

/* One batch: the promise, if there is one, and dummies. */
static void batch_add(struct forge *forge, const struct earmark *terms, size_t places, bool key)
{
    static const uint8_t another[32] = {5};
    forge->at_ms += 600 * 1000;
    leaf_add(forge, (struct leaf){.kind = LEAF_ANCHOR});
    for (size_t i = 0; i < places; i++) {
        if (key && i == 2)
            key_add(forge, KEY_SPONSOR, another);
        else if (terms != NULL && i == 1)
            forge->promise = commitment_add(forge, terms);
        else
            (void)commitment_add(forge, NULL);
    }
}

static void transfer_add(struct forge *forge, uint32_t code, uint8_t id, uint8_t debit,
                         uint8_t credit, int64_t cents)
{
    struct leaf leaf = {.kind = LEAF_TRANSFER};
    leaf.transfer = (struct leaf_transfer){.id = {id},
                                           .debit = {debit},
                                           .credit = {credit},
                                           .amount = (uint64_t)cents,
                                           .exponent = 2,
                                           .code = code,
                                           .ref = {77}};
    memcpy(leaf.transfer.currency, "USD", 3);
    leaf_add(forge, leaf);
}

static void rewards_add(struct forge *forge, const struct forgery *how)
{
    for (size_t i = 0; i < how->payees; i++)
        transfer_add(forge, TRANSFER_REWARD, (uint8_t)(100 + i), 2, (uint8_t)(20 + i), how->paid);
    for (size_t i = 0; i < how->payees; i++) {
        struct leaf leaf = {.kind = LEAF_REVEAL};
        leaf.reveal = (struct leaf_reveal){how->dummy_pays ? forge->promise - 1 : forge->promise,
                                           {(uint8_t)(100 + i)}};
        leaf_add(forge, leaf);
    }
}

static void month_end(struct forge *forge)
{
    forge->at_ms = clock_month_next(forge->at_ms) + 3600 * 1000;
    leaf_add(forge, (struct leaf){.kind = LEAF_CLOSE, .close = {.batch = {(uint8_t)forge->seq}}});
    batch_add(forge, NULL, PLACES, false);
}

static void ledger_forge(struct forge *forge, const struct forgery *how)
{
    static const uint8_t log_key[32] = {1}, seed[32] = {3}, rule[32] = {4};
    struct leaf ruleset = {.kind = LEAF_RULESET};
    uint8_t public_key[32];
    seal_sign_keypair(public_key, forge->secret, seed);
    key_add(forge, KEY_LOG, log_key);
    batch_add(forge, NULL, PLACES, false);
    batch_add(forge, NULL, PLACES, false);
    key_add(forge, KEY_SPONSOR, public_key); /* directly behind a batch, and before its account */
    struct leaf account = {.kind = LEAF_ACCOUNT, .account = account_leaf(ACCOUNT_ESCROW, rule)};
    leaf_add(forge, account);
    memcpy(ruleset.ruleset.sha256, rule, 32);
    leaf_add(forge, ruleset);
    transfer_add(forge, TRANSFER_FUND, 50, 1, 2, how->deposit);
    int64_t from_ms = how->another_month ? clock_month_next(forge->at_ms) : forge->at_ms;
    forge->terms = (struct earmark){.kind = EARMARK_VOTE,
                                    .campaign = {77},
                                    .target = 5,
                                    .amount = how->amount,
                                    .cap = how->cap,
                                    .payees_max = how->payees_max,
                                    .valid_from_s = from_ms / 1000,
                                    .valid_to_s = clock_month_next(from_ms) / 1000 - 1};
    memcpy(forge->terms.rule, rule, 32);
    if (how->by_script || how->another_script) {
        forge->terms.target = 0;
        forge->terms.by.script = true;
        memcpy(forge->terms.by.sha256, rule, 32);
        forge->terms.by.sha256[0] ^= how->another_script;
    }
    memcpy(forge->terms.sponsor_key, public_key, 32);
    batch_add(forge, &forge->terms, PLACES + how->extra, how->key_place);
    if (how->beside) {
        leaf_add(forge, account);
        (void)commitment_add(forge, NULL);
    }
    if (how->late)
        month_end(forge);
    rewards_add(forge, how);
    month_end(forge);
    month_end(forge);
    month_end(forge);
}

/* What the auditor says of such a ledger; NULL: nothing is wrong. */
static const char *audited(const struct forgery *how, int64_t *leaf)
{
    struct forge forge = {.at_ms = WORLD_START};
    struct opening_report report;
    world_settings(scratch_open(), "ledger.embargo_days = 0\n");
    arena_open(&forge.arena, 64 << 20);
    buf_open(&forge.openings, &forge.arena, 1 << 16);
    assert_int_equal(log_open(&forge.log, "ledger", LOG_APPEND, 1000), OK);
    ledger_forge(&forge, how);
    log_close(forge.log);
    enum result result = audit_openings(buf_done(&forge.openings), NO_TEXT, &report);
    assert_int_equal(result, report.what == NULL ? OK : INVALID);
    arena_close(&forge.arena);
    *leaf = report.leaf;
    return report.what;
}

static void says(struct forgery how, const char *what)
{
    int64_t leaf = -1;
    const char *said = audited(&how, &leaf);
    if (what == NULL) {
        assert_null(said);
        return;
    }
    assert_non_null(said);
    assert_string_equal(said, what);
    assert_true(leaf > 0);
}

static void a_sound_ledger_passes(void **state UNUSED)
{
    struct forgery how = sound_one;
    says(how, NULL);
    how.key_place = true;
    says(how, NULL);
    how = sound_one;
    how.cap = how.deposit; /* all of it */
    says(how, NULL);
}

static void a_batch_with_a_place_more_is_found(void **state UNUSED)
{
    struct forgery how = sound_one;
    how.extra = 1;
    says(how, "its batch has more or fewer places than the month's others");
    how = sound_one;
    how.beside = true;
    says(how, "a commitment stands outside of a batch");
}

static void more_promised_than_lies_in_escrow_is_found(void **state UNUSED)
{
    struct forgery how = sound_one;
    how.cap = how.deposit + 1;
    says(how, "with it more is promised than lies in its campaign's escrow");
}

static void what_pays_beyond_its_cap_or_its_members_is_found(void **state UNUSED)
{
    struct forgery how = sound_one;
    how.cap = 2999; /* three times 1000 were paid */
    says(how, "its promise paid more than its cap");
    how.cap = 3000;
    says(how, NULL);
    how.payees_max = 2;
    says(how, "its promise paid more members than it names");
    how = sound_one;
    how.paid = how.amount + 1;
    how.cap = 9000;
    says(how, "more was paid than was promised");
}

static void what_pays_outside_of_its_dates_is_found(void **state UNUSED)
{
    struct forgery how = sound_one;
    how.another_month = true;
    says(how, "its promise is of another month than the close");
    how = sound_one;
    how.late = true;
    says(how, "its promise ended with an earlier close");
}

static void a_dummy_that_pays_is_found(void **state UNUSED)
{
    struct forgery how = sound_one;
    how.dummy_pays = true;
    says(how, "a dummy cannot pay");
}

static void a_selector_must_stand_in_the_ledger(void **state UNUSED)
{
    struct forgery how = sound_one;
    how.by_script = true;
    says(how, NULL);
    how = sound_one;
    how.another_script = true;
    says(how, "its selector is none that stands in the ledger");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sound_ledger_passes),
        cmocka_unit_test(a_batch_with_a_place_more_is_found),
        cmocka_unit_test(more_promised_than_lies_in_escrow_is_found),
        cmocka_unit_test(what_pays_beyond_its_cap_or_its_members_is_found),
        cmocka_unit_test(what_pays_outside_of_its_dates_is_found),
        cmocka_unit_test(a_dummy_that_pays_is_found),
        cmocka_unit_test(a_selector_must_stand_in_the_ledger),
    };
    world_clock_open();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
