-- Who asked a question that a sponsor put to members, beside its title; '' for a member's.
ALTER TABLE question_title ADD COLUMN sponsor TEXT NOT NULL DEFAULT '';
