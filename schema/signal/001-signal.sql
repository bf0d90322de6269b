-- signal.db: early signals for the medical desk, from true counts: how many authors wrote each word of the public list in each week, and what
-- that means. For admins alone; no program that talks to sponsors opens it. A fold of the journal, a week at a time.
-- Never here: a member, a vote, a text.

CREATE TABLE word (
  id INTEGER PRIMARY KEY,              -- as in release.db's list
  word TEXT NOT NULL UNIQUE,
  kind INTEGER NOT NULL                -- 0 neither, 1 a drug, 2 an event
) STRICT;
CREATE TABLE week (
  week INTEGER PRIMARY KEY,            -- Mondays since 1970: dense
  name TEXT NOT NULL UNIQUE,           -- 2026-W11
  journal_seq INTEGER NOT NULL,        -- it covers the journal up to here
  authors INTEGER NOT NULL             -- who wrote anything
) STRICT;
-- Weeks in which nobody wrote it have no row.
CREATE TABLE word_week (
  word INTEGER NOT NULL, week INTEGER NOT NULL, authors INTEGER NOT NULL CHECK (authors > 0),
  PRIMARY KEY (word, week)
) STRICT, WITHOUT ROWID;
-- Postings that name a drug and an event; drug 0: any, event 0: any.
CREATE TABLE pair_week (
  week INTEGER NOT NULL, drug INTEGER NOT NULL, event INTEGER NOT NULL, postings INTEGER NOT NULL,
  PRIMARY KEY (week, drug, event)
) STRICT, WITHOUT ROWID;
-- What rang in a week. kind: 1 IC025, 2 CUSUM, 3 EWMA (insight/insight.h). usual: authors a week; value beyond bound rang; weeks: in a row.
CREATE TABLE sign (
  week INTEGER NOT NULL, kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 3), word INTEGER NOT NULL,
  authors INTEGER NOT NULL, usual REAL NOT NULL, value REAL NOT NULL, bound REAL NOT NULL, weeks INTEGER NOT NULL,
  PRIMARY KEY (week, kind, word)
) STRICT, WITHOUT ROWID;
-- The two below are made anew from the weeks; this is the week they were made for.
CREATE TABLE look_back (one INTEGER PRIMARY KEY CHECK (one = 1), week INTEGER NOT NULL) STRICT;
-- The latest year's table of drug and event (insight/pairs.h); -1 where a measure has no value.
CREATE TABLE pair (
  drug INTEGER NOT NULL, event INTEGER NOT NULL, postings INTEGER NOT NULL, expected REAL NOT NULL,
  prr REAL NOT NULL, ror REAL NOT NULL, ror_low REAL NOT NULL, ror_high REAL NOT NULL, ic_low REAL NOT NULL,
  ebgm REAL NOT NULL, eb05 REAL NOT NULL, eb95 REAL NOT NULL,
  PRIMARY KEY (drug, event)
) STRICT, WITHOUT ROWID;
-- Looking back over all weeks: when a word was written at a raised rate (insight/burst.h).
CREATE TABLE burst (
  word INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, weight REAL NOT NULL,
  PRIMARY KEY (word, first)
) STRICT, WITHOUT ROWID;
