-- What members may know of the door: decisions without names, and the institutions whose mail counts.

CREATE TABLE decision (
  id INTEGER PRIMARY KEY,            -- seq of the event
  day_ms INTEGER NOT NULL,           -- the day alone: the minute could tell who it was
  what TEXT NOT NULL,                -- let_in, turned_away, raised, lowered, withdrawn, restored
  why TEXT NOT NULL,                 -- one word
  admins INTEGER NOT NULL            -- how many had to agree; 0: the house by its rules
) STRICT;

CREATE TABLE domain (
  name TEXT PRIMARY KEY,
  reason TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
