-- What guardrails watch of the ranker's work (ranking/gauge.h): whole days, and no figure of any one member or vote. A fold of the journal.
CREATE TABLE gauge_day (
  day INTEGER PRIMARY KEY,            -- days since 1970
  settled INTEGER NOT NULL,           -- answers and observations that settled on it
  covered INTEGER NOT NULL,           -- of them, those that votes worth a whole independent one have judged
  votes INTEGER NOT NULL,             -- that took a side, on them
  linked REAL NOT NULL,               -- of these, how far they depended on a link: a sum of shares
  audited INTEGER NOT NULL,           -- postings an admin has judged on it, of those drawn for that
  agreed INTEGER NOT NULL             -- of them, those the votes had judged alike
) STRICT;

-- One in fifty of the postings that settle with votes: an admin says whether they are right, which measures and weighs nothing.
CREATE TABLE audit (
  posting INTEGER PRIMARY KEY,
  question INTEGER NOT NULL,
  drawn_ms INTEGER NOT NULL,
  probability REAL NOT NULL,          -- that it is right, by its votes, when it settled
  outcome INTEGER NOT NULL CHECK (outcome BETWEEN 0 AND 3) -- 0 waits 1 right 2 wrong 3 cannot be judged
) STRICT;
CREATE INDEX audit_waits ON audit (drawn_ms, posting) WHERE outcome = 0;
