-- A watch looks at older postings too: from when on (0: it does not), and up to which posting it has; its own number when it is through.
ALTER TABLE watch ADD COLUMN back_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE watch ADD COLUMN looked INTEGER NOT NULL DEFAULT 0;
UPDATE watch SET looked = id;
