-- Specialties a member chooses among: the operator's own copy of a code list (curbside specialties load), as a whole or not at all.
-- No fold: the list is no doing of members, may be licensed, and is loaded anew when it changes. What somebody chose stands in the
-- journal with its code and words, so nothing depends on the list later.
CREATE TABLE specialty (
  code TEXT PRIMARY KEY,
  classification TEXT NOT NULL,
  words TEXT NOT NULL                 -- as shown and chosen; no two the same
) STRICT, WITHOUT ROWID;
