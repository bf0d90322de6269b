-- What becomes of a posting after it was written: other wordings, comments, sources, marks, thanks, and a thread's summary.

-- Every wording a posting had, the first and the present one among them; only of postings that were edited.
CREATE TABLE revision (
  id INTEGER PRIMARY KEY,            -- seq of the event that brought it
  posting INTEGER NOT NULL,
  question INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  votes INTEGER NOT NULL,            -- cast on the wording before
  note TEXT NOT NULL,                -- what the author said of the change
  title TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX revision_posting ON revision (posting, id);
CREATE INDEX revision_question ON revision (question, posting, id);

CREATE TABLE comment (
  id INTEGER PRIMARY KEY,            -- seq of the event
  posting INTEGER NOT NULL,
  question INTEGER NOT NULL,
  member INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  body TEXT NOT NULL,                -- '': removed
  html TEXT NOT NULL
) STRICT;
CREATE INDEX comment_question ON comment (question, id);
CREATE INDEX comment_posting ON comment (posting, id);
CREATE INDEX comment_member ON comment (member, at_ms);

-- What a posting's text cites, in the order of its first mention.
CREATE TABLE citation (
  posting INTEGER NOT NULL,
  number INTEGER NOT NULL,           -- from 1
  question INTEGER NOT NULL,
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 3), -- 1 PubMed id 2 DOI 3 address
  key TEXT NOT NULL,                 -- the number, the DOI in lower case, the address
  PRIMARY KEY (posting, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX citation_question ON citation (question, posting, number);
CREATE INDEX citation_key ON citation (kind, key, posting);

-- A colleague says, with a source and in words, that a posting is outdated or dangerous. Said under the own pseudonym.
CREATE TABLE mark (
  id INTEGER PRIMARY KEY,            -- seq of the event
  posting INTEGER NOT NULL,
  question INTEGER NOT NULL,
  member INTEGER NOT NULL,
  what INTEGER NOT NULL CHECK (what BETWEEN 1 AND 2), -- 1 outdated 2 dangerous
  at_ms INTEGER NOT NULL,
  source INTEGER NOT NULL CHECK (source BETWEEN 1 AND 3), -- as citation.kind
  key TEXT NOT NULL,
  body TEXT NOT NULL                 -- the comment
) STRICT;
CREATE UNIQUE INDEX mark_one ON mark (posting, member, what);
CREATE INDEX mark_question ON mark (question, posting, what, id);

-- How many said thanks; who did is on the clerk's desk alone. No row: nobody yet.
CREATE TABLE thank (posting INTEGER PRIMARY KEY, question INTEGER NOT NULL, thanks INTEGER NOT NULL) STRICT;
CREATE INDEX thank_question ON thank (question);
-- The latest UTC day on which a member was told of thanks.
CREATE TABLE thanked (member INTEGER PRIMARY KEY, day INTEGER NOT NULL) STRICT;

-- The answer that helped the asker most, in the asker's own word. A badge: it moves nothing.
CREATE TABLE choice (question INTEGER PRIMARY KEY, posting INTEGER NOT NULL) STRICT;

-- The members' common summary of a thread: every version, the highest id is the one that stands.
CREATE TABLE summary (
  id INTEGER PRIMARY KEY,            -- seq of the event
  question INTEGER NOT NULL,
  member INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  note TEXT NOT NULL,
  body TEXT NOT NULL                 -- '': blanked
) STRICT;
CREATE INDEX summary_question ON summary (question, id);
CREATE INDEX summary_member ON summary (member, at_ms);

-- What the postings of the time before cite is found by folding the journal once more.
DELETE FROM member; DELETE FROM session; DELETE FROM posting; DELETE FROM tally; DELETE FROM thread; DELETE FROM topic; DELETE FROM thread_topic;
DELETE FROM own; DELETE FROM notice; DELETE FROM rule; DELETE FROM total; DELETE FROM decision; DELETE FROM domain;
INSERT INTO posting_text (posting_text) VALUES ('delete-all');
DELETE FROM cursor;
