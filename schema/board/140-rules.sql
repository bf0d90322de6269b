-- Since when a proposed rule runs in the shadow of the one in force; 0: it does not.
ALTER TABLE rule ADD COLUMN shadow_ms INTEGER NOT NULL DEFAULT 0;

-- Every step of a rule, with who did it and why, in the order of the journal.
CREATE TABLE rule_step (
  seq INTEGER PRIMARY KEY,           -- of its event
  name TEXT NOT NULL,
  proposal INTEGER NOT NULL,         -- what it is about; 0 the version the house began with
  step INTEGER NOT NULL CHECK (step BETWEEN 1 AND 5), -- 1 proposed 2 in the shadow 3 approved 4 withdrawn 5 rolled back to it
  member INTEGER NOT NULL, at_ms INTEGER NOT NULL,
  reason TEXT NOT NULL
) STRICT;
CREATE INDEX rule_step_name ON rule_step (name, seq);
INSERT INTO rule_step (seq, name, proposal, step, member, at_ms, reason)
SELECT proposal, name, proposal, 1, proposed_by, proposed_ms, reason FROM rule;
