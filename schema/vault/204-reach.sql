-- How far an earmark by a selector could have reached in a closed month, in figures that every sponsor may see (ledger/reach.h): rounded down
-- before they are written, so nothing finer is here.
CREATE TABLE reach (
  period TEXT NOT NULL,
  what INTEGER NOT NULL CHECK (what BETWEEN 1 AND 3), -- 1 active members, 2 those of them who show a specialty, 3 postings of a topic
  name TEXT NOT NULL,                -- of the specialty or topic; '' of all members
  kind INTEGER NOT NULL,             -- of the postings, as in the event posting_added; else 0
  count INTEGER NOT NULL CHECK (count >= 0),
  PRIMARY KEY (period, what, name, kind)
) STRICT, WITHOUT ROWID;
