#pragma once
/* All that is counted while the journal is followed, in memory alone: a restart counts the whole
 * journal again, and passes the periods that are closed already. */
#include "core/journal.h"
#include "insight/period.h"
#include "insight/tally.h"
#include "insight/term.h"

enum word_kind { WORD_OTHER, WORD_DRUG, WORD_EVENT };
struct word {
    struct text text;
    int64_t added_ms;
    enum word_kind kind;
};

struct count {
    struct tally tally;
    struct terms terms;
    struct table levels;   /* member -> level + 1 */
    struct table tellings; /* event by which a member told something -> member */
    struct word *words;    /* [id], from 1; borrowed from whoever loaded them */
    int64_t word_count;
    /* Of this week, for the house's own desk: who wrote anything, and postings by drug and event
     * (count_pair). */
    struct table writers, pairs;
};

void count_open(struct count *count, const uint8_t key[TALLY_KEY_SIZE]);
void count_close(struct count *count);
/* with_terms: read its words; false for a posting of a week that is closed already. */
void count_event(struct count *count, const struct journal_entry *entry, bool with_terms);
/* Members at level 3 now: by specialty, and those who told it by region or years in practice. */
struct taken_members {
    int64_t groups[GROUPS], parts[MARGINS][PARTS];
};
void count_members(const struct count *count, struct taken_members *members);

/* Key of `pairs`: postings that name both; 0 for any drug, or any event. */
uint64_t count_pair(int64_t drug, int64_t event);
struct taken_pair {
    int64_t drug, event, postings;
};

/* What one period counted. Taking it begins the next one. */
struct taken {
    struct period period;
    struct tally_row *rows; /* month */
    size_t row_count;
    int64_t *authors; /* week: [id] of authors, capped; and without the cap */
    int64_t *all_authors;
    int64_t writers;
    struct taken_pair *pairs;
    size_t pair_count;
    struct taken_members members; /* quarter */
};
struct taken count_take(struct count *count, struct arena *arena, struct period period);
