#include "board/search/packing.h"
#include "board/search/postings.h"

#include "core/trace.h"
#include "schema/board.h"

#include <stdlib.h>
#include <string.h>

enum {
    PIECES_MOST = PACKED_PIECES_MAX,
    PAGES_LEAST = 32,  /* a smaller piece is soon joined with others */
    TERMS_MOST = 1024, /* long ones on a page: far fewer fit */
    KEY_SIZE_MAX = 256,
    STEP_ROWS = 50000, /* no further list is begun in a step after so many */
    STEP_PAGES = 32,
    DROP_EACH = 500, /* parts */
    SIZES_EACH = 64, /* blocks */
};

enum { LISTS_TO_COME, SIZES_TO_COME, ALL_DONE }; /* packed_piece.done */

struct key {
    char data[KEY_SIZE_MAX];
    size_t size;
};
struct packing {
    struct db *db;
    struct postings *postings;
    struct sizes sizes;
    size_t sizes_stored; /* blocks before this one are */
    struct score score;  /* what a row is worth */
    struct packed_part part;
    int64_t rows; /* packed in this step */
    struct key keys[TERMS_MOST];
    size_t key_count;
};

struct packing *packing_open(struct db *board)
{
    struct packing *packing = calloc(1, sizeof(*packing));
    if (packing == NULL)
        trace_die("packing_open", "reason=memory");
    packing->db = board;
    packing->postings = postings_open(board);
    packing->score.sizes = &packing->sizes;
    sizes_open(&packing->sizes, board);
    packing->sizes.fresh = true;
    return packing;
}

void packing_close(struct packing *packing)
{
    if (packing == NULL)
        return;
    postings_close(packing->postings);
    sizes_close(&packing->sizes);
    free(packing);
}

/* --- one list --- */

/* One list at work. */
struct writing {
    struct packing *packing;
    struct arena *arena;
    struct board_packed_pieces_row *piece;
    struct text key;
    int64_t number; /* of the part */
    enum result result;
};

static void part_flush(struct writing *writing)
{
    struct packed_part *part = &writing->packing->part;
    if (writing->result == OK && part->rows > 0)
        writing->result = board_packed_part_add(
            writing->packing->db, writing->piece->piece, text_bytes(writing->key), writing->number,
            (int64_t)part->rows, bytes_of(part->bytes, part->size));
    writing->number++;
    part->size = part->rows = 0;
}

static bool rows_write(void *self, const struct posting_row *rows, size_t count)
{
    struct writing *writing = self;
    struct packing *packing = writing->packing;
    for (size_t i = 0; i < count; i++) {
        const struct posting_row *row = &rows[i];
        uint8_t code = 0;
        if (!posting_row_gone(row)) {
            const struct size size = sizes_of(&packing->sizes, writing->arena, row->posting);
            code = score_code(score_worth(&packing->score, size, row->times));
        }
        packed_write(&packing->part, row->posting, code);
        if (row->posting > writing->piece->newest)
            writing->piece->newest = row->posting;
        if (packing->part.rows == PACKED_PART_ROWS)
            part_flush(writing);
    }
    packing->rows += (int64_t)count;
    return writing->result == OK;
}

static enum result list_pack(struct packing *packing, struct arena *arena, size_t at,
                             struct board_packed_pieces_row *piece, const struct key *key)
{
    struct writing writing = {.packing = packing,
                              .arena = arena,
                              .piece = piece,
                              .key = {key->data, key->size},
                              .result = OK};
    packing->part.last = 0;
    packing->part.size = packing->part.rows = 0;
    const enum result result =
        postings_piece_walk(packing->postings, arena, at, writing.key, rows_write, &writing);
    part_flush(&writing);
    return result != OK ? result : writing.result;
}

/* --- page by page --- */

static void long_take(void *self, struct text term, size_t size)
{
    struct packing *packing = self;
    if (size < PACKED_LIST_LEAST || packing->key_count == TERMS_MOST || term.size >= KEY_SIZE_MAX)
        return;
    struct key *key = &packing->keys[packing->key_count++];
    key->data[0] = POSTINGS_MAIN;
    memcpy(key->data + 1, term.data, term.size);
    key->size = term.size + 1;
}

/* The long lists that begin on this page. */
static enum result page_pack(struct packing *packing, struct arena *arena, size_t at,
                             struct board_packed_pieces_row *piece, int64_t page, int64_t next)
{
    packing->key_count = 0;
    enum result result = postings_page_terms(packing->postings, arena, at, page, next - page - 1,
                                             long_take, packing);
    for (size_t i = 0; i < packing->key_count && result == OK; i++)
        result = list_pack(packing, arena, at, piece, &packing->keys[i]);
    return result;
}

/* Goes on where the last step stopped: `after` is how the page at hand begins; absent at first. */
static enum result pages_pack(struct packing *packing, struct arena *arena, size_t at,
                              struct board_packed_pieces_row *piece)
{
    struct board_index_leaf_row leaf = {.page = 1};
    enum result result = OK;
    packing->rows = 0;
    if (piece->after.size > 0)
        result = board_index_leaf(packing->db, arena, piece->piece, piece->after, &leaf);
    for (int i = 0; result == OK && i < STEP_PAGES && packing->rows < STEP_ROWS &&
                    piece->done == LISTS_TO_COME;
         i++) {
        struct board_index_leaf_next_row next;
        result = board_index_leaf_next(packing->db, arena, piece->piece, piece->after, &next);
        const bool last = result == NOT_FOUND;
        if (result != OK && !last)
            break;
        const int64_t page = last ? piece->pages + 1 : next.page;
        result = page > leaf.page ? page_pack(packing, arena, at, piece, leaf.page, page) : OK;
        if (last || next.term.data[0] != POSTINGS_MAIN)
            piece->done = SIZES_TO_COME;
        if (!last) {
            piece->after = next.term;
            leaf.page = next.page;
        }
    }
    return result;
}

/* --- which piece --- */

static enum result averages_read(struct packing *packing, struct arena *arena)
{
    double title, body;
    enum result result = postings_average(packing->postings, arena, SCORE_TITLE, &title);
    if (result == OK)
        result = postings_average(packing->postings, arena, SCORE_BODY, &body);
    if (result == OK)
        score_ready(&packing->score, title, body);
    return result;
}

static enum result piece_go_on(struct packing *packing, struct arena *arena, size_t at,
                               struct board_packed_pieces_row *piece)
{
    packing->score.arena = arena;
    bool more = false;
    enum result result = averages_read(packing, arena);
    if (result == OK && piece->done == LISTS_TO_COME) {
        result = pages_pack(packing, arena, at, piece);
    } else if (result == OK) {
        result = sizes_store(&packing->sizes, SIZES_EACH, &packing->sizes_stored, &more);
        piece->done = more ? SIZES_TO_COME : ALL_DONE;
    }
    if (result == OK)
        result = board_packed_piece_set(packing->db, piece->piece, piece->pages, piece->mark,
                                        piece->newest, piece->after, piece->done);
    return result;
}

static enum result piece_begin(struct packing *packing, struct arena *arena, size_t at,
                               const struct piece *piece)
{
    struct board_index_newest_row newest;
    struct board_packed_pieces_row row = {
        .piece = piece->number, .pages = piece->last, .after = bytes_of("", 0)};
    sizes_close(&packing->sizes); /* postings change */
    sizes_open(&packing->sizes, packing->db);
    packing->sizes.fresh = true;
    packing->sizes_stored = 0;
    enum result result = packed_mark(packing->db, arena, piece, &row.mark);
    if (result == OK)
        result = board_index_newest(packing->db, arena, &newest);
    if (result == OK) {
        row.newest = newest.id;
        result = piece_go_on(packing, arena, at, &row);
    }
    return result;
}

static enum result piece_drop(struct packing *packing, int64_t piece)
{
    enum result result = board_packed_parts_drop(packing->db, piece, DROP_EACH);
    if (result == OK && db_changes(packing->db) < DROP_EACH)
        result = board_packed_piece_drop(packing->db, piece);
    return result;
}

/* The row's piece as it stood when its packing began, among `count`; count: it is no more. */
static enum result piece_find(struct packing *packing, struct arena *arena,
                              const struct board_packed_pieces_row *row, const struct piece *pieces,
                              size_t count, size_t *at)
{
    int64_t mark = 0;
    for (*at = 0; *at < count && pieces[*at].number != row->piece; ++*at)
        ;
    if (*at == count)
        return OK;
    const enum result result = packed_mark(packing->db, arena, &pieces[*at], &mark);
    if (pieces[*at].first != 1 || pieces[*at].last != row->pages || mark != row->mark)
        *at = count;
    return result;
}

/* The one thing to do now: drop, go on, begin. */
static enum result step_run(struct packing *packing, struct arena *arena, const struct piece *list,
                            size_t count, bool *more)
{
    struct board_packed_pieces_row *rows;
    bool known[PIECES_MOST] = {false};
    size_t row_count, at;
    enum result result = board_packed_pieces(packing->db, arena, &rows, &row_count);
    *more = true;
    for (size_t i = 0; i < row_count && result == OK; i++) {
        result = piece_find(packing, arena, &rows[i], list, count, &at);
        if (result == OK && at == count)
            return piece_drop(packing, rows[i].piece);
        if (result == OK && rows[i].done != ALL_DONE)
            return piece_go_on(packing, arena, at, &rows[i]);
        known[at] = true;
    }
    for (size_t i = 0; i < count && result == OK; i++) {
        if (!known[i] && list[i].first == 1 && list[i].last >= PAGES_LEAST)
            return piece_begin(packing, arena, i, &list[i]);
    }
    *more = false;
    return result;
}

enum result packing_step(struct packing *packing, struct arena *arena, bool *more)
{
    struct piece list[PIECES_MOST];
    struct pieces now;
    *more = false;
    enum result result = db_begin(packing->db);
    if (result != OK)
        return result;
    result = postings_ready(packing->postings, arena, db_version(packing->db));
    if (result == OK)
        result = pieces_read(packing->db, arena, &now, list, PIECES_MOST);
    if (result == OK && postings_readable(packing->postings) && !now.joining &&
        now.count <= PIECES_MOST)
        result = step_run(packing, arena, list, (size_t)now.count, more);
    if (result == OK)
        result = db_commit(packing->db);
    else
        db_rollback(packing->db);
    *more = *more && result == OK;
    return result;
}
