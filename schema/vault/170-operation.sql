-- Whatever two people must want, not batches alone (ledger/proposal.h): the command as it will be run, and the words that were read.
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
  confirmed_by INTEGER NOT NULL DEFAULT 0,
  state INTEGER NOT NULL DEFAULT 1 CHECK (state BETWEEN 1 AND 5) -- 1 waits 2 confirmed 3 done 4 no longer what was looked at 5 withdrawn, or replaced
) STRICT;
-- What still waited was confirmed over other bytes: it is proposed again.
INSERT INTO operation_new
SELECT number, CAST(printf('%016d', number) AS BLOB), 'payout/close', rail, '',
  printf('Hold %d.%02d USD of %d payees for the bank', cents / 100, cents % 100, payees),
  digest, proposed_by, at_ms, confirmed_by, CASE WHEN state = 3 THEN 3 ELSE 4 END FROM operation;
DROP TABLE operation;
ALTER TABLE operation_new RENAME TO operation;
