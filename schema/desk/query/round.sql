-- Rounds of live discussion, as the clerk must know them.

--: round_add(id: int, question: int, member: int, at_ms: int, until_ms: int)
--: may: clerk
INSERT INTO round (id, question, member, at_ms, until_ms) VALUES (:id, :question, :member, :at_ms, :until_ms);

--: round_end(question: int, at_ms: int)
--: may: clerk
UPDATE round SET until_ms = :at_ms WHERE question = :question AND until_ms > :at_ms;

--: round_open_get(question: int, now_ms: int) => one id: int, until_ms: int
--: may: clerk
SELECT id, until_ms FROM round WHERE question = :question AND until_ms > :now_ms ORDER BY id DESC LIMIT 1;

--: rounds_since(member: int, since_ms: int) => one rounds: int
--: may: clerk
SELECT count(*) FROM round WHERE member = :member AND at_ms > :since_ms;
