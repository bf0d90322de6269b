-- What members follow, and what of it they have not been told yet.

--: reader_get(member: int) => one since: int, seen: int, mailed: int, threads: int, answers: int, opinions: int, told_once: int, told_daily: int, told_weekly: int, comments: int, thanks: int, marks: int
--: may: clerk
SELECT since, seen, mailed, threads, answers, opinions, told_once, told_daily, told_weekly, comments, thanks, marks FROM reader WHERE member = :member;

--: reader_add(member: int, since: int)
--: may: clerk
INSERT INTO reader (member, since) VALUES (:member, :since) ON CONFLICT DO NOTHING;

--: reader_seen_set(member: int, seen: int)
--: may: clerk
UPDATE reader SET seen = max(seen, :seen) WHERE member = :member;

--: reader_own_set(member: int, kind: int, how: int)
--: may: clerk
-- kind: TELL_COMMENTS, TELL_THANKS or TELL_MARKS (board/telling/telling.h).
UPDATE reader SET comments = iif(:kind = 7, :how, comments), thanks = iif(:kind = 8, :how, thanks), marks = iif(:kind = 9, :how, marks)
WHERE member = :member;

--: reader_mailed_set(member: int, mailed: int)
--: may: clerk
UPDATE reader SET mailed = :mailed WHERE member = :member;

--: reader_threads_set(member: int, how: int)
--: may: clerk
UPDATE reader SET threads = :how WHERE member = :member;

--: reader_answers_set(member: int, how: int)
--: may: clerk
UPDATE reader SET answers = :how WHERE member = :member;

--: reader_opinions_set(member: int, how: int)
--: may: clerk
UPDATE reader SET opinions = :how > 0 WHERE member = :member;

--: reader_told(member: int, how: int, upto: int, at_ms: int)
--: may: clerk
UPDATE reader SET told_once = iif(:how = 1, :upto, told_once), told_daily = iif(:how = 2, :upto, told_daily),
  daily_ms = iif(:how = 2, :at_ms, daily_ms), told_weekly = iif(:how = 3, :upto, told_weekly), weekly_ms = iif(:how = 3, :at_ms, weekly_ms)
WHERE member = :member;

--: readers_due(after: int, day_ms: int, week_ms: int, most: int) => member: int, daily_ms: int, weekly_ms: int
--: may: clerk
-- Members by number whose mail of the day or of the week was not made yet.
SELECT member, daily_ms, weekly_ms FROM reader
WHERE member > :after AND mailed = 1 AND (daily_ms < :day_ms OR weekly_ms < :week_ms) ORDER BY member LIMIT :most;

--: readers_at_once(posting: int, question: int, topics: text, after: int, most: int) => member: int
--: may: clerk
-- Who wants to know of this posting at once; topics: of its thread, as a JSON list.
SELECT member FROM (
  SELECT t.member FROM json_each(:topics) j CROSS JOIN topic_mail t ON t.topic = j.value AND t.how = 1 WHERE :posting = :question
  UNION SELECT s.member FROM hit h JOIN saved s ON s.key = h.key WHERE h.seq = :posting AND s.how = 1 AND s.id < h.posting
  UNION SELECT f.member FROM follow f JOIN reader r ON r.member = f.member WHERE f.question = :question AND :posting <> :question AND r.threads = 1
) WHERE member > :after ORDER BY member LIMIT :most;

--: reader_remove(member: int)
--: may: clerk
DELETE FROM reader WHERE member = :member;

--: topics_told(member: int) => topic: text, how: int
--: may: clerk
-- Followed topics and how each is mailed.
SELECT i.topic, ifnull(t.how, 2) FROM interest i LEFT JOIN topic_mail t ON t.topic = i.topic AND t.member = i.member
WHERE i.member = :member ORDER BY i.topic;

--: topic_mail_set(topic: text, member: int, how: int)
--: may: clerk
INSERT INTO topic_mail (topic, member, how) VALUES (:topic, :member, :how) ON CONFLICT (topic, member) DO UPDATE SET how = excluded.how;

--: topic_mail_remove(topic: text, member: int)
--: may: clerk
DELETE FROM topic_mail WHERE topic = :topic AND member = :member;

--: topic_mails_remove(member: int)
--: may: clerk
DELETE FROM topic_mail WHERE topic IN (SELECT topic FROM interest i WHERE i.member = :member) AND member = :member;

--: follow_add(question: int, member: int)
--: may: clerk
INSERT INTO follow (question, member) VALUES (:question, :member) ON CONFLICT DO NOTHING;

--: follow_remove(question: int, member: int)
--: may: clerk
DELETE FROM follow WHERE question = :question AND member = :member;

--: follows_of(member: int, most: int) => question: int
--: may: clerk
SELECT question FROM follow WHERE member = :member ORDER BY question DESC LIMIT :most;

--: follows_remove(member: int)
--: may: clerk
DELETE FROM follow WHERE member = :member;

--: query_add(anchor: text, key: blob, spec: text)
--: may: clerk
INSERT INTO query (anchor, key, spec) VALUES (:anchor, :key, :spec) ON CONFLICT DO NOTHING;

--: queries_of_terms(terms: text) => key: blob, spec: text
--: may: clerk
-- Those whose rarest term is one of these (a JSON list): one step of a tree a term, however many searches there are.
SELECT q.key, q.spec FROM json_each(:terms) j CROSS JOIN query q ON q.anchor = j.value;

--: queries_sweep(key: blob)
--: may: clerk
-- A query nobody has saved any more.
DELETE FROM query WHERE key = :key AND NOT EXISTS (SELECT 1 FROM saved s WHERE s.key = :key);

--: hits_sweep(key: blob)
--: may: clerk
-- What matched before the oldest who still has it saved.
DELETE FROM hit WHERE key = :key AND posting < ifnull((SELECT min(s.id) FROM saved s WHERE s.key = :key), 9223372036854775807);

--: hit_add(key: blob, posting: int, seq: int, at_ms: int)
--: may: clerk
-- Once, whatever wordings match. What is older than the hundred that are kept, or than all who have the search, is no news.
INSERT INTO hit (key, posting, seq, at_ms) SELECT :key, :posting, :seq, :at_ms
WHERE :posting >= ifnull((SELECT posting FROM hit WHERE key = :key ORDER BY posting DESC LIMIT 1 OFFSET 99), 0)
  AND :posting > ifnull((SELECT min(s.id) FROM saved s WHERE s.key = :key), 9223372036854775807)
ON CONFLICT DO NOTHING;

--: hits_trim(key: blob)
--: may: clerk
-- Only the latest hundred are kept.
DELETE FROM hit WHERE key = :key AND posting < (SELECT posting FROM hit WHERE key = :key ORDER BY posting DESC LIMIT 1 OFFSET 99);

--: saved_add(id: int, member: int, key: blob, words: text)
--: may: clerk
INSERT INTO saved (id, member, key, words) VALUES (:id, :member, :key, :words);

--: saved_get(id: int) => one member: int, key: blob, words: text
--: may: clerk
SELECT member, key, words FROM saved WHERE id = :id;

--: saved_of(member: int, most: int) => id: int, words: text, key: blob, how: int
--: may: clerk
SELECT id, words, key, how FROM saved WHERE member = :member ORDER BY id LIMIT :most;

--: saved_find(member: int, key: blob) => one id: int
--: may: clerk
SELECT id FROM saved WHERE member = :member AND key = :key;

--: saved_how_set(id: int, how: int)
--: may: clerk
UPDATE saved SET how = :how WHERE id = :id;

--: saved_remove(id: int)
--: may: clerk
DELETE FROM saved WHERE id = :id;

--: saved_news(key: blob, since: int, after: int, upto: int, member: int, most: int) => question: int, posting: int, seq: int
--: may: clerk
-- What matched a query between two places, written behind `since`, but for the member's own, newest first.
SELECT p.question, p.id, h.seq FROM hit h JOIN posting p ON p.id = h.posting
WHERE h.key = :key AND h.seq > :after AND h.seq <= :upto AND h.posting > :since AND p.member <> :member ORDER BY h.seq DESC LIMIT :most;

--: thread_topics_add(question: int, topics: text)
--: may: clerk
INSERT INTO thread_topics (question, topics) VALUES (:question, :topics);

--: thread_topics_get(question: int) => one topics: text
--: may: clerk
SELECT topics FROM thread_topics WHERE question = :question;

--: postings_after(after: int, most: int) => id: int, question: int, kind: int, at_ms: int
--: may: clerk
-- Members' postings (references are no news), and edits that matched somebody's search: of those, question 0.
SELECT id, question, kind, at_ms FROM (SELECT id, question, kind, at_ms FROM posting WHERE id > :after AND kind <= 4 ORDER BY id LIMIT :most)
UNION ALL
SELECT id, question, kind, at_ms FROM (SELECT seq AS id, 0 AS question, 0 AS kind, at_ms FROM hit WHERE seq <> posting AND seq > :after GROUP BY seq ORDER BY seq LIMIT :most)
ORDER BY 1 LIMIT :most;

--: posting_before(at_ms: int) => one id: int
--: may: clerk
-- The latest posting from before then, or edit that matched a search, among the latest ten thousand; 0: none.
SELECT max(ifnull((SELECT max(id) FROM (SELECT id, at_ms FROM posting ORDER BY id DESC LIMIT 10000) WHERE at_ms < :at_ms), 0),
  ifnull((SELECT max(seq) FROM (SELECT seq, at_ms FROM hit WHERE seq <> posting ORDER BY seq DESC LIMIT 10000) WHERE at_ms < :at_ms), 0));

--: digest_add(mail: int, member: int, how: int, since: int, upto: int, answers: text)
--: may: clerk
INSERT INTO digest (mail, member, how, since, upto, answers) VALUES (:mail, :member, :how, :since, :upto, :answers);

--: digest_get(mail: int) => one member: int, how: int, since: int, upto: int, answers: text
--: may: clerk
SELECT member, how, since, upto, answers FROM digest WHERE mail = :mail;

--: digest_remove(mail: int)
--: may: clerk
DELETE FROM digest WHERE mail = :mail;

--: digests_remove(member: int)
--: may: clerk
DELETE FROM digest WHERE member = :member;

--: mails_today(member: int, since_ms: int, most: int) => one mails: int
--: may: clerk
-- Sent to a member since then or on their way, counted up to `most`.
SELECT (SELECT count(*) FROM (SELECT 1 FROM mail WHERE member = :member AND sent = 1 AND sent_ms >= :since_ms LIMIT :most))
  + (SELECT count(*) FROM (SELECT 1 FROM mail WHERE member = :member AND sent = 0 LIMIT :most));

--: mails_waiting(member: int, before_ms: int, most: int) => id: int, question: int
--: may: clerk
-- Mails about answers that were due before then and were kept back.
SELECT id, question FROM mail WHERE member = :member AND sent = 0 AND kind = 1 AND at_ms < :before_ms ORDER BY id LIMIT :most;

--: members_waited(after: int, before_ms: int, most: int) => member: int
--: may: clerk
-- Members with more than one of these.
SELECT member FROM mail WHERE sent = 0 AND kind = 1 AND at_ms < :before_ms AND member > :after
GROUP BY member HAVING count(*) > 1 ORDER BY member LIMIT :most;

--: feed_add(id: int, member: int, kind: int, search: int, at_ms: int)
--: may: clerk
INSERT INTO feed (id, member, kind, search, at_ms) VALUES (:id, :member, :kind, :search, :at_ms);

--: feed_get(id: int) => one member: int, kind: int, search: int, at_ms: int
--: may: clerk
SELECT member, kind, search, at_ms FROM feed WHERE id = :id;

--: feeds_of(member: int, most: int) => id: int, kind: int, search: int
--: may: clerk
SELECT id, kind, search FROM feed WHERE member = :member ORDER BY id LIMIT :most;

--: feed_remove(id: int)
--: may: clerk
DELETE FROM feed WHERE id = :id;

--: feeds_of_search_remove(search: int)
--: may: clerk
DELETE FROM feed WHERE kind = 2 AND search = :search;

--: feeds_remove(member: int)
--: may: clerk
DELETE FROM feed WHERE member = :member;

--: threads_own(member: int, most: int) => question: int
--: may: clerk
-- Newest first.
SELECT id FROM posting WHERE member = :member AND member > 0 AND question = id ORDER BY at_ms DESC LIMIT :most;

--: opinion_add(question: int, member: int, at_ms: int)
--: may: clerk
INSERT INTO opinion (question, member, at_ms) VALUES (:question, :member, :at_ms);

--: opinion_get(question: int, member: int) => one declined: int
--: may: clerk
SELECT declined FROM opinion WHERE question = :question AND member = :member;

--: opinion_declined_set(question: int, member: int)
--: may: clerk
UPDATE opinion SET declined = 1 WHERE question = :question AND member = :member;

--: opinions_since(member: int, since_ms: int) => one asked: int
--: may: clerk
SELECT count(*) FROM opinion WHERE member = :member AND at_ms >= :since_ms;

--: opinions_remove(member: int)
--: may: clerk
DELETE FROM opinion WHERE member = :member;

--: members_of_specialty(specialty: text, after: int, most: int) => id: int
--: may: clerk
-- Physicians who are in and gave this specialty among theirs, whether they show it or not: "a, b (wider field)".
SELECT id FROM member WHERE role = 1 AND level = 3 AND state = 2 AND id > :after
  AND (instr(', ' || lower(specialty) || ', ', ', ' || :specialty || ', ') > 0 OR instr(', ' || lower(specialty), ', ' || :specialty || ' (') > 0)
ORDER BY id LIMIT :most;
