-- A proposed reward rule on what the closed months' earmarks were on, beside what they paid (ledger/month_trial.h).
-- What the ranker's own trial of it came to, as the journal has it: 0 nothing yet, 1 passed, 2 failed.
ALTER TABLE rule ADD COLUMN tried INTEGER NOT NULL DEFAULT 0;
UPDATE rule SET tried = 1 WHERE state = 1; -- its event has gone by; the clerk lets none be approved that failed
-- One row for each proposal that was begun with: how many a month may be is limited, so rows stay.
CREATE TABLE month_trial (
  proposal INTEGER PRIMARY KEY,
  start_ms INTEGER NOT NULL,
  from_ms INTEGER NOT NULL,          -- months that end later than this
  verdict INTEGER NOT NULL DEFAULT 0, -- 0 months are missing, 1 passed, 2 failed
  why TEXT NOT NULL DEFAULT '',      -- in words an admin may read
  told INTEGER NOT NULL DEFAULT 0    -- the verdict the clerk knows
) STRICT;
CREATE TABLE month_tried (
  proposal INTEGER NOT NULL, period TEXT NOT NULL,
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 2), -- 1 gone through, 2 the rule failed
  at_ms INTEGER NOT NULL,
  closed_later INTEGER NOT NULL,     -- 1: the month was closed after the trial had begun
  -- As it is told (ledger/coarse.h): at least so many payees, 0 too few to tell; cents.
  payees_before INTEGER NOT NULL, before INTEGER NOT NULL, payees_after INTEGER NOT NULL, after INTEGER NOT NULL,
  -- Thousandths to the first of a hundred payees; 0 where these are fewer. For the judge alone.
  top_before INTEGER NOT NULL, top_after INTEGER NOT NULL,
  PRIMARY KEY (proposal, period)
) STRICT, WITHOUT ROWID;
-- By what changes for a member (enum coarse_change), over all months of it; as it is told.
CREATE TABLE month_change (
  proposal INTEGER NOT NULL, change INTEGER NOT NULL,
  members INTEGER NOT NULL, before INTEGER NOT NULL, after INTEGER NOT NULL,
  PRIMARY KEY (proposal, change)
) STRICT, WITHOUT ROWID;
-- Exact, and therefore for nobody's eyes: what is told of it goes through ledger/coarse.h. Kept while the proposal is open or in force.
CREATE TABLE month_tried_member (
  proposal INTEGER NOT NULL, period TEXT NOT NULL, member INTEGER NOT NULL,
  before INTEGER NOT NULL, after INTEGER NOT NULL, -- cents
  PRIMARY KEY (proposal, period, member)
) STRICT, WITHOUT ROWID;
