-- desk.db: the clerk's desk. A fold of the journal that only the clerk reads. Never here: plain identities, plain addresses.

CREATE TABLE member (
  id INTEGER PRIMARY KEY,
  pseudonym_key TEXT NOT NULL UNIQUE, -- folded so that look-alikes collide (board/member.c)
  pseudonym TEXT NOT NULL,
  role INTEGER NOT NULL,
  level INTEGER NOT NULL,
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4), -- 1 waiting 2 in 3 refused 4 left
  credential BLOB NOT NULL            -- box under the member's own key (identity.db)
) STRICT;
CREATE INDEX member_waiting ON member (id) WHERE state = 1;

CREATE TABLE session (digest BLOB PRIMARY KEY, member INTEGER NOT NULL, role INTEGER NOT NULL,
  seen_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX session_member ON session (member);

CREATE TABLE request (
  id BLOB PRIMARY KEY,                -- the effective idempotency key: who, what, form
  seq INTEGER NOT NULL                -- the event it became
) STRICT, WITHOUT ROWID;

CREATE TABLE posting (
  id INTEGER PRIMARY KEY, question INTEGER NOT NULL, member INTEGER NOT NULL, kind INTEGER NOT NULL, at_ms INTEGER NOT NULL,
  solved INTEGER NOT NULL DEFAULT 0   -- threads only
) STRICT;
CREATE INDEX posting_member ON posting (member, at_ms) WHERE member > 0;

CREATE TABLE vote (
  posting INTEGER NOT NULL, member INTEGER NOT NULL,
  stance INTEGER NOT NULL, patients INTEGER NOT NULL, at_ms INTEGER NOT NULL,
  PRIMARY KEY (posting, member)
) STRICT, WITHOUT ROWID;

-- Votes cast or changed on the latest day a member voted: small rows apart, so that many share a page.
CREATE TABLE vote_day (
  member INTEGER PRIMARY KEY,
  day INTEGER NOT NULL,               -- UTC day, in days since 1970
  votes INTEGER NOT NULL
) STRICT;

CREATE TABLE interest (topic TEXT NOT NULL, member INTEGER NOT NULL, PRIMARY KEY (topic, member)) STRICT, WITHOUT ROWID;
CREATE INDEX interest_member ON interest (member, topic);
CREATE TABLE rule (proposal INTEGER PRIMARY KEY, name TEXT NOT NULL, proposed_by INTEGER NOT NULL, state INTEGER NOT NULL) STRICT;

CREATE TABLE mail (
  id INTEGER PRIMARY KEY,             -- seq of the causing event * 64 + number within it
  member INTEGER NOT NULL, kind INTEGER NOT NULL, question INTEGER NOT NULL, at_ms INTEGER NOT NULL,
  sent INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX mail_due ON mail (id) WHERE sent = 0;
