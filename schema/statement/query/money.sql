-- What became of what was earned.

--: outgoing_put(transfer: blob, member: int, cents: int, withheld: int, state: int, batch: int, since_ms: int, at_ms: int, reason: text)
--: may: paymaster
INSERT INTO outgoing (transfer, member, cents, withheld, state, batch, since_ms, at_ms, reason)
VALUES (:transfer, :member, :cents, :withheld, :state, :batch, :since_ms, :at_ms, :reason)
ON CONFLICT (transfer) DO UPDATE SET state = excluded.state, batch = excluded.batch, at_ms = excluded.at_ms, reason = excluded.reason;

--: reversal_put(payment: int, why: text, at_ms: int, leaf: int)
--: may: paymaster
INSERT INTO reversal (payment, why, at_ms, leaf) VALUES (:payment, :why, :at_ms, :leaf) ON CONFLICT DO NOTHING;

--: reversal_of(member: int, payment: int) => one why: text, at_ms: int, leaf: int
--: may: web_member web_admin paymaster operator
SELECT r.why, r.at_ms, r.leaf FROM reversal r JOIN payment p ON p.id = r.payment WHERE r.payment = :payment AND p.member = :member;

--: outgoings(member: int, before_ms: int, most: int) => transfer: blob, cents: int, withheld: int, state: int, since_ms: int, at_ms: int, reason: text
--: may: web_member web_admin paymaster operator
-- Latest first; before_ms: sent off earlier than then. A member is in a batch once, so no two have the same instant.
SELECT transfer, cents, withheld, state, since_ms, at_ms, reason FROM outgoing WHERE member = :member AND since_ms < :before_ms
ORDER BY since_ms DESC, transfer LIMIT :most;

--: credits(member: int, most: int) => payment: int, cents: int, upto: int
--: may: web_member web_admin paymaster operator
-- Rewards that were not taken back, latest first; upto: what all up to it come to. What goes out takes the oldest first.
SELECT p.id, p.cents, sum(p.cents) OVER (ORDER BY s.closed_ms, p.id) AS upto FROM payment p JOIN statement s ON s.member = p.member AND s.period = p.period
WHERE p.member = :member AND NOT EXISTS (SELECT 1 FROM reversal r WHERE r.payment = p.id) ORDER BY upto DESC LIMIT :most;

--: credit_of(member: int, payment: int) => one cents: int, upto: int
--: may: web_member web_admin paymaster operator
-- One of them; NOT_FOUND: it was taken back.
WITH this AS (SELECT p.id, p.cents, s.closed_ms FROM payment p JOIN statement s ON s.member = p.member AND s.period = p.period
  WHERE p.id = :payment AND p.member = :member AND NOT EXISTS (SELECT 1 FROM reversal r WHERE r.payment = p.id))
SELECT t.cents, (SELECT sum(p.cents) FROM payment p JOIN statement s ON s.member = p.member AND s.period = p.period
  WHERE p.member = :member AND (s.closed_ms, p.id) <= (t.closed_ms, t.id) AND NOT EXISTS (SELECT 1 FROM reversal r WHERE r.payment = p.id))
FROM this t;

--: debits(member: int, most: int) => transfer: blob, batch: int, state: int, since_ms: int, at_ms: int, cents: int, upto: int
--: may: web_member web_admin paymaster operator
-- What is with the bank or was paid, with what was withheld beside it, latest first; upto: what all up to it come to.
SELECT transfer, batch, state, since_ms, at_ms, cents + withheld, sum(cents + withheld) OVER (ORDER BY since_ms, transfer) AS upto
FROM outgoing WHERE member = :member AND state < 3 ORDER BY upto DESC LIMIT :most;

--: standing(member: int, released_ms: int) => one earned: int, held: int, sent: int, paid: int, withheld: int
--: may: web_member web_admin paymaster operator
-- earned: all that was not taken back. held: of it, what was settled after an instant. sent, paid: with the bank, and carried out by it;
-- withheld: for the tax office, beside either.
SELECT (SELECT ifnull(sum(p.cents), 0) FROM payment p WHERE p.member = :member AND NOT EXISTS (SELECT 1 FROM reversal r WHERE r.payment = p.id)),
  (SELECT ifnull(sum(p.cents), 0) FROM payment p JOIN statement s ON s.member = p.member AND s.period = p.period
   WHERE p.member = :member AND s.closed_ms > :released_ms AND NOT EXISTS (SELECT 1 FROM reversal r WHERE r.payment = p.id)),
  (SELECT ifnull(sum(cents), 0) FROM outgoing WHERE member = :member AND state = 1),
  (SELECT ifnull(sum(cents), 0) FROM outgoing WHERE member = :member AND state = 2),
  (SELECT ifnull(sum(withheld), 0) FROM outgoing WHERE member = :member AND state < 3);

--: payee_put(member: int, rail: int, charity: text, form: int, asked_ms: int)
--: may: paymaster
INSERT INTO payee (member, rail, charity, form, asked_ms) VALUES (:member, :rail, :charity, :form, :asked_ms)
ON CONFLICT (member) DO UPDATE SET rail = excluded.rail, charity = excluded.charity, form = excluded.form, asked_ms = excluded.asked_ms;

--: payee_get(member: int) => one rail: int, charity: text, form: int, asked_ms: int
--: may: web_member web_admin paymaster operator
SELECT rail, charity, form, asked_ms FROM payee WHERE member = :member;

--: unblinding_put(payment: int, reason: int, at_ms: int, leaf: int)
--: may: paymaster
INSERT INTO unblinding (payment, reason, at_ms, leaf) VALUES (:payment, :reason, :at_ms, :leaf) ON CONFLICT DO NOTHING;

--: unblinding_of(member: int, payment: int) => one reason: int, at_ms: int, leaf: int
--: may: web_member web_admin paymaster operator
SELECT u.reason, u.at_ms, u.leaf FROM unblinding u JOIN payment p ON p.id = u.payment WHERE u.payment = :payment AND p.member = :member;

--: allowance_put(rule: int, day_most: int)
--: may: paymaster
INSERT INTO allowance (one, rule, day_most) VALUES (1, :rule, :day_most)
ON CONFLICT (one) DO UPDATE SET rule = excluded.rule, day_most = excluded.day_most;

--: allowance_get() => one rule: int, day_most: int
--: may: web_member paymaster operator
SELECT rule, day_most FROM allowance;
