-- What two people must want (ledger/proposal.c), and how batches stand (ledger/batch.c).

--: operation_next() => one number: int
--: may: paymaster
SELECT ifnull(max(number), 0) + 1 FROM operation;

--: operation_add(number: int, request: blob, name: text, subject: text, command: text, words: text, digest: blob, proposed_by: int, at_ms: int)
--: may: paymaster
INSERT INTO operation (number, request, name, subject, command, words, digest, proposed_by, at_ms)
VALUES (:number, :request, :name, :subject, :command, :words, :digest, :proposed_by, :at_ms);

--: operation_of_request(request: blob) => one number: int, command: text
--: may: paymaster
SELECT number, command FROM operation WHERE request = :request;

--: operation_waiting(name: text, subject: text) => one number: int, words: text, proposed_by: int
--: may: paymaster
SELECT number, words, proposed_by FROM operation WHERE name = :name AND subject = :subject AND state = 1;

--: operation_replace(number: int)
--: may: paymaster
UPDATE operation SET state = 5 WHERE number = :number AND state = 1;

--: operations_waiting() => one count: int
--: may: paymaster
SELECT count(*) FROM operation WHERE state = 1;

--: operation_confirm(number: int, digest: blob, member: int)
--: may: paymaster
-- By another admin than who proposed it, over exactly what was proposed; anything else changes nothing.
UPDATE operation SET state = 2, confirmed_by = :member WHERE number = :number AND digest = :digest AND state = 1 AND proposed_by <> :member
  AND EXISTS (SELECT 1 FROM member WHERE id = :member AND role = 3 AND until_ms = 0);

--: operation_confirmed(after: int) => one number: int, name: text, command: text, words: text, proposed_by: int
--: may: paymaster
SELECT number, name, command, words, proposed_by FROM operation WHERE state = 2 AND number > :after ORDER BY number LIMIT 1;

--: operation_end(number: int, state: int)
--: may: paymaster
UPDATE operation SET state = :state WHERE number = :number AND state = 2;

--: operations(most: int) => number: int, name: text, words: text, digest: blob, proposed_by: int, at_ms: int, state: int
--: may: paymaster
-- What waits, and behind it what became of the others, newest first.
SELECT number, name, words, digest, proposed_by, at_ms, state FROM operation ORDER BY state > 2, number DESC LIMIT :most;

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
