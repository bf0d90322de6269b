-- Money on its way to a bank, as far as a member's own goes.
CREATE TABLE outgoing (
  transfer BLOB PRIMARY KEY,         -- the hold
  member INTEGER NOT NULL, cents INTEGER NOT NULL,
  state INTEGER NOT NULL,            -- 1 on its way 2 paid 3 came back
  since_ms INTEGER NOT NULL, at_ms INTEGER NOT NULL, -- when it was sent off, and when the state was reached
  reason TEXT NOT NULL               -- the bank's code, or "expired"
) STRICT, WITHOUT ROWID;
CREATE INDEX outgoing_member ON outgoing (member, since_ms);
-- Payments that were taken back.
CREATE TABLE reversal (
  payment INTEGER PRIMARY KEY,       -- the reward's leaf
  why TEXT NOT NULL, at_ms INTEGER NOT NULL,
  leaf INTEGER NOT NULL              -- of the transfer that took it back
) STRICT;
