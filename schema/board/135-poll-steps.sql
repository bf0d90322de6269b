-- A poll's counts move as totals of votes do (040-steps.sql): a step begins with the choice that makes at least three members who are new to the
-- poll, and is shown from the next quarter of an hour on. A store that was filled before this shows what it held so far; rebuilt, it has the steps
-- the journal gives.

ALTER TABLE poll_option ADD COLUMN shown_chosen INTEGER NOT NULL DEFAULT 0; -- as of the last step that was shown
ALTER TABLE poll_option ADD COLUMN shown_looked INTEGER NOT NULL DEFAULT 0;
UPDATE poll_option SET shown_chosen = chosen, shown_looked = looked;

CREATE TABLE poll_step (
  question INTEGER PRIMARY KEY,
  fresh INTEGER NOT NULL,            -- members whose first choice here came since the last step
  due_ms INTEGER NOT NULL            -- from then on the exact counts are shown, until the next choice; 0: no step has begun
) STRICT;

-- Nothing has counted in these since totals move in steps.
ALTER TABLE thread DROP COLUMN corroborations;
ALTER TABLE thread DROP COLUMN patients;
ALTER TABLE withheld_thread DROP COLUMN corroborations;
ALTER TABLE withheld_thread DROP COLUMN patients;
