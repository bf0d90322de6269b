-- That a member said where money is to go, never where: that lies sealed in identity.db.
CREATE TABLE payee (
  member INTEGER PRIMARY KEY,
  rail INTEGER NOT NULL DEFAULT 0,     -- 0 nowhere yet 1 IBAN 2 US account
  charity TEXT NOT NULL DEFAULT '',    -- to whom instead, a key of payout.charities
  set_ms INTEGER NOT NULL DEFAULT 0,
  form INTEGER NOT NULL DEFAULT 0,     -- tax form: 0 none 1 given 2 refused by the tax office
  form_ms INTEGER NOT NULL DEFAULT 0,
  asked_ms INTEGER NOT NULL DEFAULT 0  -- a payout below the threshold was asked for
) STRICT;
