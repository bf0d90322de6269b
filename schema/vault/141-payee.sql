-- Where members' money goes, folded from the journal. Nobody is in a bank batch who has not said it; the accounts are not here.
CREATE TABLE payee (
  member INTEGER PRIMARY KEY,
  rail INTEGER NOT NULL DEFAULT 0, charity TEXT NOT NULL DEFAULT '',
  form INTEGER NOT NULL DEFAULT 0,   -- tax form: 0 none 1 given 2 refused by the tax office
  asked_ms INTEGER NOT NULL DEFAULT 0, -- a payout below the threshold was asked for; 0: not since the last one
  changed INTEGER NOT NULL DEFAULT 0   -- for statement.db: every change has a number of its own
) STRICT;
CREATE INDEX payee_changed ON payee (changed);
CREATE INDEX payee_rail ON payee (rail, member);
-- The charity an item goes to, '' the member.
ALTER TABLE rail_item ADD COLUMN charity TEXT NOT NULL DEFAULT '';
