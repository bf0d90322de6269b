-- Keys that sponsors keep themselves and sign earmarks with; sponsor_key is the house's own for each sponsor, which signs only what goes on
-- from one month to the next.
CREATE TABLE own_key (
  public_key BLOB PRIMARY KEY CHECK (length(public_key) = 32),
  member INTEGER NOT NULL,
  leaf_seq INTEGER,                  -- of its key event, which takes a place of a batch of commitments; NULL: waits
  added_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX own_key_member ON own_key (member, added_ms);
-- 1: signed by the house: carried on, or set before sponsors had keys of their own.
ALTER TABLE earmark ADD COLUMN carried INTEGER NOT NULL DEFAULT 0;
UPDATE earmark SET carried = 1;
CREATE UNIQUE INDEX earmark_commitment ON earmark (commitment);
