-- The clerk's desk at the door.

--: proposal_put(id: int, kind: int, member: int, by: int, reason: text, at_ms: int)
--: may: clerk
INSERT INTO proposal (id, kind, member, by, reason, at_ms) VALUES (:id, :kind, :member, :by, :reason, :at_ms)
ON CONFLICT (kind, member) DO UPDATE SET id = excluded.id, by = excluded.by, reason = excluded.reason, at_ms = excluded.at_ms;

--: proposal_get(kind: int, member: int) => one id: int, by: int, pseudonym: text, reason: text, at_ms: int
--: may: clerk
SELECT p.id, p.by, m.pseudonym, p.reason, p.at_ms FROM proposal p JOIN member m ON m.id = p.by
WHERE p.kind = :kind AND p.member = :member;

--: proposal_remove(kind: int, member: int)
--: may: clerk
DELETE FROM proposal WHERE kind = :kind AND member = :member;

--: code_add(id: int, member: int, kind: int, asked_ms: int, address: blob)
--: may: clerk
INSERT INTO code (id, member, kind, asked_ms, address) VALUES (:id, :member, :kind, :asked_ms, :address);

--: code_latest(member: int, kind: int) => one id: int, asked_ms: int, sent_ms: int, misses: int, used: int, address: blob
--: may: clerk
SELECT id, asked_ms, sent_ms, misses, used, address FROM code WHERE member = :member AND kind = :kind ORDER BY id DESC LIMIT 1;

--: codes_since(member: int, kind: int, since_ms: int) => one codes: int
--: may: clerk
SELECT count(*) FROM code WHERE member = :member AND kind = :kind AND asked_ms >= :since_ms;

--: code_get(id: int) => one member: int, kind: int, sent_ms: int, used: int, address: blob
--: may: clerk
SELECT member, kind, sent_ms, used, address FROM code WHERE id = :id;

--: code_sent_set(id: int, at_ms: int)
--: may: clerk
UPDATE code SET sent_ms = :at_ms WHERE id = :id;

--: code_missed(id: int)
--: may: clerk
UPDATE code SET misses = misses + 1 WHERE id = :id;

--: code_used(id: int)
--: may: clerk
UPDATE code SET used = 1 WHERE id = :id;

--: letters_due(after: int, most: int) => id: int, member: int, level: int, state: int
--: may: clerk
SELECT c.id, c.member, m.level, m.state FROM code c JOIN member m ON m.id = c.member
WHERE c.kind = 1 AND c.sent_ms = 0 AND c.used = 0 AND c.id > :after ORDER BY c.id LIMIT :most;

--: pioneer_add(member: int, at_ms: int)
--: may: clerk
INSERT INTO pioneer (member, at_ms) VALUES (:member, :at_ms) ON CONFLICT (member) DO NOTHING;

--: pioneer_remove(member: int)
--: may: clerk
DELETE FROM pioneer WHERE member = :member;

--: pioneer_get(member: int) => one at_ms: int
--: may: clerk
SELECT at_ms FROM pioneer WHERE member = :member;

--: invitation_add(id: int, member: int, at_ms: int)
--: may: clerk
INSERT INTO invitation (id, member, at_ms) VALUES (:id, :member, :at_ms);

--: invitation_get(id: int) => one member: int, used: int
--: may: clerk
SELECT member, used FROM invitation WHERE id = :id;

--: invitation_used(id: int, used: int)
--: may: clerk
UPDATE invitation SET used = :used WHERE id = :id;

--: invitations_open(member: int, since_ms: int, most: int) => id: int, at_ms: int
--: may: clerk
SELECT id, at_ms FROM invitation WHERE member = :member AND used = 0 AND at_ms >= :since_ms ORDER BY id DESC LIMIT :most;

--: vouch_add(id: int, member: int, voucher: int, facts: int, asked_ms: int)
--: may: clerk
INSERT INTO vouch (id, member, voucher, facts, asked_ms) VALUES (:id, :member, :voucher, :facts, :asked_ms);

--: vouch_get(id: int) => one member: int, voucher: int, facts: int, answer: int, asked_ms: int
--: may: clerk
SELECT member, voucher, facts, answer, asked_ms FROM vouch WHERE id = :id;

--: vouch_between(member: int, voucher: int) => one id: int, answer: int
--: may: clerk
SELECT id, answer FROM vouch WHERE member = :member AND voucher = :voucher ORDER BY id DESC LIMIT 1;

--: vouch_answer_set(id: int, answer: int, at_ms: int)
--: may: clerk
UPDATE vouch SET answer = :answer, answered_ms = :at_ms WHERE id = :id;

--: vouch_counts(member: int) => one vouched: int, open: int, asked: int
--: may: clerk
-- For whom somebody was asked: how many vouched, have not answered, were asked at all.
SELECT ifnull(sum(answer = 1), 0), ifnull(sum(answer = 0), 0), count(*) FROM vouch WHERE member = :member;

--: vouch_spent(voucher: int, since_ms: int) => one given: int, invited: int
--: may: clerk
-- What of a voucher's budget is spent or promised: who was vouched for, withdrawn or not, and invitations that may still become it.
SELECT (SELECT count(*) FROM vouch WHERE voucher = :voucher AND answer IN (1, 3)),
       (SELECT count(*) FROM invitation WHERE member = :voucher AND used = 0 AND at_ms >= :since_ms);

--: vouch_asks(voucher: int, most: int) => id: int, member: int, facts: int, asked_ms: int
--: may: clerk
SELECT v.id, v.member, v.facts, v.asked_ms FROM vouch v JOIN member m ON m.id = v.member
WHERE v.voucher = :voucher AND v.answer = 0 AND m.state = 1 ORDER BY v.id LIMIT :most;

--: vouch_given(voucher: int, most: int) => member: int, pseudonym: text, level: int, answered_ms: int, answer: int
--: may: clerk
SELECT v.member, m.pseudonym, m.level, v.answered_ms, v.answer FROM vouch v JOIN member m ON m.id = v.member
WHERE v.voucher = :voucher AND v.answer IN (1, 3) ORDER BY v.id DESC LIMIT :most;

--: vouch_edges(most: int) => voucher: int, member: int, answered_ms: int
--: may: clerk
-- Who vouched for whom, as it holds: the tree.
SELECT voucher, member, answered_ms FROM vouch WHERE answer = 1 ORDER BY voucher, id LIMIT :most;

--: vouch_roots(most: int) => member: int
--: may: clerk
-- Who vouches or may, and was not vouched for.
SELECT member FROM (SELECT member FROM pioneer UNION SELECT voucher FROM vouch WHERE answer = 1)
WHERE member NOT IN (SELECT member FROM vouch WHERE answer = 1) ORDER BY member LIMIT :most;

--: vouch_withdraw_by(voucher: int, at_ms: int)
--: may: clerk
UPDATE vouch SET answer = iif(answer = 1, 3, 2), answered_ms = :at_ms WHERE voucher = :voucher AND answer IN (0, 1);

--: vouch_withdraw_of(member: int, at_ms: int)
--: may: clerk
UPDATE vouch SET answer = 3, answered_ms = :at_ms WHERE member = :member AND answer = 1;

--: standing_of(id: int) => one level: int, state: int, pseudonym: text, why: text, at_ms: int, pioneer: int
--: may: clerk
SELECT m.level, m.state, m.pseudonym, m.level_why, m.level_ms, ifnull(p.member, 0) > 0
FROM member m LEFT JOIN pioneer p ON p.member = m.id WHERE m.id = :id;

--: invitations_all(since_ms: int, most: int) => id: int, member: int
--: may: clerk
-- Every invitation that may still be used.
SELECT id, member FROM invitation WHERE used = 0 AND at_ms >= :since_ms ORDER BY id DESC LIMIT :most;

--: withdrawn(most: int) => member: int
--: may: clerk
-- Who was withdrawn and has not come back: 'restored' below level 3 is one whom the lists lowered meanwhile and have in order again.
SELECT id FROM member WHERE level_why IN ('withdrawn', 'restored') AND level < 3 AND state = 2 ORDER BY level_ms DESC LIMIT :most;
