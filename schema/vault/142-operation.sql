-- What two admins must want: proposed by one, confirmed by another's passkey over exactly these figures (core/operation.h).
CREATE TABLE operation (
  number INTEGER PRIMARY KEY,
  rail INTEGER NOT NULL, payees INTEGER NOT NULL, cents INTEGER NOT NULL,
  digest BLOB NOT NULL CHECK (length(digest) = 32),
  proposed_by INTEGER NOT NULL, at_ms INTEGER NOT NULL,
  confirmed_by INTEGER NOT NULL DEFAULT 0,
  state INTEGER NOT NULL DEFAULT 1 CHECK (state BETWEEN 1 AND 4) -- 1 waits 2 confirmed 3 done 4 no longer what was looked at
) STRICT;
