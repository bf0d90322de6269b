-- Rounds, for the clerk: whether one is open, and how many a member has opened of late.

CREATE TABLE round (
  id INTEGER PRIMARY KEY,            -- seq of round_opened
  question INTEGER NOT NULL,
  member INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  until_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX round_question ON round (question, id);
CREATE INDEX round_member ON round (member, at_ms);
