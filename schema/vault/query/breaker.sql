-- The circuit breaker: what tripped it, and what cleared it (ledger/reward/breaker.c).

--: trip_add(figure: int, about: text, measured: int, allowed: int, at_ms: int)
--: may: paymaster
INSERT INTO trip (figure, about, measured, allowed, at_ms) VALUES (:figure, :about, :measured, :allowed, :at_ms)
ON CONFLICT (figure, about) DO NOTHING;

--: trips_open() => figure: int, about: text, measured: int, allowed: int
--: may: paymaster
-- At most one of each figure.
SELECT figure, about, measured, allowed FROM trip WHERE cleared_ms = 0 ORDER BY figure;

--: trip_open_of(figure: int) => one number: int
--: may: paymaster
SELECT number FROM trip WHERE figure = :figure AND cleared_ms = 0 ORDER BY number LIMIT 1;

--: trips(most: int) => number: int, figure: int, about: text, measured: int, allowed: int, at_ms: int, cleared_ms: int, why: text
--: may: paymaster
SELECT number, figure, about, measured, allowed, at_ms, cleared_ms, why FROM trip ORDER BY number DESC LIMIT :most;

--: trips_clear(why: text, at_ms: int)
--: may: paymaster
UPDATE trip SET cleared_ms = :at_ms, why = :why WHERE cleared_ms = 0;

--: trip_cleared(figure: int) => one at_ms: int
--: may: paymaster
-- When this figure was last let go on; 0: never.
SELECT ifnull(max(cleared_ms), 0) FROM trip WHERE figure = :figure;

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
