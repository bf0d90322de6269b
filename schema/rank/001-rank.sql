-- rank.db: what the ranker found out. A fold of the journal that the web reads, so never in here: who voted what, or anything
-- that names a voter. Scores are stored with the hash of the rule set that made them and are never made again by a newer one.

-- The rule sets in the order they came to hold. The first is the one the program brings along (proposal 0, from scripts/rank).
CREATE TABLE rule_set (
  active_seq INTEGER PRIMARY KEY,     -- place in the journal from which it holds (or would have held); 0 for the first
  proposal INTEGER NOT NULL,          -- seq of rule_proposed; 0 for the first
  name TEXT NOT NULL,
  hash BLOB NOT NULL CHECK (length(hash) = 32), -- BLAKE2b-256 of the script; zeros when it could not be loaded
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4), -- 1 holds 2 superseded 3 refused when approved 4 put aside when it failed
  ended_seq INTEGER NOT NULL,         -- place at which it ended; 0: it holds
  why TEXT NOT NULL,                  -- of states 3 and 4
  script TEXT NOT NULL                -- of the first only, so that a rebuild does not depend on the program's version; else ''
) STRICT;

-- The constants of the rule set that holds: what the admin page shows as a form.
CREATE TABLE rule_constant (
  place INTEGER PRIMARY KEY,          -- order in the script
  name TEXT NOT NULL, value REAL NOT NULL, low REAL NOT NULL, high REAL NOT NULL, unit TEXT NOT NULL, meaning TEXT NOT NULL
) STRICT;

CREATE TABLE posting_rank (
  posting INTEGER PRIMARY KEY,
  question INTEGER NOT NULL,
  author INTEGER NOT NULL,            -- 0 for references
  score REAL NOT NULL,                -- order among the postings of its question: higher first
  probability REAL NOT NULL,          -- that it is right, by what has been said so far
  settled INTEGER NOT NULL,           -- 1 once its votes have been weighed for good
  version INTEGER NOT NULL,           -- seq of the event that moved it last
  active_seq INTEGER NOT NULL REFERENCES rule_set (active_seq), -- the rule set that made the score
  facts TEXT NOT NULL,                -- JSON: what the rule was given, and its named parts
  reasons TEXT NOT NULL               -- plain words, one reason a line: "+0.31: corroborated by ..."
) STRICT;
CREATE INDEX posting_rank_question ON posting_rank (question, posting);

CREATE TABLE member_rank (
  member INTEGER PRIMARY KEY,
  score REAL NOT NULL,
  band INTEGER NOT NULL CHECK (band BETWEEN 0 AND 3), -- 0 new, then by score (ranking/ranking.h has the words)
  version INTEGER NOT NULL,
  active_seq INTEGER NOT NULL REFERENCES rule_set (active_seq),
  facts TEXT NOT NULL,
  reasons TEXT NOT NULL
) STRICT;

-- Standing by month, for the small line on the profile: the score at the end of the month's last event that moved it.
CREATE TABLE member_month (
  member INTEGER NOT NULL, month TEXT NOT NULL, score REAL NOT NULL, band INTEGER NOT NULL, PRIMARY KEY (member, month)
) STRICT, WITHOUT ROWID;

CREATE TABLE question_rank (
  question INTEGER PRIMARY KEY,
  version INTEGER NOT NULL,           -- moves whenever a score or a band shown on the question's page does
  rising REAL NOT NULL                -- decayed activity as a logarithm, in half-lives: it orders at any time without a clock
) STRICT;
CREATE INDEX question_rank_rising ON question_rank (rising DESC, question DESC);

-- Trials of proposed rules: the whole past once with the rules that held and once with the proposed ones.
CREATE TABLE trial (
  proposal INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4), -- 1 waiting 2 running 3 done 4 failed
  why TEXT NOT NULL,                  -- of state 4, one line
  done INTEGER NOT NULL, total INTEGER NOT NULL,        -- events
  postings INTEGER NOT NULL,          -- that have a score
  postings_changed INTEGER NOT NULL,  -- whose score would be another
  questions INTEGER NOT NULL,         -- with two postings or more to order
  questions_reordered INTEGER NOT NULL,
  questions_new_top INTEGER NOT NULL, -- another posting would stand first
  members INTEGER NOT NULL,
  members_up INTEGER NOT NULL, members_down INTEGER NOT NULL, -- whose score would rise, fall
  bands_up INTEGER NOT NULL, bands_down INTEGER NOT NULL,     -- whose band would
  agreement REAL NOT NULL             -- rank correlation (Spearman) of the members' scores, -1 to 1
) STRICT;

-- The largest changes: at most 20 of each kind.
CREATE TABLE trial_move (
  proposal INTEGER NOT NULL REFERENCES trial, kind INTEGER NOT NULL CHECK (kind IN (1, 2)), -- 1 member 2 posting
  place INTEGER NOT NULL,             -- 1: the largest change
  id INTEGER NOT NULL,                -- member or posting
  question INTEGER NOT NULL,          -- of a posting; 0 for members
  before REAL NOT NULL, after REAL NOT NULL,               -- scores
  order_before INTEGER NOT NULL, order_after INTEGER NOT NULL, -- members: band; postings: place within the question, from 1
  PRIMARY KEY (proposal, kind, place)
) STRICT, WITHOUT ROWID;
