-- What the ranker found out of a month's acts (ledger/finding.h), of what earmarks are on alone: kept, so that the same payments come out when
-- the rules are run again. A month without a row here was paid without.
CREATE TABLE finding_month (period TEXT PRIMARY KEY, postings INTEGER NOT NULL, votes INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE posting_finding (
  period TEXT NOT NULL, posting INTEGER NOT NULL,
  odds REAL NOT NULL, support REAL NOT NULL, trust REAL NOT NULL, standing REAL NOT NULL,
  PRIMARY KEY (period, posting)
) STRICT, WITHOUT ROWID;
-- Never here: how anybody voted.
CREATE TABLE vote_finding (
  period TEXT NOT NULL, posting INTEGER NOT NULL, member INTEGER NOT NULL,
  apart REAL NOT NULL, trust REAL NOT NULL, worth REAL NOT NULL,
  PRIMARY KEY (period, posting, member)
) STRICT, WITHOUT ROWID;
