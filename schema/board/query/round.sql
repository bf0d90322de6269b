-- Rounds of live discussion.

--: thread_live_set(question: int, from_ms: int, until_ms: int, version: int)
--: may: clerk
UPDATE thread SET live_from_ms = :from_ms, live_until_ms = :until_ms, version = :version WHERE question = :question;

--: thread_live_end(question: int, until_ms: int, version: int)
--: may: clerk
UPDATE thread SET live_until_ms = :until_ms, version = :version WHERE question = :question;

--: threads_live(now_ms: int, most: int) => question: int, title: text, answers: int, live_until_ms: int
--: may: web_member web_admin
-- What is being discussed now, what ends soonest first.
SELECT t.question, p.title, t.answers, t.live_until_ms FROM thread t JOIN posting p ON p.id = t.question
WHERE t.live_until_ms > :now_ms AND t.live_until_ms > 0 ORDER BY t.live_until_ms, t.question LIMIT :most;
