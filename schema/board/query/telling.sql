-- What is new in what a member follows, and whose experience is sought.

--: own_news(member: int, after: int, upto: int, answers: bool, most: int) => id: int, kind: int, question: int
--: may: clerk
-- Notices about what others said to a member's postings (comments, thanks, marks; answers, if asked for) which he has not seen, newest first;
-- by notices' numbers.
SELECT id, kind, question FROM notice WHERE member = :member AND id > :after AND id <= :upto
  AND (kind BETWEEN 16 AND 18 OR (kind = 1 AND :answers)) AND seen = 0
ORDER BY id DESC LIMIT :most;

--: own_after(after: int, most: int) => id: int, member: int, kind: int
--: may: clerk
-- Of everybody's, by number; at most `most` notices of any kind are looked at.
SELECT id, member, kind FROM (SELECT id, member, kind FROM notice WHERE id > :after ORDER BY id LIMIT :most);

--: notice_before(at_ms: int) => one id: int
--: may: clerk
-- The latest notice from before then, among the latest ten thousand; 0: none.
SELECT ifnull(max(id), 0) FROM (SELECT id, at_ms FROM notice ORDER BY id DESC LIMIT 10000) WHERE at_ms < :at_ms;

--: topic_news(topic: text, after: int, upto: int, member: int, most: int) => question: int
--: may: clerk
-- Others' threads of a topic between two places of the journal, newest first.
SELECT f.question FROM thread_topic f CROSS JOIN posting p ON p.id = f.question
WHERE f.topic = :topic AND f.question > :after AND f.question <= :upto AND p.kind <= 3 AND p.member <> :member
ORDER BY f.question DESC LIMIT :most;

--: thread_news(question: int, after: int, upto: int, member: int) => one last: int, answers: int
--: may: clerk
-- Others' answers in a thread between two places of the journal.
SELECT ifnull(max(id), 0), count(*) FROM posting
WHERE question = :question AND id > :after AND id <= :upto AND id <> :question AND member <> :member;

--: thread_title(question: int) => one title: text
--: may: clerk
SELECT title FROM titled WHERE id = :question;

--: opinion_remove(member: int, question: int)
--: may: clerk
DELETE FROM notice WHERE member = :member AND question = :question AND kind = 19;

--: opinions_open(member: int, most: int) => question: int
--: may: web_member web_admin
-- Threads for which the member's experience is sought, not solved and not answered by him yet; newest first.
SELECT n.question FROM notice n JOIN thread t ON t.question = n.question
WHERE n.member = :member AND n.kind = 19 AND t.solved = 0
  AND NOT EXISTS (SELECT 1 FROM posting p WHERE p.question = n.question AND p.member = :member)
ORDER BY n.id DESC LIMIT :most;

--: topic_answerers(topic: text, most: int) => member: int, answers: int, corroborations: int
--: may: clerk
-- Who answered in the latest threads of a topic, how often, and how often it was corroborated.
SELECT p.member, count(*), ifnull(sum(y.corroborate), 0)
FROM (SELECT question FROM thread_topic WHERE topic = :topic ORDER BY question DESC LIMIT :most) f
CROSS JOIN posting p ON p.question = f.question AND p.kind = 4 AND p.member > 0
LEFT JOIN tally y ON y.posting = p.id
GROUP BY p.member ORDER BY p.member LIMIT 500;

--: term_rows(query: text, most: int) => one rows: int
--: may: clerk
-- How many postings have a term, counted up to `most`; query: one quoted word.
SELECT count(*) FROM (SELECT 1 FROM posting_text WHERE posting_text MATCH :query LIMIT :most);
