-- Whom the exclusion list may mean by name alone.

--: suspect_add(member: int, entry: blob, box: blob, at_ms: int)
--: may: clerk
-- What stands there, decided or not, stays.
INSERT INTO suspect (member, entry, box, at_ms) VALUES (:member, :entry, :box, :at_ms) ON CONFLICT DO NOTHING;

--: suspect_get(member: int, entry: blob) => one box: blob, at_ms: int, decided: int
--: may: clerk
SELECT box, at_ms, decided FROM suspect WHERE member = :member AND entry = :entry;

--: suspects_open(after: int, most: int) => member: int, entry: blob, box: blob, at_ms: int
--: may: clerk
-- Those that wait for a decision, in order of member.
SELECT member, entry, box, at_ms FROM suspect WHERE decided = 0 AND member > :after ORDER BY member, entry LIMIT :most;

--: suspects_held(member: int) => one entries: int
--: may: clerk
-- Entries of which a person said that they mean this member.
SELECT count(*) FROM suspect WHERE member = :member AND decided = 1;

--: suspect_decide(member: int, entry: blob, decided: int)
--: may: clerk
UPDATE suspect SET decided = :decided WHERE member = :member AND entry = :entry;

--: suspects_remove(member: int)
--: may: clerk
DELETE FROM suspect WHERE member = :member;
