-- Why a member's level is what it is, for himself and the admins; and whom the lists lowered, so that he comes back to that place and
-- no higher when they have him in order again. Here, not in board.db: nobody else's page needs it.
ALTER TABLE member ADD COLUMN level_why TEXT NOT NULL DEFAULT ''; -- the word of the latest change; '' before the first
ALTER TABLE member ADD COLUMN level_ms INTEGER NOT NULL DEFAULT 0; -- when; 0: never
ALTER TABLE member ADD COLUMN level_from INTEGER NOT NULL DEFAULT 0; -- where he stood before the lists lowered him; 0: they did not
CREATE INDEX member_lowered ON member (id) WHERE level_from > 0;
CREATE INDEX member_withdrawn ON member (level_ms) WHERE level_why IN ('withdrawn', 'restored');
