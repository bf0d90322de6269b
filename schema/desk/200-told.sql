-- What the maker was told of the author, and whatever names the product again once the desk has judged what stood there: a sighting of its own.
CREATE TABLE sighting_new (
  id INTEGER PRIMARY KEY,             -- seq of product_named
  watch INTEGER NOT NULL, posting INTEGER NOT NULL, question INTEGER NOT NULL,
  member INTEGER NOT NULL,            -- whose words they are
  at_ms INTEGER NOT NULL,             -- day zero
  outcome INTEGER NOT NULL DEFAULT 0, -- 0 waits, else enum sighting_outcome
  patient TEXT NOT NULL DEFAULT '', reaction TEXT NOT NULL DEFAULT '', serious INTEGER NOT NULL DEFAULT 0,
  judged_ms INTEGER NOT NULL DEFAULT 0,
  sent_ms INTEGER NOT NULL DEFAULT 0, -- first handed on
  contact INTEGER NOT NULL DEFAULT 0, -- enum contact_state
  contact_ms INTEGER NOT NULL DEFAULT 0,
  told INTEGER NOT NULL DEFAULT 0     -- contact, as it stood when it was last handed on
) STRICT;
INSERT INTO sighting_new SELECT id, watch, posting, question, member, at_ms, outcome, patient, reaction, serious, judged_ms, sent_ms, contact, contact_ms,
  iif(sent_ms > 0 AND contact_ms <= sent_ms, contact, 0) FROM sighting;
DROP TABLE sighting;
ALTER TABLE sighting_new RENAME TO sighting;
CREATE INDEX sighting_waiting ON sighting (at_ms) WHERE outcome = 0;
CREATE INDEX sighting_asked ON sighting (member) WHERE contact > 0;
CREATE INDEX sighting_place ON sighting (watch, posting);
