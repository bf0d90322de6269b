/* The ranking of a full-text query's matches, in C. SQLite's own bm25() counts every word of a
 * query anew, reads the length of every match and sorts them all; here the ranker knows how rare a
 * word is, and asks for a length only when the row could still be among the best. */
#include "core/db.h"
#include "core/buf.h"
#include "core/db_inside.h"

#include <assert.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

struct db_ranker {
    db_rank_row *row;
    void *self;
    int code; /* what a walk came to; SQLITE_OK so far */
    fts5_tokenizer tokenizer, parter;
    Fts5Tokenizer *words; /* as our indexes read them */
    Fts5Tokenizer *parts; /* the same, not stemmed */
};
struct db_match {
    const Fts5ExtensionApi *api;
    Fts5Context *context;
    struct db_ranker *ranker;
};

bool db_match_counts(const struct db_match *match, size_t phrase, uint16_t *counts, size_t columns)
{
    Fts5PhraseIter at;
    int column, place;
    bool any = false;
    for (size_t i = 0; i < columns; i++)
        counts[i] = 0;
    if (match->api->xPhraseFirst(match->context, (int)phrase, &at, &column, &place) != SQLITE_OK)
        return false;
    for (; column >= 0; match->api->xPhraseNext(match->context, &at, &column, &place)) {
        if ((size_t)column < columns && counts[column] < UINT16_MAX)
            counts[column]++;
        any = true;
    }
    return any;
}

struct walk {
    struct db_ranker *ranker;
    db_walk_row *row;
    void *self;
};

static int walk_row(const Fts5ExtensionApi *api, Fts5Context *context, void *self)
{
    const struct walk *const walk = self;
    const struct db_match match = {api, context, walk->ranker};
    return walk->row(walk->self, &match, api->xRowid(context)) ? SQLITE_OK : SQLITE_DONE;
}

bool db_match_walk(const struct db_match *match, size_t phrase, db_walk_row *row, void *self)
{
    struct walk walk = {match->ranker, row, self};
    const int code = match->api->xQueryPhrase(match->context, (int)phrase, &walk, walk_row);
    if (code != SQLITE_OK)
        match->ranker->code = code;
    return code == SQLITE_OK;
}

double db_match_average(const struct db_match *match, size_t column)
{
    sqlite3_int64 words = 0, rows = 0;
    if (match->api->xColumnTotalSize(match->context, (int)column, &words) != SQLITE_OK ||
        match->api->xRowCount(match->context, &rows) != SQLITE_OK || words <= rows)
        return 1;
    return (double)words / (double)rows;
}

static void rank_row(const Fts5ExtensionApi *api, Fts5Context *context, sqlite3_context *out,
                     int count, sqlite3_value **values)
{
    struct db_ranker *const ranker = api->xUserData(context);
    const struct db_match match = {api, context, ranker};
    (void)count;
    (void)values;
    if (ranker->row != NULL)
        ranker->row(ranker->self, &match, api->xRowid(context));
    if (ranker->code == SQLITE_OK)
        sqlite3_result_int(out, 1);
    else
        sqlite3_result_error_code(out, ranker->code); /* the statement fails with it */
}

/* --- words --- */

struct stemmed {
    char *data;
    size_t room, size;
    int count;
};

static int word_stemmed(void *self, int flags, const char *token, int size, int start, int end)
{
    struct stemmed *const out = self;
    (void)flags;
    (void)start;
    (void)end;
    if (out->count++ == 0 && size >= 0 && (size_t)size <= out->room) {
        memcpy(out->data, token, (size_t)size);
        out->size = (size_t)size;
    }
    return SQLITE_OK;
}

bool db_word_stem(struct db *db, struct text word, char *data, size_t room, size_t *size)
{
    const struct db_ranker *const ranker = db_raw_ranker(db);
    struct stemmed out = {.data = data, .room = room};
    if (word.size > INT16_MAX ||
        ranker->tokenizer.xTokenize(ranker->words, &out, FTS5_TOKENIZE_QUERY, word.data,
                                    (int)word.size, word_stemmed) != SQLITE_OK)
        return false;
    *size = out.size;
    return out.count == 1 && out.size > 0;
}

static int word_added(void *self, int flags, const char *token, int size, int start, int end)
{
    struct buf *const out = self;
    (void)flags;
    (void)start;
    (void)end;
    buf_char(out, ' ');
    buf_add(out, token, (size_t)size);
    return SQLITE_OK;
}

struct text db_words(struct db *db, struct arena *arena, struct text text)
{
    const struct db_ranker *const ranker = db_raw_ranker(db);
    struct buf out;
    assert(text.size <= INT32_MAX);
    buf_open(&out, arena, text.size + 2);
    const int code =
        ranker->parter.xTokenize(ranker->parts, &out, FTS5_TOKENIZE_DOCUMENT,
                                 text.size > 0 ? text.data : "", (int)text.size, word_added);
    assert(code == SQLITE_OK);
    if (out.size > 0)
        buf_char(&out, ' ');
    return buf_done(&out);
}

static int words_open(fts5_api *api, struct db_ranker *ranker)
{
    const char *arguments[] = {"unicode61", "remove_diacritics", "2"};
    void *porter = NULL, *unicode = NULL;
    int code = api->xFindTokenizer(api, "porter", &porter, &ranker->tokenizer);
    if (code == SQLITE_OK)
        code = api->xFindTokenizer(api, "unicode61", &unicode, &ranker->parter);
    if (code == SQLITE_OK)
        code = ranker->tokenizer.xCreate(porter, arguments, 3, &ranker->words);
    if (code == SQLITE_OK)
        code = ranker->parter.xCreate(unicode, arguments + 1, 2, &ranker->parts);
    return code;
}

static void ranker_free(void *self)
{
    struct db_ranker *const ranker = self;
    if (ranker->words != NULL)
        ranker->tokenizer.xDelete(ranker->words);
    if (ranker->parts != NULL)
        ranker->parter.xDelete(ranker->parts);
    free(ranker);
}

int db_rank_open(void *handle, struct db_ranker **out)
{
    sqlite3_stmt *stmt = NULL;
    fts5_api *api = NULL;
    int code = sqlite3_prepare_v2(handle, "SELECT fts5(?1)", -1, &stmt, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_bind_pointer(stmt, 1, &api, "fts5_api_ptr", NULL);
    if (code == SQLITE_OK)
        (void)sqlite3_step(stmt);
    (void)sqlite3_finalize(stmt);
    if (code == SQLITE_OK && api == NULL)
        code = SQLITE_ERROR;
    if (code != SQLITE_OK)
        return code;
    *out = calloc(1, sizeof **out);
    assert(*out != NULL);
    code = words_open(api, *out);
    if (code == SQLITE_OK)
        return api->xCreateFunction(api, "rank_row", *out, rank_row, ranker_free);
    ranker_free(*out);
    *out = NULL;
    return code;
}

void db_rank_set(struct db *db, db_rank_row *row, void *self)
{
    struct db_ranker *const ranker = db_raw_ranker(db);
    ranker->row = row;
    ranker->self = self;
    ranker->code = SQLITE_OK;
}
