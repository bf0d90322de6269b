-- Batches two admins must want, and how batches stand (ledger/batch.c).

--: operation_next() => one number: int
--: may: paymaster
SELECT ifnull(max(number), 0) + 1 FROM operation;

--: operation_add(number: int, rail: int, payees: int, cents: int, digest: blob, proposed_by: int, at_ms: int)
--: may: paymaster
INSERT INTO operation (number, rail, payees, cents, digest, proposed_by, at_ms)
VALUES (:number, :rail, :payees, :cents, :digest, :proposed_by, :at_ms);

--: operation_drop_waiting(rail: int)
--: may: paymaster
-- A new proposal takes the place of one nobody confirmed.
UPDATE operation SET state = 4 WHERE rail = :rail AND state = 1;

--: operation_confirm(number: int, digest: blob, member: int)
--: may: paymaster
-- By somebody else than who proposed it, over exactly what was proposed; anything else changes nothing.
UPDATE operation SET state = 2, confirmed_by = :member WHERE number = :number AND digest = :digest AND state = 1 AND proposed_by <> :member;

--: operation_confirmed() => one number: int, rail: int, payees: int, cents: int
--: may: paymaster
SELECT number, rail, payees, cents FROM operation WHERE state = 2 ORDER BY number LIMIT 1;

--: operation_end(number: int, state: int)
--: may: paymaster
UPDATE operation SET state = :state WHERE number = :number AND state = 2;

--: operations(most: int) => number: int, rail: int, payees: int, cents: int, digest: blob, proposed_by: int, at_ms: int, state: int
--: may: paymaster
SELECT number, rail, payees, cents, digest, proposed_by, at_ms, state FROM operation ORDER BY number DESC LIMIT :most;

--: rail_batches(most: int) => id: blob, number: int, rail: int, state: int, expired: int, tick_s: int, payees: int, cents: int, paid: int, paid_cents: int, back: int, back_cents: int
--: may: paymaster
SELECT b.id, b.number, b.rail, b.state, b.expired, b.tick_s, count(*), sum(i.cents), ifnull(sum(i.state = 2), 0),
  ifnull(sum(CASE WHEN i.state = 2 THEN i.cents END), 0), ifnull(sum(i.state = 3), 0), ifnull(sum(CASE WHEN i.state = 3 THEN i.cents END), 0)
FROM rail_batch b JOIN rail_item i ON i.batch = b.id GROUP BY b.id ORDER BY b.number DESC LIMIT :most;

--: rail_unplaced(released_ms: int) => one members: int, cents: int
--: may: paymaster
-- Rewards whose hold-back is over, of members who have not said where money is to go.
SELECT count(DISTINCT p.member), ifnull(sum(p.cents), 0) FROM payout p JOIN period q ON q.name = p.period
WHERE q.state = 3 AND q.closed_ms <= :released_ms AND NOT EXISTS (SELECT 1 FROM reversal r WHERE r.payout = p.id)
  AND NOT EXISTS (SELECT 1 FROM payee e WHERE e.member = p.member AND e.rail > 0);
