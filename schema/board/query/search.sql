-- Search. The query text is built by board/search.c from quoted words only; nothing a person types reaches FTS5 as syntax.

--: search_count(query: text, most: int) => one rows: int
--: may: web_member web_admin clerk
-- How many postings match, but never counting past `most`: how rare a word is.
SELECT count(*) FROM (SELECT 1 FROM posting_text WHERE posting_text MATCH :query LIMIT :most);

--: search_hits(query: text, most: int) => id: int, score: real
--: may: web_member web_admin clerk
-- Best first; a word in the title weighs three times one in the body.
SELECT rowid, rank FROM posting_text WHERE posting_text MATCH :query AND rank MATCH 'bm25(3.0, 1.0)' ORDER BY rank LIMIT :most;

--: search_row(id: int) => one question: int, kind: int, member: int, pseudonym: text, title: text, excerpt: text, source: text, solved: int, answers: int, corroborations: int, patients: int, at_ms: int, topics: text
--: may: web_member web_admin clerk
-- The thread a hit stands in.
SELECT q.id, q.kind, q.member, ifnull(m.pseudonym, ''), q.title, q.excerpt, q.source, t.solved, t.answers, t.corroborations, t.patients, t.at_ms, t.topics
FROM posting p JOIN posting q ON q.id = p.question JOIN thread t ON t.question = q.id LEFT JOIN member m ON m.id = q.member
WHERE p.id = :id;
