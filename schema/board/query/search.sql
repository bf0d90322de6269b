-- Search. The query text is built by board/search.c from quoted words only; nothing a person types reaches FTS5 as syntax.

--: search_count(query: text, most: int) => one rows: int
--: may: web_member web_admin clerk operator
-- How many postings match, but never counting past `most`: how rare a word is.
SELECT count(*) FROM (SELECT 1 FROM posting_text WHERE posting_text MATCH :query LIMIT :most);

--: search_rank(query: text) => one rows: int
--: may: web_member web_admin clerk operator
-- Shows every match to the ranker (core/db.h, board/score.c), which keeps the best.
SELECT count(*) FROM posting_text WHERE posting_text MATCH :query AND rank_row(posting_text);

--: search_title(id: int) => one question: int, title: text, names: text
--: may: web_member web_admin clerk operator
-- The thread a match stands in, what it asks, and what else its subject is called.
SELECT p.question, q.title, ifnull(s.names, '') FROM posting p JOIN posting q ON q.id = p.question LEFT JOIN posting_source s ON s.posting = q.id
WHERE p.id = :id;

--: search_row(id: int) => one question: int, kind: int, member: int, pseudonym: text, title: text, excerpt: text, source: text, solved: int, answers: int, corroborations: int, patients: int, at_ms: int, topics: text
--: may: web_member web_admin clerk operator
-- The thread a hit stands in.
SELECT q.id, q.kind, q.member, ifnull(m.pseudonym, ''), q.title, q.excerpt, q.source, t.solved, t.answers, t.corroborations, t.patients, t.at_ms, t.topics
FROM posting p JOIN posting q ON q.id = p.question JOIN thread t ON t.question = q.id LEFT JOIN member m ON m.id = q.member
WHERE p.id = :id;

--: source_key(posting: int) => one key: text
--: may: operator
SELECT key FROM posting_source WHERE posting = :posting;
