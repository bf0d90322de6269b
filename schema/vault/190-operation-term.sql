-- A proposal has a term, and one that cannot be done steps aside with its reason, so that others go on (ledger/proposal.h).
CREATE TABLE operation_new (
  number INTEGER PRIMARY KEY,
  request BLOB NOT NULL UNIQUE CHECK (length(request) = 16), -- who asked, and which request: asked again, it is the same proposal
  name TEXT NOT NULL,                -- payout/close
  subject TEXT NOT NULL,             -- what of; a new proposal takes the place of one that waits
  command TEXT NOT NULL,
  words TEXT NOT NULL,
  digest BLOB NOT NULL CHECK (length(digest) = 32), -- core/operation.h, over command and words
  proposed_by INTEGER NOT NULL,      -- 0: at the machine
  at_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL,       -- what was not confirmed, or stepped aside, ends then
  confirmed_by INTEGER NOT NULL DEFAULT 0,
  state INTEGER NOT NULL DEFAULT 1 CHECK (state BETWEEN 1 AND 7), -- 1 waits 2 confirmed 3 done 4 fell out 5 withdrawn, or replaced 6 expired 7 stepped aside
  moved_ms INTEGER NOT NULL,         -- when it came into this state, ...
  moved_by INTEGER NOT NULL DEFAULT 0, -- ... by which member; 0: by itself
  why TEXT NOT NULL DEFAULT '',      -- of 4 and 7: the name of the result (core/result.h)
  tries INTEGER NOT NULL DEFAULT 0,  -- since it was confirmed, or an admin wanted it tried again
  next_ms INTEGER NOT NULL DEFAULT 0, -- not tried again before
  begun INTEGER NOT NULL DEFAULT 0 CHECK (begun IN (0, 1)) -- 1: something of it may be in the ledger
) STRICT;
INSERT INTO operation_new (number, request, name, subject, command, words, digest, proposed_by, at_ms, expires_ms, confirmed_by, state, moved_ms)
SELECT number, request, name, subject, command, words, digest, proposed_by, at_ms, at_ms + 7 * 86400000, confirmed_by, state, at_ms FROM operation;
DROP TABLE operation;
ALTER TABLE operation_new RENAME TO operation;

-- What became of each, written with it: nothing moves without a line here.
CREATE TABLE operation_step (
  number INTEGER NOT NULL, at_ms INTEGER NOT NULL, state INTEGER NOT NULL, by INTEGER NOT NULL, why TEXT NOT NULL
) STRICT;
CREATE INDEX operation_step_number ON operation_step (number);
CREATE TRIGGER operation_proposed AFTER INSERT ON operation BEGIN
  INSERT INTO operation_step VALUES (new.number, new.moved_ms, new.state, new.proposed_by, new.why);
END;
CREATE TRIGGER operation_moved AFTER UPDATE OF state ON operation WHEN new.state <> old.state BEGIN
  INSERT INTO operation_step VALUES (new.number, new.moved_ms, new.state, new.moved_by, new.why);
END;
CREATE TRIGGER operation_step_fixed BEFORE UPDATE ON operation_step BEGIN SELECT RAISE(ABORT, 'steps never change'); END;
CREATE TRIGGER operation_step_kept BEFORE DELETE ON operation_step BEGIN SELECT RAISE(ABORT, 'steps are never removed'); END;
