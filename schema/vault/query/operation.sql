-- What two people must want (ledger/desk/proposal.c), and how batches stand (ledger/payout/batch.c).

--: operation_next() => one number: int
--: may: paymaster
SELECT ifnull(max(number), 0) + 1 FROM operation;

--: operation_add(number: int, request: blob, name: text, subject: text, command: text, words: text, digest: blob, proposed_by: int, at_ms: int, expires_ms: int)
--: may: paymaster
INSERT INTO operation (number, request, name, subject, command, words, digest, proposed_by, at_ms, expires_ms, moved_ms)
VALUES (:number, :request, :name, :subject, :command, :words, :digest, :proposed_by, :at_ms, :expires_ms, :at_ms);

--: operation_of_request(request: blob) => one number: int, command: text
--: may: paymaster
SELECT number, command FROM operation WHERE request = :request;

--: operation_waiting(name: text, subject: text) => one number: int, words: text, proposed_by: int
--: may: paymaster
SELECT number, words, proposed_by FROM operation WHERE name = :name AND subject = :subject AND state = 1;

--: operation_withdraw(number: int, member: int, at_ms: int)
--: may: paymaster
-- What waits, or stepped aside before anything of it was written.
UPDATE operation SET state = 5, moved_ms = :at_ms, moved_by = :member WHERE number = :number AND (state = 1 OR (state = 7 AND begun = 0));

--: operations_waiting(by: int, name: text) => one own: int, named: int, members: int
--: may: paymaster
-- What waits: of one who proposes, under one name, of all members (0, the machine, is none).
SELECT ifnull(sum(proposed_by = :by), 0), ifnull(sum(name = :name), 0), ifnull(sum(proposed_by <> 0), 0) FROM operation WHERE state = 1;

--: operations_said(most: int) => number: int, name: text, command: text, words: text, digest: blob, proposed_by: int, confirmed_by: int, at_ms: int, expires_ms: int, state: int
--: may: paymaster
-- For who reads them at the machine.
SELECT number, name, command, words, digest, proposed_by, confirmed_by, at_ms, expires_ms, state FROM operation ORDER BY number DESC LIMIT :most;

--: operation_underway(name: text, subject: text) => one count: int
--: may: paymaster
-- Whether it is proposed and not yet at an end.
SELECT count(*) FROM operation WHERE name = :name AND subject = :subject AND state IN (1, 2, 7);

--: operation_confirm(number: int, digest: blob, member: int, at_ms: int)
--: may: paymaster
-- By another admin than who proposed it, over exactly what was proposed, within its term; anything else changes nothing.
UPDATE operation SET state = 2, confirmed_by = :member, moved_ms = :at_ms, moved_by = :member
WHERE number = :number AND digest = :digest AND state = 1 AND proposed_by <> :member AND expires_ms > :at_ms
  AND EXISTS (SELECT 1 FROM member WHERE id = :member AND role = 3 AND until_ms = 0);

--: operation_confirmed(after: int) => one number: int, name: text, command: text, words: text, proposed_by: int, tries: int, next_ms: int, begun: int
--: may: paymaster
SELECT number, name, command, words, proposed_by, tries, next_ms, begun FROM operation WHERE state = 2 AND number > :after ORDER BY number LIMIT 1;

--: operation_try(number: int)
--: may: paymaster
-- Before it is run: if we die over it, the next start knows that it was tried, and that something may be written.
UPDATE operation SET tries = tries + 1, begun = 1 WHERE number = :number AND state = 2;

--: operation_later(number: int, next_ms: int, begun: int)
--: may: paymaster
UPDATE operation SET next_ms = :next_ms, begun = :begun WHERE number = :number AND state = 2;

--: operation_end(number: int, state: int, at_ms: int, why: text, begun: int)
--: may: paymaster
UPDATE operation SET state = :state, moved_ms = :at_ms, moved_by = 0, why = :why, begun = :begun WHERE number = :number AND state = 2;

--: operation_again(number: int, member: int, at_ms: int)
--: may: paymaster
-- What stepped aside is tried again.
UPDATE operation SET state = 2, moved_ms = :at_ms, moved_by = :member, why = '', tries = 0, next_ms = 0 WHERE number = :number AND state = 7;

--: operations_expire(at_ms: int)
--: may: paymaster
-- What was confirmed and began is never given up.
UPDATE operation SET state = 6, moved_ms = :at_ms, moved_by = 0, why = '' WHERE expires_ms <= :at_ms AND (state = 1 OR (state = 7 AND begun = 0));

--: operations(most: int) => number: int, name: text, words: text, digest: blob, proposed_by: int, at_ms: int, expires_ms: int, state: int, moved_ms: int, why: text, begun: int
--: may: paymaster
-- What waits for somebody, and behind it what became of the others, newest first.
SELECT number, name, words, digest, proposed_by, at_ms, expires_ms, state, moved_ms, why, begun FROM operation
ORDER BY state NOT IN (1, 2, 7), number DESC LIMIT :most;

--: operation_steps(number: int, most: int) => at_ms: int, state: int, by: int, why: text
--: may: paymaster
-- The latest of them, in their order.
SELECT at_ms, state, by, why FROM (SELECT rowid AS place, at_ms, state, by, why FROM operation_step WHERE number = :number ORDER BY rowid DESC LIMIT :most)
ORDER BY place;

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
