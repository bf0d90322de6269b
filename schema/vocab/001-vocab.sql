-- vocab.db: medical words an operator has loaded (`curbside vocab load`). Neither a fold nor a log: nobody did these, they are tables somebody
-- published, so they stand apart from what a rebuild throws away, and are loaded again from their files.
CREATE TABLE word (
  name TEXT NOT NULL,                -- lower case, single blanks
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 3), -- 1 abbreviation 2 brand or generic name 3 other name of the same
  meaning TEXT NOT NULL,             -- what else to look for, written the same way
  weight INTEGER NOT NULL,           -- how often it means that, where the table says so, else how many rows say it
  PRIMARY KEY (name, kind, meaning)
) STRICT, WITHOUT ROWID;
