-- Who is asking: the one query every request makes.

--: session_find(digest: blob) => one member: int, role: int, level: int, pseudonym: text, organisation: text, unread: int, opened_ms: int, seen_ms: int, expires_ms: int, view_box: blob, second: int
--: may: clerk web_login web_member web_sponsor web_admin paymaster
-- The caller checks expires_ms and the idle limit against the clock.
SELECT s.member, s.role, m.level, m.pseudonym, m.organisation, m.unread, s.opened_ms, s.seen_ms, s.expires_ms, s.view_box, m.second
FROM session s JOIN member m ON m.id = s.member WHERE s.digest = :digest;

--: own_get(tag: blob) => one box: blob
--: may: clerk web_member web_admin
SELECT box FROM own WHERE tag = :tag;
