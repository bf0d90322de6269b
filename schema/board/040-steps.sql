-- Totals as readers see them move in steps: a step begins with the vote that makes at least three members who are new to the posting, and is shown
-- from the next quarter of an hour on. The first columns of tally stay exact; nothing of them is shown before its step.
-- A store that was filled before this shows what it held so far; rebuilt, it has the steps the journal gives.

ALTER TABLE tally ADD COLUMN shown_corroborate INTEGER NOT NULL DEFAULT 0; -- as of the last step that was shown
ALTER TABLE tally ADD COLUMN shown_dispute INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tally ADD COLUMN shown_cannot_say INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tally ADD COLUMN shown_patients INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tally ADD COLUMN fresh INTEGER NOT NULL DEFAULT 0;  -- members whose first vote here came since that step
ALTER TABLE tally ADD COLUMN due_ms INTEGER NOT NULL DEFAULT 0; -- from then on the exact columns are shown, until the next vote; 0: no step has begun
UPDATE tally SET shown_corroborate = corroborate, shown_dispute = dispute, shown_cannot_say = cannot_say, shown_patients = patients;

-- Lists ask tally for the few readers who may see a thread's sums: these two columns stand still from now on.
UPDATE thread SET corroborations = 0, patients = 0;

-- Threads whose totals somebody chose to see: together with those in tally all in which anybody has rows of his own.
CREATE TABLE looked (question INTEGER PRIMARY KEY) STRICT;
