-- Assurance levels that the lists moved.

--: member_level_set(id: int, level: int, why: text, was: int, at_ms: int)
--: may: clerk
-- Whoever waits and reaches level 3 is in; whoever is in stays so, and sees only the waiting room while the level is lower.
-- Lowered by the lists: remember from where, the first place if it happens twice. Moved by anything else: that is forgotten.
UPDATE member SET level_from = iif(:why IN ('lapsed', 'deactivated', 'excluded'), max(level_from, :was), 0), level_why = :why,
  level_ms = :at_ms, level = :level, state = iif(state = 1 AND :level = 3, 2, state) WHERE id = :id;

--: member_standing(id: int) => one role: int, level: int, state: int, level_why: text, level_ms: int, level_from: int
--: may: clerk
SELECT role, level, state, level_why, level_ms, level_from FROM member WHERE id = :id;

--: lowered_count() => one members: int
--: may: clerk
-- Whom the lists lowered and have not raised again.
SELECT count(*) FROM member WHERE level_from > 0;
