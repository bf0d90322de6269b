-- Questions of sponsors: whose each is, for his own list and for how many may be asked.
CREATE TABLE sponsored (
  question INTEGER PRIMARY KEY,
  sponsor INTEGER NOT NULL,           -- the account that asked
  name TEXT NOT NULL,                 -- the organisation, as members read it
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX sponsored_sponsor ON sponsored (sponsor, question);
CREATE INDEX sponsored_at ON sponsored (at_ms);
