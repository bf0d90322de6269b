-- What is withheld and comes back, the log of it, and threads that repeat another.

--: posting_withhold(id: int)
--: may: clerk
INSERT INTO withheld SELECT * FROM posting WHERE id = :id;

--: posting_remove(id: int)
--: may: clerk
DELETE FROM posting WHERE id = :id;

--: posting_release(id: int)
--: may: clerk
INSERT INTO posting SELECT * FROM withheld WHERE id = :id;

--: withheld_remove(id: int)
--: may: clerk
DELETE FROM withheld WHERE id = :id;

--: thread_withhold(question: int)
--: may: clerk
INSERT INTO withheld_thread SELECT * FROM thread WHERE question = :question;

--: thread_remove(question: int)
--: may: clerk
DELETE FROM thread WHERE question = :question;

--: thread_release(question: int)
--: may: clerk
INSERT INTO thread SELECT * FROM withheld_thread WHERE question = :question;

--: withheld_thread_remove(question: int)
--: may: clerk
DELETE FROM withheld_thread WHERE question = :question;

--: thread_facts(question: int) => one kind: int, topics: text, at_ms: int
--: may: clerk
SELECT kind, topics, at_ms FROM thread WHERE question = :question;

--: thread_topic_remove(topic: text, question: int)
--: may: clerk
DELETE FROM thread_topic WHERE topic = :topic AND question = :question;

--: topic_less(name: text)
--: may: clerk
UPDATE topic SET threads = threads - 1 WHERE name = :name;

--: topic_prune(name: text)
--: may: clerk
DELETE FROM topic WHERE name = :name AND threads <= 0;

--: member_written_add(member: int, postings: int, answers: int)
--: may: clerk
-- Differences; below zero when something is withheld.
UPDATE member SET postings = postings + :postings, answers = answers + :answers WHERE id = :member;

--: thread_answer_add(question: int, version: int, more: int)
--: may: clerk
-- One answer more (1) or less (-1).
UPDATE thread SET version = :version, answers = answers + :more WHERE question = :question;

--: thread_postings(question: int, after: int, most: int) => id: int
--: may: clerk
SELECT id FROM posting WHERE question = :question AND id > :after ORDER BY id LIMIT :most;

--: thread_withheld(question: int, after: int, most: int) => id: int
--: may: clerk
-- Those of a withheld thread that come back with it.
SELECT id FROM withheld WHERE question = :question AND id > :after AND id NOT IN (SELECT posting FROM hold) ORDER BY id LIMIT :most;

--: withheld_place(id: int) => one question: int, member: int, kind: int, title: text, body: text, at_ms: int
--: may: clerk
SELECT question, member, kind, title, body, at_ms FROM withheld WHERE id = :id;

--: withheld_blank(id: int, title: text, excerpt: text, body: text, html: text)
--: may: clerk
UPDATE withheld SET title = :title, excerpt = :excerpt, body = :body, html = :html WHERE id = :id;

--: comment_withhold(id: int)
--: may: clerk
INSERT INTO withheld_comment SELECT * FROM comment WHERE id = :id;

--: comment_drop(id: int)
--: may: clerk
DELETE FROM comment WHERE id = :id;

--: comment_release(id: int)
--: may: clerk
INSERT INTO comment SELECT * FROM withheld_comment WHERE id = :id;

--: withheld_comment_drop(id: int)
--: may: clerk
DELETE FROM withheld_comment WHERE id = :id;

--: withheld_comment_place(id: int) => one posting: int, question: int
--: may: clerk
SELECT posting, question FROM withheld_comment WHERE id = :id;

--: withheld_comment_blank(id: int)
--: may: clerk
UPDATE withheld_comment SET body = '', html = '' WHERE id = :id;

--: comment_standing(id: int) => one posting: int, question: int, member: int, withheld: int, away: int, gone: int
--: may: clerk
-- A comment wherever it lies. withheld: it is; away: what it stands under is; gone: its text is.
SELECT c.posting, c.question, c.member, c.withheld, p.id IS NULL, c.gone
FROM (SELECT id, posting, question, member, 0 AS withheld, body = '' AS gone FROM comment WHERE id = :id
  UNION ALL SELECT id, posting, question, member, 1, body = '' FROM withheld_comment WHERE id = :id) c LEFT JOIN posting p ON p.id = c.posting;

--: comment_get(id: int) => one question: int, posting: int, member: int, pseudonym: text, source: text, at_ms: int, html: text, thread_title: text
--: may: web_admin
-- The same for the desk. thread_title: '' while its thread is withheld.
SELECT c.question, c.posting, c.member, ifnull(m.pseudonym, ''), c.source, c.at_ms, c.html, ifnull(q.title, '')
FROM (SELECT * FROM comment WHERE id = :id UNION ALL SELECT * FROM withheld_comment WHERE id = :id) c
LEFT JOIN member m ON m.id = c.member LEFT JOIN titled q ON q.id = c.question;

--: comment_excerpt(id: int) => one posting: int, question: int, member: int, excerpt: text, thread_title: text
--: may: web_member web_admin
-- Enough to know which one is meant; none that is withheld, gone, or stands under what is withheld.
SELECT c.posting, c.question, c.member, substr(c.body, 1, 300), q.title
FROM comment c JOIN posting p ON p.id = c.posting JOIN titled q ON q.id = c.question WHERE c.id = :id AND c.body <> '';

--: comment_withheld_own(id: int, member: int) => one question: int, at_ms: int, html: text, thread_title: text, state: int, reason: int, words: text, appeal: int
--: may: web_member
-- For its author alone.
SELECT w.question, w.at_ms, w.html, ifnull(q.title, ''), h.state, h.reason, h.words, h.appeal
FROM withheld_comment w JOIN hold h ON h.posting = w.id LEFT JOIN titled q ON q.id = w.question
WHERE w.id = :id AND w.member = :member AND w.member > 0;

--: hold_put(posting: int, state: int, reason: int, words: text, at_ms: int, appeal: int)
--: may: clerk
INSERT INTO hold (posting, state, reason, words, at_ms, appeal) VALUES (:posting, :state, :reason, :words, :at_ms, :appeal)
ON CONFLICT (posting) DO UPDATE SET state = excluded.state, reason = excluded.reason, words = excluded.words, at_ms = excluded.at_ms,
  appeal = excluded.appeal;

--: hold_remove(posting: int)
--: may: clerk
DELETE FROM hold WHERE posting = :posting;

--: hold_get(posting: int) => one state: int
--: may: clerk
SELECT state FROM hold WHERE posting = :posting;

--: hold_appeal_set(posting: int, appeal: int)
--: may: clerk
UPDATE hold SET appeal = :appeal WHERE posting = :posting;

--: thread_noted(question: int)
--: may: clerk
INSERT INTO noted (question, seq) VALUES (:question, 0) ON CONFLICT DO NOTHING;

--: threads_withheld(seq: int)
--: may: clerk
-- A thread was withheld: kept pages that name it are no longer current.
UPDATE noted SET seq = :seq WHERE question = 0;

--: moderation_add(id: int, day_ms: int, month: text, kind: int, reason: int, outcome: int, appealed: int)
--: may: clerk
INSERT INTO moderation (id, day_ms, month, kind, reason, outcome, appealed) VALUES (:id, :day_ms, :month, :kind, :reason, :outcome, :appealed);

--: moderations(before: int, most: int) => id: int, day_ms: int, kind: int, reason: int, outcome: int, appealed: int
--: may: web_member web_admin
-- Newest first.
SELECT id, day_ms, kind, reason, outcome, appealed FROM moderation WHERE id < :before ORDER BY id DESC LIMIT :most;

--: moderation_months(most: int) => month: text, kept: int, hidden: int, returned: int, removed: int, appeals: int, restored: int
--: may: web_member web_admin
SELECT month, sum(outcome = 1), sum(outcome = 2), sum(outcome = 3), sum(outcome = 4), sum(appealed), sum(appealed AND outcome = 1)
FROM moderation WHERE outcome <= 4 GROUP BY month ORDER BY month DESC LIMIT :most;

--: withheld_own(id: int, member: int) => one question: int, kind: int, at_ms: int, title: text, body: text, html: text, topics: text, thread_title: text, state: int, reason: int, words: text, decided_ms: int, appeal: int
--: may: web_member
-- For its author alone. state 0: its thread is withheld, not it.
SELECT w.question, w.kind, w.at_ms, w.title, w.body, w.html, ifnull(t.topics, ''), ifnull(q.title, ''), ifnull(h.state, 0), ifnull(h.reason, 0),
  ifnull(h.words, ''), ifnull(h.at_ms, 0), ifnull(h.appeal, 0)
FROM withheld w LEFT JOIN withheld_thread t ON t.question = w.id LEFT JOIN titled q ON q.id = w.question LEFT JOIN hold h ON h.posting = w.id
WHERE w.id = :id AND w.member = :member AND w.member > 0;

--: withheld_in_thread(question: int, member: int, most: int) => id: int, html: text, state: int, comment: bool
--: may: web_member
-- A member's own answers and comments that only he sees.
SELECT w.id, w.html, ifnull(h.state, 0), w.comment FROM (
  SELECT id, html, 0 AS comment FROM withheld WHERE question = :question AND member = :member AND member > 0 AND id <> question
  UNION ALL SELECT id, html, 1 FROM withheld_comment WHERE question = :question AND member = :member AND member > 0) w
LEFT JOIN hold h ON h.posting = w.id ORDER BY w.id LIMIT :most;

--: withheld_get(id: int) => one question: int, kind: int, member: int, pseudonym: text, source: text, at_ms: int, title: text, html: text, thread_title: text
--: may: web_admin
SELECT w.question, w.kind, w.member, ifnull(m.pseudonym, ''), w.source, w.at_ms, w.title, w.html, ifnull(q.title, '')
FROM withheld w LEFT JOIN titled q ON q.id = w.question LEFT JOIN member m ON m.id = w.member WHERE w.id = :id;

--: duplicate_propose(question: int, target: int, at_ms: int)
--: may: clerk
INSERT INTO duplicate (question, target, state, at_ms) VALUES (:question, :target, 1, :at_ms) ON CONFLICT (question, target) DO NOTHING;

--: duplicate_unpropose(question: int, target: int)
--: may: clerk
DELETE FROM duplicate WHERE question = :question AND target = :target AND state = 1;

--: duplicate_set(question: int, target: int, state: int, at_ms: int)
--: may: clerk
INSERT INTO duplicate (question, target, state, at_ms) VALUES (:question, :target, :state, :at_ms)
ON CONFLICT (question, target) DO UPDATE SET state = excluded.state, at_ms = excluded.at_ms;

--: duplicate_merge(question: int, target: int, merged: int, answers: int)
--: may: clerk
UPDATE duplicate SET merged = :merged, answers = :answers WHERE question = :question AND target = :target;

--: thread_answers(question: int) => one answers: int
--: may: clerk
SELECT answers FROM thread WHERE question = :question;

--: thread_answers_add(question: int, version: int, more: int)
--: may: clerk
UPDATE thread SET version = :version, answers = answers + :more WHERE question = :question;

--: duplicate_get(question: int, target: int) => one state: int, merged: int, answers: int
--: may: clerk
SELECT state, merged, answers FROM duplicate WHERE question = :question AND target = :target;

--: duplicate_ties(question: int) => one linked: int, merged: int, into: int
--: may: clerk
-- How many threads this one is linked to as their duplicate, merged into, and has merged into itself.
SELECT (SELECT count(*) FROM duplicate WHERE question = :question AND state = 2),
  (SELECT count(*) FROM duplicate WHERE question = :question AND merged = 1), (SELECT count(*) FROM duplicate WHERE target = :question AND merged = 1);

--: duplicate_of(question: int) => one target: int, title: text, merged: int
--: may: web_member web_admin clerk
SELECT d.target, p.title, d.merged FROM duplicate d JOIN titled p ON p.id = d.target
WHERE d.question = :question AND d.state = 2 ORDER BY d.at_ms DESC LIMIT 1;

--: duplicates_of(target: int, most: int) => question: int, title: text, merged: int
--: may: web_member web_admin
SELECT d.question, p.title, d.merged FROM duplicate d JOIN titled p ON p.id = d.question
WHERE d.target = :target AND d.state = 2 ORDER BY d.question LIMIT :most;

--: merged_into(target: int, most: int) => question: int, version: int
--: may: web_member web_admin
-- version: 0 while its thread is hidden.
SELECT d.question, ifnull(t.version, 0) FROM duplicate d LEFT JOIN thread t ON t.question = d.question
WHERE d.target = :target AND d.merged = 1 ORDER BY d.question LIMIT :most;

--: duplicates_proposed_of(question: int, most: int) => target: int, title: text
--: may: web_member
-- For who asked.
SELECT d.target, p.title FROM duplicate d JOIN titled p ON p.id = d.target
WHERE d.question = :question AND d.state = 1 ORDER BY d.at_ms, d.target LIMIT :most;

--: duplicates_listed(state: int, most: int) => question: int, title: text, target: int, target_title: text, merged: int, at_ms: int
--: may: web_admin
-- Proposed ones (1) or linked ones (2), the newest first.
SELECT d.question, p.title, d.target, t.title, d.merged, d.at_ms
FROM duplicate d JOIN titled p ON p.id = d.question JOIN titled t ON t.id = d.target
WHERE d.state = :state ORDER BY d.at_ms DESC, d.question LIMIT :most;

--: duplicates_most(most: int) => question: int, title: text, state_kind: int, solved: int, answers: int, duplicates: int
--: may: web_member web_admin
-- What is asked again most often.
SELECT t.question, p.title, t.kind, t.solved, t.answers, d.duplicates
FROM (SELECT target, count(*) AS duplicates FROM duplicate WHERE state = 2 GROUP BY target ORDER BY duplicates DESC, target LIMIT :most) d
JOIN thread t ON t.question = d.target JOIN titled p ON p.id = d.target ORDER BY d.duplicates DESC, t.question;

--: posting_author_web(id: int) => one member: int
--: may: web_member
SELECT member FROM posting WHERE id = :id;

--: posting_excerpt(id: int) => one question: int, kind: int, member: int, excerpt: text, thread_title: text
--: may: web_member web_admin
-- Enough to know which one is meant.
SELECT p.question, p.kind, p.member, p.excerpt, q.title FROM posting p JOIN titled q ON q.id = p.question WHERE p.id = :id;
