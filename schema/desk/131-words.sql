-- What members wrote to admins alone, in flags and objections: so that it goes when its writer leaves, however it was decided.
CREATE TABLE said (seq INTEGER PRIMARY KEY, member INTEGER NOT NULL) STRICT;
CREATE INDEX said_member ON said (member, seq);
INSERT INTO said (seq, member) SELECT id, member FROM flag WHERE words <> '';
INSERT INTO said (seq, member) SELECT h.appeal_id, p.member FROM hold h
  JOIN (SELECT id, member FROM posting UNION ALL SELECT id, member FROM withheld) p ON p.id = h.posting WHERE h.appeal_id > 0 AND h.appeal_words <> '';

-- Of which thread: what is removed of a question takes along all that was ever said of how it was solved. 0: said before this was kept.
ALTER TABLE how ADD COLUMN question INTEGER NOT NULL DEFAULT 0;
CREATE INDEX how_question ON how (question, seq);
