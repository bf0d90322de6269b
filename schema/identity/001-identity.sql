-- identity.db: sealed; not a fold. Losing a member's key row is forgetting the member: that is what leaving does.
-- Rows are written before the journal's commit and orphans (a crash in between) are swept at the next start.

CREATE TABLE member_key (member INTEGER PRIMARY KEY, box BLOB NOT NULL) STRICT; -- the member's own key, under the clerk's
-- An application in progress: the clerk must still read it. Removed after it is decided.
CREATE TABLE application (member INTEGER PRIMARY KEY, box BLOB NOT NULL, at_ms INTEGER NOT NULL) STRICT;
-- Sealed to the offline key (crypto_box_seal): nothing on this machine opens it.
CREATE TABLE identity (member INTEGER PRIMARY KEY, sealed BLOB NOT NULL) STRICT;
-- Keyed digests of licence and NPI: one person, one membership. The first to apply holds the digest until refused.
CREATE TABLE person (digest BLOB PRIMARY KEY, member INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX person_member ON person (member);
