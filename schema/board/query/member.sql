-- Members as others see them, notices, topics, rules.

--: member_profile(member: int) => one id: int, pseudonym: text, specialty: text, role: int, level: int, organisation: text, joined_ms: int, postings: int, answers: int
--: may: web_member web_admin web_login web_sponsor
SELECT id, pseudonym, specialty, role, level, organisation, joined_ms, postings, answers FROM member WHERE id = :member;

--: member_find(pseudonym: text) => one id: int
--: may: web_admin operator clerk
SELECT id FROM member WHERE pseudonym = :pseudonym;

--: members_list(after: int, most: int) => id: int, pseudonym: text, specialty: text, role: int, level: int, organisation: text, joined_ms: int, postings: int, answers: int
--: may: web_admin operator clerk
SELECT id, pseudonym, specialty, role, level, organisation, joined_ms, postings, answers
FROM member WHERE id > :after ORDER BY id LIMIT :most;

--: notices_list(member: int, before: int, most: int) => id: int, kind: int, question: int, at_ms: int, seen: int, title: text
--: may: web_member web_admin
-- Newest first; title is that of the thread, or ''.
SELECT n.id, n.kind, n.question, n.at_ms, n.seen, ifnull(p.title, '')
FROM notice n LEFT JOIN titled p ON p.id = n.question
WHERE n.member = :member AND n.id < :before ORDER BY n.id DESC LIMIT :most;

--: topics_popular(most: int) => name: text, threads: int
--: may: web_member web_admin
SELECT name, threads FROM topic ORDER BY threads DESC, name LIMIT :most;

--: topic_get(name: text) => one threads: int
--: may: web_member web_admin clerk
SELECT threads FROM topic WHERE name = :name;

--: total_get(name: text) => one value: int
--: may: all
-- 'texts', 'members' or 'threads'; NOT_FOUND before the first.
SELECT value FROM total WHERE name = :name;

--: rules_list(before: int, most: int) => proposal: int, name: text, reason: text, proposed_by: int, proposer: text, proposed_ms: int, state: int, decided_by: int, decider: text, decided_ms: int, active_seq: int
--: may: web_admin
-- Proposals and their fate, newest first.
SELECT r.proposal, r.name, r.reason, r.proposed_by, ifnull(a.pseudonym, ''), r.proposed_ms, r.state, r.decided_by, ifnull(b.pseudonym, ''),
  r.decided_ms, r.active_seq
FROM rule r LEFT JOIN member a ON a.id = r.proposed_by LEFT JOIN member b ON b.id = r.decided_by
WHERE r.proposal < :before ORDER BY r.proposal DESC LIMIT :most;

--: rule_get(proposal: int) => one proposal: int, name: text, script: text, reason: text, proposed_by: int, proposer: text, proposed_ms: int, state: int, decided_by: int, decider: text, decided_ms: int, active_seq: int, shadow_ms: int
--: may: web_admin
SELECT r.proposal, r.name, r.script, r.reason, r.proposed_by, ifnull(a.pseudonym, ''), r.proposed_ms, r.state, r.decided_by,
  ifnull(b.pseudonym, ''), r.decided_ms, r.active_seq, r.shadow_ms
FROM rule r LEFT JOIN member a ON a.id = r.proposed_by LEFT JOIN member b ON b.id = r.decided_by
WHERE r.proposal = :proposal;

--: rule_steps(name: text, most: int) => seq: int, proposal: int, step: int, who: text, at_ms: int, reason: text
--: may: web_admin
-- The latest first.
SELECT s.seq, s.proposal, s.step, ifnull(m.pseudonym, ''), s.at_ms, s.reason FROM rule_step s LEFT JOIN member m ON m.id = s.member
WHERE s.name = :name ORDER BY s.seq DESC LIMIT :most;

--: rule_active(name: text) => one proposal: int, script: text, active_seq: int
--: may: web_admin web_member
-- NOT_FOUND: the one shipped in scripts/ still holds.
SELECT proposal, script, active_seq FROM rule WHERE name = :name AND state = 2;
