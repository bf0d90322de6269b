-- What the member said about being paid (never the account itself).
CREATE TABLE payee (
  member INTEGER PRIMARY KEY, rail INTEGER NOT NULL, charity TEXT NOT NULL, form INTEGER NOT NULL, asked_ms INTEGER NOT NULL
) STRICT;
