-- Personal tokens.

--: token_actor(digest: blob) => one id: int, scopes: int, expires_ms: int, used_ms: int, member: int, role: int, level: int, state: int, second: int
--: may: clerk
-- Whom a token speaks for.
SELECT t.id, t.scopes, t.expires_ms, t.used_ms, m.id, m.role, m.level, m.state, m.second
FROM token t JOIN member m ON m.id = t.member WHERE t.digest = :digest;

--: tokens_of(member: int, most: int) => id: int, scopes: int, made_ms: int, expires_ms: int, used_ms: int, box: blob
--: may: clerk
SELECT id, scopes, made_ms, expires_ms, used_ms, box FROM token WHERE member = :member ORDER BY id DESC LIMIT :most;

--: token_get(id: int) => one member: int
--: may: clerk
SELECT member FROM token WHERE id = :id;

--: token_add(id: int, digest: blob, member: int, scopes: int, made_ms: int, expires_ms: int, box: blob)
--: may: clerk
INSERT INTO token (id, digest, member, scopes, made_ms, expires_ms, box)
VALUES (:id, :digest, :member, :scopes, :made_ms, :expires_ms, :box);

--: token_used_set(id: int, day_ms: int)
--: may: clerk
UPDATE token SET used_ms = :day_ms WHERE id = :id;

--: token_remove(id: int)
--: may: clerk
DELETE FROM token WHERE id = :id;

--: tokens_over(member: int, at_ms: int)
--: may: clerk
-- A member's expired tokens go when the next one is made.
DELETE FROM token WHERE member = :member AND expires_ms <= :at_ms;

--: tokens_remove(member: int)
--: may: clerk
DELETE FROM token WHERE member = :member;
