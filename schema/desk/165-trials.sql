-- What the ranker told of a proposed rule's trial, or of its latest day in the shadow: 0 nothing yet, 1 passed, 2 failed.
ALTER TABLE rule ADD COLUMN trial INTEGER NOT NULL DEFAULT 0;
