-- What belongs to one kind of thread: a case's poll, an observation's facts, how a question was solved, what members think of it.

-- A case's own answer options. The totals alone: who chose what is the desk's, and the member's own row.
CREATE TABLE poll_option (
  question INTEGER NOT NULL,
  place INTEGER NOT NULL,             -- from 1, in the author's order
  words TEXT NOT NULL,                -- '' once blanked
  chosen INTEGER NOT NULL DEFAULT 0,
  looked INTEGER NOT NULL DEFAULT 0,  -- of these: by members who had seen the counts before
  PRIMARY KEY (question, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE observation (
  question INTEGER PRIMARY KEY,
  setting INTEGER NOT NULL,           -- enum workplace; 0: not said
  seen INTEGER NOT NULL,              -- band of patients; 0: not said
  from_month TEXT NOT NULL, to_month TEXT NOT NULL -- 2026-03, or ''
) STRICT;

CREATE TABLE solution (
  question INTEGER PRIMARY KEY,
  seq INTEGER NOT NULL,               -- of the event whose text `how` is; 0: none
  how TEXT NOT NULL, html TEXT NOT NULL,
  answer INTEGER NOT NULL             -- the posting that solved it; 0: none named
) STRICT;
CREATE INDEX solution_seq ON solution (seq);

-- importance and relevance: the mean in hundredths, 0 while fewer than three have said it.
CREATE TABLE rating (
  question INTEGER PRIMARY KEY,
  importances INTEGER NOT NULL, importance_sum INTEGER NOT NULL,
  relevances INTEGER NOT NULL, relevance_sum INTEGER NOT NULL,
  importance INTEGER NOT NULL DEFAULT 0, relevance INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX rating_importance ON rating (importance, question) WHERE importance > 0;
CREATE INDEX rating_relevance ON rating (relevance, question) WHERE relevance > 0;

-- thread.solved is 2 for a case study. Filtered lists read each pair of kind and state from here.
CREATE INDEX thread_state ON thread (kind, solved, question);
