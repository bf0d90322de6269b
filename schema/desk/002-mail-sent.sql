-- When a mail was sent, so that a member gets only so many in a day.
ALTER TABLE mail ADD COLUMN sent_ms INTEGER NOT NULL DEFAULT 0; -- 0: not yet
CREATE INDEX mail_member ON mail (member, sent, sent_ms);
