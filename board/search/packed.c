#include "board/search/packed.h"

#include "schema/board.h"

enum { MOST_SHARE = 3 }; /* what is not packed, of what is */

/* --- which pieces are packed --- */

static uint64_t bytes_hash(uint64_t hash, struct bytes bytes)
{
    for (size_t i = 0; i < bytes.size; i++)
        hash = (hash ^ bytes.data[i]) * 1099511628211U; /* FNV-1a */
    return hash;
}

enum result packed_mark(struct db *db, struct arena *arena, const struct piece *piece,
                        int64_t *mark)
{
    const int64_t pages[] = {piece->first, piece->last};
    uint64_t hash = 14695981039346656037U;
    for (size_t i = 0; i < sizeof(pages) / sizeof(*pages); i++) {
        struct board_index_page_row row;
        const size_t used = arena->used;
        const enum result result =
            board_index_page(db, arena, piece->number << PIECE_SHIFT | pages[i], &row);
        if (result != OK)
            return result == NOT_FOUND ? BROKEN : result;
        hash = bytes_hash(hash, row.page);
        arena_reset(arena, used);
    }
    *mark = (int64_t)hash;
    return OK;
}

static enum result one_look(struct packed *packed, struct arena *arena,
                            const struct board_packed_pieces_row *row, struct packed_one *one)
{
    int64_t mark = 0;
    if (row->piece != one->piece.number || !row->done || one->piece.first != 1 ||
        row->pages != one->piece.last)
        return OK;
    const enum result result = packed_mark(packed->db, arena, &one->piece, &mark);
    one->whole = result == OK && mark == row->mark;
    one->newest = row->newest;
    return result;
}

enum result packed_look(struct packed *packed, struct arena *arena, const struct piece *pieces,
                        size_t count, int64_t version)
{
    struct board_packed_pieces_row *rows;
    size_t row_count;
    const size_t used = arena->used;
    if (packed->off || (packed->looked && packed->version == version))
        return OK;
    packed->looked = false;
    packed->count = count > PACKED_PIECES_MAX ? 0 : count;
    enum result result = board_packed_pieces(packed->db, arena, &rows, &row_count);
    for (size_t i = 0; i < packed->count && result == OK; i++) {
        packed->pieces[i] = (struct packed_one){.piece = pieces[i]};
        for (size_t j = 0; j < row_count && result == OK; j++)
            result = one_look(packed, arena, &rows[j], &packed->pieces[i]);
    }
    arena_reset(arena, used);
    packed->looked = result == OK;
    packed->version = version;
    return result;
}

bool packed_any(const struct packed *packed)
{
    bool any = false;
    for (size_t i = 0; i < packed->count; i++)
        any = any || packed->pieces[i].whole;
    return any;
}

bool packed_most(const struct packed *packed)
{
    int64_t all = 0, whole = 0;
    for (size_t i = 0; i < packed->count; i++) {
        const struct packed_one *one = &packed->pieces[i];
        all += one->piece.last - one->piece.first + 1;
        whole += one->whole ? one->piece.last - one->piece.first + 1 : 0;
    }
    return whole > 0 && all <= whole + whole / MOST_SHARE;
}

int64_t packed_horizon(const struct packed *packed, size_t piece)
{
    int64_t horizon = -1;
    for (size_t i = piece + 1; i < packed->count; i++) {
        const struct packed_one *one = &packed->pieces[i];
        horizon = !one->whole ? INT64_MAX : one->newest > horizon ? one->newest : horizon;
    }
    return horizon;
}

/* --- their lists --- */

enum result packed_rows(struct packed *packed, struct arena *arena, size_t piece, struct text key,
                        int64_t *rows)
{
    struct board_packed_rows_row row = {0};
    enum result result = OK;
    if (piece < packed->count && packed->pieces[piece].whole)
        result = board_packed_rows(packed->db, arena, packed->pieces[piece].piece.number,
                                   text_bytes(key), &row);
    *rows = row.rows;
    return result;
}

/* What is left of a step behind its first byte; past the end it is cut. */
static int64_t step_rest(int64_t step, const uint8_t **at, const uint8_t *end)
{
    step &= 0x7f;
    for (int shift = 7; *at < end && shift < 63; shift += 7) {
        const uint8_t byte = *(*at)++;
        step |= (int64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            break;
    }
    return step;
}

/* The rows of one part; gives the last posting. */
static int64_t part_sum(struct bytes part, int64_t posting, const float worth[PACKED_CODES],
                        struct sums *sums, struct newer *newer)
{
    const uint8_t *at = part.data, *const end = at + part.size;
    int64_t until = newer_until(newer, posting + 1);
    const int64_t first = posting / SUMS_BLOCK, room = sums->room;
    float *const of = sums->of;
    while (at < end) {
        int64_t step = *at++;
        if (step >= 0x80)
            step = step_rest(step, &at, end);
        if (at == end || step >= room - posting)
            break; /* not as it was written */
        posting += step;
        if (posting < until) {
            of[posting] += worth[*at];
        } else {
            of[posting] += newer_holds(newer, posting) ? worth[*at] : 0;
            until = newer_until(newer, posting + 1);
        }
        at++;
    }
    for (int64_t block = first; block <= posting / SUMS_BLOCK; block++)
        sums->touched[block] = 1;
    return posting;
}

enum result packed_sum(struct packed *packed, struct arena *arena, size_t piece, struct text key,
                       double weight, struct sums *sums, struct newer *newer, bool *found)
{
    float worth[PACKED_CODES] = {0};
    int64_t posting = 0;
    enum result result = OK;
    *found = false;
    if (piece >= packed->count || !packed->pieces[piece].whole)
        return OK;
    sums_grow(sums, packed->pieces[piece].newest);
    for (size_t i = 1; i < PACKED_CODES; i++)
        worth[i] = (float)(weight * score_code_worth((uint8_t)i));
    for (int64_t part = 0; result == OK; part++) {
        struct board_packed_part_row row;
        const size_t used = arena->used;
        result = board_packed_part(packed->db, arena, packed->pieces[piece].piece.number,
                                   text_bytes(key), part, &row);
        if (result == OK)
            posting = part_sum(row.list, posting, worth, sums, newer);
        *found = *found || result == OK;
        arena_reset(arena, used);
        if (result == OK && row.rows < PACKED_PART_ROWS)
            return OK;
    }
    return result == NOT_FOUND ? OK : result;
}

void packed_write(struct packed_part *part, int64_t posting, uint8_t code)
{
    uint64_t step = (uint64_t)(posting - part->last);
    for (; step >= 0x80; step >>= 7)
        part->bytes[part->size++] = (uint8_t)(step | 0x80);
    part->bytes[part->size++] = (uint8_t)step;
    part->bytes[part->size++] = code;
    part->last = posting;
    part->rows++;
}
