/* Earmarks that a script of scripts/select chooses for: their bytes, what they are on, what makes
 * them void, and a month of them from envelope to audit. */
#include "tests/unit/ledger_openings.h"

#include "ledger/audit/audit.h"
#include "ledger/log/file.h"
#include "ledger/earmark/select.h"
#include "ledger/desk/tools.h"

#define SETTINGS                                                                                  \
    "ledger.close_bucket = 64\nledger.fund_unit_cents = 1000\nledger.k = 11\nledger.kept_back = " \
    "0\n"
#define ONE "P = {}\nfunction selects(a, b, c, d, e, f, g, h, i, j) return "
#define PAYS "P = {}\nfunction pay_vote(a, b, c, d, e, f, g) return 1 end\n"
#define ANSWER_PAYS "P = {}\nfunction pay_answer(a, b, c, d, e, f) return 1 end\n"
#define AUTHOR_PAYS "P = {}\nfunction pay_posting(a, b, c, d, e, f, g) return 1 end\n"

enum { MEMBERS = 30, AUTHORS = 10, SPONSOR = 900, LEAST = 5 };

static struct arena arena;

static struct text match_script(void)
{
    struct bytes content;
    assert_int_equal(file_read(&arena, "scripts/select/match.lua", 65536, &content), OK);
    return (struct text){(const char *)content.data, content.size};
}

static struct earmark_by by_of(struct text script, const char *words)
{
    struct earmark_by by;
    struct text why = NO_TEXT;
    if (!select_values(&arena, script, text_of(words), &by, &why))
        fail_msg("%.*s", (int)why.size, why.data);
    return by;
}

/* --- bytes --- */

static struct earmark terms_of(enum earmark_kind kind, struct earmark_by by)
{
    return (struct earmark){.kind = kind,
                            .by = by,
                            .amount = 100,
                            .cap = 100000,
                            .payees_max = 1000,
                            .valid_to_s = INT64_MAX / 2000};
}

static void
written_with_a_script_an_earmark_reads_back_and_every_changed_byte_is_refused(void **state UNUSED)
{
    uint8_t secret_key[64], opening[EARMARK_OPENING_SIZE];
    const uint8_t nonce[32] = {9}, seed[32] = {4};
    struct earmark read,
        earmark = terms_of(EARMARK_ANSWER, by_of(match_script(), "topic=heart, first=3"));
    const char *why;
    seal_sign_keypair(earmark.sponsor_key, secret_key, seed);
    earmark_write(&earmark, nonce, secret_key, opening);
    assert_int_equal(earmark_read(bytes_of(opening, sizeof opening), &read, &why), OK);
    assert_int_equal(read.target, 0);
    assert_true(read.by.script);
    assert_memory_equal(read.by.sha256, earmark.by.sha256, 32);
    assert_int_equal(read.by.value_count, 5);
    assert_memory_equal(read.by.values, earmark.by.values, sizeof read.by.values);
    for (size_t i = EARMARK_NONCE_SIZE; i < sizeof opening; i++) {
        opening[i] ^= 1;
        assert_int_equal(earmark_read(bytes_of(opening, sizeof opening), &read, &why), INVALID);
        opening[i] ^= 1;
    }
}

static void the_words_and_numbers_of_a_selector_stay_as_they_were_first_written(void **state UNUSED)
{
    uint8_t secret_key[64], opening[EARMARK_OPENING_SIZE];
    const uint8_t nonce[32] = {9}, seed[32] = {4};
    struct earmark_by by = {.script = true, .sha256 = {0xab}, .values = {7, 0}, .value_count = 2};
    struct earmark earmark = terms_of(EARMARK_VOTE, by);
    seal_sign_keypair(earmark.sponsor_key, secret_key, seed);
    earmark_write(&earmark, nonce, secret_key, opening);
    assert_string_equal((const char *)opening + EARMARK_NONCE_SIZE + 240,
                        "votes by ab00000000000000000000000000000000000000000000000000000000000000"
                        " 7 0");
    /* sha256sum of "cardiology" begins with these twelve digits. */
    uint8_t hash[32];
    seal_sha256(hash, text_bytes(TEXT("cardiology")), NO_BYTES);
    int64_t number = 0;
    for (int i = 0; i < 6; i++)
        number = number * 256 + hash[i];
    assert_int_equal(select_number(TEXT("cardiology")), number);
    assert_int_equal(select_number(TEXT(" ")), 0);
}

static void values_out_of_range_or_of_no_constant_are_refused(void **state UNUSED)
{
    static const char *const wrong[] = {"kind=7", "order=1", "topic", "first=1001"};
    struct earmark_by by;
    struct text why;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(select_values(&arena, match_script(), text_of(wrong[i]), &by, &why));
    by = by_of(match_script(), "kind=4");
    assert_int_equal(select_check(&arena, match_script(), &by, &why), OK);
    by.value_count--;
    assert_int_equal(select_check(&arena, match_script(), &by, &why), INVALID);
}

/* --- what it is on --- */

struct run {
    struct reward *reward;
    int64_t seq;
    uint8_t rule[32];
};

static void event_add(struct run *run, struct event event)
{
    const char *why;
    event.seq = ++run->seq;
    event.at_ms = WORLD_START + run->seq * 60000;
    assert_int_equal(reward_event(run->reward, &event, &why), OK);
}

static struct run run_open(enum earmark_kind kind)
{
    struct run run = {.reward = reward_open()};
    struct text why, script = kind == EARMARK_VOTE     ? TEXT(PAYS)
                              : kind == EARMARK_ANSWER ? TEXT(ANSWER_PAYS)
                                                       : TEXT(AUTHOR_PAYS);
    seal_sha256(run.rule, text_bytes(script), NO_BYTES);
    assert_int_equal(
        reward_rule_add(run.reward, &arena, kind, run.rule, TEXT("rule"), script, &why), OK);
    return run;
}

static void earmark_add(struct run *run, enum earmark_kind kind, struct text script,
                        const char *words)
{
    struct reward_earmark earmark = {
        .terms = terms_of(kind, by_of(script, words)), .end_ms = INT64_MAX, .sponsor = SPONSOR};
    memcpy(earmark.terms.rule, run->rule, 32);
    reward_earmark_add(run->reward, &arena, &earmark, script);
}

static int64_t posting_add(struct run *run, int64_t member, int64_t question, const char *topics)
{
    struct event event = {.kind = EVENT_POSTING_ADDED};
    event.posting_added.kind = question == 0 ? 1 : 4;
    event.posting_added.member = member;
    event.posting_added.question = question;
    event.posting_added.topics = text_of(topics);
    event_add(run, event);
    return run->seq;
}

/* Members: they apply with one event, and the next lets them in. The first `cardiologists` of them
 * show that they are, by what they applied with or chose later; the others show nothing. Two
 * questions, answers to each by the first AUTHORS, a vote of each other member on every answer. */
static void live(struct run *run, int cardiologists, int64_t stance)
{
    int64_t members[MEMBERS], answers[2 * AUTHORS];
    for (int i = 0; i < MEMBERS; i++) {
        struct event event = {.kind = EVENT_MEMBER_APPLIED};
        event.member_applied.specialty = TEXT("cardiology");
        event.member_applied.show_specialty = i < cardiologists && i % 2 == 0;
        event_add(run, event);
        members[i] = run->seq;
        event = (struct event){.kind = EVENT_MEMBER_DECIDED};
        event.member_decided.member = members[i];
        event.member_decided.accepted = true;
        event.member_decided.level = 3;
        event_add(run, event);
        event = (struct event){.kind = EVENT_SPECIALTIES_CHOSEN};
        event.specialties_chosen.member = members[i];
        event.specialties_chosen.words = TEXT("cardiology, sleep medicine");
        event.specialties_chosen.shown = i < cardiologists;
        if (i % 2 == 1)
            event_add(run, event);
    }
    int64_t heart = posting_add(run, members[MEMBERS - 1], 0, "heart");
    int64_t lung = posting_add(run, members[MEMBERS - 1], 0, "breath lung");
    for (int i = 0; i < 2 * AUTHORS; i++)
        answers[i] = posting_add(run, members[i / 2], i % 2 == 0 ? heart : lung, "");
    for (int i = 0; i < 2 * AUTHORS; i++)
        for (int j = AUTHORS; j < MEMBERS; j++) {
            struct event event = {.kind = EVENT_VOTE_CAST};
            event.vote_cast.posting = answers[i];
            event.vote_cast.member = members[j];
            event.vote_cast.author = members[i / 2];
            event.vote_cast.stance = (i + j) % 2 == 0 ? stance : 3 - stance;
            event_add(run, event);
        }
}

static size_t payees(struct run *run, int64_t least)
{
    const struct reward_item *items;
    const char *why;
    assert_int_equal(reward_finish(run->reward, WORLD_START + 30 * (int64_t)DAY_MS, least, &why),
                     OK);
    return reward_items(run->reward, &items);
}

static size_t payees_by(enum earmark_kind kind, const char *words, int cardiologists, int64_t least,
                        const char **why)
{
    struct run run = run_open(kind);
    earmark_add(&run, kind, match_script(), words);
    live(&run, cardiologists, 1);
    size_t count = payees(&run, least);
    *why = reward_void(run.reward, 0);
    reward_close(run.reward);
    return count;
}

static void a_selector_takes_a_topic_a_kind_a_specialty_and_the_first_answers(void **state UNUSED)
{
    const char *why;
    assert_int_equal(payees_by(EARMARK_ANSWER, "", 7, LEAST, &why), AUTHORS);
    assert_int_equal(payees_by(EARMARK_ANSWER, "topic=lung", 7, LEAST, &why), AUTHORS);
    assert_int_equal(payees_by(EARMARK_ANSWER, "topic=liver", 7, LEAST, &why), 0);
    assert_int_equal(payees_by(EARMARK_ANSWER, "kind=1", 7, LEAST, &why), 0);
    assert_int_equal(payees_by(EARMARK_ANSWER, "first=3", 7, LEAST, &why), 3);
    assert_int_equal(payees_by(EARMARK_ANSWER, "specialty=cardiology", 7, LEAST, &why), 7);
    assert_int_equal(payees_by(EARMARK_VOTE, "topic=heart, kind=4", 7, LEAST, &why),
                     MEMBERS - AUTHORS);
    assert_null(why);
    assert_int_equal(payees_by(EARMARK_VOTE, "kind=1", 7, LEAST, &why), 0);
}

static void turning_every_vote_round_changes_nothing(void **state UNUSED)
{
    const struct reward_item *items[2];
    size_t count[2];
    struct run runs[2];
    for (int i = 0; i < 2; i++) {
        runs[i] = run_open(EARMARK_VOTE);
        earmark_add(&runs[i], EARMARK_VOTE, match_script(), "topic=heart");
        live(&runs[i], 7, 1 + i);
        (void)payees(&runs[i], LEAST);
        count[i] = reward_items(runs[i].reward, &items[i]);
    }
    assert_int_equal(count[0], count[1]);
    for (size_t i = 0; i < count[0]; i++)
        assert_true(items[0][i].member == items[1][i].member &&
                    items[0][i].cents == items[1][i].cents);
    reward_close(runs[0].reward);
    reward_close(runs[1].reward);
}

/* --- what makes it void --- */

static const char *fault_of(const char *script)
{
    struct run run = run_open(EARMARK_ANSWER);
    earmark_add(&run, EARMARK_ANSWER, match_script(), "");
    earmark_add(&run, EARMARK_ANSWER, text_of(script), "");
    live(&run, 7, 1);
    size_t count = payees(&run, LEAST);
    const char *why = reward_void(run.reward, 1);
    assert_null(reward_void(run.reward, 0));
    assert_int_equal(count, why == NULL ? 2 * AUTHORS : AUTHORS); /* the sound one still pays */
    reward_close(run.reward);
    return why;
}

static void a_selector_that_fails_loops_or_says_neither_yes_nor_no_pays_nobody(void **state UNUSED)
{
    assert_null(fault_of(ONE "1 end\n")); /* control */
    assert_string_equal(fault_of(ONE "0.5 end\n"), "its selector gave something else than 1 or 0");
    assert_string_equal(fault_of(ONE "true end\n"), "its selector failed");
    assert_string_equal(fault_of(ONE "1 + error('no') end\n"), "its selector failed");
    assert_string_equal(
        fault_of("P = {}\nfunction selects(a, b, c, d, e, f, g, h, i, j) while true do end end\n"),
        "its selector failed");
    /* Right at first, wrong with the last answers: what it took before pays nothing either. */
    assert_string_equal(fault_of("P = {}\nfunction selects(a, b, c, d, e, f, g, h, i, j) "
                                 "if b == 10 then return 2 end return 1 end\n"),
                        "its selector gave something else than 1 or 0");
}

/* With an error wherever the script is asked about another topic or kind. */
static const char *fault_in_unit(const char *topic_unit, const char *kind_unit, size_t *payees_out)
{
    struct run run = run_open(EARMARK_VOTE);
    struct text script =
        arena_format(&arena,
                     "P = { only = { 0, 0, 281474976710655, \"%s\", \"one\" }, sort = { 0, 0, 6, "
                     "\"%s\", \"one\" } }\n"
                     "function selects(kind, b, c, d, e, one, two, h, i, j)\n"
                     "  if one ~= P.only and two ~= P.only then error(\"another topic\") end\n"
                     "  if kind ~= P.sort then error(\"another kind\") end\n"
                     "  return 1\nend\n",
                     topic_unit, kind_unit);
    earmark_add(&run, EARMARK_VOTE, script, "only=lung, sort=4");
    live(&run, 7, 1);
    struct event vote = {.kind = EVENT_VOTE_CAST}; /* and a vote on its question */
    vote.vote_cast.posting = run.seq - 2 * AUTHORS * (MEMBERS - AUTHORS) - 2 * AUTHORS;
    vote.vote_cast.member = 1;
    vote.vote_cast.stance = 1;
    event_add(&run, vote);
    *payees_out = payees(&run, LEAST);
    const char *why = reward_void(run.reward, 0);
    reward_close(run.reward);
    return why;
}

static void what_constants_limit_it_to_a_selector_is_not_asked_beyond(void **state UNUSED)
{
    size_t count;
    assert_null(fault_in_unit("topic", "kind", &count));
    assert_int_equal(count, MEMBERS - AUTHORS);
    /* Controls: in other units they limit nothing, and it is asked. */
    assert_string_equal(fault_in_unit("word", "kind", &count), "its selector failed");
    assert_string_equal(fault_in_unit("topic", "sort", &count), "its selector failed");
    assert_string_equal(fault_in_unit("kind", "kind", &count), "its selector failed");
}

static void an_audience_below_the_limit_pays_nobody(void **state UNUSED)
{
    const char *why;
    assert_int_equal(payees_by(EARMARK_ANSWER, "specialty=cardiology", LEAST, LEAST, &why), LEAST);
    assert_null(why);
    assert_int_equal(payees_by(EARMARK_ANSWER, "specialty=cardiology", LEAST - 1, LEAST, &why), 0);
    assert_string_equal(why, "its audience is too small");
    assert_int_equal(payees_by(EARMARK_VOTE, "", 0, MEMBERS, &why), MEMBERS - AUTHORS);
    assert_int_equal(payees_by(EARMARK_VOTE, "", 0, MEMBERS + 1, &why), 0);
    /* Who shows no specialty is in the audience of an earmark that asks for none, and only there.
     */
    assert_int_equal(payees_by(EARMARK_ANSWER, "first=1", 1, MEMBERS, &why), 1);
}

static const char *second_void(const char *first, const char *second, int cardiologists)
{
    struct run run = run_open(EARMARK_ANSWER);
    earmark_add(&run, EARMARK_ANSWER, match_script(), first);
    earmark_add(&run, EARMARK_ANSWER, match_script(), second);
    live(&run, cardiologists, 1);
    (void)payees(&run, LEAST);
    const char *why = reward_void(run.reward, 1);
    assert_null(reward_void(run.reward, 0));
    reward_close(run.reward);
    return why;
}

static void audiences_of_one_sponsor_that_differ_by_a_few_members_pay_nobody(void **state UNUSED)
{
    assert_null(second_void("", "first=2", 7)); /* the same members */
    assert_null(second_void("", "specialty=cardiology", MEMBERS - LEAST));
    assert_string_equal(second_void("", "specialty=cardiology", MEMBERS - LEAST + 1),
                        "its audience differs too little from another of its sponsor's");
}

/* --- chosen by hand --- */

/* What `live` writes, with nobody a cardiologist: 30 members in 75 events, then the question, its
 * answers and the votes on the first of them, by its 20 voters one after another. */
enum { QUESTION = 76, FIRST_ANSWER = 78, FIRST_VOTE = 98, VOTERS = MEMBERS - AUTHORS };

struct by_hand {
    enum earmark_kind kind;
    int64_t target, after_seq, least;
    bool free;
};

static size_t payees_by_hand(struct by_hand hand, const char **why)
{
    struct run run = run_open(hand.kind);
    struct reward_earmark earmark = {.terms = terms_of(hand.kind, (struct earmark_by){0}),
                                     .after_seq = hand.after_seq,
                                     .end_ms = INT64_MAX,
                                     .sponsor = SPONSOR};
    earmark.terms.target = hand.target;
    memcpy(earmark.terms.rule, run.rule, 32);
    reward_earmark_add(run.reward, &arena, &earmark, TEXT(""));
    if (hand.free)
        reward_hand_free(run.reward);
    live(&run, 0, 1);
    size_t count = payees(&run, hand.least);
    *why = reward_void(run.reward, 0);
    reward_close(run.reward);
    return count;
}

static void votes_on_a_posting_chosen_by_hand_need_an_audience_without_author_and_early_voters(
    void **state UNUSED)
{
    const int64_t early = 16, left = VOTERS - early, last = FIRST_VOTE + early - 1;
    struct by_hand hand = {EARMARK_VOTE, FIRST_ANSWER, 0, MEMBERS - 1, false};
    const char *why;
    assert_int_equal(payees_by_hand(hand, &why), VOTERS);
    assert_null(why);
    hand.least++;
    assert_int_equal(payees_by_hand(hand, &why), 0);
    assert_string_equal(why, "its audience is too small");
    /* Committed to when sixteen had voted: four may still earn, among thirteen. */
    hand = (struct by_hand){EARMARK_VOTE, FIRST_ANSWER, last, MEMBERS - 1 - early, false};
    assert_int_equal(payees_by_hand(hand, &why), left);
    hand.least++;
    assert_int_equal(payees_by_hand(hand, &why), 0);
}

static void answers_chosen_by_hand_need_an_audience_and_an_author_has_none(void **state UNUSED)
{
    struct by_hand hand = {EARMARK_ANSWER, QUESTION, 0, MEMBERS, false};
    const char *why;
    assert_int_equal(payees_by_hand(hand, &why), AUTHORS);
    hand.least++;
    assert_int_equal(payees_by_hand(hand, &why), 0);
    assert_string_equal(why, "its audience is too small");
    hand.free = true; /* a month that began to close before there was this limit */
    assert_int_equal(payees_by_hand(hand, &why), AUTHORS);
    hand = (struct by_hand){EARMARK_POSTING, FIRST_ANSWER, 0, 1000, false};
    assert_int_equal(payees_by_hand(hand, &why), 1);
    assert_null(why);
}

/* --- a month --- */

static struct paymaster paymaster;
static struct world world;

static struct envelope_slot slot_of(struct text campaign, int64_t kind, const char *words)
{
    struct envelope_slot slot = world_slot(&paymaster, campaign, 1, kind, 1000, 50000);
    slot.terms.target = 0;
    slot.terms.by = by_of(match_script(), words);
    return slot;
}

/* From the envelope to the payment; gives how many were paid. */
static size_t month(const char *audience)
{
    struct vault_items_row *items;
    size_t count;
    char settings[300];
    snprintf(settings, sizeof settings, SETTINGS "ledger.embargo_days = 0\nearmark.audience = %s\n",
             audience);
    world_open(&world, settings);
    assert_int_equal(paymaster_open(&paymaster), OK);
    struct text campaign = world_campaign(&world, &paymaster, 500000);
    assert_int_equal(world_key_add(&world, &paymaster), OK);
    assert_int_equal(world_seal(&world, &paymaster, campaign, slot_of(campaign, 3, "kind=1")), OK);
    struct envelope_slot slot = slot_of(campaign, 3, "kind=1");
    slot.terms.by.sha256[0] ^= 1;
    assert_int_equal(world_seal(&world, &paymaster, campaign, slot), INVALID);
    slot = slot_of(campaign, 3, "kind=1");
    slot.terms.by.values[1] = 7;
    assert_int_equal(world_seal(&world, &paymaster, campaign, slot), INVALID);
    *world_clock += 601 * 1000;
    assert_int_equal(commit_tick(&paymaster), OK);
    int64_t question = world_posting(&world, world.members[0], 0);
    int64_t answer = world_posting(&world, world.members[1], question);
    for (size_t i = 2; i < 14; i++)
        world_vote(&world, i < 12 ? question : answer, world.members[i < 12 ? 0 : 1],
                   world.members[i], 1 + (int64_t)i % 2);
    *world_clock = clock_month_next(*world_clock) + HOUR_MS;
    assert_int_equal(world_period(&world, &paymaster, "2026-03"), OK);
    assert_int_equal(vault_items(paymaster.vault, &world.arena, TEXT("2026-03"), &items, &count),
                     OK);
    sound();
    paymaster_close(&paymaster);
    return count;
}

static int64_t differ(void)
{
    static struct paymaster reader;
    int64_t payments = 0, differ = 0;
    assert_int_equal(paymaster_open_reading(&reader, true), OK);
    assert_int_equal(close_replay(&reader, TEXT("2026-03"), &payments, &differ), OK);
    paymaster_close(&reader);
    return differ;
}

static void a_month_pays_by_the_committed_selector_and_replays_to_the_same(void **state UNUSED)
{
    struct opening_report report;
    assert_int_equal(month("5"), 10);
    assert_int_equal(differ(), 0);
    /* The month after it, so that its commitments are all due. */
    assert_int_equal(paymaster_open(&paymaster), OK);
    *world_clock = clock_month_next(*world_clock) + HOUR_MS;
    assert_int_equal(world_period(&world, &paymaster, "2026-04"), OK);
    paymaster_close(&paymaster);
    enum result result = audit_openings(openings_of(&arena), NO_TEXT, &report);
    if (report.what != NULL)
        print_message("leaf %lld: %s\n", (long long)report.leaf, report.what);
    assert_int_equal(result, OK);
    assert_int_equal(report.rewards, 10);
    /* Control: another script under the same hash would have paid others. */
    assert_int_equal(paymaster_open(&paymaster), OK);
    assert_int_equal(db_run_script(paymaster.vault,
                                   "UPDATE rule SET script = replace(script, 'kind ~= P.kind', "
                                   "'kind == P.kind') WHERE name = '" SELECTOR_NAME "'"),
                     OK);
    paymaster_close(&paymaster);
    assert_true(differ() > 0);
    world_close(&world);
}

static void vault_change(const char *sql)
{
    assert_int_equal(paymaster_open(&paymaster), OK);
    assert_int_equal(db_run_script(paymaster.vault, sql), OK);
    paymaster_close(&paymaster);
}

static void
a_month_replays_by_the_audience_it_was_paid_by_whatever_the_setting_says(void **state UNUSED)
{
    struct vault_period_find_row row;
    assert_int_equal(month("5"), 10);
    world_settings(conf_state(), SETTINGS "earmark.audience = 5000\n");
    assert_int_equal(conf_int("earmark.audience"), 5000);
    assert_int_equal(differ(), 0);
    assert_int_equal(paymaster_open(&paymaster), OK);
    assert_int_equal(vault_period_find(paymaster.vault, &world.arena, TEXT("2026-03"), &row), OK);
    assert_int_equal(row.audience, 5);
    paymaster_close(&paymaster);
    /* Control: what is kept decides, and stands in the ledger: even one that pays the same. */
    vault_change("UPDATE period SET audience = 5000");
    assert_true(differ() > 1);
    vault_change("UPDATE period SET audience = 6");
    assert_int_equal(differ(), 1);
    /* A month of before has none: it replays by the setting as it is. */
    vault_change("UPDATE period SET audience = NULL");
    assert_true(differ() > 1);
    world_close(&world);
}

static void a_house_with_too_few_members_pays_nobody_by_a_selector(void **state UNUSED)
{
    assert_int_equal(month("50"), 0);
    assert_int_equal(differ(), 0);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            written_with_a_script_an_earmark_reads_back_and_every_changed_byte_is_refused),
        cmocka_unit_test(the_words_and_numbers_of_a_selector_stay_as_they_were_first_written),
        cmocka_unit_test(values_out_of_range_or_of_no_constant_are_refused),
        cmocka_unit_test(a_selector_takes_a_topic_a_kind_a_specialty_and_the_first_answers),
        cmocka_unit_test(turning_every_vote_round_changes_nothing),
        cmocka_unit_test(a_selector_that_fails_loops_or_says_neither_yes_nor_no_pays_nobody),
        cmocka_unit_test(what_constants_limit_it_to_a_selector_is_not_asked_beyond),
        cmocka_unit_test(an_audience_below_the_limit_pays_nobody),
        cmocka_unit_test(audiences_of_one_sponsor_that_differ_by_a_few_members_pay_nobody),
        cmocka_unit_test(
            votes_on_a_posting_chosen_by_hand_need_an_audience_without_author_and_early_voters),
        cmocka_unit_test(answers_chosen_by_hand_need_an_audience_and_an_author_has_none),
        cmocka_unit_test(a_month_pays_by_the_committed_selector_and_replays_to_the_same),
        cmocka_unit_test(a_month_replays_by_the_audience_it_was_paid_by_whatever_the_setting_says),
        cmocka_unit_test(a_house_with_too_few_members_pays_nobody_by_a_selector),
    };
    arena_open(&arena, 256 << 20);
    world_clock_open();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
