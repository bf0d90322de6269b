-- Accounts: second factors, lost passwords, changed addresses, and a stricter key for names that look alike.

ALTER TABLE member ADD COLUMN look TEXT NOT NULL DEFAULT '';         -- as pseudonym_key, but folds more (board/pseudonym.c); not unique
ALTER TABLE member ADD COLUMN specialty TEXT NOT NULL DEFAULT '';    -- as it was given, shown or not
ALTER TABLE member ADD COLUMN shown INTEGER NOT NULL DEFAULT 0;
ALTER TABLE member ADD COLUMN second INTEGER NOT NULL DEFAULT 0;     -- second factors there are: bit 1 TOTP, bit 4 passkey
CREATE INDEX member_look ON member (look);
ALTER TABLE session ADD COLUMN opened_ms INTEGER NOT NULL DEFAULT 0;

CREATE TABLE factor (
  id INTEGER PRIMARY KEY,             -- seq of the event that added it
  member INTEGER NOT NULL,
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 3), -- 1 TOTP 2 recovery codes 3 passkey
  handle BLOB,                        -- keyed digest of a passkey's credential id
  box BLOB NOT NULL,                  -- under the member's own key
  mark INTEGER NOT NULL DEFAULT 0,    -- TOTP: step of the latest code; codes: bits of those used up; passkey: signature counter
  at_ms INTEGER NOT NULL,
  used_ms INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX factor_member ON factor (member, kind);
CREATE UNIQUE INDEX factor_handle ON factor (handle) WHERE handle IS NOT NULL;

CREATE TABLE reset (
  id INTEGER PRIMARY KEY,             -- seq of reset_asked
  digest BLOB NOT NULL UNIQUE,        -- of the code in the mail
  member INTEGER NOT NULL,            -- 0: nobody has that name
  expires_ms INTEGER NOT NULL,
  box BLOB NOT NULL,                  -- the code, for the mail
  used INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX reset_member ON reset (member);

CREATE TABLE email_change (
  id INTEGER PRIMARY KEY,             -- seq of email_asked
  member INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL,
  box BLOB NOT NULL,                  -- old address, new one, code
  done INTEGER NOT NULL DEFAULT 0     -- 1 confirmed, 2 given up for a later one
) STRICT;
CREATE INDEX email_change_member ON email_change (member, id);

-- Members and sessions of the time before get their new columns by folding the journal once more.
DELETE FROM member; DELETE FROM session; DELETE FROM request; DELETE FROM posting; DELETE FROM vote; DELETE FROM vote_day;
DELETE FROM interest; DELETE FROM rule; DELETE FROM mail; DELETE FROM cursor;
