-- The circuit breaker (ledger/breaker.h): while a trip is open nothing is paid; two admins clear it.
CREATE TABLE trip (
  number INTEGER PRIMARY KEY,
  figure INTEGER NOT NULL CHECK (figure BETWEEN 1 AND 5), -- enum breaker_figure
  about TEXT NOT NULL,               -- the month, or the day, it is of: once each
  measured INTEGER NOT NULL, allowed INTEGER NOT NULL, -- cents, or thousandths of a share
  at_ms INTEGER NOT NULL,
  reset INTEGER NOT NULL DEFAULT 0,  -- that cleared it; 0: open
  UNIQUE (figure, about)
) STRICT;
CREATE INDEX trip_open ON trip (number) WHERE reset = 0;
-- Proposed by one admin with a reason, confirmed by another's passkey: clears the trips that were open when it was proposed.
CREATE TABLE reset (
  number INTEGER PRIMARY KEY,
  upto INTEGER NOT NULL,             -- the latest trip it is about
  reason TEXT NOT NULL,
  digest BLOB NOT NULL CHECK (length(digest) = 32),
  proposed_by INTEGER NOT NULL, at_ms INTEGER NOT NULL,
  confirmed_by INTEGER NOT NULL DEFAULT 0, confirmed_ms INTEGER NOT NULL DEFAULT 0,
  state INTEGER NOT NULL DEFAULT 1 CHECK (state IN (1, 3, 4)) -- 1 waits 3 done 4 another took its place
) STRICT;
-- A month's figures, measured when its acts have been through the rules and before any of it is paid.
CREATE TABLE month_gauge (
  period TEXT PRIMARY KEY,
  cents INTEGER NOT NULL, day_cents INTEGER NOT NULL, -- in all; for each of its days
  payees INTEGER NOT NULL,
  top INTEGER NOT NULL               -- thousandths of it that go to the one in a hundred payees who get most
) STRICT, WITHOUT ROWID;
