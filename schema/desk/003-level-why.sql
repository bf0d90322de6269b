-- Whom the lists lowered, and from where, so that he comes back to that place and no higher when they have him in order again.
ALTER TABLE member ADD COLUMN level_why TEXT NOT NULL DEFAULT ''; -- the word of the latest member_level_set
ALTER TABLE member ADD COLUMN level_from INTEGER NOT NULL DEFAULT 0; -- where he stood before the lists lowered him; 0: they did not
CREATE INDEX member_lowered ON member (id) WHERE level_from > 0;
