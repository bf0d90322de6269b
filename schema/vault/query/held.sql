-- Acts that findings kept from earning, and what becomes of objections to it (ledger/reward/held.c).

--: held_act_add(period: text, posting: int, voter: int, member: int, kind: int, why: int, apart: real, trust: real, support: real)
--: may: paymaster
INSERT INTO held_act (period, posting, voter, member, kind, why, apart, trust, support)
VALUES (:period, :posting, :voter, :member, :kind, :why, :apart, :trust, :support);

--: held_raw(period: text, after: int, most: int) => posting: int, trust: real
--: may: paymaster
-- Postings whose member is not known yet.
SELECT posting, trust FROM held_act WHERE period = :period AND voter = 0 AND kind = 0 AND posting > :after ORDER BY posting LIMIT :most;

--: held_act_of(period: text, posting: int, member: int, kind: int)
--: may: paymaster
UPDATE held_act SET member = :member, kind = :kind WHERE period = :period AND posting = :posting AND voter = 0;

--: held_act_drop(period: text, posting: int)
--: may: paymaster
DELETE FROM held_act WHERE period = :period AND posting = :posting AND voter = 0;

--: held_acts(period: text, posting: int, voter: int, most: int) => posting: int, voter: int, member: int, kind: int, why: int
--: may: paymaster
SELECT posting, voter, member, kind, why FROM held_act
WHERE period = :period AND kind > 0 AND (posting, voter) > (:posting, :voter) ORDER BY posting, voter LIMIT :most;

--: held_months(most: int) => period: text, postings: int, votes: int, members: int, linked: int, trades: int, unsupported: int
--: may: paymaster
-- Of closed months, the latest first.
SELECT h.period, sum(h.kind < 3), sum(h.kind = 3), count(DISTINCT h.member), sum(h.why & 1 > 0), sum(h.why & 2 > 0), sum(h.why & 4 > 0)
FROM held_act h JOIN period p ON p.name = h.period WHERE p.state = 3 AND h.kind > 0 GROUP BY h.period ORDER BY h.period DESC LIMIT :most;

--: held_postings(most: int) => period: text, posting: int, kind: int, why: int, trust: real, support: real
--: may: paymaster
SELECT h.period, h.posting, h.kind, h.why, h.trust, h.support FROM held_act h JOIN period p ON p.name = h.period
WHERE p.state = 3 AND h.kind BETWEEN 1 AND 2 ORDER BY h.period DESC, h.posting DESC LIMIT :most;

--: held_of(member: int, period: text) => one postings: int, votes: int, linked: int, trades: int, unsupported: int, apart: real, trust: real, support: real
--: may: paymaster
-- What stands against one member's acts of a month. apart, trust, support: the means of those where they count.
SELECT ifnull(sum(kind < 3), 0), ifnull(sum(kind = 3), 0), ifnull(sum(why & 1 > 0), 0), ifnull(sum(why & 2 > 0), 0), ifnull(sum(why & 4 > 0), 0),
  ifnull(avg(CASE WHEN kind = 3 THEN apart END), 1.0), ifnull(avg(trust), 1.0), ifnull(avg(CASE WHEN kind < 3 THEN support END), 1.0)
FROM held_act WHERE member = :member AND period = :period AND kind > 0;

--: objection_add(member: int, period: text, seq: int, at_ms: int)
--: may: paymaster
INSERT INTO objection (member, period, seq, at_ms, changed) SELECT :member, :period, :seq, :at_ms, (SELECT ifnull(max(changed), 0) + 1 FROM objection)
WHERE EXISTS (SELECT 1 FROM held_act WHERE member = :member AND period = :period) ON CONFLICT (member, period) DO NOTHING;

--: objection_find(member: int, period: text) => one seq: int, state: int, why: text
--: may: paymaster
SELECT seq, state, why FROM objection WHERE member = :member AND period = :period;

--: objection_decide(member: int, period: text, state: int, why: text, at_ms: int)
--: may: paymaster
UPDATE objection SET state = :state, why = :why, decided_ms = :at_ms, changed = (SELECT max(changed) + 1 FROM objection)
WHERE member = :member AND period = :period AND state = 1;

--: objections(most: int) => member: int, period: text, seq: int, at_ms: int, state: int, why: text, paid: text
--: may: paymaster
-- Those that wait first.
SELECT member, period, seq, at_ms, state, why, paid FROM objection ORDER BY state > 1, at_ms DESC LIMIT :most;

--: objections_granted(paid: text) => period: text, member: int
--: may: paymaster
-- Granted, and paid with the close of that month; '': not yet.
SELECT period, member FROM objection WHERE state = 3 AND paid = :paid ORDER BY period, member;

--: objection_pay(member: int, period: text, paid: text)
--: may: paymaster
UPDATE objection SET paid = :paid, changed = (SELECT max(changed) + 1 FROM objection) WHERE member = :member AND period = :period;

--: objections_changed(after: int, most: int) => member: int, period: text, state: int, at_ms: int, why: text, paid: text, changed: int
--: may: paymaster
SELECT member, period, state, iif(decided_ms > 0, decided_ms, at_ms), why, paid, changed FROM objection
WHERE changed > :after ORDER BY changed LIMIT :most;

--: item_cents(period: text, earmark: int, member: int) => one cents: int
--: may: paymaster
SELECT ifnull(sum(cents), 0) FROM item WHERE period = :period AND earmark = :earmark AND member = :member;

--: payout_correct(id: blob, period: text, campaign: blob, member: int, cents: int, corrects: text)
--: may: paymaster
INSERT INTO payout (id, period, campaign, member, cents, opens, corrects) VALUES (:id, :period, :campaign, :member, :cents, 0, :corrects);

--: campaign_correct(id: blob, cents: int)
--: may: paymaster
-- It comes out of what is free, and is settled with what the close pays.
UPDATE campaign SET reserved_cents = reserved_cents + :cents, closed_cents = closed_cents + :cents WHERE id = :id;

--: earmark_next(request: blob) => one id: int, period: text?
--: may: paymaster
SELECT id, period FROM earmark WHERE request = :request;

--: correction_add(paid: text, corrects: text, member: int, earmark: int, tail: int, cents: int, fresh: int)
--: may: paymaster
INSERT INTO correction (paid, corrects, member, earmark, tail, cents, fresh) VALUES (:paid, :corrects, :member, :earmark, :tail, :cents, :fresh);

--: corrected_before(tail: int, paid: text) => one cents: int, payees: int
--: may: paymaster
SELECT ifnull(sum(cents), 0), ifnull(sum(fresh), 0) FROM correction WHERE tail = :tail AND paid < :paid;

--: corrected_with(tail: int, paid: text) => one cents: int, payees: int
--: may: paymaster
SELECT ifnull(sum(cents), 0), ifnull(sum(fresh), 0) FROM correction WHERE tail = :tail AND paid = :paid;
