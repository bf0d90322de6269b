-- The clerk's desk: what commands are checked against, and what fold_desk.c does to it.

--: actor_find(digest: blob) => one member: int, role: int, level: int, state: int, seen_ms: int, expires_ms: int, second: int, opened_ms: int
--: may: clerk
-- Who a session token speaks for.
SELECT s.member, s.role, m.level, m.state, s.seen_ms, s.expires_ms, m.second, s.opened_ms
FROM session s JOIN member m ON m.id = s.member WHERE s.digest = :digest;

--: member_by_name(pseudonym_key: text) => one id: int, role: int, level: int, state: int, credential: blob
--: may: clerk
SELECT id, role, level, state, credential FROM member WHERE pseudonym_key = :pseudonym_key;

--: member_get(id: int) => one role: int, level: int, state: int, pseudonym: text, credential: blob
--: may: clerk
SELECT role, level, state, pseudonym, credential FROM member WHERE id = :id;

--: members_waiting(after: int, most: int) => id: int, pseudonym: text
--: may: clerk
SELECT id, pseudonym FROM member WHERE state = 1 AND id > :after ORDER BY id LIMIT :most;

--: waiting_count() => one waiting: int
--: may: clerk
SELECT count(*) FROM member WHERE state = 1;

--: member_add(id: int, pseudonym_key: text, pseudonym: text, role: int, level: int, state: int, credential: blob)
--: may: clerk
INSERT INTO member (id, pseudonym_key, pseudonym, role, level, state, credential)
VALUES (:id, :pseudonym_key, :pseudonym, :role, :level, :state, :credential);

--: member_decide(id: int, level: int, state: int, at_ms: int)
--: may: clerk
UPDATE member SET level = :level, state = :state, level_why = 'document', level_ms = :at_ms, level_from = 0 WHERE id = :id;

--: member_voted(member: int, day: int, first: bool)
--: may: clerk
-- first: the vote was his first on its posting.
INSERT INTO vote_day (member, day, votes, firsts) VALUES (:member, :day, 1, :first)
ON CONFLICT (member) DO UPDATE SET votes = iif(day = excluded.day, votes + 1, 1),
  firsts = iif(day = excluded.day, firsts, 0) + excluded.firsts, day = excluded.day;

--: firsts_on(member: int, day: int) => one firsts: int
--: may: clerk
SELECT firsts FROM vote_day WHERE member = :member AND day = :day;

--: session_add(digest: blob, member: int, role: int, at_ms: int, expires_ms: int)
--: may: clerk
INSERT INTO session (digest, member, role, seen_ms, expires_ms) VALUES (:digest, :member, :role, :at_ms, :expires_ms);

--: session_prune(member: int, at_ms: int)
--: may: clerk
DELETE FROM session WHERE member = :member AND expires_ms <= :at_ms;

--: session_seen_set(digest: blob, at_ms: int)
--: may: clerk
UPDATE session SET seen_ms = :at_ms WHERE digest = :digest;

--: session_remove(digest: blob)
--: may: clerk
DELETE FROM session WHERE digest = :digest;

--: request_find(id: blob) => one seq: int
--: may: clerk
SELECT seq FROM request WHERE id = :id;

--: request_add(id: blob, seq: int)
--: may: clerk
INSERT INTO request (id, seq) VALUES (:id, :seq) ON CONFLICT (id) DO NOTHING;

--: posting_get(id: int) => one question: int, member: int, kind: int, solved: int
--: may: clerk
SELECT question, member, kind, solved FROM posting WHERE id = :id;

--: postings_since(member: int, since_ms: int) => one postings: int
--: may: clerk
-- Those nobody sees yet count as well.
SELECT (SELECT count(*) FROM posting WHERE member = :member AND member > 0 AND at_ms >= :since_ms)
  + (SELECT count(*) FROM withheld WHERE member = :member AND member > 0 AND at_ms >= :since_ms);

--: posting_add(id: int, question: int, member: int, kind: int, at_ms: int)
--: may: clerk
INSERT INTO posting (id, question, member, kind, at_ms) VALUES (:id, :question, :member, :kind, :at_ms);

--: posting_solved_set(id: int, solved: int)
--: may: clerk
UPDATE posting SET solved = :solved WHERE id = :id;

--: answerers(question: int, most: int) => member: int
--: may: clerk
SELECT DISTINCT member FROM posting WHERE question = :question AND kind = 4 ORDER BY member LIMIT :most;

--: interest_add(topic: text, member: int)
--: may: clerk
INSERT INTO interest (topic, member) VALUES (:topic, :member) ON CONFLICT DO NOTHING;

--: interest_remove(topic: text, member: int)
--: may: clerk
DELETE FROM interest WHERE topic = :topic AND member = :member;

--: interests(member: int) => topic: text
--: may: clerk
SELECT topic FROM interest WHERE member = :member ORDER BY topic;

--: rule_get(proposal: int) => one name: text, proposed_by: int, state: int, shadow_ms: int, trial: int, months: int
--: may: clerk
SELECT name, proposed_by, state, shadow_ms, trial, months FROM rule WHERE proposal = :proposal;

--: rule_add(proposal: int, name: text, proposed_by: int)
--: may: clerk
INSERT INTO rule (proposal, name, proposed_by, state) VALUES (:proposal, :name, :proposed_by, 1);

--: rule_trial_set(proposal: int, trial: int)
--: may: clerk
UPDATE rule SET trial = :trial WHERE proposal = :proposal;

--: rule_months_set(proposal: int, months: int)
--: may: clerk
UPDATE rule SET months = :months WHERE proposal = :proposal;

--: rule_shadow_set(proposal: int, shadow_ms: int)
--: may: clerk
UPDATE rule SET shadow_ms = :shadow_ms WHERE proposal = :proposal;

--: rule_back(name: text, proposal: int)
--: may: clerk
-- An older version is active again; 0: none of the proposed ones is.
UPDATE rule SET state = CASE WHEN proposal = :proposal THEN 2 ELSE 4 END WHERE name = :name AND (state = 2 OR proposal = :proposal);

--: rule_supersede(proposal: int)
--: may: clerk
UPDATE rule SET state = 4 WHERE state = 2 AND name = (SELECT name FROM rule WHERE proposal = :proposal);

--: rule_state_set(proposal: int, state: int)
--: may: clerk
UPDATE rule SET state = :state WHERE proposal = :proposal;

--: mail_add(id: int, member: int, kind: int, question: int, at_ms: int)
--: may: clerk
INSERT INTO mail (id, member, kind, question, at_ms) VALUES (:id, :member, :kind, :question, :at_ms);

--: mail_due(after: int, most: int, since_ms: int, per_day: int) => id: int, member: int, kind: int, question: int, at_ms: int, earlier: int
--: may: clerk
-- earlier: mails this member got since then or waits for with an older id, each counted up to per_day.
SELECT m.id, m.member, m.kind, m.question, m.at_ms,
  (SELECT count(*) FROM (SELECT 1 FROM mail s WHERE s.member = m.member AND s.sent = 1 AND s.sent_ms >= :since_ms LIMIT :per_day))
  + (SELECT count(*) FROM (SELECT 1 FROM mail d WHERE d.member = m.member AND d.sent = 0 AND d.id < m.id LIMIT :per_day)) AS earlier
FROM mail m WHERE m.sent = 0 AND m.id > :after ORDER BY m.id LIMIT :most;

--: mail_get(id: int) => one sent: int
--: may: clerk
SELECT sent FROM mail WHERE id = :id;

--: mail_sent_set(id: int, at_ms: int)
--: may: clerk
UPDATE mail SET sent = 1, sent_ms = :at_ms WHERE id = :id;
