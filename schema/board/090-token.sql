-- Personal tokens of members' own programs, as sessions are here: what the pages must know of who asks.

CREATE TABLE token (
  digest BLOB PRIMARY KEY,           -- of the token
  id INTEGER NOT NULL UNIQUE,        -- seq of token_made
  member INTEGER NOT NULL,
  scopes INTEGER NOT NULL,           -- bits of enum token_scope (core/token.h)
  expires_ms INTEGER NOT NULL,
  used_ms INTEGER NOT NULL DEFAULT 0, -- the day of its latest use; 0: never
  view_box BLOB NOT NULL             -- the member's view key, under a key only the token yields
) STRICT, WITHOUT ROWID;
CREATE INDEX token_member ON token (member);
