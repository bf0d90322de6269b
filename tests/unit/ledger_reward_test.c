/* Who earns what: caps, windows, order, and above all that a vote's pay never depends on its
 * direction. */
#include "tests/unit/ledger_world.h"

#include "ledger/log/file.h"
#include "ledger/reward/reward.h"

enum { EVENTS_MAX = 2000, VOTERS = 20, FIRST_MEMBER = 1, TARGET = 101, QUESTION = 103 };

static struct arena arena;

struct script {
    struct event events[EVENTS_MAX];
    size_t count;
};

static struct event *next(struct script *script, enum event_kind kind)
{
    assert_true(script->count < EVENTS_MAX);
    struct event *event = &script->events[script->count++];
    *event = (struct event){.kind = kind,
                            .seq = (int64_t)script->count,
                            .at_ms = WORLD_START + (int64_t)script->count * 60000};
    return event;
}

static void vote(struct script *script, int64_t posting, int64_t author, int64_t member,
                 int64_t stance, int64_t was)
{
    struct event *event = next(script, EVENT_VOTE_CAST);
    event->vote_cast = (struct event_vote_cast){.posting = posting,
                                                .question = posting,
                                                .member = member,
                                                .author = author,
                                                .stance = stance,
                                                .patients = 1,
                                                .was_stance = was};
}

/* Members 1..40, postings 101..110 by members 1..10, then votes of every kind, some changed later.
 */
static void script_make(struct script *script, uint64_t seed)
{
    *script = (struct script){.count = 0};
    for (int64_t member = 1; member <= 40; member++) {
        struct event *event = next(script, EVENT_MEMBER_DECIDED);
        event->member_decided.member = member;
        event->member_decided.accepted = true;
        event->member_decided.level = 3;
    }
    while (script->count < 100)
        (void)next(script, EVENT_NOTICES_SEEN);
    for (int64_t author = 1; author <= 10; author++) {
        struct event *event = next(script, EVENT_POSTING_ADDED);
        event->posting_added.kind = 1;
        event->posting_added.member = author;
    }
    assert_int_equal(script->events[TARGET - 1].seq, TARGET);
    int64_t stance[11][41] = {{0}};
    for (size_t i = 0; i < 600; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        int64_t posting = (int64_t)(seed >> 33) % 10, member = 1 + (int64_t)(seed >> 43) % 40;
        int64_t now = 1 + (int64_t)(seed >> 53) % 3;
        if (member == posting + 1)
            continue;
        vote(script, TARGET + posting, posting + 1, member, now, stance[posting][member]);
        stance[posting][member] = now;
    }
}

static struct text script_text(const char *name)
{
    struct bytes content;
    char path[64];
    snprintf(path, sizeof path, "%s/reward/%s.lua",
             strcmp(name, "settled") == 0 || strcmp(name, "posting") == 0 ? "scripts"
                                                                          : "tests/rules",
             name);
    assert_int_equal(file_read(&arena, path, 65536, &content), OK);
    return (struct text){(const char *)content.data, content.size};
}

static struct reward *reward_with(enum earmark_kind kind, struct text script, uint8_t sha256[32])
{
    struct reward *reward = reward_open();
    struct text why = NO_TEXT;
    seal_sha256(sha256, text_bytes(script), NO_BYTES);
    assert_int_equal(
        reward_rule_add(reward, &arena, kind, sha256, TEXT("reward/test"), script, &why), OK);
    return reward;
}

static void earmark_add(struct reward *reward, enum earmark_kind kind, const uint8_t sha256[32],
                        int64_t target, int64_t cap, int64_t payees)
{
    struct reward_earmark earmark = {.id = 1,
                                     .terms = {.kind = kind,
                                               .target = target,
                                               .amount = 1000,
                                               .cap = cap,
                                               .payees_max = payees,
                                               .valid_to_s = INT64_MAX / 2000},
                                     .after_seq = 110,
                                     .start_ms = 0,
                                     .end_ms = INT64_MAX};
    memcpy(earmark.terms.rule, sha256, 32);
    reward_earmark_add(reward, &arena, &earmark, TEXT(""));
}

/* Pay by member of a vote earmark on TARGET. `sees`: 0 the rule as it is; else only votes of that
 * stance reach it, which is what a rule that sees direction amounts to. */
static void pays(const struct script *script, int64_t sees, int64_t cents[41])
{
    uint8_t sha256[32];
    const char *why = NULL;
    const struct reward_item *items;
    struct reward *reward = reward_with(EARMARK_VOTE, script_text("vote"), sha256);
    earmark_add(reward, EARMARK_VOTE, sha256, TARGET, 1000000, 1000);
    for (size_t i = 0; i < script->count; i++) {
        const struct event *event = &script->events[i];
        bool hidden = sees != 0 && event->kind == EVENT_VOTE_CAST &&
                      event->vote_cast.posting == TARGET && event->vote_cast.stance != sees;
        if (!hidden)
            assert_int_equal(reward_event(reward, event, &why), OK);
    }
    assert_int_equal(reward_finish(reward, WORLD_START + 30 * (int64_t)DAY_MS, 1, &why), OK);
    memset(cents, 0, 41 * sizeof *cents);
    size_t count = reward_items(reward, &items);
    for (size_t i = 0; i < count; i++)
        cents[items[i].member] += items[i].cents;
    reward_close(reward);
}

/* Corroborations of TARGET become disputes and the other way round. */
static void flip(struct script *script)
{
    static const int64_t other[] = {0, 2, 1, 3};
    for (size_t i = 0; i < script->count; i++) {
        struct event *event = &script->events[i];
        if (event->kind != EVENT_VOTE_CAST || event->vote_cast.posting != TARGET)
            continue;
        event->vote_cast.stance = other[event->vote_cast.stance];
        event->vote_cast.was_stance = other[event->vote_cast.was_stance];
    }
}

static void flipped_votes_change_nobodys_pay_for_voting(void **state)
{
    (void)state;
    static struct script script;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        int64_t before[41], after[41], sum = 0;
        arena_reset(&arena, 0);
        script_make(&script, seed);
        pays(&script, 0, before);
        flip(&script);
        pays(&script, 0, after);
        assert_memory_equal(before, after, sizeof before);
        for (int i = 0; i < 41; i++)
            sum += before[i];
        assert_true(sum > 0);
    }
}

/* Votes on TARGET by every other member were cast after a look at its totals. */
static void inform(struct script *script)
{
    for (size_t i = 0; i < script->count; i++) {
        struct event_vote_cast *vote = &script->events[i].vote_cast;
        if (script->events[i].kind != EVENT_VOTE_CAST || vote->posting != TARGET)
            continue;
        vote->has_informed = vote->member % 2 == 0;
        vote->informed = vote->has_informed;
    }
}

static void an_informed_vote_earns_nothing_and_changes_nobody_elses_pay(void **state)
{
    (void)state;
    static struct script script;
    int64_t before[41], after[41], turned[41], lost = 0, kept = 0;
    arena_reset(&arena, 0);
    script_make(&script, 3);
    pays(&script, 0, before);
    inform(&script);
    pays(&script, 0, after);
    for (int64_t i = 0; i < 41; i++) {
        assert_int_equal(after[i], i % 2 == 0 ? 0 : before[i]);
        *(i % 2 == 0 ? &lost : &kept) += before[i];
    }
    assert_true(lost > 0 && kept > 0);
    flip(&script);
    pays(&script, 0, turned);
    assert_memory_equal(after, turned, sizeof after);
}

static void the_same_harness_turns_red_for_a_rule_that_sees_direction(void **state)
{
    (void)state;
    static struct script script;
    int64_t before[41], after[41];
    script_make(&script, 1);
    pays(&script, 1, before);
    flip(&script);
    pays(&script, 1, after);
    assert_memory_not_equal(before, after, sizeof before);
}

static void an_authors_pay_does_follow_corroboration(void **state)
{
    (void)state;
    static struct script script;
    int64_t cents[2] = {0, 0};
    for (int disputed = 0; disputed < 2; disputed++) {
        uint8_t sha256[32];
        const char *why = NULL;
        const struct reward_item *items;
        struct reward *reward = reward_with(EARMARK_POSTING, script_text("posting"), sha256);
        script_make(&script, 1);
        while (script.count > 110)
            script.count--;
        for (int64_t member = 20; member < 30; member++)
            vote(&script, TARGET, 1, member, disputed ? 2 : 1, 0);
        earmark_add(reward, EARMARK_POSTING, sha256, TARGET, 1000, 1);
        for (size_t i = 0; i < script.count; i++)
            assert_int_equal(reward_event(reward, &script.events[i], &why), OK);
        assert_int_equal(reward_finish(reward, WORLD_START + 30 * (int64_t)DAY_MS, 1, &why), OK);
        size_t count = reward_items(reward, &items);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(items[i].member, 1);
            cents[disputed] += items[i].cents;
        }
        reward_close(reward);
    }
    assert_int_equal(cents[0], 1000);
    assert_int_equal(cents[1], 0);
}

static const char always[] = "P = {}\nfunction pay_vote(a, b, c, d, e, f, g) return 1 end\n";

/* Sum and number of payees of a script's votes under one rule text. */
static enum result run_rule(const char *rule, int64_t cap, int64_t payees, int64_t *sum,
                            size_t *count, const char **why)
{
    static struct script script;
    uint8_t sha256[32];
    const struct reward_item *items;
    struct reward *reward = reward_with(EARMARK_VOTE, text_of(rule), sha256);
    enum result result = OK;
    script_make(&script, 3);
    earmark_add(reward, EARMARK_VOTE, sha256, TARGET, cap, payees);
    for (size_t i = 0; i < script.count && result == OK; i++)
        result = reward_event(reward, &script.events[i], why);
    if (result == OK)
        result = reward_finish(reward, WORLD_START + 30 * (int64_t)DAY_MS, 1, why);
    *sum = 0;
    *count = reward_items(reward, &items);
    for (size_t i = 0; i < *count; i++)
        *sum += items[i].cents;
    reward_close(reward);
    return result;
}

/* What member 20 earns by a vote on TARGET behind nine others, all of one day or `days` later. */
static int64_t tenth_pays(const char *rule, int64_t stance, int64_t days)
{
    static struct script script;
    uint8_t sha256[32];
    const char *why = NULL;
    const struct reward_item *items;
    script_make(&script, 3);
    script.count = 110; /* members and postings, no votes */
    for (int64_t posting = 1; posting < 10; posting++)
        vote(&script, TARGET + posting, posting + 1, 20, posting % 3 + 1, 0);
    vote(&script, TARGET, 1, 20, stance, 0);
    script.events[script.count - 1].at_ms += days * DAY_MS;
    struct reward *reward = reward_with(EARMARK_VOTE, text_of(rule), sha256);
    earmark_add(reward, EARMARK_VOTE, sha256, TARGET, 1000000, 1000);
    for (size_t i = 0; i < script.count; i++)
        assert_int_equal(reward_event(reward, &script.events[i], &why), OK);
    assert_int_equal(reward_finish(reward, WORLD_START + 30 * (int64_t)DAY_MS, 1, &why), OK);
    int64_t cents = reward_items(reward, &items) > 0 ? items[0].cents : 0;
    reward_close(reward);
    return cents;
}

static void votes_beyond_a_days_budget_earn_nothing_whatever_they_say(void **state)
{
    (void)state;
    static const char nine[] = "P = { day_most = { 9, 1, 100, \"votes\", \"a day\" } }\n"
                               "function pay_vote(a, b, c, d, e, f, g) return 1 end\n";
    static const char ten[] = "P = { day_most = { 10, 1, 100, \"votes\", \"a day\" } }\n"
                              "function pay_vote(a, b, c, d, e, f, g) return 1 end\n";
    arena_reset(&arena, 0);
    for (int64_t stance = 1; stance <= 3; stance++) {
        assert_int_equal(tenth_pays(nine, stance, 0), 0);
        assert_int_equal(tenth_pays(nine, stance, 1), 1000); /* the next day is another */
        assert_int_equal(tenth_pays(ten, stance, 0), 1000);
        assert_int_equal(tenth_pays(always, stance, 0), 1000); /* a rule that names none */
    }
}

static void caps_and_payees_bound_what_a_rule_may_give(void **state)
{
    (void)state;
    int64_t sum;
    size_t count;
    const char *why = NULL;
    assert_int_equal(run_rule(always, 1000000, 1000, &sum, &count, &why), OK);
    assert_true(count > 10);
    assert_int_equal(sum, (int64_t)count *
                              1000); /* each voter once, however often he changed his vote */
    assert_int_equal(run_rule(always, 3500, 1000, &sum, &count, &why), OK);
    assert_int_equal(sum, 3500);
    assert_int_equal(count, 4);
    assert_int_equal(run_rule(always, 1000000, 2, &sum, &count, &why), OK);
    assert_int_equal(count, 2);
}

static void a_share_outside_nought_and_one_or_an_error_is_the_rules_failure(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "P = {}\nfunction pay_vote(a, b, c, d, e, f, g) return 1.5 end\n",
        "P = {}\nfunction pay_vote(a, b, c, d, e, f, g) return -0.1 end\n",
        "P = {}\nfunction pay_vote(a, b, c, d, e, f, g) return 0 / 0 end\n",
        "P = {}\nfunction pay_vote(a, b, c, d, e, f, g) while true do end end\n",
        "P = {}\nfunction pay_vote(a, b, c, d, e, f, g) error('no') end\n",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int64_t sum;
        size_t count;
        const char *why = NULL;
        assert_int_equal(run_rule(bad[i], 1000000, 1000, &sum, &count, &why), INVALID);
        assert_non_null(why);
        assert_int_equal(sum, 0);
    }
}

static void the_rule_the_house_starts_with_passes_its_own_examples(void **state)
{
    (void)state;
    struct text why = NO_TEXT;
    for (int kind = EARMARK_ANSWER; kind <= EARMARK_VOTE; kind++)
        assert_int_equal(reward_rule_check(&arena, (enum earmark_kind)kind, TEXT("settled"),
                                           script_text("settled"), &why),
                         OK);
}

static void those_that_houses_of_before_started_with_do_so_too(void **state)
{
    (void)state;
    static const char *const names[] = {"", "posting", "answer", "vote"};
    for (int kind = EARMARK_POSTING; kind <= EARMARK_VOTE; kind++) {
        struct text why = NO_TEXT;
        enum result result = reward_rule_check(
            &arena, (enum earmark_kind)kind, text_of(names[kind]), script_text(names[kind]), &why);
        if (result != OK)
            print_message("%.*s\n", (int)why.size, why.data);
        assert_int_equal(result, OK);
        /* Control: as a rule of another kind it lacks the function. */
        assert_int_equal(reward_rule_check(&arena, (enum earmark_kind)(kind % 3 + 1),
                                           text_of(names[kind]), script_text(names[kind]), &why),
                         INVALID);
    }
}

/* --- the earmark's own bytes --- */

static void every_changed_byte_of_an_opening_is_refused(void **state)
{
    (void)state;
    uint8_t public_key[32], secret_key[64], opening[EARMARK_OPENING_SIZE], before[32], after[32];
    const uint8_t nonce[32] = {9};
    struct earmark earmark = {.kind = EARMARK_ANSWER,
                              .target = 42,
                              .amount = 100,
                              .cap = 1000,
                              .payees_max = 3,
                              .valid_from_s = 10,
                              .valid_to_s = 20};
    struct earmark read;
    const char *why;
    seal_sign_keypair(public_key, secret_key, NULL);
    memcpy(earmark.sponsor_key, public_key, 32);
    earmark_write(&earmark, nonce, secret_key, opening);
    assert_int_equal(earmark_read(bytes_of(opening, sizeof opening), &read, &why), OK);
    assert_int_equal(read.target, 42);
    assert_int_equal(read.cap, 1000);
    earmark_commitment(opening, before);
    for (size_t i = 0; i < sizeof opening; i++) {
        opening[i] ^= 1;
        earmark_commitment(opening, after);
        assert_memory_not_equal(before, after, 32);
        if (i >= EARMARK_NONCE_SIZE)
            assert_int_equal(earmark_read(bytes_of(opening, sizeof opening), &read, &why), INVALID);
        opening[i] ^= 1;
    }
}

static void dummies_open_to_nothing_and_differ_by_leaf(void **state)
{
    (void)state;
    uint8_t key[32] = {1}, a[EARMARK_OPENING_SIZE], b[EARMARK_OPENING_SIZE];
    struct earmark read;
    const char *why;
    earmark_dummy(key, 7, a);
    earmark_dummy(key, 8, b);
    assert_memory_not_equal(a, b, sizeof a);
    assert_int_equal(earmark_read(bytes_of(a, sizeof a), &read, &why), OK);
    assert_int_equal(read.kind, EARMARK_DUMMY);
    earmark_dummy(key, 7, b);
    assert_memory_equal(a, b, sizeof a);
    a[300] = 1;
    assert_int_equal(earmark_read(bytes_of(a, sizeof a), &read, &why), INVALID);
}

static int set_up(void **state)
{
    (void)state;
    (void)scratch_open();
    arena_open(&arena, 64 << 20);
    return 0;
}

static const char always_author[] =
    "P = {}\nfunction pay_posting(a, b, c, d, e, f, g) return 1 end\n";

/* What an earmark on TARGET pays its author when an admin decides so at the end of the past. */
static int64_t author_pay(const struct script *script, int64_t outcome, int64_t *votes)
{
    uint8_t sha256[32], of_votes[32];
    const char *why = NULL;
    const struct reward_item *items;
    struct text no = NO_TEXT;
    struct event decided = {.kind = EVENT_POSTING_DECIDED,
                            .seq = (int64_t)script->count + 1,
                            .at_ms = WORLD_START + 29 * (int64_t)DAY_MS};
    int64_t cents = 0;
    decided.posting_decided = (struct event_posting_decided){
        .posting = TARGET, .question = TARGET, .kind = 1, .member = 1, .outcome = outcome};
    struct reward *reward = reward_with(EARMARK_POSTING, text_of(always_author), sha256);
    seal_sha256(of_votes, text_bytes(text_of(always)), NO_BYTES);
    assert_int_equal(reward_rule_add(reward, &arena, EARMARK_VOTE, of_votes, TEXT("reward/vote"),
                                     text_of(always), &no),
                     OK);
    earmark_add(reward, EARMARK_POSTING, sha256, TARGET, 1000000, 1000);
    earmark_add(reward, EARMARK_VOTE, of_votes, TARGET, 1000000, 1000);
    for (size_t i = 0; i < script->count; i++)
        assert_int_equal(reward_event(reward, &script->events[i], &why), OK);
    if (outcome > 0)
        assert_int_equal(reward_event(reward, &decided, &why), OK);
    assert_int_equal(reward_finish(reward, WORLD_START + 30 * (int64_t)DAY_MS, 1, &why), OK);
    size_t count = reward_items(reward, &items);
    *votes = 0;
    for (size_t i = 0; i < count; i++)
        *(items[i].member == 1 ? &cents : votes) += items[i].cents;
    reward_close(reward);
    return cents;
}

static void a_withheld_posting_earns_nothing_and_its_voters_keep_what_they_earned(void **state)
{
    (void)state;
    static struct script script;
    int64_t votes, votes_hidden, votes_kept;
    enum { KEPT = 1, HIDDEN = 2 };
    script_make(&script, 1);
    int64_t cents = author_pay(&script, 0, &votes);
    assert_true(cents > 0 && votes > 0); /* control */
    assert_int_equal(author_pay(&script, HIDDEN, &votes_hidden), 0);
    assert_int_equal(votes_hidden, votes);
    assert_int_equal(author_pay(&script, KEPT, &votes_kept), cents);
}

static int before_each(void **state)
{
    (void)state;
    arena_reset(&arena, 0);
    return 0;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, before_each)
    const struct CMUnitTest tests[] = {
        TEST(flipped_votes_change_nobodys_pay_for_voting),
        TEST(an_informed_vote_earns_nothing_and_changes_nobody_elses_pay),
        TEST(the_same_harness_turns_red_for_a_rule_that_sees_direction),
        TEST(an_authors_pay_does_follow_corroboration),
        TEST(votes_beyond_a_days_budget_earn_nothing_whatever_they_say),
        TEST(caps_and_payees_bound_what_a_rule_may_give),
        TEST(a_share_outside_nought_and_one_or_an_error_is_the_rules_failure),
        TEST(the_rule_the_house_starts_with_passes_its_own_examples),
        TEST(those_that_houses_of_before_started_with_do_so_too),
        TEST(every_changed_byte_of_an_opening_is_refused),
        TEST(dummies_open_to_nothing_and_differ_by_leaf),
        TEST(a_withheld_posting_earns_nothing_and_its_voters_keep_what_they_earned),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
