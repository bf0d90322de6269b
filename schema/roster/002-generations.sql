-- Lists of any size, imported while others read. Every import is a generation of its list: it adds rows that say since which
-- generation they hold, and marks those it replaces with the one until which they held. Readers see the generation that `list` names,
-- so an import shows as a whole at its last, small transaction, or never. What it replaces stays until that moment, then is cleared.
-- The store is imported anew from the files; nothing is carried over.
DROP TABLE licence;
DROP TABLE provider;
DROP TABLE provider_taxonomy;
DROP TABLE list;

-- Which lists are here: without one for a state, nothing can be said about its licences.
CREATE TABLE list (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,           -- nppes, leie, board:MO
  generation INTEGER NOT NULL,         -- what readers see; 0: no import was ever whole
  latest INTEGER NOT NULL,             -- the import begun last; above `generation`: at work, or it broke off
  clean INTEGER NOT NULL,              -- 1: no row is left of imports that broke off, nor any that was replaced
  rows INTEGER NOT NULL,               -- listed in `generation`
  source TEXT NOT NULL,                -- the file's name, without its folder
  as_of TEXT NOT NULL,                 -- 2026-03-14: the day the list speaks of
  imported_ms INTEGER NOT NULL
) STRICT;

-- How far an import is, in the transaction of its rows: one that was killed goes on behind that line when the same file comes again.
CREATE TABLE progress (
  list TEXT PRIMARY KEY,
  file BLOB NOT NULL,                  -- digest of the file's first line, size and time, and of how it was to be imported
  line INTEGER NOT NULL,               -- all up to here is in the store
  added INTEGER NOT NULL, changed INTEGER NOT NULL, same INTEGER NOT NULL, refused INTEGER NOT NULL, repeated INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- One licence as a state's board lists it. Words are neutral (scripts/roster says what a board calls them); names stand as listed.
CREATE TABLE licence (
  state TEXT NOT NULL,
  key TEXT NOT NULL,                   -- the number with only capital letters and digits, without leading zeros
  profession TEXT NOT NULL,            -- the board's own word: MED, NUR, ...
  since INTEGER NOT NULL,
  until INTEGER NOT NULL,              -- 0: still so
  seen INTEGER NOT NULL,               -- the latest generation in whose file it stood
  gone INTEGER NOT NULL,               -- 1: no longer listed; the rest is what was listed last
  content INTEGER NOT NULL,            -- digest of the columns below: tells a changed row from the same
  physician INTEGER NOT NULL,          -- 1: the profession is a physician's
  number TEXT NOT NULL,                -- as written
  first_name TEXT NOT NULL, middle_name TEXT NOT NULL, last_name TEXT NOT NULL, suffix TEXT NOT NULL,
  former_name TEXT NOT NULL,           -- an earlier last name
  status TEXT NOT NULL,                -- active inactive expired suspended revoked deceased retired military unlicensed unknown
  issued TEXT NOT NULL, expires TEXT NOT NULL, -- 2026-03-14, or '' when the list does not say
  discipline TEXT NOT NULL,            -- '' none known, else what the list says
  birth_year INTEGER NOT NULL,         -- 0: not said
  school TEXT NOT NULL, graduation_year INTEGER NOT NULL,
  as_of TEXT NOT NULL,                 -- '' as its list; of rows that are gone: the day of the list that had them last
  PRIMARY KEY (state, key, profession, since)
) STRICT, WITHOUT ROWID;
-- For quizzes: which schools and years there are in a state.
CREATE INDEX licence_school ON licence (state, graduation_year, school) WHERE school <> '' AND physician = 1;

-- Who holds an NPI. All is kept of physicians; of others only what tells them apart.
CREATE TABLE provider (
  npi INTEGER NOT NULL,
  since INTEGER NOT NULL, until INTEGER NOT NULL, seen INTEGER NOT NULL, gone INTEGER NOT NULL, content INTEGER NOT NULL, -- as above
  kind INTEGER NOT NULL,               -- 1 physician 2 another profession 3 organisation 4 deactivated
  deactivated TEXT NOT NULL,           -- the day, '' if not
  first_name TEXT NOT NULL, middle_name TEXT NOT NULL, last_name TEXT NOT NULL, suffix TEXT NOT NULL,
  other_first_name TEXT NOT NULL, other_last_name TEXT NOT NULL, -- a former or professional name
  sex TEXT NOT NULL,
  line_1 TEXT NOT NULL, line_2 TEXT NOT NULL, city TEXT NOT NULL, state TEXT NOT NULL, zip TEXT NOT NULL, country TEXT NOT NULL, -- practice
  taxonomies TEXT NOT NULL,            -- up to fifteen lines of code, state, licence number and Y for the main one, with tabs between
  as_of TEXT NOT NULL,
  PRIMARY KEY (npi, since)
) STRICT, WITHOUT ROWID;

-- Whom the Office of Inspector General excludes. Rows have no number of their own: `id` is a digest of the whole row.
CREATE TABLE exclusion (
  id INTEGER NOT NULL,
  since INTEGER NOT NULL, until INTEGER NOT NULL, seen INTEGER NOT NULL, gone INTEGER NOT NULL,
  npi INTEGER NOT NULL,                -- 0: none given, as in most rows
  name_key TEXT NOT NULL,              -- folded last and first name (board/name.h)
  last_name TEXT NOT NULL, first_name TEXT NOT NULL, middle_name TEXT NOT NULL,
  born TEXT NOT NULL,                  -- 1961-04-30 or ''
  state TEXT NOT NULL, general TEXT NOT NULL, specialty TEXT NOT NULL,
  type TEXT NOT NULL, excluded TEXT NOT NULL, reinstated TEXT NOT NULL, waived TEXT NOT NULL, waiver_state TEXT NOT NULL,
  as_of TEXT NOT NULL,
  PRIMARY KEY (id, since)
) STRICT, WITHOUT ROWID;
CREATE INDEX exclusion_npi ON exclusion (npi) WHERE npi > 0;
CREATE INDEX exclusion_name ON exclusion (name_key);
