#pragma once
/* Where a word stands, read from the search index's own pages. FTS5's interface shows one row at a
 * call, with everything a query could ask of it; here rows come sixty-four at a time with what
 * scoring needs, which takes a tenth of the time. The pages are laid out as SQLite's fts5_index.c
 * describes ("Segment leaf page", format 4, in use since 2015); an index of another format, or in
 * more pieces than we care to open, is left to FTS5 itself, as are phrases and beginnings of words.
 * Only within a transaction: pages of two moments do not fit together. */
#include "board/search/packed.h"

enum { POSTINGS_MAIN = '0' }; /* in front of every key: not of an index of beginnings */

struct postings; /* opaque: one a search handle */
struct posting_row {
    int64_t posting;
    uint16_t times[SCORE_COLUMNS]; /* how often the word stands in each column */
};
/* It was taken out of the index. */
static inline bool posting_row_gone(const struct posting_row *row)
{
    uint16_t times = 0;
    for (size_t i = 0; i < SCORE_COLUMNS; i++)
        times |= row->times[i];
    return times == 0;
}
/* False: no more of them. */
typedef bool postings_take(void *self, const struct posting_row *rows, size_t count);

struct postings *postings_open(struct db *db);
void postings_close(struct postings *postings);
/* From now on packed lists are left alone: for measuring what they cost. */
void postings_exact(struct postings *postings);
/* Before the first word of a query: looks how the index lies, and which of it is packed.
 * `version`: db_version. */
MUST_USE enum result postings_ready(struct postings *postings, struct arena *arena,
                                    int64_t version);
/* False: leave it to FTS5. */
bool postings_readable(const struct postings *postings);
/* Most of the index is packed, so that rows cost little. */
bool postings_packed(const struct postings *postings);
/* All rows that hold `word` (one word as it was typed, lower case), in the order of their ids. */
MUST_USE enum result postings_walk(struct postings *postings, struct arena *arena, struct text word,
                                   postings_take *take, void *self);
/* The same rows, once each and in no order: those of packed lists are added to `sums` at this
 * weight, the others are taken. */
MUST_USE enum result postings_sum(struct postings *postings, struct arena *arena, struct text word,
                                  double weight, struct sums *sums, postings_take *take,
                                  void *self);
/* The rows of one piece, the newest being 0, in the order of their ids; of a row that was taken out
 * all times are 0. `key`: a term as the index has it. */
MUST_USE enum result postings_piece_walk(struct postings *postings, struct arena *arena,
                                         size_t piece, struct text key, postings_take *take,
                                         void *self);
/* How many rows there are, up to about `most`, and the last one counted; of a word in a packed list
 * all of them are, and no last one is (INT64_MAX). */
MUST_USE enum result postings_count(struct postings *postings, struct arena *arena,
                                    struct text word, int64_t most, int64_t *rows, int64_t *last);
/* The index's words that begin so, with the bytes of their lists, which tell which are common; one
 * that stands in several pieces comes as often. Lists are not read: a common word costs no more
 * than a rare one. */
typedef void postings_term(void *self, struct text term, size_t size);
MUST_USE enum result postings_terms(struct postings *postings, struct arena *arena,
                                    struct text begin, postings_term *take, void *self);
/* The same of one page of a piece, of which `further` pages follow on which no term begins. */
MUST_USE enum result postings_page_terms(struct postings *postings, struct arena *arena,
                                         size_t piece, int64_t page, int64_t further,
                                         postings_term *take, void *self);
/* Words a posting has in the mean in this column; at least 1. */
MUST_USE enum result postings_average(struct postings *postings, struct arena *arena, size_t column,
                                      double *words);
