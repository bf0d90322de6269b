/* Tokens, form tokens and a member's own rows: exact forms, and everything that must not fit. */
#include "core/session.h"

#include "schema/command.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;
static uint8_t token[TOKEN_SIZE], other[TOKEN_SIZE];

static int open_all(void **state UNUSED)
{
    scratch_open();
    arena_open(&arena, 16 << 20);
    for (size_t i = 0; i < TOKEN_SIZE; i++)
        token[i] = (uint8_t)(i * 37 + 251);
    memcpy(other, token, TOKEN_SIZE);
    other[31] ^= 1;
    return 0;
}

static void a_token_reads_back_from_its_text(void **state UNUSED)
{
    uint8_t back[TOKEN_SIZE];
    for (int round = 0; round < 500; round++) {
        uint8_t random[TOKEN_SIZE];
        seal_random(random, sizeof(random));
        struct text text = session_token_text(&arena, random);
        assert_int_equal(text.size, SESSION_TOKEN_TEXT);
        assert_true(session_token_read(text, back));
        assert_memory_equal(back, random, TOKEN_SIZE);
        assert_null(memchr(text.data, '=', text.size));
    }
}

static void anything_but_exactly_a_token_is_refused(void **state UNUSED)
{
    uint8_t back[TOKEN_SIZE];
    struct text good = session_token_text(&arena, token);
    for (size_t size = 0; size < good.size; size++)
        assert_false(session_token_read((struct text){good.data, size}, back));
    assert_false(session_token_read(arena_format(&arena, "%sA", good.data), back));
    for (size_t at = 0; at < good.size; at++) {
        static const char wrong[] = "=+/ .\n\x80";
        for (const char *c = wrong; *c != 0; c++) {
            char *changed = (char *)(uintptr_t)arena_text(&arena, good).data;
            changed[at] = *c;
            assert_false(session_token_read((struct text){changed, good.size}, back));
        }
    }
    assert_false(session_token_read(NO_TEXT, back));
}

static void a_token_has_one_text_only(void **state UNUSED)
{
    /* 43 digits hold two bits more than 32 bytes: those are zero. */
    uint8_t back[TOKEN_SIZE];
    int taken = 0;
    char text[SESSION_TOKEN_TEXT];
    memset(text, 'A', sizeof(text));
    for (char c = 'A'; c <= 'Z'; c++) {
        text[SESSION_TOKEN_TEXT - 1] = c;
        taken += session_token_read((struct text){text, sizeof(text)}, back);
    }
    assert_int_equal(taken, 7); /* A E I M Q U Y */
}

static void digest_and_boxes_are_of_one_token_alone(void **state UNUSED)
{
    uint8_t a[DIGEST_SIZE], b[DIGEST_SIZE], key[KEY_SIZE] = {5}, back[KEY_SIZE];
    session_digest(a, token);
    session_digest(b, other);
    assert_memory_not_equal(a, b, DIGEST_SIZE);
    struct bytes box = session_view_box(&arena, token, key);
    assert_int_equal(session_view_unbox(&arena, token, box, back), OK);
    assert_memory_equal(back, key, KEY_SIZE);
    assert_int_equal(session_view_unbox(&arena, other, box, back), INVALID);
    for (size_t size = 0; size < box.size; size++)
        assert_int_equal(session_view_unbox(&arena, token, bytes_of(box.data, size), back),
                         INVALID);
}

static void a_form_token_fits_one_session_and_one_action(void **state UNUSED)
{
    struct text form = session_form(&arena, token, "/ask");
    assert_int_equal(form.size, SESSION_FORM_TEXT);
    assert_true(session_form_check(token, "/ask", form));
    assert_false(session_form_check(other, "/ask", form));
    assert_false(session_form_check(token, "/q/:id/answer", form));
    assert_false(session_form_check(token, "/ask", NO_TEXT));
    for (size_t size = 0; size < form.size; size++)
        assert_false(session_form_check(token, "/ask", (struct text){form.data, size}));
    for (size_t at = 0; at < form.size; at++) {
        char *changed = (char *)(uintptr_t)arena_text(&arena, form).data;
        changed[at] = changed[at] == 'A' ? 'B' : 'A';
        assert_false(session_form_check(token, "/ask", (struct text){changed, form.size}));
    }
}

static void every_command_that_changes_something_for_a_reader_needs_a_form(void **state UNUSED)
{
    static const enum command_kind need[] = {
        COMMAND_SIGN_OUT,     COMMAND_NOTICES_SEEN,  COMMAND_ASK,           COMMAND_ANSWER,
        COMMAND_VOTE,         COMMAND_SOLVE,         COMMAND_TOPIC_FOLLOW,  COMMAND_MEMBER_DECIDE,
        COMMAND_RULE_PROPOSE, COMMAND_RULE_APPROVE,  COMMAND_RULE_WITHDRAW, COMMAND_CAMPAIGN_OPEN,
        COMMAND_EARMARK_SEAL, COMMAND_CAMPAIGN_FUND, COMMAND_PERIOD_CLOSE};
    for (size_t i = 0; i < sizeof(need) / sizeof(need[0]); i++) {
        const char *action = session_action(need[i]);
        assert_true(action != NULL && action[0] == '/');
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(action, session_action(need[j]));
    }
    assert_null(session_action(COMMAND_STATUS));
    assert_null(session_action(COMMAND_SIGN_IN));
}

static void tags_differ_by_member_kind_and_question(void **state UNUSED)
{
    uint8_t key[KEY_SIZE] = {1}, key_2[KEY_SIZE] = {2}, tag[6][SESSION_TAG_SIZE];
    session_votes_tag(tag[0], key, 7);
    session_votes_tag(tag[1], key, 8);
    session_votes_tag(tag[2], key_2, 7);
    session_topics_tag(tag[3], key);
    session_thread_tag(tag[4], key, 7);
    session_thread_tag(tag[5], key, 8);
    for (int i = 0; i < 6; i++) {
        for (int j = 0; j < i; j++)
            assert_memory_not_equal(tag[i], tag[j], SESSION_TAG_SIZE);
    }
}

static void own_rows_are_the_same_bytes_on_every_rebuild(void **state UNUSED)
{
    uint8_t key[KEY_SIZE] = {1}, key_2[KEY_SIZE] = {2};
    struct bytes plain, words = text_bytes(TEXT("cardiology"));
    const uint8_t tag[SESSION_TAG_SIZE] = {3}, tag_2[SESSION_TAG_SIZE] = {4};
    struct bytes a = session_own_box(&arena, key, tag, 5, words);
    struct bytes b = session_own_box(&arena, key, tag, 5, words);
    struct bytes c = session_own_box(&arena, key, tag, 6, words);
    struct bytes d = session_own_box(&arena, key, tag_2, 5, words);
    assert_memory_equal(a.data, b.data, a.size);
    assert_memory_not_equal(a.data, c.data, 24);
    assert_memory_not_equal(a.data, d.data, 24);
    assert_int_equal(session_own_unbox(&arena, key, a, &plain), OK);
    assert_memory_equal(plain.data, words.data, words.size);
    assert_int_equal(session_own_unbox(&arena, key_2, a, &plain), INVALID);
}

static void votes_stay_in_order_and_a_later_one_replaces(void **state UNUSED)
{
    static const int64_t order[] = {50, 10, INT64_MAX, 30, 10, 1, 50};
    struct bytes plain = NO_BYTES;
    struct own_vote *votes;
    size_t count;
    for (size_t i = 0; i < 7; i++)
        plain = session_votes_put(&arena, plain,
                                  (struct own_vote){order[i], (uint8_t)(i % 3 + 1), (uint8_t)i});
    assert_int_equal(session_votes_read(&arena, plain, &votes, &count), OK);
    assert_int_equal(count, 5);
    static const int64_t sorted[] = {1, 10, 30, 50, INT64_MAX};
    static const uint8_t patients[] = {5, 4, 3, 6, 2};
    for (size_t i = 0; i < count; i++) {
        assert_true(votes[i].posting == sorted[i]);
        assert_int_equal(votes[i].patients, patients[i]);
        assert_int_equal(votes[i].stance, patients[i] % 3 + 1);
    }
    for (size_t cut = 1; cut < OWN_VOTE_SIZE; cut++)
        assert_int_equal(
            session_votes_read(&arena, bytes_of(plain.data, plain.size - cut), &votes, &count),
            INVALID);
    assert_int_equal(session_votes_read(&arena, NO_BYTES, &votes, &count), OK);
    assert_int_equal(count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_reads_back_from_its_text),
        cmocka_unit_test(anything_but_exactly_a_token_is_refused),
        cmocka_unit_test(a_token_has_one_text_only),
        cmocka_unit_test(digest_and_boxes_are_of_one_token_alone),
        cmocka_unit_test(a_form_token_fits_one_session_and_one_action),
        cmocka_unit_test(every_command_that_changes_something_for_a_reader_needs_a_form),
        cmocka_unit_test(tags_differ_by_member_kind_and_question),
        cmocka_unit_test(own_rows_are_the_same_bytes_on_every_rebuild),
        cmocka_unit_test(votes_stay_in_order_and_a_later_one_replaces),
    };
    return cmocka_run_group_tests(tests, open_all, NULL);
}
