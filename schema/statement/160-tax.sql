-- Of what went out, what was withheld for the tax office and not sent to the bank; it ends with the rest.
ALTER TABLE outgoing ADD COLUMN withheld INTEGER NOT NULL DEFAULT 0;
-- When it was credited, by its leaf: it is blinded until 30 June of the next year. 0 only until the paymaster's next start.
ALTER TABLE payment ADD COLUMN at_ms INTEGER NOT NULL DEFAULT 0;
-- Payments whose payee the maker knows: they stand in its transparency report.
CREATE TABLE unblinding (
  payment INTEGER PRIMARY KEY,       -- the reward's leaf
  reason INTEGER NOT NULL,           -- 1 it was told who took part 2 the member agreed 3 it came to know otherwise
  at_ms INTEGER NOT NULL,
  leaf INTEGER NOT NULL
) STRICT;
