/* What a close's selectors cost: `select_speed VOTES EARMARKS` runs the reward engine over a month
 * of so many votes with so many earmarks on votes, each chosen by the shipped selector for a topic
 * (of 100), or for the first answers. A posting gets ten votes, half of them on its first day, the
 * others within three. Prints seconds, microseconds a vote, and payments. */
#include "ledger/reward/reward.h"
#include "ledger/earmark/select.h"

#include "core/clock.h"
#include "core/seal.h"
#include "ledger/log/file.h"
#include "tests/support/chance.h"
#include "tests/support/scratch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MEMBERS = 5000, VOTES_EACH = 10, TOPICS = 100, DAYS = 30, FRESH = DAYS, LATE = DAYS / 3 };
#define START_MS INT64_C(1772442000000)

static const char pays[] = "P = {}\nfunction pay_vote(a, b, c, d, e, f, g) return 0.5 end\n";

static struct reward *reward;
static int64_t seq;

static void event_add(struct event event, int64_t at_ms)
{
    const char *why;
    event.seq = ++seq;
    event.at_ms = at_ms;
    if (reward_event(reward, &event, &why) != OK)
        abort();
}

static void earmarks_add(struct arena *arena, int64_t count)
{
    struct bytes content;
    struct text why = NO_TEXT;
    uint8_t rule[32];
    if (file_read(arena, "scripts/select/match.lua", 65536, &content) != OK)
        abort();
    struct text script = {(const char *)content.data, content.size};
    seal_sha256(rule, text_bytes(text_of(pays)), NO_BYTES);
    if (reward_rule_add(reward, arena, EARMARK_VOTE, rule, TEXT("pays"), text_of(pays), &why) != OK)
        abort();
    for (int64_t i = 0; i < count; i++) {
        struct reward_earmark earmark = {.id = i + 1,
                                         .end_ms = INT64_MAX,
                                         .sponsor = i,
                                         .terms = {.kind = EARMARK_VOTE,
                                                   .amount = 100,
                                                   .cap = 1 << 30,
                                                   .payees_max = 100000,
                                                   .valid_to_s = INT64_MAX / 2000}};
        struct text words = i % 10 == 9 ? TEXT("kind=4, first=3")
                                        : arena_format(arena, "topic=topic%d", (int)(i % TOPICS));
        earmark.terms.valid_from_s = START_MS / 1000 + i * 60;
        memcpy(earmark.terms.rule, rule, 32);
        if (!select_values(arena, script, words, &earmark.terms.by, &why))
            abort();
        reward_earmark_add(reward, arena, &earmark, script);
    }
}

static void members_add(void)
{
    for (int64_t i = 0; i < MEMBERS; i++) {
        struct event event = {.kind = EVENT_MEMBER_DECIDED};
        event.member_decided.member = i + 1;
        event.member_decided.accepted = true;
        event.member_decided.level = 3;
        event_add(event, START_MS - DAY_MS);
    }
}

/* The next posting of a thread of five; gives its id. */
static int64_t posting_add(int64_t number, int64_t *question, int64_t at_ms)
{
    struct event event = {.kind = EVENT_POSTING_ADDED};
    char topics[40];
    snprintf(topics, sizeof topics, "topic%d topic%d", (int)(number / 5 % TOPICS),
             (int)(number / 5 % 7));
    if (number % 5 == 0)
        *question = 0;
    event.posting_added.kind = *question == 0 ? 1 : 4;
    event.posting_added.question = *question;
    event.posting_added.member = number % MEMBERS + 1;
    event.posting_added.topics = *question == 0 ? text_of(topics) : TEXT("");
    event_add(event, at_ms);
    *question = *question == 0 ? seq : *question;
    return seq;
}

static void month_run(int64_t votes)
{
    const int64_t postings = votes / VOTES_EACH;
    int64_t *ids = calloc((size_t)postings + 1, sizeof *ids), question = 0;
    chance_state = 7;
    for (int64_t i = 0; i < votes; i++) {
        const int64_t at_ms = START_MS + i * ((int64_t)DAYS * DAY_MS / votes);
        const int64_t now = i / VOTES_EACH;
        if (i % VOTES_EACH == 0 && now < postings)
            ids[now] = posting_add(now, &question, at_ms);
        int64_t back = (int64_t)chance((uint64_t)(postings / (i % 2 == 0 ? FRESH : LATE) + 1));
        int64_t on = now - back < 0 ? 0 : now - back;
        struct event event = {.kind = EVENT_VOTE_CAST};
        event.vote_cast.posting = ids[on < postings ? on : postings - 1];
        event.vote_cast.member = (int64_t)chance(MEMBERS) + 1;
        event.vote_cast.author = 1;
        event.vote_cast.stance = 1;
        event_add(event, at_ms);
    }
    free(ids);
}

int main(int count, char **words)
{
    int64_t votes, earmarks;
    struct arena arena;
    const char *why;
    const struct reward_item *items;
    if (count != 3 || !text_int(text_of(words[1]), VOTES_EACH, 10000000, &votes) ||
        !text_int(text_of(words[2]), 0, 10000, &earmarks))
        return 2;
    (void)scratch_open();
    arena_open(&arena, 1 << 30);
    reward = reward_open();
    earmarks_add(&arena, earmarks);
    members_add();
    int64_t start_us = clock_steady_us();
    month_run(votes);
    if (reward_finish(reward, START_MS + DAYS * (int64_t)DAY_MS, 1, &why) != OK)
        abort();
    double took = (double)(clock_steady_us() - start_us);
    printf("%.2f s, %.2f us a vote, %zu payments\n", took / 1e6, took / (double)votes,
           reward_items(reward, &items));
    reward_close(reward);
    arena_close(&arena);
    return 0;
}
