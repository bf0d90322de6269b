-- Flags, what is withheld, the queue.

--: posting_withhold(id: int)
--: may: clerk
INSERT INTO withheld SELECT * FROM posting WHERE id = :id;

--: posting_remove(id: int)
--: may: clerk
DELETE FROM posting WHERE id = :id;

--: thread_withhold(question: int)
--: may: clerk
INSERT INTO withheld SELECT * FROM posting WHERE question = :question;

--: thread_remove(question: int)
--: may: clerk
DELETE FROM posting WHERE question = :question;

--: posting_release(id: int)
--: may: clerk
INSERT INTO posting SELECT * FROM withheld WHERE id = :id;

--: withheld_remove(id: int)
--: may: clerk
DELETE FROM withheld WHERE id = :id;

--: thread_release(question: int)
--: may: clerk
-- All of it but what is withheld for reasons of its own.
INSERT INTO posting SELECT * FROM withheld WHERE question = :question AND id NOT IN (SELECT posting FROM hold WHERE state > 0);

--: withheld_thread_remove(question: int)
--: may: clerk
DELETE FROM withheld WHERE question = :question AND id NOT IN (SELECT posting FROM hold WHERE state > 0);

--: posting_standing(id: int) => one question: int, member: int, kind: int, withheld: int, state: int, reason: int, by: int, appeal: int
--: may: clerk
-- A posting wherever it lies. withheld with state 0: its thread is.
SELECT p.question, p.member, p.kind, p.away, ifnull(h.state, 0), ifnull(h.reason, 0), ifnull(h.by, 0), ifnull(h.appeal, 0)
FROM (SELECT id, question, member, kind, 0 AS away FROM posting WHERE id = :id
  UNION ALL SELECT id, question, member, kind, 1 FROM withheld WHERE id = :id) p LEFT JOIN hold h ON h.posting = p.id;

--: hold_get(posting: int) => one state: int, reason: int, by: int, appeal: int
--: may: clerk
SELECT state, reason, by, appeal FROM hold WHERE posting = :posting;

--: postings_shown(member: int, most: int) => one postings: int
--: may: clerk
-- How many postings of a member others can see, counted up to `most`.
SELECT count(*) FROM (SELECT 1 FROM posting WHERE member = :member AND member > 0 LIMIT :most);

--: hold_put(posting: int, state: int, reason: int, by: int, at_ms: int, appeal: int)
--: may: clerk
INSERT INTO hold (posting, state, reason, by, at_ms, appeal) VALUES (:posting, :state, :reason, :by, :at_ms, :appeal)
ON CONFLICT (posting) DO UPDATE SET state = excluded.state, reason = excluded.reason, by = excluded.by, at_ms = excluded.at_ms,
  appeal = excluded.appeal;

--: hold_appealed(posting: int, id: int, at_ms: int, words: text)
--: may: clerk
UPDATE hold SET appeal = 1, appeal_id = :id, appeal_ms = :at_ms, appeal_words = :words WHERE posting = :posting;

--: hold_appeal_blank(id: int)
--: may: clerk
UPDATE hold SET appeal_words = '' WHERE appeal_id = :id;

--: hold_appeal_get(posting: int) => one words: text, at_ms: int
--: may: clerk
SELECT appeal_words, appeal_ms FROM hold WHERE posting = :posting;

--: flag_put(id: int, posting: int, member: int, reason: int, target: int, words: text, at_ms: int)
--: may: clerk
INSERT INTO flag (id, posting, member, reason, target, words, at_ms) VALUES (:id, :posting, :member, :reason, :target, :words, :at_ms)
ON CONFLICT (posting, member, reason) DO UPDATE SET id = excluded.id, target = excluded.target, words = excluded.words, at_ms = excluded.at_ms,
  state = 0;

--: flag_get(posting: int, member: int, reason: int) => one id: int, state: int, target: int
--: may: clerk
SELECT id, state, target FROM flag WHERE posting = :posting AND member = :member AND reason = :reason;

--: flag_withdraw(posting: int, member: int, reason: int)
--: may: clerk
UPDATE flag SET state = 2, words = '' WHERE posting = :posting AND member = :member AND reason = :reason AND state = 0;

--: flag_words_blank(id: int)
--: may: clerk
UPDATE flag SET words = '' WHERE id = :id;

--: said_add(seq: int, member: int)
--: may: clerk
INSERT INTO said (seq, member) VALUES (:seq, :member);

--: said_remove(seq: int)
--: may: clerk
DELETE FROM said WHERE seq = :seq;

--: said_of(member: int, after: int, most: int) => seq: int
--: may: clerk
SELECT seq FROM said WHERE member = :member AND seq > :after ORDER BY seq LIMIT :most;

--: flags_since(member: int, since_ms: int) => one flags: int
--: may: clerk
SELECT count(*) FROM flag WHERE member = :member AND at_ms >= :since_ms;

--: flags_own(posting: int, member: int) => reason: int, state: int
--: may: clerk
SELECT reason, state FROM flag WHERE posting = :posting AND member = :member ORDER BY reason;

--: flags_same(question: int, target: int, but: int) => one flags: int
--: may: clerk
-- How many others say, and have not taken back, that this thread repeats that one.
SELECT count(*) FROM flag WHERE posting = :question AND reason = 6 AND target = :target AND state = 0 AND member <> :but;

--: flags_decide(posting: int)
--: may: clerk
-- All but duplicates, which are decided apart.
UPDATE flag SET state = 1 WHERE posting = :posting AND state = 0 AND reason <> 6;

--: flags_duplicate_decide(posting: int, target: int)
--: may: clerk
UPDATE flag SET state = 1 WHERE posting = :posting AND state = 0 AND reason = 6 AND target = :target;

--: queue(most: int) => posting: int, since_ms: int
--: may: clerk
-- What waits for an admin, the longest first.
SELECT posting, min(at_ms) AS since FROM (
  SELECT posting, at_ms FROM flag WHERE state = 0 AND reason <> 6 UNION ALL SELECT posting, at_ms FROM hold WHERE state = 1
  UNION ALL SELECT posting, appeal_ms FROM hold WHERE appeal = 1)
GROUP BY posting ORDER BY since, posting LIMIT :most;

--: queue_count() => one waiting: int
--: may: clerk
SELECT count(*) FROM (SELECT posting FROM flag WHERE state = 0 AND reason <> 6 UNION SELECT posting FROM hold WHERE state = 1
  UNION SELECT posting FROM hold WHERE appeal = 1);

--: flags_told(posting: int, most: int) => reason: int, words: text, at_ms: int
--: may: clerk
-- What was said, never by whom.
SELECT reason, words, at_ms FROM flag WHERE posting = :posting AND state = 0 AND reason <> 6 ORDER BY id LIMIT :most;
