-- Polls, ratings and how questions were solved: what the clerk checks the next command against.

CREATE TABLE poll (question INTEGER PRIMARY KEY, options INTEGER NOT NULL) STRICT;

CREATE TABLE choice (
  question INTEGER NOT NULL, member INTEGER NOT NULL,
  choice INTEGER NOT NULL,            -- 0: has only looked
  looked INTEGER NOT NULL,            -- 1: had seen the counts before
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (question, member)
) STRICT, WITHOUT ROWID;

CREATE TABLE rating (
  question INTEGER NOT NULL, member INTEGER NOT NULL,
  importance INTEGER NOT NULL, relevance INTEGER NOT NULL, -- 0: not said
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (question, member)
) STRICT, WITHOUT ROWID;

-- Every text that said how something was solved, so that whoever leaves can have them blanked.
CREATE TABLE how (seq INTEGER PRIMARY KEY, member INTEGER NOT NULL) STRICT;
CREATE INDEX how_member ON how (member, seq);

ALTER TABLE member ADD COLUMN codes TEXT NOT NULL DEFAULT ''; -- of the operator's list of specialties, by blanks; '' for free words
