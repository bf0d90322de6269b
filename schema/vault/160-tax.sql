-- Of an item, what is withheld for the tax office beside what goes to the bank (ledger/withhold.h): it ends as the item does.
ALTER TABLE rail_item ADD COLUMN withheld INTEGER NOT NULL DEFAULT 0 CHECK (withheld >= 0);
-- Payments whose payee the maker knows (ledger/unblind.h): meant first (leaf_seq NULL), then in the ledger; a start finishes what a crash left.
CREATE TABLE unblinding (
  number INTEGER PRIMARY KEY,
  payout BLOB NOT NULL UNIQUE REFERENCES payout (id),
  reason INTEGER NOT NULL CHECK (reason BETWEEN 1 AND 3), -- enum unblind_reason
  at_ms INTEGER NOT NULL,            -- of its entry, once written
  leaf_seq INTEGER
) STRICT;
