-- Reports with noise take the place of exact totals above k. What the first step had stored goes: exact totals are what must not be handed out.
DROP TABLE release_cell;
DROP TABLE release;

-- What sponsors read, for ever: the same bytes for all of them.
CREATE TABLE report (
  id INTEGER PRIMARY KEY CHECK (id > 0), -- dense from 1
  template INTEGER NOT NULL CHECK (template BETWEEN 0 AND 5), -- enum insight_template; 0: the end of a period
  object INTEGER NOT NULL,               -- templates 1 and 2: the question; 0: enum period_kind; else 0
  period TEXT NOT NULL,                  -- 2026-03, 2026-W11, 2026-Q1
  at_ms INTEGER NOT NULL,                -- when it was made
  journal_seq INTEGER NOT NULL,          -- it covers the journal up to here
  shown INTEGER NOT NULL, withheld INTEGER NOT NULL, -- figures
  body BLOB NOT NULL,                    -- canonical JSON; holds the digest of the report before
  sha256 BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32), -- of body
  UNIQUE (template, object, period)
) STRICT;
CREATE TRIGGER report_fixed BEFORE UPDATE ON report BEGIN SELECT RAISE(ABORT, 'reports never change'); END;
CREATE TRIGGER report_kept BEFORE DELETE ON report BEGIN SELECT RAISE(ABORT, 'reports are never removed'); END;
-- A third one, since REPLACE slips past the first two.
CREATE TRIGGER report_once BEFORE INSERT ON report
WHEN new.id IS NOT (SELECT ifnull(max(id), 0) + 1 FROM report)
  OR EXISTS (SELECT 1 FROM report WHERE template = new.template AND object = new.object AND period = new.period)
BEGIN SELECT RAISE(ABORT, 'reports go at the end, one a template, object and period'); END;

-- The budget: what every measurement took, shown or not, in sixteenths of epsilon 1. The votes of one question in one month (the authors of
-- one term in one week) are in no other row; votes: 1 first, 2 further, 3 both (insight/measure.h).
CREATE TABLE spent (
  template INTEGER NOT NULL, object INTEGER NOT NULL, period TEXT NOT NULL, measure INTEGER NOT NULL,
  votes INTEGER NOT NULL CHECK (votes BETWEEN 1 AND 3),
  sixteenths INTEGER NOT NULL CHECK (sixteenths BETWEEN 1 AND 16),
  PRIMARY KEY (template, object, period, measure)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER spent_fixed BEFORE UPDATE ON spent BEGIN SELECT RAISE(ABORT, 'what is spent stays spent'); END;
CREATE TRIGGER spent_kept BEFORE DELETE ON spent BEGIN SELECT RAISE(ABORT, 'what is spent stays spent'); END;
CREATE TRIGGER spent_within BEFORE INSERT ON spent
WHEN new.sixteenths + (SELECT ifnull(sum(sixteenths), 0) FROM spent WHERE template = new.template AND object = new.object
    AND period = new.period AND votes & new.votes & 1) * (new.votes & 1) > 16
  OR new.sixteenths + (SELECT ifnull(sum(sixteenths), 0) FROM spent WHERE template = new.template AND object = new.object
    AND period = new.period AND votes & new.votes & 2) * (new.votes >> 1) > 16
  OR EXISTS (SELECT 1 FROM spent WHERE template = new.template AND object = new.object AND period = new.period AND measure = new.measure)
BEGIN SELECT RAISE(ABORT, 'the budget is spent'); END;

-- The public list of words whose authors are counted each week.
CREATE TABLE term (id INTEGER PRIMARY KEY CHECK (id > 0), word TEXT NOT NULL UNIQUE, added_ms INTEGER NOT NULL) STRICT;
-- Noisy numbers of authors a week, also of those too small to be shown: what is usual for a word is worked out from these.
CREATE TABLE term_week (
  week TEXT NOT NULL, term INTEGER NOT NULL REFERENCES term (id), authors INTEGER NOT NULL,
  PRIMARY KEY (week, term)
) STRICT, WITHOUT ROWID;
