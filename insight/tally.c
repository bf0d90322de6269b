#include "insight/tally.h"
#include "core/seal.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

void tally_open(struct tally *tally, const uint8_t key[TALLY_KEY_SIZE])
{
    *tally = (struct tally){.questions = NULL};
    memcpy(tally->key, key, TALLY_KEY_SIZE);
}

void tally_close(struct tally *tally)
{
    free(tally->questions);
    free(tally->votes);
    table_close(&tally->places);
    table_close(&tally->topics);
    table_close(&tally->seen);
    table_close(&tally->used);
    table_close(&tally->groups);
    table_close(&tally->told);
    *tally = (struct tally){.questions = NULL};
}

/* --- what there is --- */

static uint64_t number_of(const uint8_t digest[ID_SIZE])
{
    uint64_t number;
    memcpy(&number, digest, sizeof(number));
    return number ? number : 1;
}

static int32_t topic_number(struct tally *tally, struct text name)
{
    uint8_t digest[ID_SIZE];
    const struct bytes part = text_bytes(name);
    seal_id(digest, NULL, &part, 1);
    int64_t *number = table_at(&tally->topics, number_of(digest));
    if (*number == 0)
        *number = (int64_t)tally->topics.count;
    return (int32_t)*number;
}

void tally_question(struct tally *tally, int64_t question, int64_t at_ms, struct text topics)
{
    struct text name;
    size_t count = 0;
    struct tally_question added = {.id = question, .at_ms = at_ms};
    assert(tally->question_count == 0 || tally->questions[tally->question_count - 1].id < question);
    while (count < TALLY_TOPICS_MAX && text_next(&topics, ' ', &name))
        if (name.size > 0)
            added.topics[count++] = topic_number(tally, name);
    if (count == 0) /* questions without a topic are one topic */
        added.topics[0] = topic_number(tally, TEXT(""));
    if (tally->question_count == tally->question_room) {
        tally->question_room = tally->question_room ? tally->question_room * 2 : 1024;
        tally->questions =
            table_grow(tally->questions, tally->question_room, sizeof(*tally->questions));
    }
    tally->questions[tally->question_count++] = added;
    *table_at(&tally->places, (uint64_t)question) = (int64_t)tally->question_count;
}

void tally_drop(struct tally *tally, int64_t question, bool is_dropped)
{
    const int64_t *place = table_find(&tally->places, (uint64_t)question);
    size_t kept = 0;
    if (!place)
        return;
    tally->questions[*place - 1].is_dropped = is_dropped;
    for (size_t i = 0; i < tally->vote_count; i++)
        if (tally->votes[i].place != *place - 1)
            tally->votes[kept++] = tally->votes[i];
    tally->vote_count = kept;
}

void tally_member(struct tally *tally, int64_t member, int group)
{
    *table_at(&tally->groups, (uint64_t)member) = group + 1;
}

void tally_told(struct tally *tally, int64_t member, enum margin margin, int part)
{
    *table_at(&tally->told, (uint64_t)member) = part < 0 ? 0 : (int64_t)margin * PARTS + part + 1;
}

static uint64_t order_of(const struct tally *tally, int64_t member, int64_t question)
{
    uint8_t digest[ID_SIZE];
    const struct bytes key = bytes_of(tally->key, TALLY_KEY_SIZE);
    const struct bytes parts[] = {bytes_of(&member, sizeof(member)),
                                  bytes_of(&question, sizeof(question))};
    seal_id(digest, &key, parts, 2);
    return number_of(digest);
}

void tally_vote(struct tally *tally, int64_t question, int64_t member, int64_t stance)
{
    assert(stance >= 1 && stance <= SIDES);
    const int64_t *place = table_find(&tally->places, (uint64_t)question);
    if (!place)
        return;
    int64_t *seen = table_at(&tally->seen, table_pair(member, *place));
    if (*seen)
        return;
    *seen = 1;
    if (tally->vote_count == tally->vote_room) {
        tally->vote_room = tally->vote_room ? tally->vote_room * 2 : 1024;
        tally->votes = table_grow(tally->votes, tally->vote_room, sizeof(*tally->votes));
    }
    tally->votes[tally->vote_count++] =
        (struct tally_vote){.order = order_of(tally, member, question),
                            .member = member,
                            .place = *place - 1,
                            .side = (uint8_t)(stance - 1)};
}

/* --- the end of a month --- */

static int by_order(const void *a, const void *b)
{
    const struct tally_vote *x = a, *y = b;
    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    return (x->member > y->member) - (x->member < y->member);
}

/* The most this member has used up in any topic of the question; one more is used from now on if
 * any is left. */
static int64_t cap_use(struct tally *tally, const struct tally_vote *vote)
{
    const int32_t *topics = tally->questions[vote->place].topics;
    int64_t most = 0;
    for (size_t i = 0; i < TALLY_TOPICS_MAX && topics[i]; i++) {
        const int64_t used = *table_at(&tally->used, table_pair(vote->member, topics[i]));
        most = used > most ? used : most;
    }
    for (size_t i = 0; most < TALLY_CAP && i < TALLY_TOPICS_MAX && topics[i]; i++)
        ++*table_at(&tally->used, table_pair(vote->member, topics[i]));
    return most;
}

static void vote_count(const struct tally *tally, struct counts *counts,
                       const struct tally_vote *vote, enum tier tier)
{
    const int64_t *group = table_find(&tally->groups, (uint64_t)vote->member);
    const int64_t *told = table_find(&tally->told, (uint64_t)vote->member);
    counts->of[tier][group ? *group - 1 : GROUP_OTHER][vote->side]++;
    if (told && *told > 0)
        counts->parts[(*told - 1) / PARTS][(*told - 1) % PARTS][vote->side]++;
}

struct tally_row *tally_take(struct tally *tally, struct arena *arena, int64_t since_ms,
                             size_t *count)
{
    struct counts **counts = arena_array(arena, struct counts *, tally->question_count + 1);
    struct tally_row *rows = arena_array(arena, struct tally_row, tally->question_count + 1);
    if (tally->vote_count > 0)
        qsort(tally->votes, tally->vote_count, sizeof(*tally->votes), by_order);
    for (size_t i = 0; i < tally->vote_count; i++) {
        const struct tally_vote *vote = &tally->votes[i];
        const struct tally_question *question = &tally->questions[vote->place];
        if (question->is_dropped || question->at_ms < since_ms)
            continue;
        const int64_t used = cap_use(tally, vote);
        if (used >= TALLY_CAP)
            continue;
        if (!counts[vote->place])
            counts[vote->place] = arena_new(arena, struct counts);
        vote_count(tally, counts[vote->place], vote,
                   used < TALLY_CAP_FEW ? TIER_FIRST : TIER_FURTHER);
    }
    *count = 0;
    for (size_t i = 0; i < tally->question_count; i++)
        if (!tally->questions[i].is_dropped && tally->questions[i].at_ms >= since_ms)
            rows[(*count)++] = (struct tally_row){tally->questions[i].id, counts[i]};
    tally->vote_count = 0;
    return rows;
}

void tally_quarter(struct tally *tally)
{
    table_clear(&tally->used);
}
