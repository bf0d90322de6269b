-- Which postings show which picture as they stand now: a picture is read by its id only by who may read a posting that shows it (and by its owner
-- and the admins). Rows of what is withheld stay; they are read beside `posting`, which then lacks it.
CREATE TABLE posting_image (
  image TEXT NOT NULL,               -- pad.db's image.id
  posting INTEGER NOT NULL,
  part INTEGER NOT NULL CHECK (part BETWEEN 1 AND 2), -- 1 its text, 2 how the question was solved
  PRIMARY KEY (image, posting, part)
) STRICT, WITHOUT ROWID;
CREATE INDEX posting_image_posting ON posting_image (posting, part);

-- What stands in a board of the time before.
INSERT OR IGNORE INTO posting_image (image, posting, part)
WITH RECURSIVE
  markup (posting, part, html) AS (SELECT id, 1, html FROM posting UNION ALL SELECT id, 1, html FROM withheld UNION ALL SELECT question, 2, html FROM solution),
  found (posting, part, rest) AS (
    SELECT posting, part, substr(html, instr(html, 'src="/image/') + 12) FROM markup WHERE instr(html, 'src="/image/') > 0
    UNION ALL SELECT posting, part, substr(rest, instr(rest, 'src="/image/') + 12) FROM found WHERE instr(rest, 'src="/image/') > 0)
SELECT substr(rest, 1, instr(rest, '/') - 1), posting, part FROM found;
