--: background_of(member: int) => one seq: int, asked: int, part: int
--: may: clerk
SELECT seq, asked, part FROM background WHERE member = :member;

--: background_set(member: int, seq: int, asked: int, part: int)
--: may: clerk
INSERT INTO background (member, seq, asked, part) VALUES (:member, :seq, :asked, :part)
ON CONFLICT (member) DO UPDATE SET seq = excluded.seq, asked = excluded.asked, part = excluded.part;

--: background_blank(seq: int)
--: may: clerk
UPDATE background SET part = 0 WHERE seq = :seq;

--: background_remove(member: int)
--: may: clerk
DELETE FROM background WHERE member = :member;
