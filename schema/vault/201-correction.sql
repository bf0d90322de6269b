-- What of an earmark's cap went into corrections (ledger/correct.h), beside its items: so that several stay within it.
CREATE TABLE correction (
  paid TEXT NOT NULL,                -- the month with whose close it was paid
  corrects TEXT NOT NULL, member INTEGER NOT NULL,
  earmark INTEGER NOT NULL,          -- that would have given it
  tail INTEGER NOT NULL,             -- whose cap it came out of: the same, or what it was carried on as
  cents INTEGER NOT NULL CHECK (cents > 0),
  fresh INTEGER NOT NULL,            -- 1: one payee more
  PRIMARY KEY (corrects, member, earmark)
) STRICT, WITHOUT ROWID;
CREATE INDEX correction_tail ON correction (tail, paid);
