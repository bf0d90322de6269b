-- Sealed rows about persons. Only the clerk opens this store.

--: member_key_get(member: int) => one box: blob
--: may: clerk
SELECT box FROM member_key WHERE member = :member;

--: member_key_set(member: int, box: blob)
--: may: clerk
INSERT INTO member_key (member, box) VALUES (:member, :box) ON CONFLICT (member) DO UPDATE SET box = excluded.box;

--: application_get(member: int) => one box: blob, at_ms: int
--: may: clerk
SELECT box, at_ms FROM application WHERE member = :member;

--: application_set(member: int, box: blob, at_ms: int)
--: may: clerk
INSERT INTO application (member, box, at_ms) VALUES (:member, :box, :at_ms)
ON CONFLICT (member) DO UPDATE SET box = excluded.box, at_ms = excluded.at_ms;

--: identity_set(member: int, sealed: blob)
--: may: clerk
INSERT INTO identity (member, sealed) VALUES (:member, :sealed) ON CONFLICT (member) DO UPDATE SET sealed = excluded.sealed;

--: person_get(digest: blob) => one member: int
--: may: clerk
SELECT member FROM person WHERE digest = :digest;

--: person_set(digest: blob, member: int)
--: may: clerk
INSERT INTO person (digest, member) VALUES (:digest, :member) ON CONFLICT (digest) DO UPDATE SET member = excluded.member;

--: keys_after(after: int, most: int) => member: int
--: may: clerk
-- For the sweep: members that have a key, in order.
SELECT member FROM member_key WHERE member > :after ORDER BY member LIMIT :most;

--: applications_after(after: int, most: int) => member: int
--: may: clerk
SELECT member FROM application WHERE member > :after ORDER BY member LIMIT :most;

--: member_key_remove(member: int)
--: may: clerk
DELETE FROM member_key WHERE member = :member;

--: application_remove(member: int)
--: may: clerk
DELETE FROM application WHERE member = :member;

--: identity_remove(member: int)
--: may: clerk
DELETE FROM identity WHERE member = :member;

--: person_remove(member: int)
--: may: clerk
DELETE FROM person WHERE member = :member;

--: identity_has(member: int) => one member: int
--: may: clerk
SELECT member FROM identity WHERE member = :member;

--: identity_get(member: int) => one sealed: blob
--: may: operator
-- For the machine with the offline key, on a copy of the store.
SELECT sealed FROM identity WHERE member = :member;

--: identities_after(after: int, most: int) => member: int, sealed: blob
--: may: operator
SELECT member, sealed FROM identity WHERE member > :after ORDER BY member LIMIT :most;
