-- Accounts: what a member sees of his own, and what fold_account.c does.

--: account_sessions(member: int, now_ms: int, most: int) => digest: blob, opened_ms: int, seen_ms: int, expires_ms: int, device: text
--: may: web_login
SELECT digest, opened_ms, seen_ms, expires_ms, device FROM session
WHERE member = :member AND expires_ms > :now_ms ORDER BY opened_ms DESC, digest LIMIT :most;

--: account_postings(member: int, after: int, most: int) => id: int, kind: int, question: int, at_ms: int, title: text, body: text
--: may: web_login
-- With those that only he sees.
SELECT id, kind, question, at_ms, title, body FROM posting WHERE member = :member AND member > 0 AND id > :after
UNION ALL SELECT id, kind, question, at_ms, title, body FROM withheld WHERE member = :member AND member > 0 AND id > :after ORDER BY 1 LIMIT :most;

--: account_notices(member: int, most: int) => id: int, kind: int, question: int, at_ms: int, seen: int
--: may: web_login
SELECT id, kind, question, at_ms, seen FROM notice WHERE member = :member ORDER BY id DESC LIMIT :most;

--: session_device_set(digest: blob, device: text)
--: may: clerk
UPDATE session SET device = :device WHERE digest = :digest;

--: sessions_end(member: int, but: blob)
--: may: clerk
DELETE FROM session WHERE member = :member AND digest <> :but;

--: member_second_set(member: int, second: int)
--: may: clerk
UPDATE member SET second = :second WHERE id = :member;

--: member_specialty_set(member: int, specialty: text)
--: may: clerk
UPDATE member SET specialty = :specialty WHERE id = :member;

--: member_left(member: int)
--: may: clerk
UPDATE member SET pseudonym = 'former member', specialty = '', organisation = '', level = 0, second = 0, unread = 0, gone = 1 WHERE id = :member;

--: member_threads_touch(member: int, version: int)
--: may: clerk
-- Pages that show the name are kept under their thread's version.
UPDATE thread SET version = :version WHERE question IN (SELECT question FROM posting WHERE member = :member AND member > 0);

--: notices_remove(member: int)
--: may: clerk
DELETE FROM notice WHERE member = :member;

--: threads_voted(after: int, most: int) => question: int
--: may: clerk
-- Threads in which anybody voted, in order.
SELECT DISTINCT p.question FROM tally y JOIN posting p ON p.id = y.posting WHERE p.question > :after ORDER BY p.question LIMIT :most;

--: own_remove(tag: blob)
--: may: clerk
DELETE FROM own WHERE tag = :tag;
