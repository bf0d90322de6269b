-- Wordings, comments, sources, marks, thanks, summaries. First what fold_texts.c does, then what pages and the clerk read.

--: revision_first(posting: int)
--: may: clerk
-- The wording a posting began with, kept when it is edited for the first time.
INSERT INTO revision (id, posting, question, at_ms, votes, note, title, body)
SELECT id, id, question, at_ms, 0, '', title, body FROM posting WHERE id = :posting ON CONFLICT (id) DO NOTHING;

--: revision_add(id: int, posting: int, at_ms: int, note: text, title: text, body: text)
--: may: clerk
INSERT INTO revision (id, posting, question, at_ms, votes, note, title, body)
SELECT :id, p.id, p.question, :at_ms, ifnull(y.corroborate + y.dispute + y.cannot_say, 0), :note, :title, :body
FROM posting p LEFT JOIN tally y ON y.posting = p.id WHERE p.id = :posting;

--: revision_place(id: int) => one posting: int, question: int, title: text, body: text
--: may: clerk
SELECT posting, question, title, body FROM revision WHERE id = :id;

--: revision_latest(posting: int) => one id: int
--: may: clerk
SELECT id FROM revision WHERE posting = :posting ORDER BY id DESC LIMIT 1;

--: revision_blank(id: int, title: text, body: text)
--: may: clerk
UPDATE revision SET title = :title, body = :body, note = '' WHERE id = :id;

--: revisions_blank_title(posting: int)
--: may: clerk
UPDATE revision SET title = '', note = '' WHERE posting = :posting;

--: revisions_blank_body(posting: int)
--: may: clerk
UPDATE revision SET body = '', note = '' WHERE posting = :posting;

--: revision_ids(posting: int, after: int, most: int) => id: int
--: may: clerk
-- The edits of a posting: whatever blanks it blanks them too.
SELECT id FROM revision WHERE posting = :posting AND id <> posting AND id > :after ORDER BY id LIMIT :most;

--: comment_add(id: int, posting: int, question: int, member: int, at_ms: int, source: text, body: text, html: text)
--: may: clerk
INSERT INTO comment (id, posting, question, member, at_ms, source, body, html)
VALUES (:id, :posting, :question, :member, :at_ms, :source, :body, :html);

--: comment_place(id: int) => one posting: int, question: int, member: int, gone: bool
--: may: clerk web_member web_admin
SELECT posting, question, member, body = '' FROM comment WHERE id = :id;

--: comment_blank(id: int)
--: may: clerk
UPDATE comment SET body = '', html = '' WHERE id = :id;

--: comments_since(member: int, since_ms: int) => one comments: int
--: may: clerk
SELECT (SELECT count(*) FROM comment WHERE member = :member AND at_ms >= :since_ms) +
  (SELECT count(*) FROM withheld_comment WHERE member = :member AND at_ms >= :since_ms);

--: comment_ids(member: int, after: int, most: int) => id: int
--: may: clerk
SELECT id FROM (SELECT id FROM comment WHERE member = :member AND id > :after AND body <> ''
  UNION ALL SELECT id FROM withheld_comment WHERE member = :member AND id > :after AND body <> '') ORDER BY id LIMIT :most;

--: citations_remove(posting: int)
--: may: clerk
DELETE FROM citation WHERE posting = :posting;

--: citation_add(posting: int, number: int, question: int, kind: int, key: text)
--: may: clerk
INSERT INTO citation (posting, number, question, kind, key) VALUES (:posting, :number, :question, :kind, :key);

--: posting_images_remove(posting: int, part: int)
--: may: clerk
DELETE FROM posting_image WHERE posting = :posting AND part = :part;

--: posting_image_add(image: text, posting: int, part: int)
--: may: clerk
INSERT OR IGNORE INTO posting_image (image, posting, part) VALUES (:image, :posting, :part);

--: image_shown(image: text) => one posting: int
--: may: clerk web_member
-- A posting that members may read and that shows it.
SELECT p.id FROM posting_image i JOIN posting p ON p.id = i.posting WHERE i.image = :image LIMIT 1;

--: mark_add(id: int, posting: int, question: int, member: int, what: int, at_ms: int, source: int, key: text, body: text)
--: may: clerk
INSERT INTO mark (id, posting, question, member, what, at_ms, source, key, body)
VALUES (:id, :posting, :question, :member, :what, :at_ms, :source, :key, :body);

--: mark_own(posting: int, member: int, what: int) => one id: int, source: int, key: text, body: text
--: may: clerk web_member web_admin
SELECT id, source, key, body FROM mark WHERE posting = :posting AND member = :member AND what = :what;

--: mark_place(id: int) => one posting: int, question: int
--: may: clerk
SELECT posting, question FROM mark WHERE id = :id;

--: mark_drop(id: int)
--: may: clerk
-- Without its words a mark says nothing.
DELETE FROM mark WHERE id = :id;

--: mark_ids(member: int, after: int, most: int) => id: int
--: may: clerk
SELECT id FROM mark WHERE member = :member AND id > :after ORDER BY id LIMIT :most;

--: thank_more(posting: int, question: int)
--: may: clerk
INSERT INTO thank (posting, question, thanks) VALUES (:posting, :question, 1)
ON CONFLICT (posting) DO UPDATE SET thanks = thanks + 1;

--: thanked_on(member: int, day: int)
--: may: clerk
-- db_changes tells whether this is the first thanks of the day.
INSERT INTO thanked (member, day) VALUES (:member, :day)
ON CONFLICT (member) DO UPDATE SET day = excluded.day WHERE day < excluded.day;

--: choice_set(question: int, posting: int)
--: may: clerk
INSERT INTO choice (question, posting) VALUES (:question, :posting)
ON CONFLICT (question) DO UPDATE SET posting = excluded.posting;

--: choice_remove(question: int)
--: may: clerk
DELETE FROM choice WHERE question = :question;

--: choice_get(question: int) => one posting: int
--: may: clerk web_member web_admin
SELECT posting FROM choice WHERE question = :question;

--: summary_add(id: int, question: int, member: int, at_ms: int, note: text, body: text)
--: may: clerk
INSERT INTO summary (id, question, member, at_ms, note, body) VALUES (:id, :question, :member, :at_ms, :note, :body);

--: summary_place(id: int) => one question: int
--: may: clerk
SELECT question FROM summary WHERE id = :id;

--: summary_blank(id: int)
--: may: clerk
UPDATE summary SET body = '', note = '' WHERE id = :id;

--: summaries_since(member: int, since_ms: int) => one summaries: int
--: may: clerk
SELECT count(*) FROM summary WHERE member = :member AND at_ms >= :since_ms;

--: summary_get(question: int) => one id: int, member: int, pseudonym: text, at_ms: int, note: text, body: text, versions: int
--: may: clerk web_member web_admin
-- The version that stands.
SELECT s.id, s.member, ifnull(m.pseudonym, ''), s.at_ms, s.note, s.body,
  (SELECT count(*) FROM summary o WHERE o.question = :question)
FROM summary s LEFT JOIN member m ON m.id = s.member WHERE s.question = :question ORDER BY s.id DESC LIMIT 1;

--: summaries_of(question: int, before: int, most: int) => id: int, member: int, pseudonym: text, at_ms: int, note: text, body: text
--: may: web_member web_admin
SELECT s.id, s.member, ifnull(m.pseudonym, ''), s.at_ms, s.note, s.body
FROM summary s LEFT JOIN member m ON m.id = s.member
WHERE s.question = :question AND s.id < :before ORDER BY s.id DESC LIMIT :most;

--: edits_of_thread(question: int) => posting: int, edits: int, at_ms: int, votes: int
--: may: web_member web_admin
-- What was edited, when last, and how many votes stood then.
SELECT r.posting, count(*) - 1, max(r.at_ms), (SELECT l.votes FROM revision l WHERE l.posting = r.posting ORDER BY l.id DESC LIMIT 1)
FROM revision r WHERE r.question = :question GROUP BY r.posting ORDER BY r.posting;

--: revisions_of(posting: int, before: int, most: int) => id: int, at_ms: int, votes: int, note: text, title: text, body: text
--: may: web_member web_admin
SELECT id, at_ms, votes, note, title, body FROM revision WHERE posting = :posting AND id < :before ORDER BY id DESC LIMIT :most;

--: comments_of_thread(question: int, most: int) => id: int, posting: int, member: int, pseudonym: text, at_ms: int, source: text, html: text
--: may: web_member web_admin
-- As they were said: importers send several at a time.
SELECT c.id, c.posting, c.member, ifnull(m.pseudonym, ''), c.at_ms, c.source, c.html
FROM comment c LEFT JOIN member m ON m.id = c.member
WHERE c.question = :question AND c.body <> '' ORDER BY c.at_ms, c.id LIMIT :most;

--: comments_of(posting: int, most: int) => id: int, member: int, pseudonym: text, at_ms: int, source: text, html: text
--: may: web_member web_admin
SELECT c.id, c.member, ifnull(m.pseudonym, ''), c.at_ms, c.source, c.html
FROM comment c LEFT JOIN member m ON m.id = c.member
WHERE c.posting = :posting AND c.body <> '' ORDER BY c.at_ms, c.id LIMIT :most;

--: citations_of_thread(question: int, most: int) => posting: int, number: int, kind: int, key: text, answers: int
--: may: web_member web_admin
-- answers: how many answers cite the same, counted up to a hundred.
SELECT c.posting, c.number, c.kind, c.key,
  (SELECT count(*) FROM (SELECT 1 FROM citation o JOIN posting p ON p.id = o.posting
    WHERE o.kind = c.kind AND o.key = c.key AND p.kind = 4 LIMIT 100))
FROM citation c WHERE c.question = :question ORDER BY c.posting, c.number LIMIT :most;

--: postings_citing(kind: int, key: text, before: int, most: int) => id: int, question: int, title: text, excerpt: text, pseudonym: text, member: int, at_ms: int
--: may: web_member web_admin
-- Answers and openings that cite one source, newest first.
SELECT p.id, p.question, q.title, p.excerpt, ifnull(m.pseudonym, ''), p.member, p.at_ms
FROM citation c JOIN posting p ON p.id = c.posting JOIN titled q ON q.id = p.question LEFT JOIN member m ON m.id = p.member
WHERE c.kind = :kind AND c.key = :key AND c.posting < :before ORDER BY c.posting DESC LIMIT :most;

--: marks_of_thread(question: int, most: int) => id: int, posting: int, what: int, member: int, pseudonym: text, at_ms: int, source: int, key: text, body: text
--: may: web_member web_admin
-- By posting, the latest of each first.
SELECT k.id, k.posting, k.what, k.member, ifnull(m.pseudonym, ''), k.at_ms, k.source, k.key, k.body
FROM mark k LEFT JOIN member m ON m.id = k.member
WHERE k.question = :question ORDER BY k.posting, k.what DESC, k.id DESC LIMIT :most;

--: thanks_of_thread(question: int) => posting: int, thanks: int
--: may: web_member web_admin
SELECT posting, thanks FROM thank WHERE question = :question ORDER BY posting;
