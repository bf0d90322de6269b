-- Totals of votes: exact ones are the clerk's; pages get those of the last step.

--: tally_add(posting: int, corroborate: int, dispute: int, cannot_say: int, patients: int, voters: int, least: int, at_ms: int, next_ms: int)
--: may: clerk
-- The first five are differences, which may be negative when a vote is changed; voters: how many voted here for the first time. All of it happened
-- within one quarter of an hour, of which at_ms is a moment and next_ms the end. What stood when a step became due is shown from then on; a step
-- begins once `least` voters are new.
INSERT INTO tally (posting, corroborate, dispute, cannot_say, patients, fresh, due_ms)
VALUES (:posting, :corroborate, :dispute, :cannot_say, :patients, :voters, iif(:voters >= :least, :next_ms, 0))
ON CONFLICT (posting) DO UPDATE SET
  shown_corroborate = iif(due_ms > 0 AND due_ms <= :at_ms, corroborate, shown_corroborate),
  shown_dispute = iif(due_ms > 0 AND due_ms <= :at_ms, dispute, shown_dispute),
  shown_cannot_say = iif(due_ms > 0 AND due_ms <= :at_ms, cannot_say, shown_cannot_say),
  shown_patients = iif(due_ms > 0 AND due_ms <= :at_ms, patients, shown_patients),
  fresh = iif(due_ms > 0 AND due_ms <= :at_ms, 0, fresh) + :voters,
  due_ms = iif(due_ms > :at_ms, due_ms, iif(iif(due_ms > 0, 0, fresh) + :voters >= :least, :next_ms, 0)),
  corroborate = corroborate + excluded.corroborate, dispute = dispute + excluded.dispute,
  cannot_say = cannot_say + excluded.cannot_say, patients = patients + excluded.patients;

--: totals_of_thread(question: int, now_ms: int) => posting: int, corroborate: int, dispute: int, cannot_say: int, patients: int
--: may: web_member web_admin clerk
-- Of each posting of a thread that anybody voted on, as shown at that moment.
SELECT y.posting,
  iif(y.due_ms > 0 AND y.due_ms <= :now_ms, y.corroborate, y.shown_corroborate), iif(y.due_ms > 0 AND y.due_ms <= :now_ms, y.dispute, y.shown_dispute),
  iif(y.due_ms > 0 AND y.due_ms <= :now_ms, y.cannot_say, y.shown_cannot_say), iif(y.due_ms > 0 AND y.due_ms <= :now_ms, y.patients, y.shown_patients)
FROM posting p JOIN tally y ON y.posting = p.id WHERE p.question = :question ORDER BY p.id;

--: totals_of_posting(posting: int, now_ms: int) => one corroborate: int, dispute: int, cannot_say: int, patients: int
--: may: web_member web_admin clerk
-- NOT_FOUND: nobody voted on it.
SELECT
  iif(due_ms > 0 AND due_ms <= :now_ms, corroborate, shown_corroborate), iif(due_ms > 0 AND due_ms <= :now_ms, dispute, shown_dispute),
  iif(due_ms > 0 AND due_ms <= :now_ms, cannot_say, shown_cannot_say), iif(due_ms > 0 AND due_ms <= :now_ms, patients, shown_patients)
FROM tally WHERE posting = :posting;

--: totals_in_list(question: int, now_ms: int) => one corroborate: int, patients: int
--: may: web_member web_admin
-- A thread's sums, as shown at that moment.
SELECT ifnull(sum(iif(y.due_ms > 0 AND y.due_ms <= :now_ms, y.corroborate, y.shown_corroborate)), 0),
  ifnull(sum(iif(y.due_ms > 0 AND y.due_ms <= :now_ms, y.patients, y.shown_patients)), 0)
FROM posting p JOIN tally y ON y.posting = p.id WHERE p.question = :question;

--: totals_of_member(member: int, now_ms: int) => one corroborate: int, dispute: int, cannot_say: int, patients: int
--: may: web_member web_admin
-- Votes received on all of a member's postings, as shown at that moment.
SELECT ifnull(sum(iif(y.due_ms > 0 AND y.due_ms <= :now_ms, y.corroborate, y.shown_corroborate)), 0),
  ifnull(sum(iif(y.due_ms > 0 AND y.due_ms <= :now_ms, y.dispute, y.shown_dispute)), 0),
  ifnull(sum(iif(y.due_ms > 0 AND y.due_ms <= :now_ms, y.cannot_say, y.shown_cannot_say)), 0),
  ifnull(sum(iif(y.due_ms > 0 AND y.due_ms <= :now_ms, y.patients, y.shown_patients)), 0)
FROM posting p JOIN tally y ON y.posting = p.id WHERE p.member = :member AND p.member > 0;

--: looked_add(question: int)
--: may: clerk
INSERT INTO looked (question) VALUES (:question) ON CONFLICT DO NOTHING;
