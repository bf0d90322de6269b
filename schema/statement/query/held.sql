-- What was held back of a member's acts (ledger/reward/held.c writes it; fcgi/member/page_held.c reads).

--: held_add(member: int, period: text, posting: int, kind: int, why: int)
--: may: paymaster
INSERT INTO held (member, period, posting, kind, why) VALUES (:member, :period, :posting, :kind, :why);

--: held_of(member: int, period: text, most: int) => posting: int, kind: int, why: int
--: may: web_member
SELECT posting, kind, why FROM held WHERE member = :member AND period = :period ORDER BY kind, posting LIMIT :most;

--: held_count(member: int, period: text) => one acts: int
--: may: web_member
SELECT count(*) FROM held WHERE member = :member AND period = :period;

--: held_months(member: int, most: int) => period: text, acts: int, state: int, paid: text
--: may: web_member
-- Months in which something was held back, latest first; state of the objection, 0 none.
SELECT h.period, count(*), ifnull(max(o.state), 0), ifnull(max(o.paid), '') FROM held h
LEFT JOIN objection o ON o.member = h.member AND o.period = h.period
WHERE h.member = :member GROUP BY h.period ORDER BY h.period DESC LIMIT :most;

--: objection_put(member: int, period: text, state: int, at_ms: int, why: text, paid: text)
--: may: paymaster
INSERT INTO objection (member, period, state, at_ms, why, paid) VALUES (:member, :period, :state, :at_ms, :why, :paid)
ON CONFLICT (member, period) DO UPDATE SET state = excluded.state, at_ms = excluded.at_ms, why = excluded.why, paid = excluded.paid;

--: objection_of(member: int, period: text) => one state: int, at_ms: int, why: text, paid: text
--: may: web_member
SELECT state, at_ms, why, paid FROM objection WHERE member = :member AND period = :period;
