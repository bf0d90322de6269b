-- Accounts: what the pages must know of how a member signs in, and who has left.

ALTER TABLE member ADD COLUMN second INTEGER NOT NULL DEFAULT 0; -- second factors there are: bit 1 TOTP, bit 4 passkey; shown to nobody else
ALTER TABLE member ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;   -- 1: has left; pseudonym and specialty are no longer here
ALTER TABLE session ADD COLUMN device TEXT NOT NULL DEFAULT '';  -- in one word, for the member's own list
