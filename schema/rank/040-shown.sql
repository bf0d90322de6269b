-- What pages may read of scores: copies of the exact rows, made in the steps in which totals are shown (core/step.h). The exact rows are the
-- ranker's and the operator's.
CREATE TABLE posting_shown (
  posting INTEGER PRIMARY KEY, question INTEGER NOT NULL, author INTEGER NOT NULL, score REAL NOT NULL, probability REAL NOT NULL,
  settled INTEGER NOT NULL, version INTEGER NOT NULL, active_seq INTEGER NOT NULL REFERENCES rule_set (active_seq),
  facts TEXT NOT NULL, reasons TEXT NOT NULL
) STRICT;
CREATE INDEX posting_shown_question ON posting_shown (question, posting);
CREATE TABLE member_shown (
  member INTEGER PRIMARY KEY, score REAL NOT NULL, band INTEGER NOT NULL CHECK (band BETWEEN 0 AND 3), version INTEGER NOT NULL,
  active_seq INTEGER NOT NULL REFERENCES rule_set (active_seq), facts TEXT NOT NULL, reasons TEXT NOT NULL
) STRICT;
INSERT INTO posting_shown (posting, question, author, score, probability, settled, version, active_seq, facts, reasons)
SELECT posting, question, author, score, probability, settled, version, active_seq, facts, reasons FROM posting_rank;
INSERT INTO member_shown (member, score, band, version, active_seq, facts, reasons)
SELECT member, score, band, version, active_seq, facts, reasons FROM member_rank;
