/* The quiz at the door: who knows passes, who does not know does not, and nobody learns from it
 * which licences the lists have. */
#include "tests/unit/room.h"

#include "tests/unit/lists.h"

#include <math.h>

enum { FROM = 1000, LISTED = 1000, ATTACKERS = 10000 };
static const char home[] = "192.0.2.1";

static int64_t *the_clock;

static void setup(void)
{
    the_clock = lists_clock(clock_from_date(2026, 3, 2));
    room_open();
    lists_make(FROM, LISTED);
}

static void teardown(void)
{
    clerk_close(&room);
}

static void whoever_knows_passes_and_the_lists_do_the_rest(void **state UNUSED)
{
    struct person ada;
    setup();
    person_known(&ada, "Kestrel", FROM + 7);
    struct text reply;
    assert_int_equal(quiz_ask(&ada, home, NULL, &reply), CONFLICT); /* passed already */
    teardown();
}

static void every_question_has_its_options_in_order(void **state UNUSED)
{
    struct person ada;
    struct reply_quiz quiz;
    struct text reply;
    setup();
    person_apply_as(&ada, "Kestrel", FROM + 7);
    assert_int_equal(quiz_ask(&ada, home, &quiz, &reply), OK);
    for (size_t i = 0; i < 4; i++) {
        const struct record_quiz_question *q = &quiz.questions[i];
        assert_int_equal(q->options_count, 24);
        for (size_t k = 1; k < q->options_count; k++)
            assert_true(strcmp(arena_text(&room_arena, q->options[k - 1].words).data,
                               arena_text(&room_arena, q->options[k].words).data) < 0);
    }
    assert_null(strstr(reply.data, "right"));
    teardown();
}

static void it_is_the_same_on_every_try_from_any_account_and_after_an_import(void **state UNUSED)
{
    struct person ada, other, next;
    struct text first, again, theirs;
    setup();
    person_apply_as(&ada, "Kestrel", FROM + 7);
    person_apply_as(&other, "Larkspur", FROM + 7);
    person_apply_as(&next, "Tamarack", FROM + 8);
    assert_int_equal(quiz_ask(&ada, home, NULL, &first), OK);
    assert_int_equal(quiz_ask(&ada, home, NULL, &again), OK);
    assert_true(text_equal(first, again));
    assert_int_equal(quiz_ask(&other, "198.51.100.9", NULL, &again), OK);
    assert_true(text_equal(first, again));
    lists_make(FROM + LISTED, 500); /* more rows to draw from */
    room_again();
    person_sign_in(&ada, "Kestrel");
    assert_int_equal(quiz_ask(&ada, home, NULL, &again), OK);
    assert_true(text_equal(first, again));
    person_sign_in(&next, "Tamarack");
    assert_int_equal(quiz_ask(&next, home, NULL, &theirs), OK);
    assert_false(text_equal(first, theirs)); /* control: another licence has another */
    teardown();
}

static void one_wrong_answer_fails_the_whole_and_which_is_not_told(void **state UNUSED)
{
    static const char *const names[] = {"Kestrel", "Larkspur", "Tamarack", "Sandpiper"};
    struct reply_quiz quiz;
    struct text reply, first = NO_TEXT;
    setup();
    for (size_t wrong = 0; wrong < 4; wrong++) {
        struct person person;
        struct buf out;
        int64_t number = FROM + 20 + (int64_t)wrong, at = 0;
        person_apply_as(&person, names[wrong], number);
        assert_int_equal(quiz_ask(&person, wrong < 2 ? home : "198.51.100.1", &quiz, &reply), OK);
        struct text right = quiz_right(&quiz, number), part;
        buf_open(&out, &room_arena, 64);
        for (size_t i = 0; i < 4; i++) {
            assert_true(text_next(&right, ' ', &part) && text_int(part, 0, 23, &at));
            buf_format(&out, "%s%lld", i > 0 ? " " : "",
                       (long long)(i == wrong ? (at + 1) % 24 : at));
        }
        assert_int_equal(
            quiz_say(&person, wrong < 2 ? home : "198.51.100.1", buf_done(&out), &reply), OK);
        assert_false(quiz_passed(reply));
        assert_int_equal(level_of(&person), 0);
        first = first.data == NULL ? reply : first;
        assert_true(text_equal(first, reply));
    }
    teardown();
}

static void a_licence_has_three_tries_in_thirty_days_whoever_asks(void **state UNUSED)
{
    struct person ada, other;
    struct reply_quiz quiz;
    struct text reply;
    setup();
    person_apply_as(&ada, "Kestrel", FROM + 7);
    person_apply_as(&other, "Larkspur", FROM + 7);
    assert_int_equal(quiz_ask(&ada, home, &quiz, &reply), OK);
    static const char *const networks[] = {"192.0.2.1", "198.51.100.1", "203.0.113.1"};
    assert_int_equal(quiz_say(&ada, home, TEXT("0 0 0"), &reply), INVALID); /* no try */
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(quiz_say(i < 2 ? &ada : &other, networks[i], TEXT("0 0 0 0"), &reply), OK);
    struct text right = quiz_right(&quiz, FROM + 7);
    assert_int_equal(quiz_say(&ada, "100.64.0.1", right, &reply), TOO_OFTEN);
    assert_int_equal(quiz_ask(&other, "100.64.0.1", NULL, &reply), TOO_OFTEN);
    *the_clock += 29 * DAY_MS;
    person_sign_in(&ada, "Kestrel");
    assert_int_equal(quiz_say(&ada, "100.64.0.1", right, &reply), TOO_OFTEN);
    *the_clock += 2 * DAY_MS;
    person_sign_in(&ada, "Kestrel");
    assert_int_equal(quiz_say(&ada, "100.64.0.1", right, &reply), OK);
    assert_true(quiz_passed(reply));
    teardown();
}

static void a_network_has_three_failures_and_successes_do_not_count(void **state UNUSED)
{
    struct person person;
    struct reply_quiz quiz;
    struct text reply;
    setup();
    for (int64_t i = 0; i < 4; i++) { /* four colleagues behind one address pass */
        person_apply_as(&person, arena_format(&room_arena, "Colleague%lld", (long long)i).data,
                        FROM + 100 + i);
        assert_int_equal(quiz_ask(&person, "2001:db8:7:1::1", &quiz, &reply), OK);
        assert_int_equal(
            quiz_say(&person, "2001:db8:7:1::1", quiz_right(&quiz, FROM + 100 + i), &reply), OK);
        assert_true(quiz_passed(reply));
    }
    for (int64_t i = 0; i < 3; i++) {
        person_apply_as(&person, arena_format(&room_arena, "Guesser%lld", (long long)i).data,
                        FROM + 200 + i);
        assert_int_equal(quiz_say(&person, i == 0 ? "2001:db8:7:1::1" : "2001:db8:7:2::9",
                                  TEXT("0 0 0 0"), &reply),
                         OK);
    }
    person_apply_as(&person, "Latecomer", FROM + 300);
    assert_int_equal(quiz_ask(&person, "2001:db8:7:ffff::5", &quiz, &reply), TOO_OFTEN);
    assert_int_equal(quiz_ask(&person, "2001:db8:8::5", &quiz, &reply), OK); /* control */
    teardown();
}

static void an_unknown_licence_gets_a_full_quiz_that_nobody_passes(void **state UNUSED)
{
    struct person ada, known;
    struct reply_quiz quiz, theirs;
    struct text reply;
    setup();
    person_apply_as(&ada, "Kestrel", 9999); /* in no list */
    person_apply_as(&known, "Larkspur", FROM + 7);
    assert_int_equal(quiz_ask(&ada, home, &quiz, &reply), OK);
    assert_int_equal(quiz_ask(&known, home, &theirs, &reply), OK);
    assert_int_equal(quiz.questions_count, theirs.questions_count);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(quiz.questions[i].options_count, theirs.questions[i].options_count);
    assert_true(option_of(&quiz.questions[2], TEXT("L9999")) >= 0); /* his own number is there */
    uint8_t digest[DIGEST_SIZE];
    struct bytes plain;
    bool passes = true;
    keyring_door_digest(&room.keys, "quiz", TEXT("MO"), TEXT("L9999"), digest);
    assert_int_equal(keyring_quiz_get(&room.keys, &room_arena, digest, &passes, &plain), OK);
    assert_false(passes);
    lists_make(9999, 1); /* listed now: another quiz, which can be passed */
    room_again();
    person_sign_in(&ada, "Kestrel");
    assert_int_equal(quiz_ask(&ada, home, &quiz, &reply), OK);
    assert_int_equal(quiz_say(&ada, home, quiz_right(&quiz, 9999), &reply), OK);
    assert_true(quiz_passed(reply));
    teardown();
}

/* --- guessing --- */

static uint64_t guess_state = 88172645463325252u;
static uint64_t guess_below(uint64_t bound)
{
    guess_state ^= guess_state << 13;
    guess_state ^= guess_state >> 7;
    guess_state ^= guess_state << 17;
    return guess_state % bound;
}

/* One batch of commands, so that one commit serves all. */
static void many_do(struct job *jobs, size_t count)
{
    batch_run(&room, jobs, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(jobs[i].result, OK);
}

static struct job job_of(const struct person *person, struct command *command, const char *action)
{
    static const struct hash_done good = {.good = 1, .hash = "not a real hash"};
    struct job job = {.operator_ = person == NULL, .readable = true, .hash = &good};
    request_new(command);
    command->token = person == NULL ? TEXT("") : text_of(person->token_text);
    command->form = action == NULL ? TEXT("") : session_form(&room.arena, person->token, action);
    job.command = *command;
    return job;
}

static struct text guesser_name(size_t i)
{
    return arena_format(&room_arena, "Guesser %zu", i);
}

enum { CROWD = 500 };
static struct person crowd[LISTED];
static struct job crowd_jobs[CROWD];

static void crowd_joins(size_t from)
{
    arena_reset(&room.arena, 0);
    for (size_t i = 0; i < CROWD; i++) {
        struct command command =
            join_command(guesser_name(from + i).data, FROM + (int64_t)(from + i));
        crowd_jobs[i] = job_of(NULL, &command, NULL);
    }
    many_do(crowd_jobs, CROWD);
}

static void crowd_signs_in(size_t from)
{
    arena_reset(&room.arena, 0);
    for (size_t i = 0; i < CROWD; i++) {
        struct command command = {.kind = COMMAND_SIGN_IN};
        command.sign_in =
            (struct command_sign_in){guesser_name(from + i), TEXT("password 123"), NO_TEXT};
        crowd_jobs[i] = job_of(NULL, &command, NULL);
    }
    many_do(crowd_jobs, CROWD);
    for (size_t i = 0; i < CROWD; i++) {
        struct reply_signed_in in;
        struct json *json = NULL;
        assert_int_equal(json_read(text_bytes(crowd_jobs[i].reply), &json), OK);
        assert_int_equal(reply_signed_in_read(json, &room_arena, &in), OK);
        json_close(json);
        assert_true(session_token_read(in.token, crowd[from + i].token));
        (void)snprintf(crowd[from + i].token_text, sizeof(crowd[0].token_text), "%.*s",
                       (int)in.token.size, in.token.data);
    }
}

/* Every one of them guesses once, each from a network of its own. Even the licence number counts as
 * known: it stands in the application. `knows`: the control, who knows all. Gives how many passed.
 */
static int64_t crowd_guesses(size_t from, bool knows, int64_t round)
{
    int64_t passed = 0;
    arena_reset(&room.arena, 0);
    for (size_t i = 0; i < CROWD; i++) {
        size_t who = from + i;
        struct reply_quiz quiz;
        struct text reply, answers;
        struct command command = {.kind = COMMAND_QUIZ_ANSWER};
        char network[32];
        (void)snprintf(network, sizeof(network), "%lld.%zu.%zu.1", 1 + (long long)round, who / 250,
                       who % 250);
        if (crowd[who].id == 0) { /* where his number stands is the same each time */
            assert_int_equal(quiz_ask(&crowd[who], network, &quiz, &reply), OK);
            struct text own = arena_format(&room_arena, "L%zu", FROM + who);
            crowd[who].id = 1 + option_of(&quiz.questions[2], own);
        }
        if (knows && quiz_ask(&crowd[who], network, &quiz, &reply) == OK)
            answers = quiz_right(&quiz, FROM + (int64_t)who);
        else
            answers = arena_format(&room_arena, "%d %d %lld %d", (int)guess_below(24),
                                   (int)guess_below(24), (long long)crowd[who].id - 1,
                                   (int)guess_below(24));
        command.quiz_answer =
            (struct command_quiz_answer){answers, arena_format(&room_arena, "%s", network)};
        crowd_jobs[i] = job_of(&crowd[who], &command, NULL);
    }
    for (size_t i = 0; i < CROWD; i++)
        crowd_jobs[i].command.form =
            session_form(&room.arena, crowd[from + i].token, "/waiting/quiz");
    batch_run(&room, crowd_jobs, CROWD);
    for (size_t i = 0; i < CROWD; i++) {
        bool over = crowd_jobs[i].result == CONFLICT; /* passed at an earlier try */
        assert_true(over || crowd_jobs[i].result == OK);
        passed += !over && text_is(crowd_jobs[i].reply, "{\"passed\":true}");
    }
    return passed;
}

static void of_ten_thousand_who_guess_at_most_ten_pass(void **state UNUSED)
{
    int64_t passed = 0, attackers = 0;
    setup();
    for (size_t from = 0; from < LISTED; from += CROWD)
        crowd_joins(from);
    for (int64_t round = 0; attackers < ATTACKERS; round++) {
        for (size_t from = 0; from < LISTED; from += CROWD) {
            size_t mark = room_arena.used;
            crowd_signs_in(from);
            for (int64_t try = 0; try < 3; try++)
                passed += crowd_guesses(from, false, round * 3 + try);
            attackers += CROWD;
            arena_reset(&room_arena, mark);
        }
        *the_clock += 31 * DAY_MS; /* new attackers, with tries of their own */
    }
    print_message("%lld of %lld guessers passed\n", (long long)passed, (long long)attackers);
    assert_true(passed <= attackers / 1000);
    crowd_signs_in(0); /* control: with knowledge all pass, so the quizzes can be passed */
    assert_true(crowd_guesses(0, true, 99) >= CROWD - passed);
    teardown();
}

/* --- time --- */

struct sample {
    double sum, squares;
    int64_t count;
};
static void sample_add(struct sample *sample, double value)
{
    sample->sum += value;
    sample->squares += value * value;
    sample->count++;
}
static double welch(const struct sample *a, const struct sample *b)
{
    double n = (double)a->count, m = (double)b->count, x = a->sum / n, y = b->sum / m;
    double s = (a->squares / n - x * x) / n, t = (b->squares / m - y * y) / m;
    return (x - y) / sqrt(s + t);
}

enum { PAIRS = 25, ROUNDS = 80 }; /* 2,000 of each */

static double timed(const struct person *person, size_t round, struct text *reply)
{
    char network[40];
    (void)snprintf(network, sizeof(network), "10.%zu.%zu.1", round % 250, round / 250);
    int64_t from_us = clock_steady_us();
    assert_int_equal(quiz_say(person, network, TEXT("0 0 0 0"), reply), OK);
    return (double)(clock_steady_us() - from_us);
}

/* A few that the machine kept waiting would drown the rest, so each is cut at a bound: thrice the
 * mean of a first round, since each waits for a disk that may be slow. */
static void known_and_unknown_licences_take_the_same_time_and_bytes(void **state UNUSED)
{
    static struct person known[PAIRS], unknown[PAIRS];
    struct sample samples[2] = {{0}};
    struct text replies[2];
    setup();
    lists_conf("quiz.tries = 100\nquiz.tries_network = 100000\n");
    for (size_t i = 0; i < PAIRS; i++) {
        person_apply_as(&known[i], arena_format(&room_arena, "Known%zu", i).data,
                        FROM + 400 + (int64_t)i);
        person_apply_as(&unknown[i], arena_format(&room_arena, "Stranger%zu", i).data,
                        5000 + (int64_t)i);
        assert_int_equal(quiz_ask(&known[i], home, NULL, &replies[0]), OK);
        assert_int_equal(quiz_ask(&unknown[i], home, NULL, &replies[0]), OK);
    }
    double bound = 0;
    for (size_t round = 0; round <= ROUNDS; round++) {
        for (size_t i = 0; i < PAIRS; i++) {
            size_t mark = room_arena.used, first = (round + i) % 2;
            for (size_t k = 0; k < 2; k++) {
                size_t which = k ^ first;
                double us = timed(which ? &unknown[i] : &known[i], round, &replies[which]);
                if (round == 0)
                    bound += 3 * us / (2 * PAIRS);
                else
                    sample_add(&samples[which], us > bound ? bound : us);
            }
            assert_true(text_equal(replies[0], replies[1]));
            arena_reset(&room_arena, mark);
        }
    }
    double t = welch(&samples[0], &samples[1]);
    print_message("known %.1f us, unknown %.1f us, t = %.2f\n", samples[0].sum / 2000,
                  samples[1].sum / 2000, t);
    /* Sanitizers have a time of their own for every piece of memory: there it says nothing. */
    assert_true(fabs(t) < 4.5 || getenv("SANITIZED") != NULL);
    teardown();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whoever_knows_passes_and_the_lists_do_the_rest),
        cmocka_unit_test(every_question_has_its_options_in_order),
        cmocka_unit_test(it_is_the_same_on_every_try_from_any_account_and_after_an_import),
        cmocka_unit_test(one_wrong_answer_fails_the_whole_and_which_is_not_told),
        cmocka_unit_test(a_licence_has_three_tries_in_thirty_days_whoever_asks),
        cmocka_unit_test(a_network_has_three_failures_and_successes_do_not_count),
        cmocka_unit_test(an_unknown_licence_gets_a_full_quiz_that_nobody_passes),
        cmocka_unit_test(of_ten_thousand_who_guess_at_most_ten_pass),
        cmocka_unit_test(known_and_unknown_licences_take_the_same_time_and_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
