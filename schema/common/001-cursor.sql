-- Every fold's place in the log it follows; moves in the same transaction as the effect.
CREATE TABLE cursor (
  log TEXT PRIMARY KEY, -- "journal" or "ledger"
  seq INTEGER NOT NULL CHECK (seq >= 0)
) STRICT;
