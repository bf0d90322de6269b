-- Assurance levels: what they are, since when and why.

--: member_level(member: int) => one level: int, level_was: int, level_why: text, level_ms: int
--: may: web_member web_admin web_login clerk
-- For the member himself and admins. The word is one of those of member_level_set (schema/journal/event.rec).
SELECT level, level_was, level_why, level_ms FROM member WHERE id = :member;

--: member_level_why_set(member: int, level: int, was: int, why: text, at_ms: int)
--: may: clerk operator
UPDATE member SET level = :level, level_was = :was, level_why = :why, level_ms = :at_ms WHERE id = :member;
