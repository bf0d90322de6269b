-- What the clerk knows of a trial: 0 nothing, 1 that it passed, 2 that it failed, or failed in the shadow.
ALTER TABLE trial ADD COLUMN told INTEGER NOT NULL DEFAULT 0;
