-- Proposed reward rules on closed months (ledger/reward/month_trial.c).

--: rule_tried(id: int, tried: int)
--: may: paymaster
UPDATE rule SET tried = :tried WHERE id = :id;

--: month_trial_waits(after: int) => one id: int
--: may: paymaster
-- The oldest proposal that passed the ranker's trial and was not begun with here.
SELECT r.id FROM rule r WHERE r.id > :after AND r.id > 0 AND r.state = 1 AND r.tried = 1
AND NOT EXISTS (SELECT 1 FROM month_trial t WHERE t.proposal = r.id) ORDER BY r.id LIMIT 1;

--: month_trials_since(since_ms: int) => one count: int, oldest_ms: int
--: may: paymaster
SELECT count(*), ifnull(min(start_ms), 0) FROM month_trial WHERE start_ms > :since_ms;

--: month_trial_add(proposal: int, start_ms: int, from_ms: int)
--: may: paymaster
INSERT INTO month_trial (proposal, start_ms, from_ms) VALUES (:proposal, :start_ms, :from_ms);

--: month_trial_find(proposal: int) => one start_ms: int, from_ms: int, verdict: int, why: text, told: int
--: may: paymaster
SELECT start_ms, from_ms, verdict, why, told FROM month_trial WHERE proposal = :proposal;

--: month_trial_next() => one proposal: int, period: text, start_ms: int
--: may: paymaster
-- The next closed month that a proposal has to go through; start_ms: of its trial.
SELECT t.proposal, p.name, t.start_ms FROM month_trial t JOIN rule r ON r.id = t.proposal JOIN period p ON p.state = 3 AND p.end_ms > t.from_ms
WHERE r.state = 1 AND r.tried = 1
AND NOT EXISTS (SELECT 1 FROM month_tried d WHERE d.proposal = t.proposal AND (d.period = p.name OR d.state = 2))
ORDER BY t.proposal, p.start_ms LIMIT 1;

--: month_trial_left(proposal: int) => one done: int, months: int
--: may: paymaster
SELECT (SELECT count(*) FROM month_tried d WHERE d.proposal = t.proposal),
  (SELECT count(*) FROM period p WHERE p.state = 3 AND p.end_ms > t.from_ms)
FROM month_trial t WHERE t.proposal = :proposal;

--: month_tried_add(proposal: int, period: text, state: int, at_ms: int, closed_later: int, payees_before: int, before: int, payees_after: int, after: int, top_before: int, top_after: int)
--: may: paymaster
INSERT INTO month_tried (proposal, period, state, at_ms, closed_later, payees_before, before, payees_after, after, top_before, top_after)
VALUES (:proposal, :period, :state, :at_ms, :closed_later, :payees_before, :before, :payees_after, :after, :top_before, :top_after);

--: month_change_put(proposal: int, change: int, members: int, before: int, after: int)
--: may: paymaster
INSERT INTO month_change (proposal, change, members, before, after) VALUES (:proposal, :change, :members, :before, :after)
ON CONFLICT (proposal, change) DO UPDATE SET members = excluded.members, before = excluded.before, after = excluded.after;

--: month_changes(proposal: int) => members: int, before: int, after: int
--: may: paymaster
SELECT members, before, after FROM month_change WHERE proposal = :proposal ORDER BY change;

--: month_tried_member_add(proposal: int, period: text, member: int, before: int, after: int)
--: may: paymaster
INSERT INTO month_tried_member (proposal, period, member, before, after) VALUES (:proposal, :period, :member, :before, :after);

--: month_trial_unjudged() => one proposal: int
--: may: paymaster
-- All its months are gone through, or it failed in one.
SELECT t.proposal FROM month_trial t JOIN rule r ON r.id = t.proposal WHERE r.state = 1 AND t.verdict = 0
AND (EXISTS (SELECT 1 FROM month_tried d WHERE d.proposal = t.proposal AND d.state = 2)
  OR NOT EXISTS (SELECT 1 FROM period p WHERE p.state = 3 AND p.end_ms > t.from_ms
    AND NOT EXISTS (SELECT 1 FROM month_tried d WHERE d.proposal = t.proposal AND d.period = p.name)))
ORDER BY t.proposal LIMIT 1;

--: month_trial_judge(proposal: int, verdict: int, why: text)
--: may: paymaster
UPDATE month_trial SET verdict = :verdict, why = :why WHERE proposal = :proposal;

--: month_trial_untold() => one proposal: int, verdict: int, why: text
--: may: paymaster
SELECT t.proposal, t.verdict, t.why FROM month_trial t JOIN rule r ON r.id = t.proposal
WHERE r.state = 1 AND t.verdict > 0 AND t.verdict <> t.told ORDER BY t.proposal LIMIT 1;

--: month_trial_told(proposal: int, told: int)
--: may: paymaster
UPDATE month_trial SET told = :told WHERE proposal = :proposal;

--: month_tried_list(proposal: int) => period: text, state: int, closed_later: int, start_ms: int, end_ms: int, cents: int, payees_before: int, before: int, payees_after: int, after: int, top_before: int, top_after: int
--: may: paymaster
-- cents: all that was paid with the month's close.
SELECT d.period, d.state, d.closed_later, p.start_ms, p.end_ms, p.cents, d.payees_before, d.before, d.payees_after, d.after, d.top_before, d.top_after
FROM month_tried d JOIN period p ON p.name = d.period WHERE d.proposal = :proposal ORDER BY d.period;

--: month_tried_members(proposal: int) => member: int, before: int, after: int
--: may: paymaster
-- Over all months of it.
SELECT member, sum(before), sum(after) FROM month_tried_member WHERE proposal = :proposal GROUP BY member ORDER BY member;

--: month_tried_drop(proposal: int)
--: may: paymaster
DELETE FROM month_tried_member WHERE proposal = :proposal;

--: rule_look(id: int) => one state: int, tried: int
--: may: paymaster
-- Of one that was proposed.
SELECT state, tried FROM rule WHERE id = :id AND id > 0;
