/* What guardrails watch of the ranker's work: counted by day, blind to directions, the same after a
 * start and after a rebuild. */
#include "ranking/gauge.h"
#include "core/clock.h"
#include "core/conf.h"
#include "core/seal.h"
#include "schema/rank.h"
#include "tests/support/past.h"
#include "tests/support/scratch.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { ANSWERS = 300, MEMBERS = 40, RING = 6 };

static struct arena arena;
static struct past past;
static struct db *db;
static struct log *journal;
static struct ranking ranking;
static struct fold fold;

static void ranker_open(int64_t upto)
{
    struct text why;
    assert_int_equal(db_open(&db, &rank_store, conf_store("rank"), ROLE_RANKER, DB_FOLD, 0), OK);
    assert_int_equal(log_open(&journal, "journal", LOG_READ, 0), OK);
    assert_int_equal(ranking_open(&ranking, db, journal, &arena, policy_first_script(), &why), OK);
    fold = (struct fold){.name = "journal", .db = db, .apply = ranking_apply, .self = &ranking};
    assert_int_equal(ranking_replay(&ranking, &arena, upto, NULL), OK);
}

static void ranker_close(void)
{
    ranking_close(&ranking);
    log_close(journal);
    db_close(db);
}

static void catch_up(void)
{
    for (size_t done = 1; done > 0;) {
        arena_reset(&arena, 0);
        assert_int_equal(fold_step(&fold, journal, &arena, 64, &done), OK);
    }
}

static void setup(void)
{
    (void)scratch_open();
    memset(&past, 0, sizeof past);
    past_open(&past, 7);
    ranker_open(0);
}

static void teardown(void)
{
    ranker_close();
    past_close(&past);
}

static struct gauge_day total(void)
{
    struct gauge_day sum = {.day = 0};
    for (int32_t i = 0; i < ranking.gauge.days.count; i++) {
        const struct gauge_day *day = &ranking.gauge.days.at[i];
        assert_true(i == 0 || day->day > day[-1].day);
        sum.settled += day->settled;
        sum.covered += day->covered;
        sum.votes += day->votes;
        sum.audited += day->audited;
        sum.agreed += day->agreed;
        sum.linked += day->linked;
    }
    return sum;
}

static void pass(int64_t ms)
{
    struct event event = {.kind = EVENT_NOTICES_SEEN};
    event.notices_seen.member = past.members[0];
    past.at_ms += ms;
    (void)past_add(&past, event, NO_TEXT, NO_TEXT, 0);
    catch_up();
}

/* Answers by all in turn, each with votes of colleagues who vote on few of any one's, or (ring)
 * also of the author's mates on all of theirs; `turned`: every vote the other way. Then everything
 * settles. */
static void live(bool ring, bool turned, size_t voters)
{
    past_members(&past, MEMBERS);
    int64_t question = past_question(&past, past.members[0]);
    for (size_t i = 0; i < ANSWERS; i++) {
        size_t author = 1 + i % (MEMBERS - 1);
        (void)past_answer(&past, question, past.members[author]);
        for (size_t v = 0; v < voters; v++) {
            size_t voter = (author + 7 + 5 * v + i / (MEMBERS - 1)) % MEMBERS;
            if (voter != author)
                (void)past_vote(&past, past.posting_count - 1, past.members[voter],
                                ((i + v) % 3 == 0) != turned ? 2 : 1, 1);
        }
        for (size_t mate = 1; ring && author <= RING && mate <= RING; mate++)
            if (mate != author)
                (void)past_vote(&past, past.posting_count - 1, past.members[mate], turned ? 2 : 1,
                                1);
    }
    pass(20 * DAY_MS);
}

static void a_ring_shows_in_the_linked_share_and_honest_votes_do_not(void **state)
{
    (void)state;
    setup();
    live(false, false, 3);
    struct gauge_day honest = total();
    teardown();
    setup();
    live(true, false, 3);
    struct gauge_day ring = total();
    teardown();
    assert_int_equal(honest.settled, ANSWERS);
    assert_true(honest.linked < 0.02 * honest.votes);
    assert_true(ring.linked > 0.1 * ring.votes);
}

static void turned_votes_leave_every_link_and_every_judged_posting(void **state)
{
    (void)state;
    setup();
    live(true, false, 3);
    struct gauge_day one = total();
    teardown();
    setup();
    live(true, true, 3);
    struct gauge_day other = total();
    teardown();
    assert_int_equal(one.votes, other.votes);
    assert_true(one.linked > 0 && one.linked == other.linked);
}

static void who_nobody_independent_has_judged_is_not_covered(void **state)
{
    (void)state;
    setup();
    live(false, false, 3);
    struct gauge_day judged = total();
    teardown();
    setup();
    live(false, false, 0);
    struct gauge_day silent = total();
    teardown();
    assert_int_equal(silent.settled, ANSWERS);
    assert_int_equal(silent.covered, 0);
    assert_int_equal(silent.votes, 0);
    assert_true(judged.covered > ANSWERS * 9 / 10);
}

static int32_t audit(int64_t posting, int64_t outcome)
{
    struct event event = {.kind = EVENT_POSTING_AUDITED};
    event.posting_audited = (struct event_posting_audited){
        .posting = posting, .question = posting, .by = past.members[0], .outcome = outcome};
    (void)past_add(&past, event, NO_TEXT, NO_TEXT, 0);
    catch_up();
    return total().audited;
}

static void an_audit_counts_once_and_for_what_was_drawn(void **state)
{
    (void)state;
    setup();
    live(false, false, 3);
    const struct gauge *gauge = &ranking.gauge;
    assert_true(gauge->drawn.count >= ANSWERS / GAUGE_DRAWN_ONE_IN / 3);
    assert_true(gauge->drawn.count <= ANSWERS / GAUGE_DRAWN_ONE_IN * 3);
    const struct gauge_audit drawn = gauge->drawn.at[0], next = gauge->drawn.at[1];
    int64_t id = ranking.counters.postings.at[drawn.posting].id;
    int32_t other = 1; /* the first that was not drawn */
    for (int32_t i = 0; i < gauge->drawn.count; i++)
        other += gauge->drawn.at[i].posting == other;
    int64_t right = drawn.probability >= 0.5 ? GAUGE_RIGHT : GAUGE_WRONG;
    assert_int_equal(audit(ranking.counters.postings.at[other].id, GAUGE_RIGHT), 0);
    assert_int_equal(audit(id, right), 1);
    assert_int_equal(total().agreed, 1);
    assert_int_equal(audit(id, GAUGE_RIGHT + GAUGE_WRONG - right), 1); /* the first word stays */
    assert_int_equal(total().agreed, 1);
    id = ranking.counters.postings.at[next.posting].id;
    assert_int_equal(audit(id, GAUGE_CANNOT_SAY), 1);
    struct rank_audits_open_row *rows;
    size_t count;
    struct db *reader;
    assert_int_equal(db_open(&reader, &rank_store, conf_store("rank"), ROLE_WEB_ADMIN, DB_READ, 0),
                     OK);
    assert_int_equal(rank_audits_open(reader, &arena, 100, &rows, &count), OK);
    db_close(reader);
    assert_int_equal((int32_t)count, gauge->drawn.count - 2);
    teardown();
}

static void digest(uint8_t sum[DIGEST_SIZE])
{
    static const char *const skips[] = {"cursor", NULL};
    int64_t rows;
    assert_int_equal(db_content_digest(db, skips, sum, &rows), OK);
}

static void a_start_a_house_of_before_and_a_rebuild_come_to_the_same(void **state)
{
    (void)state;
    uint8_t one[DIGEST_SIZE], other[DIGEST_SIZE];
    setup();
    live(true, false, 3);
    (void)audit(ranking.counters.postings.at[ranking.gauge.drawn.at[0].posting].id, GAUGE_RIGHT);
    pass(DAY_MS);
    digest(one);
    int64_t head = ranking.seq, day = ranking.gauge.days.at[0].day;
    ranker_close();
    /* A program of before did not write them: they come with the next event. */
    assert_int_equal(db_open(&db, &rank_store, conf_store("rank"), ROLE_RANKER, DB_FOLD, 0), OK);
    assert_int_equal(rank_gauge_day_put(db, day, 9, 9, 9, 9, 9, 9), OK);
    digest(other);
    assert_memory_not_equal(one, other, DIGEST_SIZE); /* control */
    db_close(db);
    ranker_open(head);
    pass(0);
    digest(one);
    ranker_close();
    assert_int_equal(unlink(conf_store("rank")), 0);
    ranker_open(0);
    catch_up();
    digest(other);
    assert_memory_equal(one, other, DIGEST_SIZE);
    teardown();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ring_shows_in_the_linked_share_and_honest_votes_do_not),
        cmocka_unit_test(turned_votes_leave_every_link_and_every_judged_posting),
        cmocka_unit_test(who_nobody_independent_has_judged_is_not_covered),
        cmocka_unit_test(an_audit_counts_once_and_for_what_was_drawn),
        cmocka_unit_test(a_start_a_house_of_before_and_a_rebuild_come_to_the_same),
    };
    arena_open(&arena, 64 << 20);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
