-- New ids are kept in memory (ledger/recent.h) rather than in id_new: they stand in `transfer` anyway, and an index of them, small as it was,
-- cost most of what was written. Which of them are settled, and when, stays as 190-id.sql says.
DROP TABLE id_new;
