-- What a word of the list is, for the medical desk: 0 neither, 1 a drug, 2 an event.
ALTER TABLE term ADD COLUMN kind INTEGER NOT NULL DEFAULT 0 CHECK (kind BETWEEN 0 AND 2);
