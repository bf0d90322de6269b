-- Postings that nobody but their author and the admins see. They leave `posting`, `thread`, `thread_topic` and the index altogether and lie
-- here until they come back, so no list, page, feed or count can show one by forgetting to leave it out.
-- The two tables have whatever columns the ones they mirror have (hence no STRICT: SQLite takes no such word here, and what comes in was
-- checked there). A column added to `posting` or `thread` by a later migration is added to its mirror too; the schema's test says so.
CREATE TABLE withheld AS SELECT * FROM posting WHERE 0;
CREATE UNIQUE INDEX withheld_id ON withheld (id);
CREATE INDEX withheld_question ON withheld (question, id);
CREATE INDEX withheld_member ON withheld (member, id);
CREATE TABLE withheld_thread AS SELECT * FROM thread WHERE 0;
CREATE UNIQUE INDEX withheld_thread_question ON withheld_thread (question);

-- Why a posting is withheld, for its author. Answers that are away only because their thread is have no row.
CREATE TABLE hold (
  posting INTEGER PRIMARY KEY,
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4), -- enum hold_state: 1 waits for a look, 2 hidden, 3 returned, 4 text removed
  reason INTEGER NOT NULL,           -- enum flag_reason; 0 none
  words TEXT NOT NULL,               -- the admin's, to the author
  at_ms INTEGER NOT NULL,
  appeal INTEGER NOT NULL DEFAULT 0  -- 0 none, 1 waits, 2 decided
) STRICT;

-- What was decided, for every member: the day alone, no names, no texts.
CREATE TABLE moderation (
  id INTEGER PRIMARY KEY,            -- seq of the event
  day_ms INTEGER NOT NULL,
  month TEXT NOT NULL,               -- 2026-03
  kind INTEGER NOT NULL,             -- of the posting
  reason INTEGER NOT NULL,           -- enum flag_reason; 0 none
  outcome INTEGER NOT NULL,          -- enum moderation_outcome
  appealed INTEGER NOT NULL          -- 1: it decided an appeal
) STRICT;
CREATE INDEX moderation_month ON moderation (month, outcome);

-- Threads that repeat another. Who said so is not here.
CREATE TABLE duplicate (
  question INTEGER NOT NULL,
  target INTEGER NOT NULL,
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 3), -- 1 proposed, 2 linked, 3 refused
  merged INTEGER NOT NULL DEFAULT 0, -- 1: its answers are shown in the target
  answers INTEGER NOT NULL DEFAULT 0, -- so many of them were added to the target's number
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (question, target)
) STRICT, WITHOUT ROWID;
CREATE INDEX duplicate_target ON duplicate (target, question) WHERE state = 2;
CREATE INDEX duplicate_merged ON duplicate (target) WHERE merged = 1;
