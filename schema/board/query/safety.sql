-- Older postings that may name a product, and what was said under one.

--: named_between(query: text, after: int, before: int, most: int) => id: int, question: int, member: int, kind: int, at_ms: int, title: text, body: text
--: may: clerk
-- Those whose words, comments included, match a full-text query, by number.
SELECT p.id, p.question, p.member, p.kind, p.at_ms, p.title, p.body
FROM (SELECT rowid AS id FROM posting_text WHERE posting_text MATCH :query AND rowid > :after AND rowid < :before ORDER BY rowid LIMIT :most) f
JOIN posting p ON p.id = f.id ORDER BY p.id;

--: named_comments(posting: int, before: int, most: int) => member: int, body: text
--: may: clerk
SELECT member, body FROM comment WHERE posting = :posting AND id < :before ORDER BY id LIMIT :most;

--: said_there(posting: int, member: int, most: int) => at_ms: int, html: text
--: may: web_admin
-- What he said under a posting, seen by others or not: the safety desk reads it.
SELECT at_ms, html FROM (SELECT id, at_ms, html FROM comment WHERE posting = :posting AND member = :member AND body <> ''
  UNION ALL SELECT id, at_ms, html FROM withheld_comment WHERE posting = :posting AND member = :member AND body <> '') ORDER BY id LIMIT :most;
