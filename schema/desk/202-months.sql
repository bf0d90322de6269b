-- What the paymaster told of a proposed rule of pay on closed months, or of its shadow at a close: 0 nothing yet, 1 passed, 2 failed.
ALTER TABLE rule ADD COLUMN months INTEGER NOT NULL DEFAULT 0;
