#pragma once
/* Personal tokens: what a member's own program shows instead of a session. Text: "cbs_" and 43
 * characters, so that whoever finds one in a file knows what it is. A token is good for what its
 * scopes name and never for a member's account, money or the door; the web's guard and the clerk
 * both ask this table, each for itself. Nothing is kept here. */
#include "core/seal.h"

enum { TOKEN_PREFIX_SIZE = 4, TOKEN_TEXT_SIZE = TOKEN_PREFIX_SIZE + 43 };

/* Bits; kept in the journal, so their values stay. */
enum token_scope {
    SCOPE_READ = 1,     /* what members wrote */
    SCOPE_ASK = 2,      /* questions, cases, observations, and what is their asker's to say */
    SCOPE_ANSWER = 4,   /* answers */
    SCOPE_VOTE = 8,     /* votes, choices in polls, ratings, and looking at totals before */
    SCOPE_NOTICES = 16, /* own notices, what is followed, saved searches, how it is mailed */
    SCOPE_COMMENT = 32, /* comments, thanks, marks */
    SCOPE_EDIT = 64,    /* own postings in another wording, summaries */
    SCOPE_DRAFTS = 128, /* what is being written */
    SCOPE_FLAG = 256    /* flags, objections */
};
enum { SCOPES = 9, SCOPE_ALL = 511 };
/* By place, from 0: the word in an address or a document, and what it opens, for a person. */
const char *token_scope_name(size_t place);
const char *token_scope_words(size_t place);

/* Does this text claim to be a token and no session? */
bool token_is(struct text text);
/* The 32 bytes behind a token's text; false for anything that is not exactly one. */
bool token_read(struct text text, uint8_t token[TOKEN_SIZE]);
struct text token_text(struct arena *arena, const uint8_t token[TOKEN_SIZE]);
/* Never the digest of a session with the same bytes. */
void token_digest(uint8_t digest[DIGEST_SIZE], const uint8_t token[TOKEN_SIZE]);

/* Scopes any of which opens the form that posts to this pattern ("/q/:id/answer"); 0: none does. */
int64_t token_form_scopes(const char *pattern);
/* The same for a page that is read: `own` when it shows the reader's own affairs, which need to
 * stand in the table; everything else that a member may read needs SCOPE_READ. */
int64_t token_page_scopes(const char *pattern, bool own);
