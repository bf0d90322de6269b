-- Votes, and who has looked at totals.

--: vote_place(posting: int, member: int) => one question: int, author: int, asker: int, stance: int, patients: int, informed: bool, looked: bool, day: int, votes: int
--: may: clerk
-- All a vote is checked against: the posting, how the member stood to it (stance 0: not yet), whether he could see its totals, how much he voted on
-- his latest day.
SELECT p.question, p.member, q.member, ifnull(v.stance, 0), ifnull(v.patients, 0), ifnull(v.informed, 0), l.question IS NOT NULL,
  ifnull(d.day, 0), ifnull(d.votes, 0)
FROM posting p JOIN posting q ON q.id = p.question LEFT JOIN vote v ON v.posting = p.id AND v.member = :member
LEFT JOIN looked l ON l.member = :member AND l.question = p.question LEFT JOIN vote_day d ON d.member = :member
WHERE p.id = :posting;

--: vote_add(posting: int, member: int, stance: int, patients: int, informed: bool, at_ms: int)
--: may: clerk
INSERT INTO vote (posting, member, stance, patients, informed, at_ms) VALUES (:posting, :member, :stance, :patients, :informed, :at_ms);

--: vote_change(posting: int, member: int, stance: int, patients: int, informed: bool, at_ms: int)
--: may: clerk
UPDATE vote SET stance = :stance, patients = :patients, informed = :informed, at_ms = :at_ms WHERE posting = :posting AND member = :member;

--: looked_find(member: int, question: int) => one question: int
--: may: clerk
SELECT question FROM looked WHERE member = :member AND question = :question;

--: looked_add(member: int, question: int)
--: may: clerk
INSERT INTO looked (member, question) VALUES (:member, :question) ON CONFLICT DO NOTHING;

--: looked_remove(member: int)
--: may: clerk
DELETE FROM looked WHERE member = :member;
