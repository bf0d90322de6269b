-- Why the assurance level is what it is: the word of the latest member_level_set, '' before the first. The member reads it himself.
ALTER TABLE member ADD COLUMN level_why TEXT NOT NULL DEFAULT '';
ALTER TABLE member ADD COLUMN level_was INTEGER NOT NULL DEFAULT 0; -- the level before that
ALTER TABLE member ADD COLUMN level_ms INTEGER NOT NULL DEFAULT 0;  -- when; 0: never
