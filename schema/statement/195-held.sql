-- A member's acts that could not earn in a month, and why (numbers as in vault.db's held_act); whether anything was promised on them is told neither here.
CREATE TABLE held (
  member INTEGER NOT NULL, period TEXT NOT NULL, posting INTEGER NOT NULL, kind INTEGER NOT NULL, why INTEGER NOT NULL,
  PRIMARY KEY (member, period, posting, kind)
) STRICT, WITHOUT ROWID;
CREATE TABLE objection (
  member INTEGER NOT NULL, period TEXT NOT NULL,
  state INTEGER NOT NULL,            -- 1 waits, 2 left as it was, 3 granted
  at_ms INTEGER NOT NULL, why TEXT NOT NULL, paid TEXT NOT NULL,
  PRIMARY KEY (member, period)
) STRICT, WITHOUT ROWID;
-- The month whose held-back acts this payment makes good; '': an ordinary one.
ALTER TABLE payment ADD COLUMN corrects TEXT NOT NULL DEFAULT '';
