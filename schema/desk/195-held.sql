-- Who objected to what was held back of which month's acts: each once.
CREATE TABLE held_objection (member INTEGER NOT NULL, period TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (member, period)) STRICT, WITHOUT ROWID;
