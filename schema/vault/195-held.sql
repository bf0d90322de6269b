-- Acts that a month's findings kept from earning, whether anything was promised on them or not (ledger/held.h). Of a posting the member and the
-- kind are 0 until the month's acts were gone through.
CREATE TABLE held_act (
  period TEXT NOT NULL, posting INTEGER NOT NULL,
  voter INTEGER NOT NULL,            -- whose vote it is; 0: the posting itself
  member INTEGER NOT NULL,           -- who would have earned
  kind INTEGER NOT NULL,             -- 1 the posting, 2 an answer, 3 a vote on it
  why INTEGER NOT NULL,              -- sum of: 1 linked with the author, 2 trades votes, 4 corroborated by linked colleagues alone
  apart REAL NOT NULL, trust REAL NOT NULL, support REAL NOT NULL,
  PRIMARY KEY (period, posting, voter)
) STRICT, WITHOUT ROWID;
CREATE INDEX held_act_member ON held_act (member, period);
-- Never here: how anybody voted.

-- A member objects to what was held back of a month, once; two admins decide. The words lie in the journal, where they can be erased.
CREATE TABLE objection (
  member INTEGER NOT NULL, period TEXT NOT NULL,
  seq INTEGER NOT NULL,              -- of held_objected
  at_ms INTEGER NOT NULL,
  state INTEGER NOT NULL DEFAULT 1 CHECK (state BETWEEN 1 AND 3), -- 1 waits, 2 left as it was, 3 granted
  why TEXT NOT NULL DEFAULT '',      -- what the member reads
  decided_ms INTEGER NOT NULL DEFAULT 0,
  paid TEXT NOT NULL DEFAULT '',     -- granted: the month with whose close it was paid
  changed INTEGER NOT NULL UNIQUE,   -- what statement.db follows
  PRIMARY KEY (member, period)
) STRICT, WITHOUT ROWID;
-- A payout that makes good what an earlier month held back; '': an ordinary one.
ALTER TABLE payout ADD COLUMN corrects TEXT NOT NULL DEFAULT '';
