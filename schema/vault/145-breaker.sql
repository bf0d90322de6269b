-- The circuit breaker (ledger/breaker.h): while a trip is open nothing is paid; two admins clear it.
CREATE TABLE trip (
  number INTEGER PRIMARY KEY,
  figure INTEGER NOT NULL CHECK (figure BETWEEN 1 AND 5), -- enum breaker_figure
  about TEXT NOT NULL,               -- the month, or the day, it is of: once each
  measured INTEGER NOT NULL, allowed INTEGER NOT NULL, -- cents, or thousandths of a share
  at_ms INTEGER NOT NULL,
  cleared_ms INTEGER NOT NULL DEFAULT 0, why TEXT NOT NULL DEFAULT '', -- when two admins let payouts go on, and why; 0: open
  UNIQUE (figure, about)
) STRICT;
CREATE INDEX trip_open ON trip (number) WHERE cleared_ms = 0;
-- A month's figures, measured when its acts have been through the rules and before any of it is paid.
CREATE TABLE month_gauge (
  period TEXT PRIMARY KEY,
  cents INTEGER NOT NULL, day_cents INTEGER NOT NULL, -- in all; for each of its days
  payees INTEGER NOT NULL,
  top INTEGER NOT NULL               -- thousandths of it that go to the one in a hundred payees who get most
) STRICT, WITHOUT ROWID;
