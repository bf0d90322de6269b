-- When a hold is over (Unix seconds: its leaf's tick and its timeout); 0: it is no hold, or it lasts until it is resolved. Nothing ends
-- by itself: an entry says so (TRANSFER_EXPIRED), and this is only where to look. Before this column no hold was ever made.
ALTER TABLE transfer ADD COLUMN ends INTEGER NOT NULL DEFAULT 0;
CREATE INDEX transfer_ends ON transfer (ends) WHERE ends > 0;
