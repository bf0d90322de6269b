-- release.db: what sponsors read. A store, not a fold: a release is made once, never changed, and the same bytes for everyone.
-- Never here: votes, members, anything about fewer than k people. (The titles of the questions stand apart: they can be blanked.)

CREATE TABLE release (
  id INTEGER PRIMARY KEY CHECK (id > 0), -- dense from 1
  template TEXT NOT NULL,              -- "question_totals"
  period TEXT NOT NULL,                -- a month: 2026-03
  at_ms INTEGER NOT NULL,              -- when it was made
  journal_seq INTEGER NOT NULL,        -- it covers the journal up to here, from behind the release before
  k INTEGER NOT NULL,                  -- least number of people behind a figure
  shown INTEGER NOT NULL, withheld INTEGER NOT NULL, -- questions
  body BLOB NOT NULL,                  -- canonical JSON; holds the digest of the release before
  sha256 BLOB NOT NULL CHECK (length(sha256) = 32), -- of body
  UNIQUE (template, period)
) STRICT;
CREATE TRIGGER release_fixed BEFORE UPDATE ON release BEGIN SELECT RAISE(ABORT, 'releases never change'); END;
CREATE TRIGGER release_kept BEFORE DELETE ON release BEGIN SELECT RAISE(ABORT, 'releases are never removed'); END;
-- A third one, since REPLACE slips past the first two.
CREATE TRIGGER release_once BEFORE INSERT ON release
WHEN new.id IS NOT (SELECT ifnull(max(id), 0) + 1 FROM release)
  OR EXISTS (SELECT 1 FROM release WHERE template = new.template AND period = new.period)
BEGIN SELECT RAISE(ABORT, 'releases go at the end, one a period'); END;

-- The figures of the body once more, for pages. They are written before their release: once that stands, none can be added.
CREATE TABLE release_cell (
  release INTEGER NOT NULL REFERENCES release (id) DEFERRABLE INITIALLY DEFERRED,
  place INTEGER NOT NULL CHECK (place > 0),
  question INTEGER NOT NULL,
  counted INTEGER NOT NULL,            -- members; at least k
  corroborate INTEGER, dispute INTEGER, cannot_say INTEGER, -- NULL: withheld
  PRIMARY KEY (release, place)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER release_cell_fixed BEFORE UPDATE ON release_cell BEGIN SELECT RAISE(ABORT, 'releases never change'); END;
CREATE TRIGGER release_cell_kept BEFORE DELETE ON release_cell BEGIN SELECT RAISE(ABORT, 'releases are never removed'); END;
CREATE TRIGGER release_cell_once BEFORE INSERT ON release_cell
WHEN EXISTS (SELECT 1 FROM release WHERE id >= new.release)
  OR EXISTS (SELECT 1 FROM release_cell WHERE release = new.release AND place = new.place)
BEGIN SELECT RAISE(ABORT, 'releases never change'); END;

-- Titles of questions that stand in a release. Outside of its bytes, so that a member's text can be blanked.
CREATE TABLE question_title (question INTEGER PRIMARY KEY, title TEXT NOT NULL) STRICT;
