-- Moderation on the desk. A withheld posting leaves `posting`, so that no command finds it: nobody votes on it, answers or changes it.

CREATE TABLE withheld AS SELECT * FROM posting WHERE 0; -- no STRICT: see schema/board/120-moderation.sql
CREATE UNIQUE INDEX withheld_id ON withheld (id);
CREATE INDEX withheld_question ON withheld (question, id);
CREATE INDEX withheld_member ON withheld (member, at_ms);

-- How a posting stands that was held or decided on. state 0: back, or kept.
CREATE TABLE hold (
  posting INTEGER PRIMARY KEY,
  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 4), -- enum hold_state
  reason INTEGER NOT NULL,
  by INTEGER NOT NULL,                -- the admin; 0 the house, which holds first postings
  at_ms INTEGER NOT NULL,
  appeal INTEGER NOT NULL DEFAULT 0,  -- 0 none, 1 waits, 2 decided
  appeal_id INTEGER NOT NULL DEFAULT 0, -- seq of appeal_made
  appeal_ms INTEGER NOT NULL DEFAULT 0,
  appeal_words TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX hold_waiting ON hold (at_ms) WHERE state = 1;
CREATE INDEX hold_appealed ON hold (appeal_ms) WHERE appeal = 1;

-- Who says what is wrong with which posting: once a member, posting and reason. Nobody else is told who.
CREATE TABLE flag (
  id INTEGER PRIMARY KEY,             -- seq of the event
  posting INTEGER NOT NULL,
  member INTEGER NOT NULL,
  reason INTEGER NOT NULL,            -- enum flag_reason
  target INTEGER NOT NULL,            -- the thread it repeats; else 0
  words TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  state INTEGER NOT NULL DEFAULT 0    -- 0 open, 1 decided, 2 withdrawn
) STRICT;
CREATE UNIQUE INDEX flag_member ON flag (posting, member, reason);
CREATE INDEX flag_open ON flag (posting, reason) WHERE state = 0;
