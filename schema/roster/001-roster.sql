-- roster.db: public lists, as imported. The same row imported again is updated. Names stand as the list has them.
CREATE TABLE licence (
  state TEXT NOT NULL, number TEXT NOT NULL,
  profession TEXT NOT NULL,          -- the board's own word: MED, NUR, ...
  first_name TEXT NOT NULL, last_name TEXT NOT NULL, former_last_name TEXT NOT NULL,
  status TEXT NOT NULL,              -- Active, Inactive, ... as written
  issued TEXT NOT NULL, expires TEXT NOT NULL, -- 2026-03-14, or '' when the list does not say
  discipline TEXT NOT NULL,          -- '' none known, else what the list says
  source TEXT NOT NULL, as_of TEXT NOT NULL,
  PRIMARY KEY (state, number, profession)
) STRICT, WITHOUT ROWID;

CREATE TABLE provider (
  npi TEXT PRIMARY KEY,
  entity INTEGER NOT NULL,           -- 1 a person, 2 an organisation, 0 not said (deactivated rows are empty)
  first_name TEXT NOT NULL, last_name TEXT NOT NULL,
  other_first_name TEXT NOT NULL, other_last_name TEXT NOT NULL,
  deactivated TEXT NOT NULL, reactivated TEXT NOT NULL, -- as written, '' if not
  source TEXT NOT NULL, as_of TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Up to fifteen taxonomy codes of a provider, each with the licence it stands on.
CREATE TABLE provider_taxonomy (
  npi TEXT NOT NULL, slot INTEGER NOT NULL,
  code TEXT NOT NULL, state TEXT NOT NULL, number TEXT NOT NULL,
  main INTEGER NOT NULL,
  PRIMARY KEY (npi, slot)
) STRICT, WITHOUT ROWID;

-- Which lists are here: without one for a state, nothing can be said about its licences.
CREATE TABLE list (name TEXT PRIMARY KEY, rows INTEGER NOT NULL, as_of TEXT NOT NULL) STRICT, WITHOUT ROWID;
