-- Personal tokens of members' own programs.

CREATE TABLE token (
  id INTEGER PRIMARY KEY,             -- seq of token_made
  digest BLOB NOT NULL UNIQUE,        -- of the token
  member INTEGER NOT NULL,
  scopes INTEGER NOT NULL,            -- bits of enum token_scope
  made_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL,
  used_ms INTEGER NOT NULL DEFAULT 0, -- the day of its latest use; 0: never
  box BLOB NOT NULL                   -- what the member calls it, under his own key
) STRICT;
CREATE INDEX token_member ON token (member, id);
