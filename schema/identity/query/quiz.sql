-- The quiz at the door: frozen questions and counted tries.

--: quiz_get(digest: blob) => one known: int, box: blob
--: may: clerk
SELECT known, box FROM quiz WHERE digest = :digest;

--: quiz_set(digest: blob, known: int, box: blob)
--: may: clerk
INSERT INTO quiz (digest, known, box) VALUES (:digest, :known, :box)
ON CONFLICT (digest) DO UPDATE SET known = excluded.known, box = excluded.box;

--: quiz_try_add(digest: blob, at_ms: int)
--: may: clerk
INSERT INTO quiz_try (digest, at_ms) VALUES (:digest, :at_ms);

--: quiz_tries(digest: blob, since_ms: int, most: int) => at_ms: int
--: may: clerk
-- The latest first.
SELECT at_ms FROM quiz_try WHERE digest = :digest AND at_ms > :since_ms ORDER BY at_ms DESC LIMIT :most;

--: quiz_tries_prune(before_ms: int)
--: may: clerk
DELETE FROM quiz_try WHERE at_ms <= :before_ms;
