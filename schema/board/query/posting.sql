-- Postings as pages show them.

--: postings_of_thread(question: int, most: int) => id: int, kind: int, question: int, member: int, pseudonym: text, specialty: text, at_ms: int, title: text, source: text, url: text, licence: text, html: text, corroborate: int, dispute: int, cannot_say: int, patients: int
--: may: web_member web_admin
-- A whole thread: first the posting that opens it, then the answers in the order they came. The page orders answers by score.
SELECT p.id, p.kind, p.question, p.member, ifnull(m.pseudonym, ''), ifnull(m.specialty, ''), p.at_ms, p.title, p.source, p.url, p.licence, p.html, ifnull(y.corroborate, 0), ifnull(y.dispute, 0), ifnull(y.cannot_say, 0), ifnull(y.patients, 0)
FROM posting p LEFT JOIN member m ON m.id = p.member LEFT JOIN tally y ON y.posting = p.id
WHERE p.question = :question ORDER BY p.id LIMIT :most;

--: posting_get(id: int) => one id: int, kind: int, question: int, member: int, pseudonym: text, specialty: text, at_ms: int, title: text, source: text, url: text, licence: text, html: text, corroborate: int, dispute: int, cannot_say: int, patients: int
--: may: web_member web_admin
SELECT p.id, p.kind, p.question, p.member, ifnull(m.pseudonym, ''), ifnull(m.specialty, ''), p.at_ms, p.title, p.source, p.url, p.licence, p.html, ifnull(y.corroborate, 0), ifnull(y.dispute, 0), ifnull(y.cannot_say, 0), ifnull(y.patients, 0)
FROM posting p LEFT JOIN member m ON m.id = p.member LEFT JOIN tally y ON y.posting = p.id
WHERE p.id = :id;

--: posting_source(id: int) => one kind: int, question: int, member: int, title: text, body: text
--: may: web_member web_admin operator
-- The Markdown as it was written.
SELECT kind, question, member, title, body FROM posting WHERE id = :id;

--: postings_of_member(member: int, before: int, most: int) => id: int, kind: int, question: int, at_ms: int, title: text, excerpt: text, thread_title: text, corroborate: int, dispute: int, cannot_say: int, patients: int
--: may: web_member web_admin
-- A member's postings of all kinds, newest first; thread_title names the thread an answer stands in.
SELECT p.id, p.kind, p.question, p.at_ms, p.title, p.excerpt, q.title,
  ifnull(y.corroborate, 0), ifnull(y.dispute, 0), ifnull(y.cannot_say, 0), ifnull(y.patients, 0)
FROM posting p JOIN titled q ON q.id = p.question LEFT JOIN tally y ON y.posting = p.id
WHERE p.member = :member AND p.member > 0 AND p.id < :before ORDER BY p.id DESC LIMIT :most;
