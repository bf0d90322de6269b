-- Where a member's money goes and what his tax form says, sealed to the offline key: nothing on this machine opens either.
CREATE TABLE payee (member INTEGER PRIMARY KEY, sealed BLOB NOT NULL) STRICT;
CREATE TABLE tax_form (member INTEGER PRIMARY KEY, sealed BLOB NOT NULL) STRICT;
