-- Lists of threads. `before` is the last question of the page before (or a number above all): pages by key, never by offset.

--: threads_new(before: int, sponsored: bool, most: int) => question: int, version: int, kind: int, solved: int, answers: int, at_ms: int, last_ms: int, topics: text, title: text, excerpt: text, member: int, pseudonym: text, specialty: text, source: text
--: may: web_member web_admin
-- Threads asked here, newest first; sponsored: those of sponsors too.
SELECT t.question, t.version, t.kind, t.solved, t.answers, t.at_ms, t.last_ms, t.topics, p.title, p.excerpt, p.member, ifnull(m.pseudonym, ''), ifnull(m.specialty, ''), p.source
FROM thread t JOIN posting p ON p.id = t.question LEFT JOIN member m ON m.id = p.member
WHERE t.kind <= 3 AND t.question < :before AND (:sponsored OR p.member > 0)
ORDER BY t.question DESC LIMIT :most;

--: threads_unanswered(before: int, sponsored: bool, most: int) => question: int, version: int, kind: int, solved: int, answers: int, at_ms: int, last_ms: int, topics: text, title: text, excerpt: text, member: int, pseudonym: text, specialty: text, source: text
--: may: web_member web_admin
-- Questions and cases nobody has answered yet, newest first, sponsors' too if asked for; those merged into another thread have their answers there.
SELECT t.question, t.version, t.kind, t.solved, t.answers, t.at_ms, t.last_ms, t.topics, p.title, p.excerpt, p.member, ifnull(m.pseudonym, ''), ifnull(m.specialty, ''), p.source
FROM thread t JOIN posting p ON p.id = t.question LEFT JOIN member m ON m.id = p.member
WHERE t.kind <= 2 AND t.answers = 0 AND t.question < :before AND (:sponsored OR p.member > 0) AND t.question NOT IN (SELECT question FROM duplicate WHERE merged = 1)
ORDER BY t.question DESC LIMIT :most;

--: threads_of_topic(topic: text, before: int, most: int) => question: int, version: int, kind: int, solved: int, answers: int, at_ms: int, last_ms: int, topics: text, title: text, excerpt: text, member: int, pseudonym: text, specialty: text, source: text
--: may: web_member web_admin
-- Everything filed under one topic, references too, newest first.
SELECT t.question, t.version, t.kind, t.solved, t.answers, t.at_ms, t.last_ms, t.topics, p.title, p.excerpt, p.member, ifnull(m.pseudonym, ''), ifnull(m.specialty, ''), p.source
FROM thread t JOIN posting p ON p.id = t.question LEFT JOIN member m ON m.id = p.member
WHERE t.question IN (SELECT question FROM thread_topic WHERE topic = :topic AND question < :before ORDER BY question DESC LIMIT :most)
ORDER BY t.question DESC;

--: threads_of_member(member: int, before: int, most: int) => question: int, version: int, kind: int, solved: int, answers: int, at_ms: int, last_ms: int, topics: text, title: text, excerpt: text, member: int, pseudonym: text, specialty: text, source: text
--: may: web_member web_admin
-- Threads a member opened, newest first.
SELECT t.question, t.version, t.kind, t.solved, t.answers, t.at_ms, t.last_ms, t.topics, p.title, p.excerpt, p.member, ifnull(m.pseudonym, ''), ifnull(m.specialty, ''), p.source
FROM thread t JOIN posting p ON p.id = t.question LEFT JOIN member m ON m.id = p.member
WHERE t.question IN (SELECT id FROM posting WHERE member = :member AND member > 0 AND kind <= 3 AND id < :before ORDER BY id DESC LIMIT :most)
ORDER BY t.question DESC;

--: threads_answered_by(member: int, before: int, most: int) => question: int, version: int, kind: int, solved: int, answers: int, at_ms: int, last_ms: int, topics: text, title: text, excerpt: text, member: int, pseudonym: text, specialty: text, source: text
--: may: web_member web_admin
-- Threads a member answered in, newest first.
SELECT t.question, t.version, t.kind, t.solved, t.answers, t.at_ms, t.last_ms, t.topics, p.title, p.excerpt, p.member, ifnull(m.pseudonym, ''), ifnull(m.specialty, ''), p.source
FROM thread t JOIN posting p ON p.id = t.question LEFT JOIN member m ON m.id = p.member
WHERE t.question IN (SELECT DISTINCT question FROM posting WHERE member = :member AND member > 0 AND kind = 4 AND question < :before ORDER BY question DESC LIMIT :most)
ORDER BY t.question DESC;

--: thread_get(question: int) => one question: int, version: int, kind: int, solved: int, answers: int, at_ms: int, last_ms: int, topics: text, title: text, excerpt: text, member: int, pseudonym: text, specialty: text, source: text
--: may: web_member web_admin
-- One row of a list; also for lists whose order comes from elsewhere (rank.db).
SELECT t.question, t.version, t.kind, t.solved, t.answers, t.at_ms, t.last_ms, t.topics, p.title, p.excerpt, p.member, ifnull(m.pseudonym, ''), ifnull(m.specialty, ''), p.source
FROM thread t JOIN posting p ON p.id = t.question LEFT JOIN member m ON m.id = p.member
WHERE t.question = :question;

--: thread_version(question: int) => one version: int
--: may: web_member web_admin
-- Moves with every change of the thread: the key of kept pages.
SELECT version FROM thread WHERE question = :question;
