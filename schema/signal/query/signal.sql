--: week_last() => one week: int, name: text, journal_seq: int, authors: int
--: may: analyst web_admin
SELECT week, name, journal_seq, authors FROM week ORDER BY week DESC LIMIT 1;

--: week_get(week: int) => one name: text, authors: int
--: may: web_admin
SELECT name, authors FROM week WHERE week = :week;

--: weeks(after: int, upto: int, most: int) => week: int, name: text, authors: int
--: may: analyst web_admin
SELECT week, name, authors FROM week WHERE week > :after AND week <= :upto ORDER BY week LIMIT :most;

--: word_get(id: int) => one word: text, kind: int
--: may: web_admin
SELECT word, kind FROM word WHERE id = :id;

--: word_last() => one id: int
--: may: analyst
SELECT id FROM word ORDER BY id DESC LIMIT 1;

--: word_weeks(word: int, after: int, upto: int, most: int) => week: int, authors: int
--: may: analyst web_admin
SELECT week, authors FROM word_week WHERE word = :word AND week > :after AND week <= :upto ORDER BY week LIMIT :most;

--: pair_sums(after: int, most: int) => drug: int, event: int, postings: int
--: may: analyst
SELECT drug, event, sum(postings) FROM pair_week WHERE week > :after GROUP BY drug, event ORDER BY drug, event LIMIT :most;

--: signs(week: int, kind: int, most: int) => word: int, name: text, authors: int, usual: real, value: real, bound: real, weeks: int
--: may: web_admin
-- Farthest beyond what is usual first.
SELECT s.word, w.word, s.authors, s.usual, s.value, s.bound, s.weeks FROM sign s JOIN word w ON w.id = s.word
WHERE s.week = :week AND s.kind = :kind ORDER BY s.value - s.bound DESC, s.word LIMIT :most;

--: sign_weeks(week: int, kind: int, word: int) => one weeks: int
--: may: analyst
SELECT weeks FROM sign WHERE week = :week AND kind = :kind AND word = :word;

--: pairs(most: int) => drug: int, event: int, drug_word: text, event_word: text, postings: int, expected: real, prr: real, ror: real, ror_low: real, ror_high: real, ic_low: real, ebgm: real, eb05: real, eb95: real
--: may: web_admin
-- Most out of proportion first.
SELECT p.drug, p.event, d.word, e.word, p.postings, p.expected, p.prr, p.ror, p.ror_low, p.ror_high, p.ic_low, p.ebgm, p.eb05, p.eb95
FROM pair p JOIN word d ON d.id = p.drug JOIN word e ON e.id = p.event
ORDER BY p.eb05 DESC, p.ic_low DESC, p.drug, p.event LIMIT :most;

--: bursts(most: int) => word: int, name: text, first: int, last: int, weight: real, first_name: text, last_name: text
--: may: web_admin
-- The strongest.
SELECT b.word, w.word, b.first, b.last, b.weight, f.name, l.name FROM burst b JOIN word w ON w.id = b.word
JOIN week f ON f.week = b.first JOIN week l ON l.week = b.last ORDER BY b.weight DESC, b.word, b.first LIMIT :most;

--: bursts_of(word: int, most: int) => first: int, last: int, weight: real, first_name: text, last_name: text
--: may: web_admin
SELECT b.first, b.last, b.weight, f.name, l.name FROM burst b
JOIN week f ON f.week = b.first JOIN week l ON l.week = b.last WHERE b.word = :word ORDER BY b.first DESC LIMIT :most;

--: word_put(id: int, word: text, kind: int)
--: may: analyst
INSERT INTO word (id, word, kind) VALUES (:id, :word, :kind) ON CONFLICT (id) DO UPDATE SET kind = excluded.kind;

--: week_add(week: int, name: text, journal_seq: int, authors: int)
--: may: analyst
INSERT INTO week (week, name, journal_seq, authors) VALUES (:week, :name, :journal_seq, :authors);

--: word_week_add(word: int, week: int, authors: int)
--: may: analyst
INSERT INTO word_week (word, week, authors) VALUES (:word, :week, :authors);

--: pair_week_add(week: int, drug: int, event: int, postings: int)
--: may: analyst
INSERT INTO pair_week (week, drug, event, postings) VALUES (:week, :drug, :event, :postings);

--: sign_add(week: int, kind: int, word: int, authors: int, usual: real, value: real, bound: real, weeks: int)
--: may: analyst
INSERT INTO sign (week, kind, word, authors, usual, value, bound, weeks) VALUES (:week, :kind, :word, :authors, :usual, :value, :bound, :weeks);

--: look_back_get() => one week: int
--: may: analyst
SELECT week FROM look_back;

--: look_back_set(week: int)
--: may: analyst
INSERT INTO look_back (one, week) VALUES (1, :week) ON CONFLICT (one) DO UPDATE SET week = excluded.week;

--: pairs_drop()
--: may: analyst
DELETE FROM pair;

--: pair_add(drug: int, event: int, postings: int, expected: real, prr: real, ror: real, ror_low: real, ror_high: real, ic_low: real, ebgm: real, eb05: real, eb95: real)
--: may: analyst
INSERT INTO pair (drug, event, postings, expected, prr, ror, ror_low, ror_high, ic_low, ebgm, eb05, eb95)
VALUES (:drug, :event, :postings, :expected, :prr, :ror, :ror_low, :ror_high, :ic_low, :ebgm, :eb05, :eb95);

--: bursts_drop()
--: may: analyst
DELETE FROM burst;

--: burst_add(word: int, first: int, last: int, weight: real)
--: may: analyst
INSERT INTO burst (word, first, last, weight) VALUES (:word, :first, :last, :weight);
