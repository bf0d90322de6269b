-- The safety desk: products that are watched for a sponsor, and postings that name one.

CREATE TABLE watch (
  id INTEGER PRIMARY KEY,             -- seq of watch_set
  sponsor TEXT NOT NULL, product TEXT NOT NULL,
  names TEXT NOT NULL,                -- what else it is called, separated by "; "
  study TEXT NOT NULL,                -- the programme it belongs to
  until_ms INTEGER NOT NULL,          -- its end
  at_ms INTEGER NOT NULL,
  ended_ms INTEGER NOT NULL DEFAULT 0 -- reconciled
) STRICT;
-- One a product and posting, whatever is written there later.
CREATE TABLE sighting (
  id INTEGER PRIMARY KEY,             -- seq of product_named
  watch INTEGER NOT NULL, posting INTEGER NOT NULL, question INTEGER NOT NULL,
  member INTEGER NOT NULL,            -- whose words they are
  at_ms INTEGER NOT NULL,             -- day zero
  outcome INTEGER NOT NULL DEFAULT 0, -- 0 waits, else enum sighting_outcome
  patient TEXT NOT NULL DEFAULT '', reaction TEXT NOT NULL DEFAULT '', serious INTEGER NOT NULL DEFAULT 0,
  judged_ms INTEGER NOT NULL DEFAULT 0,
  sent_ms INTEGER NOT NULL DEFAULT 0,
  contact INTEGER NOT NULL DEFAULT 0, -- enum contact_state
  contact_ms INTEGER NOT NULL DEFAULT 0,
  UNIQUE (watch, posting)
) STRICT;
CREATE INDEX sighting_waiting ON sighting (at_ms) WHERE outcome = 0;
CREATE INDEX sighting_asked ON sighting (member) WHERE contact > 0;
