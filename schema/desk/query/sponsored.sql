-- Questions of sponsors (board/posting/sponsored.c).

--: sponsored_add(question: int, sponsor: int, name: text, at_ms: int)
--: may: clerk
INSERT INTO sponsored (question, sponsor, name, at_ms) VALUES (:question, :sponsor, :name, :at_ms);

--: sponsored_get(question: int) => one sponsor: int, name: text, at_ms: int, state: int, reason: int, decided_ms: int
--: may: clerk
-- decided_ms: when an admin last decided; 0 while it waits for the first time.
SELECT s.sponsor, s.name, s.at_ms, ifnull(h.state, 0), ifnull(h.reason, 0), iif(ifnull(h.by, 0) > 0, h.at_ms, 0)
FROM sponsored s LEFT JOIN hold h ON h.posting = s.question WHERE s.question = :question;

--: sponsored_of(sponsor: int, most: int) => question: int
--: may: clerk
-- Newest first.
SELECT question FROM sponsored WHERE sponsor = :sponsor ORDER BY question DESC LIMIT :most;

--: sponsored_since(name: text, since_ms: int) => one own: int, every: int
--: may: clerk
-- Those that wait or stand, of this organisation and of all: what was turned down, sent back or taken down counts nowhere.
SELECT ifnull(sum(s.name = :name), 0), count(*) FROM sponsored s LEFT JOIN hold h ON h.posting = s.question
WHERE s.at_ms >= :since_ms AND ifnull(h.state, 0) <= 1;

--: sponsored_by(question: int) => one sponsor: int
--: may: clerk
SELECT sponsor FROM sponsored WHERE question = :question;
