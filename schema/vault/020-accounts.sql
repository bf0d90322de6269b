-- Who of the staff has which second factor (bit 1 TOTP, bit 4 passkey); no row: none.
CREATE TABLE second (member INTEGER PRIMARY KEY, bits INTEGER NOT NULL) STRICT;
