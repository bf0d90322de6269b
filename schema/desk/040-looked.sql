-- Who chose to see a thread's totals without having voted, and which votes were cast by somebody who could see the totals.
CREATE TABLE looked (member INTEGER NOT NULL, question INTEGER NOT NULL, PRIMARY KEY (member, question)) STRICT, WITHOUT ROWID;
ALTER TABLE vote ADD COLUMN informed INTEGER NOT NULL DEFAULT 0;
