-- roster.db: public lists, as imported. One row a licence; the same row imported again is updated.
CREATE TABLE licence (
  state TEXT NOT NULL, number TEXT NOT NULL,
  first_name TEXT NOT NULL, last_name TEXT NOT NULL,
  status TEXT NOT NULL, issued TEXT NOT NULL, expires TEXT NOT NULL, discipline TEXT NOT NULL,
  source TEXT NOT NULL, as_of TEXT NOT NULL,
  PRIMARY KEY (state, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE provider (
  npi TEXT PRIMARY KEY,
  first_name TEXT NOT NULL, last_name TEXT NOT NULL, taxonomy TEXT NOT NULL,
  licence_state TEXT NOT NULL, licence_number TEXT NOT NULL, deactivated TEXT NOT NULL,
  source TEXT NOT NULL, as_of TEXT NOT NULL
) STRICT, WITHOUT ROWID;
