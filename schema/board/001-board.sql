-- board.db: what members may read. A fold of the journal: delete it and it is rebuilt to the same content.
-- Never here: who voted what, e-mail addresses, earmarks, identities.

CREATE TABLE member (
  id INTEGER PRIMARY KEY,            -- seq of the event that made the member
  pseudonym TEXT NOT NULL,
  specialty TEXT NOT NULL,           -- '' unless the member shows it
  role INTEGER NOT NULL CHECK (role BETWEEN 1 AND 3),   -- 1 physician, 2 sponsor, 3 admin
  level INTEGER NOT NULL CHECK (level BETWEEN 0 AND 3), -- assurance level
  organisation TEXT NOT NULL,        -- sponsors only, else ''
  joined_ms INTEGER NOT NULL,
  postings INTEGER NOT NULL DEFAULT 0, -- threads opened
  answers INTEGER NOT NULL DEFAULT 0,
  unread INTEGER NOT NULL DEFAULT 0  -- notices not yet seen
) STRICT;

CREATE TABLE session (
  digest BLOB PRIMARY KEY,           -- BLAKE2b-256 of the token
  member INTEGER NOT NULL REFERENCES member,
  role INTEGER NOT NULL,
  opened_ms INTEGER NOT NULL,
  seen_ms INTEGER NOT NULL,          -- moved at most every few minutes (session_touch)
  expires_ms INTEGER NOT NULL,       -- absolute end
  view_box BLOB NOT NULL             -- the member's view key, under a key only the token yields
) STRICT, WITHOUT ROWID;
CREATE INDEX session_member ON session (member);

-- The columns lists need stand before the long ones, so that lists never touch overflow pages.
CREATE TABLE posting (
  id INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 6), -- 1 question 2 case 3 observation 4 answer 5 reference 6 further answer of a reference
  question INTEGER NOT NULL,         -- the thread it stands in; own id for one that opens a thread
  member INTEGER NOT NULL,           -- 0 for references
  at_ms INTEGER NOT NULL,
  title TEXT NOT NULL,               -- '' for answers
  excerpt TEXT NOT NULL,             -- first words, for lists
  source TEXT NOT NULL, url TEXT NOT NULL, licence TEXT NOT NULL, -- references only, else ''
  body TEXT NOT NULL,                -- Markdown as written
  html TEXT NOT NULL                 -- made from it by core/text.c when it was written
) STRICT;
CREATE INDEX posting_question ON posting (question, id);
CREATE INDEX posting_member ON posting (member, id) WHERE member > 0;

-- Totals of votes on a posting, apart from it: a vote then rewrites a few bytes and not the whole text. No row: no votes yet.
CREATE TABLE tally (
  posting INTEGER PRIMARY KEY,
  corroborate INTEGER NOT NULL,
  dispute INTEGER NOT NULL,
  cannot_say INTEGER NOT NULL,
  patients INTEGER NOT NULL          -- lower bounds added up: 0, 1, 6, 21 for the four bands; cannot_say adds none
) STRICT;

-- One row a thread: what the lists show without touching its postings. `version` moves with every change of the thread.
CREATE TABLE thread (
  question INTEGER PRIMARY KEY,
  version INTEGER NOT NULL,          -- seq of the latest event that touched it
  kind INTEGER NOT NULL,
  solved INTEGER NOT NULL DEFAULT 0,
  answers INTEGER NOT NULL DEFAULT 0,
  corroborations INTEGER NOT NULL DEFAULT 0,
  patients INTEGER NOT NULL DEFAULT 0,
  at_ms INTEGER NOT NULL,
  last_ms INTEGER NOT NULL,          -- latest posting
  topics TEXT NOT NULL               -- space separated
) STRICT;
CREATE INDEX thread_new ON thread (question) WHERE kind <= 3;
CREATE INDEX thread_unanswered ON thread (question) WHERE kind <= 2 AND answers = 0;

CREATE TABLE topic (name TEXT PRIMARY KEY, threads INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE thread_topic (
  topic TEXT NOT NULL, question INTEGER NOT NULL, PRIMARY KEY (topic, question)
) STRICT, WITHOUT ROWID;

-- What belongs to one member alone, readable only with that member's view key: own votes of a thread, followed topics.
-- tag = BLAKE2b-128(view key, what, id): without the key nobody can tell whose row it is.
CREATE TABLE own (tag BLOB PRIMARY KEY, box BLOB NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE notice (
  id INTEGER PRIMARY KEY,            -- seq of the event that caused it * 64 + number within it
  member INTEGER NOT NULL,
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 6), -- 1 answer to yours, 2 solved, 3 new in a followed topic, 4 application decided, 5 rule changed, 6 other
  question INTEGER NOT NULL,         -- 0: none
  at_ms INTEGER NOT NULL,
  seen INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX notice_member ON notice (member, id);

CREATE TABLE rule (
  proposal INTEGER PRIMARY KEY,      -- seq of rule_proposed
  name TEXT NOT NULL,
  script TEXT NOT NULL,
  reason TEXT NOT NULL,
  proposed_by INTEGER NOT NULL, proposed_ms INTEGER NOT NULL,
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4), -- 1 proposed 2 active 3 withdrawn 4 superseded
  decided_by INTEGER NOT NULL DEFAULT 0, decided_ms INTEGER NOT NULL DEFAULT 0,
  active_seq INTEGER NOT NULL DEFAULT 0 -- the journal position from which it holds
) STRICT;
CREATE INDEX rule_name ON rule (name, proposal);

-- Counters that would cost a scan: 'texts' (rows of posting_text), 'members' (physicians let in), 'threads' (by members).
CREATE TABLE total (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- Prefixes of three letters serve the search while a word is being typed.
CREATE VIRTUAL TABLE posting_text USING fts5 (
  title, body, content = 'posting', content_rowid = 'id', prefix = '3', tokenize = "porter unicode61 remove_diacritics 2"
);
CREATE VIRTUAL TABLE posting_term USING fts5vocab ('posting_text', 'row');
