-- Which of two things is asked of a member for reports, once he has told it: drawn once, so it stays when he takes the answer back.
CREATE TABLE background (
  member INTEGER PRIMARY KEY,
  seq INTEGER NOT NULL,                -- the event that told it last
  asked INTEGER NOT NULL CHECK (asked BETWEEN 1 AND 2), -- 1 region, 2 years in practice
  part INTEGER NOT NULL CHECK (part BETWEEN 0 AND 5)    -- as in board/background.h; 0: taken back
) STRICT;
CREATE INDEX background_seq ON background (seq);
