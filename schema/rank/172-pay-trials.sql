-- Trials of rules of pay. ring_leak: of the money paid in an invented community, the share for crooked acts of those who trade votes.
ALTER TABLE trial_world ADD COLUMN ring_leak REAL NOT NULL DEFAULT 0;

-- What a rule of pay would have paid in the last 180 days, as if everything had been earmarked, in millionths, before and after: by the month in
-- which it settled, and by what changes for an act.
CREATE TABLE trial_month (
  proposal INTEGER NOT NULL REFERENCES trial, start_ms INTEGER NOT NULL,
  acts INTEGER NOT NULL, before INTEGER NOT NULL, after INTEGER NOT NULL,
  PRIMARY KEY (proposal, start_ms)
) STRICT, WITHOUT ROWID;
CREATE TABLE trial_reason (
  proposal INTEGER NOT NULL REFERENCES trial,
  reason INTEGER NOT NULL CHECK (reason BETWEEN 0 AND 7), -- 0 newly paid 1 more 2 as much 3 less 4 no longer 5 by neither 6 linked 7 informed
  acts INTEGER NOT NULL, before INTEGER NOT NULL, after INTEGER NOT NULL,
  PRIMARY KEY (proposal, reason)
) STRICT, WITHOUT ROWID;
