-- What nothing can rebuild, summed: whether every row is still the one that was written (core/db_seal.c). The program that writes the vault
-- keeps it in each of its transactions; `curbside ledger verify` compares.
CREATE TABLE seal (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  sum BLOB NOT NULL CHECK (length(sum) = 32), -- of BLAKE2b-256 over each row, modulo 2^256
  migrations INTEGER NOT NULL        -- how many had run when it was made; another number: it is made anew
) STRICT;
-- Digests of the paymaster's secret keys: with another one every derived id is another, and what was paid would be paid again.
CREATE TABLE key_digest (
  name TEXT PRIMARY KEY,             -- id, box: files below keys/paymaster
  digest BLOB NOT NULL CHECK (length(digest) = 32)
) STRICT, WITHOUT ROWID;
