-- What the vault folds from the journal (ledger/earmark/vault.c).

--: member_put(id: int, role: int, level: int, since_ms: int, until_ms: int)
--: may: paymaster
INSERT INTO member (id, role, level, since_ms, until_ms) VALUES (:id, :role, :level, :since_ms, :until_ms)
ON CONFLICT (id) DO UPDATE SET role = excluded.role, level = excluded.level, since_ms = excluded.since_ms, until_ms = excluded.until_ms;

--: member_find(id: int) => one role: int, level: int, since_ms: int, until_ms: int
--: may: paymaster
SELECT role, level, since_ms, until_ms FROM member WHERE id = :id;

--: members_in(before_ms: int, after: int, most: int) => id: int
--: may: paymaster
-- Physicians who were in before an instant, in order of id: they get a statement.
SELECT id FROM member
WHERE role = 1 AND since_ms > 0 AND since_ms < :before_ms AND (until_ms = 0 OR until_ms >= :before_ms) AND id > :after
ORDER BY id LIMIT :most;

--: session_put(digest: blob, member: int, role: int, seen_ms: int, expires_ms: int)
--: may: paymaster
INSERT INTO session (digest, member, role, seen_ms, expires_ms) VALUES (:digest, :member, :role, :seen_ms, :expires_ms)
ON CONFLICT (digest) DO UPDATE SET seen_ms = excluded.seen_ms;

--: session_seen(digest: blob, seen_ms: int)
--: may: paymaster
UPDATE session SET seen_ms = max(seen_ms, :seen_ms) WHERE digest = :digest;

--: session_drop(digest: blob)
--: may: paymaster
DELETE FROM session WHERE digest = :digest;

--: session_sweep(before_ms: int)
--: may: paymaster
DELETE FROM session WHERE expires_ms < :before_ms;

--: session_find(digest: blob) => one member: int, role: int, seen_ms: int, expires_ms: int, second: int
--: may: paymaster
SELECT s.member, s.role, s.seen_ms, s.expires_ms, ifnull(b.bits, 0) FROM session s LEFT JOIN second b ON b.member = s.member
WHERE s.digest = :digest;

--: sessions_drop(member: int, but: blob)
--: may: paymaster
DELETE FROM session WHERE member = :member AND digest <> :but;

--: second_set(member: int, bits: int)
--: may: paymaster
INSERT INTO second (member, bits) VALUES (:member, :bits) ON CONFLICT (member) DO UPDATE SET bits = excluded.bits;

--: rule_add(id: int, name: text, script: text, sha256: blob, state: int, proposed_by: int)
--: may: paymaster
INSERT INTO rule (id, name, script, sha256, state, proposed_by, approved_by, active_seq, active_ms)
VALUES (:id, :name, :script, :sha256, :state, :proposed_by, 0, 0, 0);

--: rule_approve(id: int, approved_by: int, active_seq: int, active_ms: int)
--: may: paymaster
UPDATE rule SET state = 2, approved_by = :approved_by, active_seq = :active_seq, active_ms = :active_ms WHERE id = :id AND state = 1;

--: rule_again(id: int, name: text, active_seq: int, active_ms: int)
--: may: paymaster
-- An older version holds again; id 0: the one the house started with.
UPDATE rule SET active_seq = :active_seq, active_ms = :active_ms
WHERE name = :name AND state = 2 AND (id = :id OR (:id = 0 AND id < 0));

--: rule_withdraw(id: int)
--: may: paymaster
UPDATE rule SET state = 3 WHERE id = :id AND state = 1;

--: rule_current(name: text) => one id: int, name: text, script: text, sha256: blob, active_seq: int
--: may: paymaster
SELECT id, name, script, sha256, active_seq FROM rule WHERE name = :name AND state = 2 ORDER BY active_seq DESC, id DESC LIMIT 1;

--: rule_by_hash(sha256: blob) => one id: int, name: text, script: text
--: may: paymaster
SELECT id, name, script FROM rule WHERE sha256 = :sha256 AND state = 2 ORDER BY active_seq DESC LIMIT 1;

--: selector_newest(name: text) => one id: int, sha256: blob
--: may: paymaster
SELECT id, sha256 FROM rule WHERE name = :name AND state = 2 ORDER BY id LIMIT 1;

--: rules_unwritten(most: int) => id: int, sha256: blob, proposed_by: int, approved_by: int, active_ms: int
--: may: paymaster
SELECT id, sha256, proposed_by, approved_by, active_ms FROM rule WHERE state = 2 AND leaf_seq IS NULL ORDER BY active_seq, id LIMIT :most;

--: rule_written(id: int, leaf_seq: int)
--: may: paymaster
UPDATE rule SET leaf_seq = :leaf_seq WHERE id = :id;

--: rule_get(id: int) => one name: text, script: text, sha256: blob, state: int
--: may: paymaster
SELECT name, script, sha256, state FROM rule WHERE id = :id;

--: rule_unwritten(size: int)
--: may: paymaster
UPDATE rule SET leaf_seq = NULL WHERE leaf_seq >= :size;

--: key_digest_get(name: text) => one digest: blob
--: may: paymaster
SELECT digest FROM key_digest WHERE name = :name;

--: key_digest_add(name: text, digest: blob)
--: may: paymaster
INSERT INTO key_digest (name, digest) VALUES (:name, :digest);
