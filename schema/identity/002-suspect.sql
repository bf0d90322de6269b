-- Members whom an entry of the exclusion list without an NPI may mean: same name and state. A person looks at each; nothing follows by
-- itself. Not a fold: it is found anew by every recheck, but for what was decided.
CREATE TABLE suspect (
  member INTEGER NOT NULL,
  entry BLOB NOT NULL,               -- keyed digest of the list's row
  box BLOB NOT NULL,                 -- what the row says, under the clerk's key
  at_ms INTEGER NOT NULL,
  decided INTEGER NOT NULL DEFAULT 0 CHECK (decided BETWEEN 0 AND 2), -- 0 not yet 1 it is he 2 it is not
  PRIMARY KEY (member, entry)
) STRICT, WITHOUT ROWID;
