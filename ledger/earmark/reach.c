#include "ledger/earmark/reach.h"

#include <assert.h>
#include <stdlib.h>

#include "ledger/earmark/select.h"

enum { OF_ALL = 1, OF_SPECIALTY = 2, OF_TOPIC = 3 }; /* schema/vault/204-reach.sql */
enum { SPECIALTIES_MOST = 100, TOPICS_MOST = 200, NAME_SIZE = 100 };
enum { QUESTION = 1, CASE, OBSERVATION, ANSWER };

void reach_watch(struct evaluation *evaluation)
{
    select_watch(reward_select(evaluation->reward), evaluation->start_ms);
}

static int64_t rounded(int64_t count, int64_t step)
{
    return count - count % step;
}

static enum result count_add(struct paymaster *paymaster, struct text period, int what,
                             struct text name, int kind, int64_t count)
{
    if (count == 0 || name.size > NAME_SIZE)
        return OK;
    return vault_reach_add(paymaster->vault, period, what, name, kind, count);
}

static enum result members_write(struct paymaster *paymaster, const struct select *select,
                                 int64_t end_ms, struct text period)
{
    const int64_t *numbers;
    size_t count = select_specialties(select, &numbers);
    int64_t all = 0, *active = calloc(count + 1, sizeof *active);
    enum result result = OK;
    assert(active != NULL);
    select_active(select, end_ms, active);
    for (size_t i = 0; i < count && result == OK; i++) {
        all += active[i];
        if (numbers[i] != 0)
            result = count_add(paymaster, period, OF_SPECIALTY, select_name(select, numbers[i]), 0,
                               rounded(active[i], REACH_MEMBERS));
    }
    free(active);
    if (result == OK) /* also when it is none: there are figures of this month */
        result = vault_reach_add(paymaster->vault, period, OF_ALL, TEXT(""), 0,
                                 rounded(all, REACH_MEMBERS));
    return result;
}

enum result reach_write(struct paymaster *paymaster, const struct evaluation *evaluation,
                        struct text period)
{
    const struct select *select = reward_select(evaluation->reward);
    const struct select_topic *topics;
    size_t count = select_topics(select, &topics);
    enum result result = members_write(paymaster, select, evaluation->end_ms, period);
    for (size_t i = 0; i < count; i++)
        for (int kind = QUESTION; kind <= ANSWER && result == OK; kind++)
            result = count_add(paymaster, period, OF_TOPIC, select_name(select, topics[i].number),
                               kind, rounded(topics[i].postings[kind], REACH_POSTINGS));
    return result;
}

/* --- telling --- */

static enum result specialties_tell(struct paymaster *paymaster, struct reply_earmark_terms *terms)
{
    struct vault_reach_row *rows;
    size_t count = 0;
    enum result result = vault_reach(paymaster->vault, &paymaster->arena, terms->month,
                                     OF_SPECIALTY, SPECIALTIES_MOST, &rows, &count);
    terms->specialties = arena_array(&paymaster->arena, struct record_reach_specialty, count + 1);
    for (size_t i = 0; result == OK && i < count; i++)
        terms->specialties[terms->specialties_count++] =
            (struct record_reach_specialty){rows[i].name, rows[i].count};
    return result;
}

static enum result topics_tell(struct paymaster *paymaster, struct reply_earmark_terms *terms)
{
    struct vault_reach_row *rows;
    size_t count = 0;
    enum result result = vault_reach(paymaster->vault, &paymaster->arena, terms->month, OF_TOPIC,
                                     TOPICS_MOST, &rows, &count);
    struct record_reach_topic *topic = NULL;
    terms->topics = arena_array(&paymaster->arena, struct record_reach_topic, count + 1);
    for (size_t i = 0; result == OK && i < count; i++) { /* by name */
        if (topic == NULL || !text_equal(topic->name, rows[i].name)) {
            topic = &terms->topics[terms->topics_count++];
            *topic = (struct record_reach_topic){.name = rows[i].name};
        }
        int64_t *const of[] = {NULL, &topic->questions, &topic->cases, &topic->observations,
                               &topic->answers};
        if (rows[i].kind >= QUESTION && rows[i].kind <= ANSWER)
            *of[rows[i].kind] = rows[i].count;
    }
    return result;
}

enum result reach_tell(struct paymaster *paymaster, struct reply_earmark_terms *terms)
{
    struct vault_reach_last_row last;
    struct vault_reach_row *rows;
    size_t count = 0;
    enum result result = vault_reach_last(paymaster->vault, &paymaster->arena, &last);
    terms->month = TEXT("");
    if (result != OK)
        return result == NOT_FOUND ? OK : result;
    terms->month = last.period;
    result =
        vault_reach(paymaster->vault, &paymaster->arena, last.period, OF_ALL, 1, &rows, &count);
    if (result == OK && count == 1)
        terms->active = rows[0].count;
    if (result == OK)
        result = specialties_tell(paymaster, terms);
    return result == OK ? topics_tell(paymaster, terms) : result;
}
