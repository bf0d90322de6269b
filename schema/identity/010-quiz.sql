-- The quiz of a licence, made once: who asks again gets the very same. digest: keyed, of state and licence number. box: under the clerk's
-- key, what is asked and which answers are right.
CREATE TABLE quiz (digest BLOB PRIMARY KEY, known INTEGER NOT NULL, box BLOB NOT NULL) STRICT, WITHOUT ROWID;
-- Tries, for as long as they count: keyed digests of the licence, and of the network for those that failed.
CREATE TABLE quiz_try (digest BLOB NOT NULL, at_ms INTEGER NOT NULL, id INTEGER PRIMARY KEY) STRICT;
CREATE INDEX quiz_try_digest ON quiz_try (digest, at_ms);
CREATE INDEX quiz_try_at ON quiz_try (at_ms);
