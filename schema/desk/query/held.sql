-- Objections to what was held back (board/desk/held.c).

--: held_objection_add(member: int, period: text, seq: int)
--: may: clerk
INSERT INTO held_objection (member, period, seq) VALUES (:member, :period, :seq) ON CONFLICT DO NOTHING;

--: held_objection_find(member: int, period: text) => one seq: int
--: may: clerk
SELECT seq FROM held_objection WHERE member = :member AND period = :period;
