-- Notices of a kind the first table did not know: 7, the reader's assurance level has changed.
CREATE TABLE notice_new (
  id INTEGER PRIMARY KEY,            -- seq of the event that caused it * 64 + number within it
  member INTEGER NOT NULL,
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 20), -- enum notice_kind
  question INTEGER NOT NULL,         -- 0: none
  at_ms INTEGER NOT NULL,
  seen INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO notice_new (id, member, kind, question, at_ms, seen) SELECT id, member, kind, question, at_ms, seen FROM notice;
DROP TABLE notice;
ALTER TABLE notice_new RENAME TO notice;
CREATE INDEX notice_member ON notice (member, id);
