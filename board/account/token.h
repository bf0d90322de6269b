#pragma once
/* Personal tokens, inside of the clerk: what a member's own programs show instead of a session.
 * Never here: a token itself, or what its member calls it in clear. */
#include "board/account/account.h"

/* Fills work->actor from a token. STALE: no such one (any more). */
MUST_USE enum result token_actor_find(struct work *work);
/* Whether its scopes cover this command. */
bool token_may(const struct actor *actor, enum command_kind kind);
/* Note that it was used today. */
MUST_USE enum result token_touch(struct work *work);

enum result tokens_run(struct work *work);
enum result token_make_hash(struct work *work, struct hash_ask *ask);
enum result token_make_run(struct work *work);
enum result token_end_run(struct work *work);
