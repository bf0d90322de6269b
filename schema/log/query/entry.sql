-- What core/log_sqlite.c stands on. One store under two names: the journal and the ledger are both of it.

--: entry_add(seq: int, body: blob, digest: blob)
--: may: clerk paymaster
INSERT INTO entry (seq, body, digest) VALUES (:seq, :body, :digest);

--: entry_last() => one seq: int, digest: blob
--: may: clerk ranker paymaster analyst postman operator
SELECT seq, digest FROM entry ORDER BY seq DESC LIMIT 1;

--: entry_after(after: int, most: int) => seq: int, body: blob, digest: blob
--: may: clerk ranker paymaster analyst postman operator
-- A changed bit of the file may make text of bytes, which SQLite would give out alike: then there is nothing here, and every reader says so.
SELECT seq, iif(typeof(body) = 'blob', body, x'') AS body, iif(typeof(digest) = 'blob', digest, x'') AS digest
FROM entry WHERE seq > :after ORDER BY seq LIMIT :most;

--: entry_text_add(seq: int, part: int, salt: blob, body: text)
--: may: clerk paymaster
INSERT INTO entry_text (seq, part, salt, body) VALUES (:seq, :part, :salt, :body);

--: entry_text_get(seq: int, part: int) => one salt: blob?, body: text?
--: may: clerk ranker paymaster analyst postman operator
SELECT salt, body FROM entry_text WHERE seq = :seq AND part = :part;

--: entry_text_blank(seq: int, part: int)
--: may: clerk paymaster
UPDATE entry_text SET salt = NULL, body = NULL WHERE seq = :seq AND part = :part;
