-- pad.db: what lies on members' own desks before it is posted, and the pictures of what was. Not a fold: a draft changes every few seconds and
-- is forgotten, so it has no place in a log that is kept for ever. Durable before anybody is told that it is saved.
-- Never here: text the patient-data guard refuses; anything of a draft in clear.

CREATE TABLE draft (
  owner BLOB NOT NULL,               -- made from the member's view key: tells whoever lacks that key nothing
  tag BLOB NOT NULL,                 -- of the form it belongs to, made in the same way
  box BLOB NOT NULL,                 -- place and fields, under the view key; empty once it was posted
  at_ms INTEGER NOT NULL,            -- saved last
  done BLOB,                         -- request id of the form that posted it: what that page still sends comes too late
  PRIMARY KEY (owner, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX draft_at ON draft (at_ms);
