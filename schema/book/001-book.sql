-- book.db: a fold of ledger.db, so that appending and asking are quick. Delete it and it is rebuilt to the same content.
-- Amounts are integer minor units; every single one is at most 2^53-1 and every total stays below 2^62: SQLite would turn a larger sum into
-- a REAL, hence STRICT and the range checks together.

CREATE TABLE account (
  id BLOB PRIMARY KEY CHECK (length(id) = 16),
  seq INTEGER NOT NULL UNIQUE,       -- of its leaf
  code INTEGER NOT NULL,             -- ledger/account.h
  flags INTEGER NOT NULL CHECK (flags BETWEEN 0 AND 2), -- 1 debits may not exceed credits, 2 the reverse
  currency TEXT NOT NULL,
  exponent INTEGER NOT NULL,
  debits_pending INTEGER NOT NULL DEFAULT 0 CHECK (debits_pending BETWEEN 0 AND 4611686018427387903),
  debits_posted INTEGER NOT NULL DEFAULT 0 CHECK (debits_posted BETWEEN 0 AND 4611686018427387903),
  credits_pending INTEGER NOT NULL DEFAULT 0 CHECK (credits_pending BETWEEN 0 AND 4611686018427387903),
  credits_posted INTEGER NOT NULL DEFAULT 0 CHECK (credits_posted BETWEEN 0 AND 4611686018427387903),
  CHECK (flags <> 1 OR debits_pending + debits_posted <= credits_posted),
  CHECK (flags <> 2 OR credits_pending + credits_posted <= debits_posted)
) STRICT;

CREATE TABLE transfer (
  seq INTEGER PRIMARY KEY,           -- of its leaf
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  flags INTEGER NOT NULL CHECK (flags IN (0, 2, 4, 8)), -- 2 pending 4 post 8 void
  debit BLOB NOT NULL REFERENCES account (id),
  credit BLOB NOT NULL REFERENCES account (id),
  amount INTEGER NOT NULL CHECK (amount BETWEEN 1 AND 9007199254740991),
  code INTEGER NOT NULL,
  pending BLOB,                      -- what a post or void resolves
  CHECK ((pending IS NOT NULL) = (flags IN (4, 8)))
) STRICT;
-- A hold is resolved at most once.
CREATE UNIQUE INDEX transfer_pending ON transfer (pending) WHERE pending IS NOT NULL;

-- The tree's right edge (RFC 6962 compact range) after `size` leaves.
CREATE TABLE head (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  size INTEGER NOT NULL,
  tick INTEGER NOT NULL,             -- of the latest leaf
  prev BLOB NOT NULL,                -- its hash
  peaks BLOB NOT NULL
) STRICT;
-- Entries of the tile rows above the leaves: the root of leaves place*256^row .. (place+1)*256^row - 1.
CREATE TABLE node (row INTEGER NOT NULL, place INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (row, place)) STRICT, WITHOUT ROWID;
