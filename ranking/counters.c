#include "ranking/counters.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { COUNT_MAX = 1 << 30, MAP_FIRST = 1024, FORGET_FROM = 4096 };
enum { PAGE = 4096, SPREAD_FROM = 8 << 20 };

/* --- growing arrays: doubled; the process ends when there is no memory, and replays when it starts
 * again --- */

/* Large tables are read all over the place: pages of 2 MiB save half of the walks that find them.
 * Only a hint. */
static void memory_spread(void *at, size_t size)
{
    const uintptr_t from = ((uintptr_t)at + PAGE - 1) & ~(uintptr_t)(PAGE - 1);
    if (size >= SPREAD_FROM)
        (void)madvise((void *)from, ((uintptr_t)at + size - from) & ~(uintptr_t)(PAGE - 1),
                      MADV_HUGEPAGE);
}

#define GROW(list)                                                             \
    do {                                                                       \
        if ((list).count == (list).room) {                                     \
            int32_t room = (list).room ? (list).room * 2 : 256;                \
            assert(room <= COUNT_MAX);                                         \
            (list).at = realloc((list).at, (size_t)room * sizeof(*(list).at)); \
            assert((list).at);                                                 \
            (list).room = room;                                                \
        }                                                                      \
        memset(&(list).at[(list).count++], 0, sizeof(*(list).at));             \
    } while (0)

/* --- maps: open addressing, at most four fifths full; key 0 marks an empty slot, so keys are never
 * 0
 * --- */

static bool is_full(size_t used, size_t room)
{
    return 5 * (used + 1) > 4 * room;
}

/* Where a search begins; a pair's halves must both reach the low bits. */
static size_t place_first(uint64_t key, size_t room)
{
    uint64_t mixed = key * 0x9e3779b97f4a7c15u;
    return (size_t)((mixed ^ mixed >> 29) * 0xbf58476d1ce4e5b9u >> 24) & (room - 1);
}

static uint64_t slot_key(const struct map_slot *slot)
{
    return (uint64_t)slot->key[1] << 32 | slot->key[0];
}

static struct map_slot *map_slot(const struct map *map, uint64_t key)
{
    size_t place = place_first(key, map->room);
    for (uint64_t other; (other = slot_key(&map->slots[place])) != 0 && other != key;)
        place = (place + 1) & (map->room - 1);
    return &map->slots[place];
}

int32_t map_get(const struct map *map, uint64_t key, int32_t missing)
{
    assert(key);
    if (!map->room)
        return missing;
    const struct map_slot *slot = map_slot(map, key);
    return slot_key(slot) ? slot->value : missing;
}

static void map_grow(struct map *map)
{
    struct map old = *map;
    map->room = old.room ? old.room * 2 : MAP_FIRST;
    map->slots = calloc(map->room, sizeof(*map->slots));
    assert(map->slots);
    memory_spread(map->slots, map->room * sizeof(*map->slots));
    for (size_t i = 0; i < old.room; i++)
        if (slot_key(&old.slots[i]))
            *map_slot(map, slot_key(&old.slots[i])) = old.slots[i];
    free(old.slots);
}

int32_t *map_put(struct map *map, uint64_t key)
{
    assert(key);
    if (is_full(map->used, map->room))
        map_grow(map);
    struct map_slot *slot = map_slot(map, key);
    if (!slot_key(slot)) {
        slot->key[0] = (uint32_t)key;
        slot->key[1] = (uint32_t)(key >> 32);
        map->used++;
    }
    return &slot->value;
}

/* --- pairs, votes and postings: the large tables, packed --- */

static size_t place_of_two(int32_t a, int32_t b, size_t room)
{
    return place_first((uint64_t)(uint32_t)a << 32 | (uint32_t)b, room);
}

/* Of an author, or of a product (below -1). */
static uint32_t pair_to(int32_t target)
{
    assert(target >= 0 ? target < PAIR_MEMBERS : -2 - target < PAIR_MEMBERS);
    return (uint32_t)(target >= 0 ? target : PAIR_MEMBERS + (-2 - target));
}

static struct pair_slot *pair_place(const struct counters *counters, uint32_t from, uint32_t to)
{
    size_t room = counters->pairs.room, place = place_of_two((int32_t)from, (int32_t)to, room);
    struct pair_slot *slots = counters->pairs.slots;
    while (slots[place].from && (slots[place].from != from || slots[place].to != to))
        place = (place + 1) & (room - 1);
    return &slots[place];
}

static void pairs_grow(struct counters *counters)
{
    struct pair_slot *old = counters->pairs.slots;
    size_t old_room = counters->pairs.room;
    counters->pairs.room = old_room ? old_room * 2 : MAP_FIRST;
    counters->pairs.slots = calloc(counters->pairs.room, sizeof(*old));
    assert(counters->pairs.slots);
    memory_spread(counters->pairs.slots, counters->pairs.room * sizeof(*old));
    for (size_t i = 0; i < old_room; i++)
        if (old[i].from)
            *pair_place(counters, (uint32_t)old[i].from, (uint32_t)old[i].to) = old[i];
    free(old);
}

static int32_t *vote_slot(const struct counters *counters, int32_t voter, int32_t posting)
{
    size_t room = counters->vote_of.room, place = place_of_two(voter, posting, room);
    int32_t *slots = counters->vote_of.slots;
    for (; slots[place]; place = (place + 1) & (room - 1)) {
        const struct vote_facts *vote = &counters->votes.at[slots[place] - 1];
        if (vote->voter == voter && vote->posting == posting)
            break;
    }
    return &slots[place];
}

/* Empties it. */
static void index_grow(struct index *index)
{
    free(index->slots);
    index->room = index->room ? index->room * 2 : MAP_FIRST;
    index->slots = calloc(index->room, sizeof(*index->slots));
    assert(index->slots);
    memory_spread(index->slots, index->room * sizeof(*index->slots));
}

static int32_t *posting_slot(const struct counters *counters, int64_t id)
{
    const struct index *index = &counters->posting_of;
    size_t place = place_first((uint64_t)id, index->room);
    while (index->slots[place] && counters->postings.at[index->slots[place] - 1].id != id)
        place = (place + 1) & (index->room - 1);
    return &index->slots[place];
}

/* The newest posting is found by its id from now on. */
static void posting_index(struct counters *counters)
{
    struct index *index = &counters->posting_of;
    if (is_full(index->used, index->room)) {
        index_grow(index);
        for (int32_t i = 0; i < (int32_t)index->used; i++)
            *posting_slot(counters, counters->postings.at[i].id) = i + 1;
    }
    index->used++;
    *posting_slot(counters, counters->postings.at[index->used - 1].id) = (int32_t)index->used;
}

static void vote_of_grow(struct counters *counters)
{
    index_grow(&counters->vote_of);
    for (int32_t i = 0; i < (int32_t)counters->vote_of.used; i++)
        *vote_slot(counters, counters->votes.at[i].voter, counters->votes.at[i].posting) = i + 1;
}

/* --- the counters --- */

void counters_open(struct counters *counters)
{
    *counters = (struct counters){.site = {0}};
}

void counters_close(struct counters *counters)
{
    free(counters->members.at);
    free(counters->postings.at);
    free(counters->questions.at);
    free(counters->votes.at);
    free(counters->young.at);
    free(counters->member_of.slots);
    free(counters->posting_of.slots);
    free(counters->question_of.slots);
    free(counters->topic_of.slots);
    free(counters->acts.slots);
    free(counters->topics.at);
    free(counters->pairs.slots);
    free(counters->pairs_up.slots);
    free(counters->pairs_down.slots);
    free(counters->vote_of.slots);
    counters_open(counters);
}

size_t counters_memory(const struct counters *c)
{
    size_t slots = c->member_of.room + c->question_of.room + c->topic_of.room + c->acts.room;
    return slots * sizeof(struct map_slot) + c->pairs.room * sizeof(*c->pairs.slots) +
           (c->vote_of.room + c->posting_of.room) * sizeof(int32_t) +
           (size_t)c->young.room * sizeof(*c->young.at) +
           (size_t)c->members.room * sizeof(*c->members.at) +
           (size_t)c->postings.room * sizeof(*c->postings.at) +
           (size_t)c->questions.room * sizeof(*c->questions.at) +
           (size_t)c->votes.room * sizeof(*c->votes.at);
}

int32_t counters_member_find(const struct counters *counters, int64_t id)
{
    return id > 0 ? map_get(&counters->member_of, (uint64_t)id, -1) : -1;
}

int32_t counters_posting_find(const struct counters *counters, int64_t id)
{
    return id > 0 && counters->posting_of.room ? *posting_slot(counters, id) - 1 : -1;
}

int32_t counters_question_find(const struct counters *counters, int64_t id)
{
    return id > 0 ? map_get(&counters->question_of, (uint64_t)id, -1) : -1;
}

int32_t counters_member(struct counters *counters, int64_t id)
{
    assert(id > 0);
    int32_t known = counters_member_find(counters, id);
    if (known >= 0)
        return known;
    GROW(counters->members);
    int32_t member = counters->members.count - 1;
    counters->members.at[member].id = id;
    counters->members.at[member].first_posting = -1;
    *map_put(&counters->member_of, (uint64_t)id) = member;
    return member;
}

static int32_t question_add(struct counters *counters, int64_t id)
{
    GROW(counters->questions);
    int32_t question = counters->questions.count - 1;
    counters->questions.at[question] = (struct question_facts){
        .id = id, .first_posting = -1, .product = -1, .topics = {-1, -1, -1}, .rising = -1e6};
    *map_put(&counters->question_of, (uint64_t)id) = question;
    return question;
}

int32_t counters_posting_add(struct counters *counters, int64_t id, int64_t question,
                             int64_t author, uint8_t kind, int64_t at_ms)
{
    assert(id > 0 && counters_posting_find(counters, id) < 0);
    int32_t thread = question == 0 || question == id ? question_add(counters, id)
                                                     : counters_question_find(counters, question);
    if (thread < 0)
        return -1;
    int32_t member = author > 0 ? counters_member(counters, author) : -1;
    GROW(counters->postings);
    int32_t posting = counters->postings.count - 1;
    struct posting_facts *facts = &counters->postings.at[posting];
    *facts = (struct posting_facts){.id = id,
                                    .at_ms = at_ms,
                                    .question = thread,
                                    .author = member,
                                    .product = -1,
                                    .first_vote = -1,
                                    .last_vote = -1,
                                    .next_of_author = -1,
                                    .kind = kind};
    facts->next_in_question = counters->questions.at[thread].first_posting;
    counters->questions.at[thread].first_posting = posting;
    if (member >= 0) {
        facts->next_of_author = counters->members.at[member].first_posting;
        counters->members.at[member].first_posting = posting;
    }
    posting_index(counters);
    return posting;
}

void counters_posting_count(struct counters *counters, int32_t posting)
{
    struct posting_facts *facts = &counters->postings.at[posting];
    if (facts->counted)
        return;
    facts->counted = true;
    counters->site.postings += 1;
    if (facts->author >= 0)
        counters->members.at[facts->author].postings++;
    if (facts->product >= 0)
        counters->topics.at[facts->product]++;
}

int32_t counters_vote_find(const struct counters *counters, int32_t voter, int32_t posting)
{
    return counters->vote_of.room ? *vote_slot(counters, voter, posting) - 1 : -1;
}

int32_t counters_vote_add(struct counters *counters, int32_t voter, int32_t posting)
{
    assert(counters_vote_find(counters, voter, posting) < 0);
    if (is_full(counters->vote_of.used, counters->vote_of.room))
        vote_of_grow(counters);
    GROW(counters->votes);
    GROW(counters->young);
    int32_t vote = counters->votes.count - 1;
    counters->votes.at[vote] = (struct vote_facts){.voter = voter, .posting = posting, .next = -1};
    struct posting_facts *facts = &counters->postings.at[posting];
    if (facts->last_vote >= 0)
        counters->votes.at[facts->last_vote].next = vote;
    else
        facts->first_vote = vote;
    facts->last_vote = vote;
    *vote_slot(counters, voter, posting) = vote + 1;
    counters->vote_of.used++;
    return vote;
}

struct vote_young *counters_young(const struct counters *counters, const struct vote_facts *vote)
{
    int32_t number = (int32_t)(vote - counters->votes.at);
    assert(number >= 0 && number < counters->votes.count);
    return number < counters->young_first ? NULL
                                          : &counters->young.at[number - counters->young_base];
}

void counters_young_forget(struct counters *counters)
{
    while (counters->young_first < counters->votes.count &&
           counters->postings.at[counters->votes.at[counters->young_first].posting].settled)
        counters->young_first++;
    int32_t gone = counters->young_first - counters->young_base;
    if (gone < FORGET_FROM || gone < counters->young.count / 2)
        return;
    counters->young.count -= gone;
    memmove(counters->young.at, counters->young.at + gone,
            (size_t)counters->young.count * sizeof(*counters->young.at));
    counters->young_base += gone;
}

struct pair_votes counters_pair(const struct counters *counters, int32_t voter, int32_t target)
{
    assert(voter >= 0 && target != -1);
    if (!counters->pairs.room)
        return (struct pair_votes){0, 0};
    const struct pair_slot *slot = pair_place(counters, (uint32_t)voter + 1, pair_to(target));
    struct pair_votes votes = {(int32_t)slot->up, (int32_t)slot->down};
    if (votes.up == PAIR_WIDE)
        votes.up = map_get(&counters->pairs_up, key_of_two(voter, target), 0);
    if (votes.down == PAIR_WIDE)
        votes.down = map_get(&counters->pairs_down, key_of_two(voter, target), 0);
    return votes;
}

void counters_pair_add(struct counters *counters, int32_t voter, int32_t target, int sign,
                       int change)
{
    assert(voter >= 0 && voter + 1 < PAIR_MEMBERS && target != -1);
    assert(sign != 0 && (change == 1 || change == -1));
    const struct pair_votes before = counters_pair(counters, voter, target);
    int32_t votes = (sign > 0 ? before.up : before.down) + change;
    assert(votes >= 0);
    if (is_full(counters->pairs.used, counters->pairs.room))
        pairs_grow(counters);
    struct pair_slot *slot = pair_place(counters, (uint32_t)voter + 1, pair_to(target));
    if (!slot->from) {
        *slot = (struct pair_slot){.from = ((uint32_t)voter + 1) & (PAIR_MEMBERS - 1),
                                   .to = pair_to(target) & (2 * PAIR_MEMBERS - 1)};
        counters->pairs.used++;
    }
    bool is_wide = (sign > 0 ? slot->up : slot->down) == PAIR_WIDE || votes == PAIR_WIDE;
    if (is_wide)
        *map_put(sign > 0 ? &counters->pairs_up : &counters->pairs_down,
                 key_of_two(voter, target)) = votes;
    const uint32_t kept = is_wide ? PAIR_WIDE : (uint32_t)votes;
    if (sign > 0)
        slot->up = kept & PAIR_WIDE;
    else
        slot->down = kept & PAIR_WIDE;
}

/* --- topics --- */

static int32_t topic_number(struct counters *counters, struct text name)
{
    uint64_t key = 0xcbf29ce484222325u; /* FNV-1a */
    for (size_t i = 0; i < name.size; i++)
        key = (key ^ (uint8_t)name.data[i]) * 0x100000001b3u;
    int32_t *number = map_put(&counters->topic_of, key ? key : 1);
    if (*number == 0) { /* kept as one more than the number */
        GROW(counters->topics);
        *number = counters->topics.count;
    }
    return *number - 1;
}

void counters_topics(struct counters *counters, int32_t posting, struct text names)
{
    struct posting_facts *facts = &counters->postings.at[posting];
    struct question_facts *question = &counters->questions.at[facts->question];
    bool opens = question->id == facts->id;
    int kept = 0;
    for (size_t from = 0, to; from < names.size; from = to + 1) {
        for (to = from; to < names.size && names.data[to] != ' '; to++)
            ;
        struct text name = {names.data + from, to - from};
        if (name.size == 0)
            continue;
        if (text_starts(name, PRODUCT_TOPIC))
            facts->product = topic_number(counters, name);
        else if (opens && kept < TOPICS_KEPT)
            question->topics[kept++] = topic_number(counters, name);
    }
    if (opens)
        question->product = facts->product;
    else if (facts->product < 0)
        facts->product = question->product;
}

int32_t counters_acts(const struct counters *counters, int32_t member, int32_t question)
{
    const int32_t *topics = counters->questions.at[question].topics;
    int32_t most = 0;
    for (int i = 0; i < TOPICS_KEPT && topics[i] >= 0; i++) {
        int32_t acts = map_get(&counters->acts, key_of_two(member, topics[i]), 0);
        most = acts > most ? acts : most;
    }
    return most;
}

void counters_acts_add(struct counters *counters, int32_t member, int32_t question, int change)
{
    const int32_t *topics = counters->questions.at[question].topics;
    for (int i = 0; i < TOPICS_KEPT && topics[i] >= 0; i++)
        *map_put(&counters->acts, key_of_two(member, topics[i])) += change;
    if (topics[0] >= 0)
        counters->members.at[member].acts += change;
}

void counters_vote_apply(struct counters *counters, const struct vote_facts *vote, int side)
{
    assert(side == 1 || side == -1);
    struct posting_facts *posting = &counters->postings.at[vote->posting];
    if (vote->sign == 0) {
        posting->unsure += side;
        return;
    }
    bool is_up = vote->sign > 0, is_linked = is_up && vote->independence < SHARE_WHOLE / 2;
    double signed_odds = side * (double)vote->odds;
    posting->odds += signed_odds;
    *(is_up ? &posting->odds_up : &posting->odds_down) += signed_odds;
    *(is_up ? &posting->up : &posting->down) += side;
    posting->up_linked += is_linked ? side : 0;
    posting->informed += vote->informed ? side : 0;
    if (posting->author < 0)
        return;
    struct member_facts *author = &counters->members.at[posting->author];
    author->weight += side * (double)vote->weight;
    author->residual += side * (double)vote->residual;
    *(is_up ? &author->received_up : &author->received_down) += side;
    author->received_linked += is_linked ? side : 0;
}

bool counters_posting_hide(struct counters *counters, int32_t posting, enum hidden_why why,
                           bool hidden)
{
    struct posting_facts *facts = &counters->postings.at[posting];
    bool was = facts->hidden != 0;
    facts->hidden = (uint8_t)(hidden ? facts->hidden | why : facts->hidden & ~(unsigned)why);
    bool is = facts->hidden != 0;
    if (was == is)
        return false;
    for (int32_t at = facts->first_vote; at >= 0; at = counters->votes.at[at].next)
        counters_vote_apply(counters, &counters->votes.at[at], is ? -1 : 1);
    if (facts->counted) {
        counters->site.postings += is ? -1 : 1;
        if (facts->author >= 0)
            counters->members.at[facts->author].postings += is ? -1 : 1;
        if (facts->product >= 0)
            counters->topics.at[facts->product] += is ? -1 : 1;
    }
    return true;
}
