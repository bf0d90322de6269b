#include "insight/count.h"
#include "core/clock.h"

enum { LEVEL_DOOR = 3, KIND_ANSWER = 4, OUTCOME_KEPT = 1 };
/* Questions are counted for a year from when they were asked. */
static const int64_t ASKED_MS = 366 * DAY_MS;

void count_open(struct count *count, const uint8_t key[TALLY_KEY_SIZE])
{
    *count = (struct count){.words = NULL};
    tally_open(&count->tally, key);
    terms_open(&count->terms, key);
}

void count_close(struct count *count)
{
    tally_close(&count->tally);
    terms_close(&count->terms);
    table_close(&count->levels);
    table_close(&count->tellings);
    table_close(&count->writers);
    table_close(&count->pairs);
}

static void level_set(struct count *count, int64_t member, int64_t level)
{
    *table_at(&count->levels, (uint64_t)member) = level + 1;
}

/* --- drug and event --- */

uint64_t count_pair(int64_t drug, int64_t event)
{
    return table_pair(drug + 1, event + 1);
}

/* A posting that names a drug and an event counts once for each pair, drug and event, and in all.
 */
static void pairs_add(struct count *count)
{
    const struct terms *terms = &count->terms;
    bool has[WORD_EVENT + 1] = {false};
    for (size_t i = 0; i < terms->here_count; i++)
        has[count->words[terms->here[i]].kind] = true;
    if (!has[WORD_DRUG] || !has[WORD_EVENT])
        return;
    ++*table_at(&count->pairs, count_pair(0, 0));
    for (size_t i = 0; i < terms->here_count; i++) {
        const int64_t a = terms->here[i];
        if (count->words[a].kind == WORD_EVENT)
            ++*table_at(&count->pairs, count_pair(0, a));
        if (count->words[a].kind != WORD_DRUG)
            continue;
        ++*table_at(&count->pairs, count_pair(a, 0));
        for (size_t k = 0; k < terms->here_count; k++)
            if (count->words[terms->here[k]].kind == WORD_EVENT)
                ++*table_at(&count->pairs, count_pair(a, terms->here[k]));
    }
}

static void pairs_take(struct count *count, struct arena *arena, struct taken *taken)
{
    taken->pairs = arena_array(arena, struct taken_pair, count->pairs.count + 1);
    for (size_t i = 0; i < count->pairs.room; i++) {
        const uint64_t key = count->pairs.keys[i];
        if (key)
            taken->pairs[taken->pair_count++] = (struct taken_pair){
                (int64_t)(key >> 32) - 1, (int64_t)(key & UINT32_MAX) - 1, count->pairs.values[i]};
    }
    taken->writers = (int64_t)count->writers.count;
    table_clear(&count->pairs);
    table_clear(&count->writers);
}

/* --- events --- */

static void posting_added(struct count *count, const struct journal_entry *entry, bool with_terms)
{
    const struct event_posting_added *e = &entry->event.posting_added;
    const bool is_asked_here = (e->member > 0 || e->has_sponsor) && e->kind <= KIND_ANSWER;
    const bool is_held = e->has_held && e->held;
    if (!is_asked_here)
        return;
    if (e->kind < KIND_ANSWER) {
        tally_question(&count->tally, entry->event.seq, entry->event.at_ms, e->topics);
        if (is_held)
            tally_drop(&count->tally, entry->event.seq, true);
    }
    if (!with_terms || is_held || e->member == 0) /* a sponsor's words are no member's */
        return;
    *table_at(&count->writers, (uint64_t)e->member) = 1;
    count->terms.here_count = 0;
    for (size_t i = 0; i < 2; i++)
        if (entry->texts[i].data)
            terms_read(&count->terms, e->member, entry->texts[i]);
    pairs_add(count);
}

/* Its text is gone when the member took it back since, or told another part. */
static void background_told(struct count *count, const struct journal_entry *entry)
{
    const struct event_background_told *e = &entry->event.background_told;
    const enum margin margin = e->asked == 1 ? MARGIN_REGION : MARGIN_YEARS;
    int64_t part;
    if (!entry->texts[0].data || !text_int(entry->texts[0], 1, PARTS, &part))
        part = 0; /* or practises elsewhere */
    tally_told(&count->tally, e->member, margin, (int)part - 1);
    *table_at(&count->tellings, (uint64_t)entry->event.seq) = e->member;
}

static void text_blanked(struct count *count, int64_t seq)
{
    const int64_t *member = table_find(&count->tellings, (uint64_t)seq);
    if (member)
        tally_told(&count->tally, *member, MARGIN_REGION, -1);
}

void count_event(struct count *count, const struct journal_entry *entry, bool with_terms)
{
    const struct event *event = &entry->event;
    switch (event->kind) {
    case EVENT_MEMBER_APPLIED:
        tally_member(&count->tally, event->seq, group_of(NO_TEXT, event->member_applied.specialty));
        break;
    case EVENT_SPECIALTIES_CHOSEN:
        tally_member(&count->tally, event->specialties_chosen.member,
                     group_of(event->specialties_chosen.codes, event->specialties_chosen.words));
        break;
    case EVENT_BACKGROUND_TOLD:
        background_told(count, entry);
        break;
    case EVENT_TEXT_BLANKED:
        text_blanked(count, event->text_blanked.seq);
        break;
    case EVENT_MEMBER_DECIDED:
        level_set(count, event->member_decided.member,
                  event->member_decided.accepted ? event->member_decided.level : 0);
        break;
    case EVENT_MEMBER_LEVEL_SET:
        level_set(count, event->member_level_set.member, event->member_level_set.level);
        break;
    case EVENT_MEMBER_LEFT:
        level_set(count, event->member_left.member, 0);
        break;
    case EVENT_POSTING_ADDED:
        posting_added(count, entry, with_terms);
        break;
    case EVENT_POSTING_DECIDED:
        if (event->posting_decided.posting == event->posting_decided.question)
            tally_drop(&count->tally, event->posting_decided.question,
                       event->posting_decided.outcome != OUTCOME_KEPT);
        break;
    case EVENT_VOTE_CAST:
        if (event->vote_cast.member > 0 && event->vote_cast.question > 0)
            tally_vote(&count->tally, event->vote_cast.question, event->vote_cast.member,
                       event->vote_cast.stance);
        break;
    default:
        break;
    }
}

void count_members(const struct count *count, struct taken_members *members)
{
    *members = (struct taken_members){{0}, {{0}}};
    for (size_t i = 0; i < count->levels.room; i++) {
        if (!count->levels.keys[i] || count->levels.values[i] != LEVEL_DOOR + 1)
            continue;
        const int64_t *group = table_find(&count->tally.groups, count->levels.keys[i]);
        const int64_t *told = table_find(&count->tally.told, count->levels.keys[i]);
        members->groups[group ? *group - 1 : GROUP_OTHER]++;
        if (told && *told > 0)
            members->parts[(*told - 1) / PARTS][(*told - 1) % PARTS]++;
    }
}

struct taken count_take(struct count *count, struct arena *arena, struct period period)
{
    struct taken taken = {.period = period};
    switch (period.kind) {
    case PERIOD_WEEK:
        taken.authors = arena_array(arena, int64_t, (size_t)count->word_count + 1);
        taken.all_authors = arena_array(arena, int64_t, (size_t)count->word_count + 1);
        terms_take(&count->terms, taken.authors, taken.all_authors, count->word_count);
        pairs_take(count, arena, &taken);
        break;
    case PERIOD_MONTH:
        taken.rows =
            tally_take(&count->tally, arena, period_end_ms(period) - ASKED_MS, &taken.row_count);
        break;
    default:
        count_members(count, &taken.members);
        tally_quarter(&count->tally);
        break;
    }
    return taken;
}
