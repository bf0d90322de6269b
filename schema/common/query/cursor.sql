--: cursor_get(log: text) => one seq: int
--: may: all
SELECT seq FROM cursor WHERE log = :log;

--: cursor_set(log: text, seq: int)
--: may: clerk ranker paymaster analyst postman operator
INSERT INTO cursor (log, seq) VALUES (:log, :seq) ON CONFLICT (log) DO UPDATE SET seq = excluded.seq;
