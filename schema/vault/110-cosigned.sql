-- How many witnesses cosigned the note as it is kept here. What comes after a month that needs it was closed comes too late: a receipt that was
-- given must be made again as it was.
ALTER TABLE checkpoint ADD COLUMN cosigned INTEGER NOT NULL DEFAULT 0;
