-- What statement.db follows of money on its way out: every change of an item has a number of its own, in order.
ALTER TABLE rail_item ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rail_item ADD COLUMN changed_ms INTEGER NOT NULL DEFAULT 0;
UPDATE rail_item SET changed = (SELECT count(*) FROM rail_item r WHERE r.transfer <= rail_item.transfer),
  changed_ms = (SELECT b.tick_s * 1000 FROM rail_batch b WHERE b.id = rail_item.batch);
CREATE UNIQUE INDEX rail_item_changed ON rail_item (changed);
CREATE INDEX rail_item_member ON rail_item (member);
CREATE INDEX payout_member ON payout (member);
-- 1: no file of it was noted in time, its holds were given back.
ALTER TABLE rail_batch ADD COLUMN expired INTEGER NOT NULL DEFAULT 0;
-- Rewards taken back: the member sees each, and why. Meant first (leaf_seq NULL), then in the ledger: a start finishes what a crash left.
CREATE TABLE reversal (
  number INTEGER PRIMARY KEY,
  payout BLOB NOT NULL UNIQUE REFERENCES payout (id),
  why TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  leaf_seq INTEGER                   -- of the reversing transfer
) STRICT;
