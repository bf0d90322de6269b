-- What a trial tells beside scores: what the rule makes of invented communities, who would be paid, and the first hundred members.
ALTER TABLE trial ADD COLUMN step INTEGER NOT NULL DEFAULT 0;          -- while it runs: 1 invented communities, 2 the past
-- As if every posting that settled in the last 180 days had paid 10 for its author and 10 for its votes; millionths, before and after.
ALTER TABLE trial ADD COLUMN author_before INTEGER NOT NULL DEFAULT 0;
ALTER TABLE trial ADD COLUMN author_after INTEGER NOT NULL DEFAULT 0;
ALTER TABLE trial ADD COLUMN vote_before INTEGER NOT NULL DEFAULT 0;
ALTER TABLE trial ADD COLUMN vote_after INTEGER NOT NULL DEFAULT 0;
ALTER TABLE trial ADD COLUMN newly_paid INTEGER NOT NULL DEFAULT 0;     -- members who would be paid and were not
ALTER TABLE trial ADD COLUMN no_longer_paid INTEGER NOT NULL DEFAULT 0;

-- Means over the seeds of one invented community (ranking/simulate.h), by whom it was ranked and paid.
CREATE TABLE trial_world (
  proposal INTEGER NOT NULL REFERENCES trial,
  place INTEGER NOT NULL,             -- in the order they were tried
  preset TEXT NOT NULL,
  by INTEGER NOT NULL CHECK (by BETWEEN 0 AND 3), -- 0 proposed 1 in force 2 points 3 Wilson's bound and the majority
  rank_agreement REAL NOT NULL, answers_apart REAL NOT NULL, bad_on_top REAL NOT NULL,
  paid REAL NOT NULL, leak REAL NOT NULL, cover REAL NOT NULL, cheat_answer REAL NOT NULL, cheat_vote REAL NOT NULL,
  PRIMARY KEY (proposal, place, by)
) STRICT, WITHOUT ROWID;

-- Who stands among the first hundred, before or after; places from 1.
CREATE TABLE trial_top (
  proposal INTEGER NOT NULL REFERENCES trial, member INTEGER NOT NULL,
  place_before INTEGER NOT NULL, place_after INTEGER NOT NULL,
  PRIMARY KEY (proposal, member)
) STRICT, WITHOUT ROWID;

-- A passed rule beside the one in force, looked at once a day: the past up to then under both.
CREATE TABLE shadow (
  proposal INTEGER PRIMARY KEY,
  since_ms INTEGER NOT NULL,          -- of the event that began it
  due_ms INTEGER NOT NULL             -- of the next look
) STRICT;
CREATE TABLE shadow_day (
  proposal INTEGER NOT NULL REFERENCES shadow, at_ms INTEGER NOT NULL,
  seq INTEGER NOT NULL,               -- the journal up to here
  agreement REAL NOT NULL, members_up INTEGER NOT NULL, members_down INTEGER NOT NULL,
  newly_paid INTEGER NOT NULL, no_longer_paid INTEGER NOT NULL,
  why TEXT NOT NULL,                  -- '' or how it failed
  PRIMARY KEY (proposal, at_ms)
) STRICT, WITHOUT ROWID;
