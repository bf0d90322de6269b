-- statement.db: what each member may see of own payments, with the proofs. Made from ledger.db, vault.db and the journal; delete it and it
-- is rebuilt to the same content. Never here: anything of an earmark that is still open.

-- One row a member and closed period, zero included: that there is a statement says nothing.
CREATE TABLE statement (
  member INTEGER NOT NULL, period TEXT NOT NULL,
  cents INTEGER NOT NULL, payments INTEGER NOT NULL, closed_ms INTEGER NOT NULL,
  PRIMARY KEY (member, period)
) STRICT, WITHOUT ROWID;
-- One transfer a campaign, member and period.
CREATE TABLE payment (
  id INTEGER PRIMARY KEY,            -- the transfer's leaf
  member INTEGER NOT NULL, period TEXT NOT NULL,
  campaign TEXT NOT NULL,            -- its name
  product TEXT NOT NULL,
  cents INTEGER NOT NULL,
  receipt TEXT NOT NULL              -- c2sp.org/tlog-proof@v1 of the transfer
) STRICT;
CREATE INDEX payment_member ON payment (member, id);
-- What the payment is made of: each earmark's part, its commitment opened to the payee, and the proof that it was there before the act.
CREATE TABLE part (
  payment INTEGER NOT NULL REFERENCES payment (id), number INTEGER NOT NULL,
  kind INTEGER NOT NULL,             -- 1 the posting, 2 an answer to it, 3 votes on it
  posting INTEGER NOT NULL,
  cents INTEGER NOT NULL,
  commitment_leaf INTEGER NOT NULL,
  opening BLOB NOT NULL,             -- nonce and plaintext, 544 bytes: SHA-256("ldg/earmark/v1\n" || opening) is the commitment
  receipt TEXT NOT NULL,             -- of the commitment, under the first checkpoint that held it
  PRIMARY KEY (payment, number)
) STRICT, WITHOUT ROWID;
