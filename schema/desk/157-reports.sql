-- Mails about new reports, to sponsors' people who asked for them.

CREATE TABLE subscription (
  member INTEGER NOT NULL,
  template INTEGER NOT NULL CHECK (template BETWEEN 1 AND 5), -- as in board.db, table released
  how INTEGER NOT NULL,               -- 0 never 1 at once 3 weekly
  told INTEGER NOT NULL,              -- reports up to this one were told, or are from before he asked
  PRIMARY KEY (member, template)
) STRICT, WITHOUT ROWID;

-- What such a mail covers: reports of a template behind `since` up to `upto`; gone once it was sent.
CREATE TABLE report_mail (
  mail INTEGER NOT NULL, template INTEGER NOT NULL, since INTEGER NOT NULL, upto INTEGER NOT NULL, PRIMARY KEY (mail, template)
) STRICT, WITHOUT ROWID;
