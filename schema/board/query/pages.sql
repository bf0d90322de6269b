-- What single pages need beside the common lists.

--: topic_questions(topic: text, before: int, most: int) => question: int
--: may: web_member web_admin
-- Members' threads of one topic, newest first, for the list of followed topics: references stay out of it.
SELECT t.question FROM thread_topic f CROSS JOIN thread t ON t.question = f.question
WHERE f.topic = :topic AND f.question < :before AND t.kind <= 3
ORDER BY f.question DESC LIMIT :most;

--: thread_state(question: int) => one version: int, kind: int, solved: bool, answers: int, live_from_ms: int, live_until_ms: int
--: may: web_member web_admin
-- All that a kept question page asks of the board before it is sent.
SELECT version, kind, solved, answers, live_from_ms, live_until_ms FROM thread WHERE question = :question;

--: postings_own(question: int, member: int) => id: int
--: may: web_member web_admin
-- Which postings of a thread are the reader's own.
SELECT id FROM posting WHERE question = :question AND member = :member ORDER BY id LIMIT 201;

--: posting_thread(id: int) => one question: int
--: may: web_member web_admin
SELECT question FROM posting WHERE id = :id;
