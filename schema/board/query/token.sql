-- Personal tokens: who asks, when a program does.

--: token_find(digest: blob) => one id: int, member: int, scopes: int, expires_ms: int, used_ms: int, view_box: blob, role: int, level: int, pseudonym: text, organisation: text, unread: int, second: int
--: may: web_member
-- The caller checks expires_ms against the clock.
SELECT t.id, t.member, t.scopes, t.expires_ms, t.used_ms, t.view_box, m.role, m.level, m.pseudonym, m.organisation, m.unread, m.second
FROM token t JOIN member m ON m.id = t.member WHERE t.digest = :digest;

--: token_add(id: int, digest: blob, member: int, scopes: int, expires_ms: int, view_box: blob)
--: may: clerk
INSERT INTO token (id, digest, member, scopes, expires_ms, view_box) VALUES (:id, :digest, :member, :scopes, :expires_ms, :view_box);

--: token_used_set(id: int, day_ms: int)
--: may: clerk
UPDATE token SET used_ms = :day_ms WHERE id = :id;

--: token_remove(id: int)
--: may: clerk
DELETE FROM token WHERE id = :id;

--: tokens_over(member: int, at_ms: int)
--: may: clerk
DELETE FROM token WHERE member = :member AND expires_ms <= :at_ms;

--: tokens_remove(member: int)
--: may: clerk
DELETE FROM token WHERE member = :member;
