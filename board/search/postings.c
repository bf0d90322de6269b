#include "board/search/postings.h"

#include "core/trace.h"
#include "schema/board.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    FORMAT = 4,
    OPEN_MAX = 24,             /* pieces */
    PAGE_SIZE_MAX = 64 * 1024, /* an offset in a page has two bytes */
    PAGE_HEAD = 4,
    AVERAGES = 1, /* the id of the record that holds the sums of words by column */
    NEXT_COLUMN = 1,
    TERM_SIZE_MAX = 256,
    TOGETHER = 64,
    LEAVES_MOST = 2000,
    PAGE_SIZE = 4050, /* FTS5's usual one, for an estimate */
};

/* One piece's list of one word. */
struct list {
    int64_t piece, page, last;
    size_t at, end, size; /* in the page: here, where this list ends, where lists end */
    bool ends;            /* it ends on this page */
    bool over;
    bool turned; /* to another page, where the next id stands whole */
    bool gone;   /* this row was taken out of the index */
    struct posting_row row;
    uint8_t data[PAGE_SIZE_MAX];
};
struct postings {
    struct db *db;
    bool readable;
    size_t count;
    struct piece pieces[OPEN_MAX]; /* the newest first */
    struct list lists[OPEN_MAX];
    struct posting_row rows[TOGETHER];
    bool bare; /* only which postings, not how often */
    struct packed packed;
    struct newer newer;
};

struct postings *postings_open(struct db *db)
{
    struct postings *postings = calloc(1, sizeof(*postings)); /* untouched pages cost nothing */
    if (postings == NULL)
        trace_die("postings_open", "reason=memory");
    postings->db = postings->packed.db = db;
    return postings;
}

void postings_close(struct postings *postings)
{
    if (postings != NULL)
        newer_close(&postings->newer);
    free(postings);
}

void postings_exact(struct postings *postings)
{
    postings->packed.off = true;
}

bool postings_readable(const struct postings *postings)
{
    return postings != NULL && postings->readable;
}

enum result postings_ready(struct postings *postings, struct arena *arena, int64_t version)
{
    struct pieces now;
    struct board_index_format_row format;
    const size_t mark = arena->used;
    postings->readable = false;
    enum result result = board_index_format(postings->db, arena, &format);
    if (result == OK)
        result = pieces_read(postings->db, arena, &now, postings->pieces, OPEN_MAX);
    if (result == OK && format.format == FORMAT && now.count <= OPEN_MAX) {
        postings->count = (size_t)now.count;
        result = packed_look(&postings->packed, arena, postings->pieces, postings->count, version);
        postings->readable = result == OK;
    }
    arena_reset(arena, mark);
    return result == NOT_FOUND ? OK : result;
}

bool postings_packed(const struct postings *postings)
{
    return postings_readable(postings) && packed_most(&postings->packed);
}

/* --- one list --- */

static uint64_t number_at(const struct list *list, size_t *at, size_t end)
{
    if (*at < end && list->data[*at] < 0x80)
        return list->data[(*at)++];
    return bytes_number((struct bytes){list->data, end}, at);
}

static size_t two_bytes(const uint8_t *data)
{
    return (size_t)data[0] << 8 | data[1];
}

/* The page into the list's own room; `whole`: with the places of its terms behind. */
static enum result page_read(struct postings *postings, struct arena *arena, struct list *list,
                             size_t *whole)
{
    struct board_index_page_row row;
    const size_t mark = arena->used;
    enum result result =
        board_index_page(postings->db, arena, list->piece << PIECE_SHIFT | list->page, &row);
    if (result == OK && row.page.size >= PAGE_HEAD && row.page.size <= sizeof(list->data)) {
        memcpy(list->data, row.page.data, row.page.size);
        list->size = two_bytes(list->data + 2);
        *whole = row.page.size;
        if (list->size < PAGE_HEAD || list->size > *whole)
            result = BROKEN;
    } else if (result == OK || result == NOT_FOUND) {
        result = BROKEN;
    }
    arena_reset(arena, mark);
    return result;
}

/* On to the next page. The list goes on there if the page names a first row, which stands before
 * any term; it may also hold nothing but the rest of the row before. */
static enum result page_next(struct postings *postings, struct arena *arena, struct list *list)
{
    size_t whole = 0;
    if (list->page >= list->last || list->ends) {
        list->over = true;
        return OK;
    }
    list->page++;
    list->turned = true;
    enum result result = page_read(postings, arena, list, &whole);
    if (result != OK)
        return result;
    size_t places = list->size;
    list->ends = whole > list->size;
    list->end = list->ends ? (size_t)number_at(list, &places, whole) : list->size;
    list->at = PAGE_HEAD;
    return list->end > list->size ? BROKEN : OK;
}

/* As places_count, of a row that lies on one page: most do, and most numbers are one byte. */
static void places_here(struct list *list, size_t size)
{
    const uint8_t *at = list->data + list->at, *const end = at + size;
    size_t column = 0;
    while (at < end) {
        const uint8_t byte = *at++;
        if (byte == NEXT_COLUMN) {
            column = at < end && *at < SCORE_COLUMNS ? *at : SCORE_COLUMNS;
            at++;
        } else {
            if (column < SCORE_COLUMNS)
                list->row.times[column]++;
            at += byte < 0x80 ? 0 : 1;
            while (byte >= 0x80 && at < end && at[-1] >= 0x80)
                at++;
        }
    }
    list->at += size;
}

/* What stands where in the row at hand: its bytes may go on over pages, a number never does. */
static enum result places_count(struct postings *postings, struct arena *arena, struct list *list,
                                size_t size)
{
    size_t column = 0;
    bool named = false;
    memset(list->row.times, 0, sizeof(list->row.times));
    if (size <= list->end - list->at && size <= UINT16_MAX) {
        if (postings->bare)
            list->at += size;
        else
            places_here(list, size);
        return OK;
    }
    while (size > 0) {
        if (list->at >= list->end) {
            const enum result result = page_next(postings, arena, list);
            if (result != OK || list->over)
                return result != OK ? result : BROKEN;
            continue;
        }
        const size_t before = list->at;
        const uint64_t value = number_at(list, &list->at, list->end);
        if (list->at - before > size)
            return BROKEN;
        size -= list->at - before;
        if (named)
            column = value < SCORE_COLUMNS ? (size_t)value : SCORE_COLUMNS;
        else if (value != NEXT_COLUMN && column < SCORE_COLUMNS &&
                 list->row.times[column] < UINT16_MAX)
            list->row.times[column]++;
        named = !named && value == NEXT_COLUMN;
    }
    return OK;
}

/* The next row of the list. */
static enum result row_next(struct postings *postings, struct arena *arena, struct list *list)
{
    while (!list->over && list->at >= list->end) {
        const enum result result = page_next(postings, arena, list);
        if (result != OK)
            return result;
        const size_t row = list->over ? 0 : two_bytes(list->data);
        if (!list->over && row == 0 && list->ends)
            list->over = true; /* the page begins with another term */
        else if (!list->over)
            list->at = row == 0 ? list->end : row;
    }
    if (list->over)
        return OK;
    const int64_t id = (int64_t)number_at(list, &list->at, list->end);
    list->row.posting = list->turned ? id : list->row.posting + id;
    list->turned = false;
    const uint64_t size = number_at(list, &list->at, list->end);
    list->gone = (size & 1) != 0 && size < 2;
    return places_count(postings, arena, list, (size_t)(size >> 1));
}

/* Stands behind the term if the page at hand has it. Every term but the first of a page names how
 * many bytes it shares with the one before it. */
static bool term_seek(struct list *list, size_t whole, struct text term)
{
    uint8_t here[TERM_SIZE_MAX];
    size_t places = list->size, place = 0, shared = 0;
    for (bool first = true; places < whole; first = false) {
        place += (size_t)number_at(list, &places, whole);
        size_t at = place;
        if (!first)
            shared = (size_t)number_at(list, &at, list->size);
        const size_t fresh = (size_t)number_at(list, &at, list->size);
        if (shared + fresh > sizeof(here) || at + fresh > list->size)
            return false; /* longer than any word that is asked for */
        memcpy(here + shared, list->data + at, fresh);
        const size_t size = shared + fresh, least = size < term.size ? size : term.size;
        const int order = memcmp(here, term.data, least);
        if (order > 0 || (order == 0 && size > term.size))
            return false;
        if (order < 0 || size < term.size)
            continue;
        list->at = at + fresh;
        list->ends = places < whole;
        list->end = list->ends ? place + (size_t)number_at(list, &places, whole) : list->size;
        return list->end <= list->size;
    }
    return false;
}

static enum result list_open(struct postings *postings, struct arena *arena,
                             const struct piece *piece, struct text term, struct list *list)
{
    struct board_index_leaf_row leaf = {0};
    size_t whole = 0;
    enum result result =
        board_index_leaf(postings->db, arena, piece->number, text_bytes(term), &leaf);
    if (result != OK && result != NOT_FOUND)
        return result;
    list->piece = piece->number;
    list->page = result == OK && leaf.page > piece->first ? leaf.page : piece->first;
    list->last = piece->last;
    list->over = false;
    result = page_read(postings, arena, list, &whole);
    if (result != OK)
        return result;
    list->over = !term_seek(list, whole, term);
    list->turned = true; /* as at the begin of a list */
    return list->over ? OK : row_next(postings, arena, list);
}

enum result postings_average(struct postings *postings, struct arena *arena, size_t column,
                             double *words)
{
    struct board_index_page_row row;
    size_t at = 0;
    enum result result = board_index_page(postings->db, arena, AVERAGES, &row);
    *words = 1;
    if (result != OK)
        return result == NOT_FOUND ? OK : result;
    const double rows = (double)bytes_number(row.page, &at);
    double sum = 0;
    for (size_t i = 0; i <= column; i++)
        sum = (double)bytes_number(row.page, &at);
    if (rows > 0 && sum > rows)
        *words = sum / rows;
    return OK;
}

/* --- all of them --- */

/* The rows of the lists in the order of their ids; of two of one id the newest list's holds. */
static enum result lists_merge(struct postings *postings, struct arena *arena, size_t count,
                               postings_take *take, void *self)
{
    enum result result = OK;
    size_t kept = 0;
    bool more = true;
    while (result == OK && more && count == 1 && !postings->lists[0].over) {
        struct list *list = &postings->lists[0];
        postings->rows[kept] = list->row;
        kept += !list->gone;
        result = row_next(postings, arena, list);
        if (kept == TOGETHER) {
            more = take(self, postings->rows, kept);
            kept = 0;
        }
    }
    while (result == OK && more && count > 1) {
        struct list *next = NULL;
        for (size_t i = 0; i < count; i++) {
            struct list *list = &postings->lists[i];
            if (!list->over && (next == NULL || list->row.posting < next->row.posting))
                next = list;
        }
        if (next == NULL)
            break;
        const int64_t posting = next->row.posting;
        if (!next->gone)
            postings->rows[kept++] = next->row;
        for (size_t i = 0; i < count && result == OK; i++) {
            struct list *list = &postings->lists[i];
            if (!list->over && list->row.posting == posting)
                result = row_next(postings, arena, list);
        }
        if (kept == TOGETHER) {
            more = take(self, postings->rows, kept);
            kept = 0;
        }
    }
    if (result == OK && more && kept > 0)
        (void)take(self, postings->rows, kept);
    return result;
}

/* The key under which the index keeps a word. False: it could hold no such thing. */
static bool key_make(struct postings *postings, struct text word, char key[TERM_SIZE_MAX],
                     struct text *out)
{
    size_t size = 0;
    key[0] = POSTINGS_MAIN;
    if (!db_word_stem(postings->db, word, key + 1, TERM_SIZE_MAX - 1, &size))
        return false;
    *out = (struct text){key, size + 1};
    return true;
}

static enum result word_walk(struct postings *postings, struct arena *arena, struct text word,
                             postings_take *take, void *self)
{
    char room[TERM_SIZE_MAX];
    struct text key;
    size_t count = 0;
    enum result result = OK;
    if (!key_make(postings, word, room, &key))
        return OK;
    for (size_t i = 0; i < postings->count && result == OK; i++) {
        result = list_open(postings, arena, &postings->pieces[i], key, &postings->lists[count]);
        count += !postings->lists[count].over;
    }
    return result == OK ? lists_merge(postings, arena, count, take, self) : result;
}

enum result postings_walk(struct postings *postings, struct arena *arena, struct text word,
                          postings_take *take, void *self)
{
    postings->bare = false;
    return word_walk(postings, arena, word, take, self);
}

/* --- with packed lists --- */

enum result postings_piece_walk(struct postings *postings, struct arena *arena, size_t piece,
                                struct text key, postings_take *take, void *self)
{
    struct list *list = &postings->lists[0];
    size_t kept = 0;
    bool more = true;
    enum result result = list_open(postings, arena, &postings->pieces[piece], key, list);
    while (result == OK && more && !list->over) {
        postings->rows[kept] = list->row;
        if (list->gone)
            memset(postings->rows[kept].times, 0, sizeof(list->row.times));
        kept++;
        result = row_next(postings, arena, list);
        if (kept == TOGETHER || list->over) {
            more = take(self, postings->rows, kept);
            kept = 0;
        }
    }
    return result;
}

/* Rows of a piece's list that is not packed, on their way. */
struct passing {
    struct newer *newer;
    postings_take *take;
    void *self;
};

static bool rows_pass(void *self, const struct posting_row *rows, size_t count)
{
    const struct passing *passing = self;
    struct posting_row held[TOGETHER];
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (newer_holds(passing->newer, rows[i].posting) && !posting_row_gone(&rows[i]))
            held[kept++] = rows[i];
    }
    return kept == 0 || passing->take(passing->self, held, kept);
}

enum result postings_sum(struct postings *postings, struct arena *arena, struct text word,
                         double weight, struct sums *sums, postings_take *take, void *self)
{
    char room[TERM_SIZE_MAX];
    struct text key;
    struct passing passing = {&postings->newer, take, self};
    enum result result = OK;
    if (!packed_any(&postings->packed))
        return postings_walk(postings, arena, word, take, self);
    if (!key_make(postings, word, room, &key))
        return OK;
    postings->bare = false;
    newer_clear(&postings->newer);
    for (size_t i = 0; i < postings->count && result == OK; i++) {
        bool found = false;
        newer_piece(&postings->newer, packed_horizon(&postings->packed, i));
        result =
            packed_sum(&postings->packed, arena, i, key, weight, sums, &postings->newer, &found);
        if (result == OK && !found)
            result = postings_piece_walk(postings, arena, i, key, rows_pass, &passing);
    }
    return result;
}

struct counting {
    int64_t rows, last, most;
};

static bool rows_count(void *self, const struct posting_row *rows, size_t count)
{
    struct counting *counting = self;
    counting->last = rows[count - 1].posting;
    counting->rows += (int64_t)count;
    return counting->rows < counting->most;
}

/* Rows of packed lists, and with them those of the other pieces. */
static enum result packed_count(struct postings *postings, struct arena *arena, struct text word,
                                int64_t most, int64_t *rows)
{
    char room[TERM_SIZE_MAX];
    struct text key;
    int64_t of[OPEN_MAX] = {0};
    enum result result = OK;
    *rows = 0;
    if (!packed_any(&postings->packed) || !key_make(postings, word, room, &key))
        return OK;
    for (size_t i = 0; i < postings->count && result == OK; i++) {
        result = packed_rows(&postings->packed, arena, i, key, &of[i]);
        *rows += of[i];
    }
    for (size_t i = 0; i<postings->count && * rows> 0 && result == OK; i++) {
        struct counting counting = {.most = most};
        if (of[i] == 0)
            result = postings_piece_walk(postings, arena, i, key, rows_count, &counting);
        *rows += counting.rows;
    }
    return result;
}

enum result postings_count(struct postings *postings, struct arena *arena, struct text word,
                           int64_t most, int64_t *rows, int64_t *last)
{
    struct counting counting = {.most = most};
    postings->bare = true;
    *last = INT64_MAX;
    enum result result = packed_count(postings, arena, word, most, rows);
    if (result != OK || *rows > 0)
        return result;
    result = word_walk(postings, arena, word, rows_count, &counting);
    *rows = counting.rows;
    *last = counting.last;
    return result;
}

/* --- the words themselves --- */

/* Which of a page's terms begin with `begin`. `further`: bytes of the last one's list behind this
 * page. */
static void page_terms(struct list *list, size_t whole, struct text begin, size_t further,
                       postings_term *take, void *self)
{
    char here[TERM_SIZE_MAX];
    size_t places = list->size, place = 0, shared = 0;
    for (bool first = true; places < whole; first = false) {
        place += (size_t)number_at(list, &places, whole);
        size_t at = place;
        if (!first)
            shared = (size_t)number_at(list, &at, list->size);
        const size_t fresh = (size_t)number_at(list, &at, list->size), size = shared + fresh;
        if (size > sizeof(here) || at > list->size || fresh > list->size - at)
            return;
        memcpy(here + shared, list->data + at, fresh);
        size_t next = places;
        const size_t end =
            places < whole ? place + (size_t)number_at(list, &next, whole) : list->size + further;
        if (size >= begin.size && memcmp(here, begin.data, begin.size) == 0)
            take(self, (struct text){here + 1, size - 1}, end - at);
    }
}

/* Pages on which terms begin; of the others there is no need. */
static enum result piece_terms(struct postings *postings, struct arena *arena,
                               const struct piece *piece, struct text begin, struct text behind,
                               postings_term *take, void *self)
{
    struct list *list = &postings->lists[0];
    struct board_index_leaf_row leaf = {0};
    struct board_index_leaves_row *more;
    size_t count, whole = 0;
    enum result result =
        board_index_leaf(postings->db, arena, piece->number, text_bytes(begin), &leaf);
    if (result == OK || result == NOT_FOUND)
        result = board_index_leaves(postings->db, arena, piece->number, text_bytes(begin),
                                    text_bytes(behind), LEAVES_MOST, &more, &count);
    list->piece = piece->number;
    for (size_t i = 0; result == OK && i <= count; i++) {
        const int64_t page = i == 0 ? leaf.page : more[i - 1].page;
        const int64_t next = i < count ? more[i].page : page + 1;
        list->page = page > piece->first ? page : piece->first;
        if (i < count && next <= list->page)
            continue; /* joined into another piece already */
        result = page_read(postings, arena, list, &whole);
        if (result == OK)
            page_terms(list, whole, begin, (size_t)(next - list->page - 1) * PAGE_SIZE, take, self);
    }
    return result;
}

enum result postings_page_terms(struct postings *postings, struct arena *arena, size_t piece,
                                int64_t page, int64_t further, postings_term *take, void *self)
{
    struct list *list = &postings->lists[0];
    size_t whole = 0;
    list->piece = postings->pieces[piece].number;
    list->page = page;
    const enum result result = page_read(postings, arena, list, &whole);
    if (result == OK)
        page_terms(list, whole, TEXT("0"), (size_t)further * PAGE_SIZE, take, self);
    return result;
}

enum result postings_terms(struct postings *postings, struct arena *arena, struct text begin,
                           postings_term *take, void *self)
{
    enum result result = OK;
    const struct text low =
        arena_format(arena, "%c%.*s", POSTINGS_MAIN, (int)begin.size, begin.data);
    const struct text high =
        arena_format(arena, "%c%.*s\xff", POSTINGS_MAIN, (int)begin.size, begin.data);
    for (size_t i = 0; i < postings->count && result == OK; i++) {
        const size_t mark = arena->used;
        result = piece_terms(postings, arena, &postings->pieces[i], low, high, take, self);
        arena_reset(arena, mark);
    }
    return result;
}
