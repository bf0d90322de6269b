/* A second person's passkey over one exact operation (board/clerk/confirm.h, core/operation.h). */
#include "board/board.h"
#include "tests/unit/passkey.h"
#include "tests/unit/lists.h"

static struct person admin, second, kestrel;
static struct device key, others_key;
static int64_t *now;

#define SETTINGS                                                                                 \
    "second.physician = 0\nsecond.staff = 0\nsession.idle_minutes_staff = 200\nsite.url = " SITE \
    "\n"

static void setup_with(const char *settings)
{
    now = lists_clock(1772442000000);
    room_conf = settings;
    room_open();
    staff_make(&admin, "Gate", 3);
    staff_make(&second, "Latch", 3);
    person_make(&admin, &kestrel, "Kestrel");
}

static void setup(void)
{
    setup_with(SETTINGS "confirm.passkey_hours = 0\n");
}

static void teardown(void)
{
    clerk_close(&room);
}

static struct command confirm_of(const uint8_t operation[DIGEST_SIZE], struct record_proof proof)
{
    struct command command = {.kind = COMMAND_OPERATION_CONFIRM};
    request_new(&command);
    command.operation_confirm.name = TEXT("payout/release");
    command.operation_confirm.about = 7;
    memcpy(command.operation_confirm.operation, operation, DIGEST_SIZE);
    command.operation_confirm.proof = proof;
    return command;
}

static struct event event_at(int64_t seq)
{
    struct journal_entry *entries;
    size_t count = 0;
    assert_int_equal(journal_read(room.journal, &room_arena, seq - 1, 1, &entries, &count), OK);
    assert_int_equal(count, 1);
    return entries[0].event;
}

static void every_part_of_an_operation_is_in_its_hash(void **state UNUSED)
{
    const struct bytes parts[] = {text_bytes(TEXT("ab")), text_bytes(TEXT("c"))};
    const struct bytes shifted[] = {text_bytes(TEXT("a")), text_bytes(TEXT("bc"))};
    uint8_t one[DIGEST_SIZE], other[DIGEST_SIZE], challenge[DIGEST_SIZE], nonce[32] = {1};
    operation_digest(one, "payout/release", 7, parts, 2);
    operation_digest(other, "payout/release", 7, parts, 2); /* control */
    assert_memory_equal(one, other, DIGEST_SIZE);
    operation_digest(other, "payout/release", 7, shifted, 2);
    assert_memory_not_equal(one, other, DIGEST_SIZE);
    operation_digest(other, "payout/release", 8, parts, 2);
    assert_memory_not_equal(one, other, DIGEST_SIZE);
    operation_digest(other, "payout/releas", 7, parts, 2);
    assert_memory_not_equal(one, other, DIGEST_SIZE);
    operation_digest(other, "payout/release", 7, parts, 1);
    assert_memory_not_equal(one, other, DIGEST_SIZE);
    operation_challenge(challenge, nonce, one);
    nonce[0] = 2;
    operation_challenge(other, nonce, one);
    assert_memory_not_equal(challenge, other, DIGEST_SIZE);
}

static void a_confirmed_operation_stands_in_the_journal_with_what_proves_it(void **state UNUSED)
{
    const uint8_t operation[DIGEST_SIZE] = {1, 2, 3};
    uint8_t challenge[DIGEST_SIZE], hash[32];
    struct text reply;
    struct buf signed_bytes;
    setup();
    device_add(&key, &second);
    struct command command = confirm_of(operation, person_confirms(&second, &key, operation));
    assert_int_equal(room_do(&second, &command, &reply), OK);
    struct event event = event_at(created_id(reply));
    const struct event_operation_confirmed *e = &event.operation_confirmed;
    assert_int_equal(event.kind, EVENT_OPERATION_CONFIRMED);
    assert_int_equal(e->member, second.id);
    assert_true(text_is(e->name, "payout/release"));
    assert_int_equal(e->about, 7);
    assert_memory_equal(e->operation, operation, DIGEST_SIZE);
    /* What an auditor with the public key does: the challenge is this operation's, and signed. */
    operation_challenge(challenge, e->nonce, operation);
    struct text want = base64url_text(&room_arena, bytes_of(challenge, DIGEST_SIZE));
    struct text client = {(const char *)e->client_data.data, e->client_data.size};
    assert_non_null(memmem(client.data, client.size, want.data, want.size));
    seal_sha256(hash, e->client_data, NO_BYTES);
    buf_open(&signed_bytes, &room_arena, 256);
    buf_add(&signed_bytes, e->authenticator.data, e->authenticator.size);
    buf_add(&signed_bytes, hash, sizeof(hash));
    assert_int_equal(e->signature.size, SIGNATURE_SIZE);
    assert_true(seal_verify(e->signature.data, key.public_key, buf_bytes(&signed_bytes)));
    int64_t head = room.head;
    assert_int_equal(room_do(&second, &command, &reply), OK); /* the same form again */
    assert_int_equal(created_id(reply), event.seq);
    assert_int_equal(room.head, head);
    teardown();
}

static void refused(const struct person *person, const uint8_t operation[DIGEST_SIZE],
                    struct record_proof proof, enum result want)
{
    struct command command = confirm_of(operation, proof);
    int64_t head = room.head;
    assert_int_equal(room_do(person, &command, NULL), want);
    assert_int_equal(room.head, head); /* a refusal changes nothing */
}

static void a_proof_fits_one_operation_one_member_and_one_time(void **state UNUSED)
{
    const uint8_t operation[DIGEST_SIZE] = {1}, another[DIGEST_SIZE] = {2};
    struct command ask = {.kind = COMMAND_CONFIRM_ASK};
    struct text reply;
    setup();
    assert_int_equal(room_do(&second, &ask, NULL), CONFLICT); /* no passkey yet */
    device_add(&key, &second);
    device_add(&others_key, &admin);
    refused(&second, another, person_confirms(&second, &key, operation), REFUSED);
    refused(&admin, operation, person_confirms(&second, &key, operation), STALE);
    refused(&second, operation, person_confirms(&second, &others_key, operation), REFUSED);
    struct record_proof proof = person_confirms(&second, &key, operation);
    proof.signature = TEXT("AAAA");
    refused(&second, operation, proof, REFUSED);
    proof.ticket = TEXT("AAAA");
    refused(&second, operation, proof, STALE);
    memcpy(ask.confirm_ask.operation, operation, DIGEST_SIZE); /* the device did not see him */
    assert_int_equal(room_do(&second, &ask, &reply), OK);
    struct reply_passkey_asked asked = device_asked(reply);
    refused(&second, operation, device_proof(&key, &asked, 1), REFUSED);
    proof = person_confirms(&second, &key, operation);
    *now += 20 * MINUTE_MS;
    refused(&second, operation, proof, STALE);
    struct command good =
        confirm_of(operation, person_confirms(&second, &key, operation)); /* control */
    assert_int_equal(room_do(&second, &good, NULL), OK);
    refused(&second, operation, good.operation_confirm.proof, STALE); /* in another form */
    teardown();
}

/* Else whoever took the session over would add one of his own, and be the second person. */
static void a_passkey_confirms_only_some_time_after_it_was_added(void **state UNUSED)
{
    const uint8_t operation[DIGEST_SIZE] = {1};
    setup_with(SETTINGS "confirm.passkey_hours = 2\n");
    device_add(&key, &second);
    refused(&second, operation, person_confirms(&second, &key, operation), REFUSED);
    *now += 2 * HOUR_MS - 1;
    refused(&second, operation, person_confirms(&second, &key, operation), REFUSED);
    *now += 1;
    struct command good = confirm_of(operation, person_confirms(&second, &key, operation));
    assert_int_equal(room_do(&second, &good, NULL), OK);
    teardown();
}

static void
only_admins_confirm_what_other_programs_do_and_rules_have_their_own_way(void **state UNUSED)
{
    const uint8_t operation[DIGEST_SIZE] = {1};
    setup();
    device_add(&key, &kestrel);
    device_add(&others_key, &second);
    refused(&kestrel, operation, person_confirms(&kestrel, &key, operation), REFUSED);
    struct command command =
        confirm_of(operation, person_confirms(&second, &others_key, operation));
    command.operation_confirm.name = TEXT(RULE_APPROVE);
    assert_int_equal(room_do(&second, &command, NULL), INVALID);
    teardown();
}

static void who_approves_a_rule_signs_exactly_its_script(void **state UNUSED)
{
    struct command propose = {.kind = COMMAND_RULE_PROPOSE},
                   approve = {.kind = COMMAND_RULE_APPROVE};
    uint8_t operation[DIGEST_SIZE];
    struct text reply;
    setup();
    device_add(&key, &second);
    device_add(&others_key, &admin);
    request_new(&propose);
    propose.rule_propose =
        (struct command_rule_propose){TEXT("score"), TEXT("P = {}"), TEXT("weights")};
    assert_int_equal(room_do(&admin, &propose, &reply), OK);
    int64_t proposal = created_id(reply);
    approve.rule_approve.proposal = proposal;
    rule_operation(operation, RULE_APPROVE, proposal, TEXT("score"), TEXT("P = { }"));
    request_new(&approve);
    approve.rule_approve.proof = person_confirms(&second, &key, operation);
    assert_int_equal(room_do(&second, &approve, NULL), REFUSED); /* another script */
    rule_operation(operation, RULE_APPROVE, proposal, TEXT("score"), TEXT("P = {}"));
    request_new(&approve);
    approve.rule_approve.proof = person_confirms(&admin, &others_key, operation);
    assert_int_equal(room_do(&admin, &approve, NULL), REFUSED); /* his own proposal */
    request_new(&approve);
    approve.rule_approve.proof = person_confirms(&second, &key, operation);
    assert_int_equal(room_do(&second, &approve, NULL), OK);
    assert_int_equal(event_at(room.head).kind, EVENT_RULE_APPROVED);
    assert_int_equal(event_at(room.head - 1).kind, EVENT_OPERATION_CONFIRMED);
    teardown();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_part_of_an_operation_is_in_its_hash),
        cmocka_unit_test(a_confirmed_operation_stands_in_the_journal_with_what_proves_it),
        cmocka_unit_test(a_proof_fits_one_operation_one_member_and_one_time),
        cmocka_unit_test(a_passkey_confirms_only_some_time_after_it_was_added),
        cmocka_unit_test(only_admins_confirm_what_other_programs_do_and_rules_have_their_own_way),
        cmocka_unit_test(who_approves_a_rule_signs_exactly_its_script),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
