-- The circuit breaker: what tripped it, and what cleared it (ledger/breaker.c).

--: trip_add(figure: int, about: text, measured: int, allowed: int, at_ms: int)
--: may: paymaster
INSERT INTO trip (figure, about, measured, allowed, at_ms) VALUES (:figure, :about, :measured, :allowed, :at_ms)
ON CONFLICT (figure, about) DO NOTHING;

--: trips_open() => one trips: int, last: int
--: may: paymaster
SELECT count(*), ifnull(max(number), 0) FROM trip WHERE reset = 0;

--: trip_open_of(figure: int) => one number: int
--: may: paymaster
SELECT number FROM trip WHERE figure = :figure AND reset = 0 ORDER BY number LIMIT 1;

--: trips(most: int) => number: int, figure: int, about: text, measured: int, allowed: int, at_ms: int, reset: int
--: may: paymaster
SELECT number, figure, about, measured, allowed, at_ms, reset FROM trip ORDER BY number DESC LIMIT :most;

--: reset_next() => one number: int
--: may: paymaster
SELECT ifnull(max(number), 0) + 1 FROM reset;

--: reset_drop_waiting()
--: may: paymaster
UPDATE reset SET state = 4 WHERE state = 1;

--: reset_add(number: int, upto: int, reason: text, digest: blob, proposed_by: int, at_ms: int)
--: may: paymaster
INSERT INTO reset (number, upto, reason, digest, proposed_by, at_ms) VALUES (:number, :upto, :reason, :digest, :proposed_by, :at_ms);

--: reset_confirm(number: int, digest: blob, member: int, at_ms: int)
--: may: paymaster
-- By somebody else than who proposed it, over exactly what was proposed; anything else changes nothing.
UPDATE reset SET state = 3, confirmed_by = :member, confirmed_ms = :at_ms
WHERE number = :number AND digest = :digest AND state = 1 AND proposed_by <> :member;

--: trips_clear(number: int)
--: may: paymaster
UPDATE trip SET reset = :number
WHERE reset = 0 AND number <= (SELECT upto FROM reset WHERE number = :number AND state = 3);

--: reset_of(figure: int) => one at_ms: int
--: may: paymaster
-- When this figure was last cleared; 0: never.
SELECT ifnull(max(r.confirmed_ms), 0) FROM trip t JOIN reset r ON r.number = t.reset WHERE t.figure = :figure;

--: resets(most: int) => number: int, reason: text, digest: blob, proposed_by: int, at_ms: int, state: int
--: may: paymaster
SELECT number, reason, digest, proposed_by, at_ms, state FROM reset ORDER BY number DESC LIMIT :most;

--: month_gauge_put(period: text, cents: int, day_cents: int, payees: int, top: int)
--: may: paymaster
INSERT INTO month_gauge (period, cents, day_cents, payees, top) VALUES (:period, :cents, :day_cents, :payees, :top)
ON CONFLICT (period) DO UPDATE SET cents = excluded.cents, day_cents = excluded.day_cents, payees = excluded.payees, top = excluded.top;

--: month_gauge_find(period: text) => one cents: int
--: may: paymaster
SELECT cents FROM month_gauge WHERE period = :period;

--: month_gauges(most: int) => period: text, day_cents: int, payees: int, top: int
--: may: paymaster
SELECT period, day_cents, payees, top FROM month_gauge ORDER BY period DESC LIMIT :most;
