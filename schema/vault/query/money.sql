-- What is a member's to be sent, what was taken back, and what statement.db has not taken yet.

--: rail_released(member: int, before_ms: int) => one cents: int
--: may: paymaster
-- Rewards whose hold-back is over and that nobody took back, less what is on its way or paid.
SELECT (SELECT ifnull(sum(p.cents), 0) FROM payout p JOIN period q ON q.name = p.period
  WHERE p.member = :member AND q.state = 3 AND q.closed_ms <= :before_ms AND NOT EXISTS (SELECT 1 FROM reversal r WHERE r.payout = p.id))
  - (SELECT ifnull(sum(i.cents + i.withheld), 0) FROM rail_item i WHERE i.member = :member AND i.state < 3);

--: rail_batches_late(before_s: int) => id: blob
--: may: paymaster
-- Held, and no file of it noted.
SELECT id FROM rail_batch WHERE state = 2 AND expired = 0 AND tick_s <= :before_s ORDER BY number;

--: rail_batch_expire(id: blob)
--: may: paymaster
UPDATE rail_batch SET expired = 1 WHERE id = :id AND state = 2;

--: rail_items_changed(after: int, most: int) => transfer: blob, member: int, cents: int, withheld: int, state: int, reason: text, batch: int, since_ms: int, changed: int, changed_ms: int
--: may: paymaster
SELECT i.transfer, i.member, i.cents, i.withheld, i.state, i.reason, b.number, b.tick_s * 1000, i.changed, i.changed_ms
FROM rail_item i JOIN rail_batch b ON b.id = i.batch WHERE i.changed > :after ORDER BY i.changed LIMIT :most;

--: reward_at(leaf_seq: int) => one id: blob, campaign: blob, member: int, cents: int, state: int
--: may: paymaster
SELECT p.id, p.campaign, p.member, p.cents, q.state FROM payout p JOIN period q ON q.name = p.period WHERE p.leaf_seq = :leaf_seq;

--: reversal_add(payout: blob, why: text, at_ms: int)
--: may: paymaster
INSERT INTO reversal (payout, why, at_ms) VALUES (:payout, :why, :at_ms);

--: reversal_find(payout: blob) => one why: text, leaf_seq: int?
--: may: paymaster
SELECT why, leaf_seq FROM reversal WHERE payout = :payout;

--: reversals_meant(most: int) => payout: blob, leaf: int
--: may: paymaster
SELECT r.payout, p.leaf_seq FROM reversal r JOIN payout p ON p.id = r.payout WHERE r.leaf_seq IS NULL ORDER BY r.number LIMIT :most;

--: reversal_written(payout: blob, leaf_seq: int)
--: may: paymaster
UPDATE reversal SET leaf_seq = :leaf_seq WHERE payout = :payout;

--: reversal_drop(payout: blob)
--: may: paymaster
-- The ledger refused it: the money is gone already.
DELETE FROM reversal WHERE payout = :payout AND leaf_seq IS NULL;

--: reversals_after(after: int, most: int) => number: int, payment: int, why: text, at_ms: int, leaf_seq: int
--: may: paymaster
SELECT r.number, p.leaf_seq, r.why, r.at_ms, r.leaf_seq FROM reversal r JOIN payout p ON p.id = r.payout
WHERE r.number > :after AND r.leaf_seq IS NOT NULL ORDER BY r.number LIMIT :most;

--: payee_set(member: int, rail: int, charity: text)
--: may: paymaster
INSERT INTO payee (member, rail, charity, changed) VALUES (:member, :rail, :charity, (SELECT ifnull(max(changed), 0) + 1 FROM payee))
ON CONFLICT (member) DO UPDATE SET rail = excluded.rail, charity = excluded.charity, changed = excluded.changed;

--: payee_form(member: int, form: int)
--: may: paymaster
INSERT INTO payee (member, form, changed) VALUES (:member, :form, (SELECT ifnull(max(changed), 0) + 1 FROM payee))
ON CONFLICT (member) DO UPDATE SET form = excluded.form, changed = excluded.changed;

--: payee_asked(member: int, asked_ms: int)
--: may: paymaster
INSERT INTO payee (member, asked_ms, changed) VALUES (:member, :asked_ms, (SELECT ifnull(max(changed), 0) + 1 FROM payee))
ON CONFLICT (member) DO UPDATE SET asked_ms = excluded.asked_ms, changed = excluded.changed;

--: payees_changed(after: int, most: int) => member: int, rail: int, charity: text, form: int, asked_ms: int, changed: int
--: may: paymaster
SELECT member, rail, charity, form, asked_ms, changed FROM payee WHERE changed > :after ORDER BY changed LIMIT :most;
