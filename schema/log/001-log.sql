-- An append-only log (core/log.h). Three triggers, since REPLACE slips past the first two: no change, no removal, no second of one place.
CREATE TABLE entry (
  seq INTEGER PRIMARY KEY CHECK (seq > 0), -- dense from 1
  body BLOB NOT NULL,
  digest BLOB NOT NULL CHECK (length(digest) = 32)
) STRICT;
CREATE TRIGGER entry_fixed BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'entries never change'); END;
CREATE TRIGGER entry_kept BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'entries are never removed'); END;
CREATE TRIGGER entry_dense BEFORE INSERT ON entry
WHEN new.seq IS NOT (SELECT ifnull(max(seq), 0) + 1 FROM entry)
BEGIN SELECT RAISE(ABORT, 'entries go at head + 1'); END;

-- Erasable texts beside the entries: an entry holds only BLAKE2b-256(salt, text).
CREATE TABLE entry_text (
  seq INTEGER NOT NULL, part INTEGER NOT NULL CHECK (part BETWEEN 0 AND 3),
  salt BLOB, body TEXT, -- both NULL once blanked
  PRIMARY KEY (seq, part)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER entry_text_kept BEFORE DELETE ON entry_text BEGIN SELECT RAISE(ABORT, 'texts are blanked, not removed'); END;
CREATE TRIGGER entry_text_fixed BEFORE UPDATE ON entry_text WHEN new.body IS NOT NULL OR new.salt IS NOT NULL OR new.seq <> old.seq OR new.part <> old.part
BEGIN SELECT RAISE(ABORT, 'texts never change'); END;
CREATE TRIGGER entry_text_once BEFORE INSERT ON entry_text
WHEN EXISTS (SELECT 1 FROM entry_text WHERE seq = new.seq AND part = new.part)
BEGIN SELECT RAISE(ABORT, 'texts never change'); END;
