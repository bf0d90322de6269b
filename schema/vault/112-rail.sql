-- Money on its way out of the house: batches of holds (ledger/payout.c). Bank data is never here; who is paid is a member's number.
CREATE TABLE rail_batch (
  id BLOB PRIMARY KEY CHECK (length(id) = 16),
  number INTEGER NOT NULL UNIQUE,
  rail INTEGER NOT NULL,             -- ledger/rail.h
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 3), -- 1 planned 2 held in the ledger 3 its file is in the ledger
  tick_s INTEGER NOT NULL,           -- the moment every date of its file is made from
  sha256 BLOB,                       -- of the file
  leaf_seq INTEGER                   -- of the file's entry
) STRICT, WITHOUT ROWID;
CREATE TABLE rail_item (
  transfer BLOB PRIMARY KEY CHECK (length(transfer) = 16), -- the hold's
  batch BLOB NOT NULL REFERENCES rail_batch (id),
  member INTEGER NOT NULL,
  cents INTEGER NOT NULL CHECK (cents > 0),
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 3), -- 1 on its way 2 paid 3 came back
  reason TEXT NOT NULL DEFAULT ''    -- the bank's code
) STRICT, WITHOUT ROWID;
CREATE INDEX rail_item_batch ON rail_item (batch, transfer);
