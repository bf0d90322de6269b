-- Where a transfer lies by its id, in two indexes. Ids are random: in one index of ten million each new id fell on a page of its own, which
-- was read, written into the WAL and written back to its own place on the disk, and an entry cost twice what it costs among 100,000. Now a
-- new id goes into an index that stays small. Every BOOK_SETTLE_EACH leaves (ledger/book.c) those that begin with one of the 256 first bytes,
-- in turn, are moved on together, onto neighbouring pages of the large one. Which id is where follows from the number of leaves alone, so
-- that a book made anew is equal.
CREATE TABLE id_new (
  id BLOB PRIMARY KEY CHECK (length(id) = 16),
  seq INTEGER NOT NULL               -- of the transfer
) STRICT, WITHOUT ROWID;
CREATE TABLE id_settled (
  id BLOB PRIMARY KEY CHECK (length(id) = 16),
  seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The table as it was, but for the one index of ids.
DROP TABLE transfer;
CREATE TABLE transfer (
  seq INTEGER PRIMARY KEY,           -- of its leaf
  id BLOB NOT NULL CHECK (length(id) = 16), -- its place by id: id_new or id_settled
  flags INTEGER NOT NULL CHECK (flags IN (0, 2, 4, 8)), -- 2 pending 4 post 8 void
  debit BLOB NOT NULL REFERENCES account (id),
  credit BLOB NOT NULL REFERENCES account (id),
  amount INTEGER NOT NULL CHECK (amount BETWEEN 1 AND 9007199254740991),
  code INTEGER NOT NULL,
  pending BLOB,                      -- what a post or void resolves
  ends INTEGER NOT NULL DEFAULT 0,   -- when a hold is over (Unix seconds: its leaf's tick and its timeout); 0: never, or no hold
  CHECK ((pending IS NOT NULL) = (flags IN (4, 8)))
) STRICT;
-- A hold is resolved at most once.
CREATE UNIQUE INDEX transfer_pending ON transfer (pending) WHERE pending IS NOT NULL;
CREATE INDEX transfer_ends ON transfer (ends) WHERE ends > 0;

-- The rest begins anew as well: the next program that appends folds the ledger once more.
DELETE FROM account; DELETE FROM head; DELETE FROM node;
