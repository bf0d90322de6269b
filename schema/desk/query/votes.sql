-- Votes, and who has looked at totals.

--: vote_place(posting: int, member: int) => one question: int, author: int, stance: int, patients: int, informed: bool, day: int, votes: int
--: may: clerk
-- All a vote is checked against: the posting, how the member stood to it (stance 0: not yet), how much he voted on his latest day. informed: his
-- vote as it stands was, or he could see totals before a first one, because he looked or asked.
SELECT p.question, p.member, ifnull(v.stance, 0), ifnull(v.patients, 0),
  iif(v.posting IS NOT NULL, v.informed, EXISTS (SELECT 1 FROM looked l WHERE l.member = :member AND l.question = p.question)
    OR EXISTS (SELECT 1 FROM posting q WHERE q.id = p.question AND q.member = :member)),
  ifnull(d.day, 0), ifnull(d.votes, 0)
FROM posting p LEFT JOIN vote v ON v.posting = p.id AND v.member = :member LEFT JOIN vote_day d ON d.member = :member
WHERE p.id = :posting;

--: totals_seen(question: int, member: int) => one seen: bool
--: may: clerk
-- Whether he could see the thread's totals before a vote: he asked, or looked.
SELECT EXISTS (SELECT 1 FROM looked WHERE member = :member AND question = :question)
  OR EXISTS (SELECT 1 FROM posting WHERE id = :question AND member = :member);

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
