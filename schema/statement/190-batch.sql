-- Which bank batch carries it, so that a reward's line can name it. 0 only until the paymaster's next start, which takes them all anew.
ALTER TABLE outgoing ADD COLUMN batch INTEGER NOT NULL DEFAULT 0;
UPDATE cursor SET seq = 0 WHERE log = 'rail';
