-- The door: what waits for a second admin, codes, and who vouched for whom.

-- What one admin would do and another must agree to. kind: 1 let in, 2 withdraw a branch.
CREATE TABLE proposal (
  id INTEGER PRIMARY KEY,             -- seq of the event
  kind INTEGER NOT NULL, member INTEGER NOT NULL, by INTEGER NOT NULL,
  reason TEXT NOT NULL, at_ms INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX proposal_member ON proposal (kind, member);

CREATE TABLE code (
  id INTEGER PRIMARY KEY,             -- seq of code_asked: the code follows from it
  member INTEGER NOT NULL,
  kind INTEGER NOT NULL,              -- 1 letter, 2 mail
  asked_ms INTEGER NOT NULL,
  sent_ms INTEGER NOT NULL DEFAULT 0, -- 0: not yet
  misses INTEGER NOT NULL DEFAULT 0,
  used INTEGER NOT NULL DEFAULT 0,
  address BLOB NOT NULL               -- kind 2: box under the member's own key
) STRICT;
CREATE INDEX code_member ON code (member, kind, id);
CREATE INDEX code_due ON code (id) WHERE kind = 1 AND sent_ms = 0 AND used = 0;

CREATE TABLE pioneer (member INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL) STRICT;

CREATE TABLE invitation (
  id INTEGER PRIMARY KEY,             -- seq of the event: the code follows from it
  member INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  used INTEGER NOT NULL DEFAULT 0     -- the ask it became
) STRICT;
CREATE INDEX invitation_member ON invitation (member, id);

CREATE TABLE vouch (
  id INTEGER PRIMARY KEY,             -- seq of vouch_asked
  member INTEGER NOT NULL,
  voucher INTEGER NOT NULL,
  facts INTEGER NOT NULL,             -- what the voucher may see
  asked_ms INTEGER NOT NULL,
  answer INTEGER NOT NULL DEFAULT 0,  -- 0 open, 1 vouched, 2 not, 3 vouched and withdrawn
  answered_ms INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX vouch_member ON vouch (member, id);
CREATE INDEX vouch_voucher ON vouch (voucher, id);
