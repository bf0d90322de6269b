-- What the analyst has released, for authors who ask what their postings went into; never a figure of it. And what kinds of sponsors read it.

ALTER TABLE member ADD COLUMN sponsor_kind INTEGER NOT NULL DEFAULT 0 CHECK (sponsor_kind BETWEEN 0 AND 6); -- enum sponsor_kind (board/board.h)

CREATE TABLE released (
  report INTEGER PRIMARY KEY,        -- its number in release.db
  template INTEGER NOT NULL,         -- 0 the end of a period; 1 result 2 trend of a question; 3 4 words of a week; 5 members
  object INTEGER NOT NULL,           -- 1 and 2: the question
  period TEXT NOT NULL, from_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL,
  key TEXT NOT NULL,                 -- of its permanent address
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX released_template ON released (template, report);
CREATE INDEX released_question ON released (object, report) WHERE template IN (1, 2);

-- Once a report, kind of sponsor and week. Which sponsor it was is written down nowhere.
CREATE TABLE reading (
  report INTEGER NOT NULL, kind INTEGER NOT NULL, week_ms INTEGER NOT NULL, PRIMARY KEY (report, kind, week_ms)
) STRICT, WITHOUT ROWID;
