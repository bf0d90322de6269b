-- The setting earmark.audience as it was when the month's close began, so that the month replays by it whatever the setting says by then.
-- NULL: a month that programs of before began to close. They held earmarks by a selector against the setting, kept it nowhere, and let those
-- chosen by hand go.
ALTER TABLE period ADD COLUMN audience INTEGER CHECK (audience > 0);
