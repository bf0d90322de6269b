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

CREATE TABLE session (digest BLOB PRIMARY KEY, member INTEGER NOT NULL, role INTEGER NOT NULL,
  seen_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE request (
  id BLOB PRIMARY KEY,                -- the effective idempotency key: who, what, form
  seq INTEGER NOT NULL                -- the event it became
) STRICT, WITHOUT ROWID;

CREATE TABLE posting (id INTEGER PRIMARY KEY, question INTEGER NOT NULL, member INTEGER NOT NULL, kind INTEGER NOT NULL) STRICT;

CREATE TABLE vote (
  posting INTEGER NOT NULL, member INTEGER NOT NULL,
  stance INTEGER NOT NULL, patients INTEGER NOT NULL, at_ms INTEGER NOT NULL,
  PRIMARY KEY (posting, member)
) STRICT, WITHOUT ROWID;
CREATE INDEX vote_member ON vote (member, posting);

CREATE TABLE interest (topic TEXT NOT NULL, member INTEGER NOT NULL, PRIMARY KEY (topic, member)) STRICT, WITHOUT ROWID;
CREATE TABLE rule (proposal INTEGER PRIMARY KEY, name TEXT NOT NULL, proposed_by INTEGER NOT NULL, state INTEGER NOT NULL) STRICT;
CREATE TABLE reference_key (key TEXT PRIMARY KEY, question INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE mail (
  id INTEGER PRIMARY KEY,             -- seq of the causing event * 64 + number within it
  member INTEGER NOT NULL, kind INTEGER NOT NULL, question INTEGER NOT NULL, at_ms INTEGER NOT NULL,
  sent INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX mail_due ON mail (id) WHERE sent = 0;
