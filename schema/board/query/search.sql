-- Search. The query text is built by board/search/search.c from quoted words only; nothing a person types reaches FTS5 as syntax.

--: search_count_between(query: text, low: int, high: int, most: int) => one rows: int, last: int
--: may: web_member web_admin clerk operator
-- How many postings from `low` to `high` match, but never counting past `most`, and the last one counted: how thick a word stands there.
SELECT count(*), ifnull(max(id), 0) FROM (SELECT rowid AS id FROM posting_text
  WHERE posting_text MATCH :query AND rowid >= :low AND rowid <= :high ORDER BY rowid LIMIT :most);

--: search_newest() => one id: int
--: may: web_member web_admin clerk operator
SELECT ifnull(max(id), 0) FROM posting;

--: search_sizes(low: int, high: int) => id: int, sizes: blob
--: may: web_member web_admin clerk operator
-- How many words each posting has by column, as the index keeps it: SQLite's varints one behind the other.
SELECT id, sz FROM posting_text_docsize WHERE id BETWEEN :low AND :high;

--: search_walk(query: text) => one walked: int
--: may: web_member web_admin clerk operator
-- Shows one match to the ranker, which goes through the postings of each word by itself from there (core/db.h, board/search/gather.h).
SELECT rank_row(posting_text) FROM posting_text WHERE posting_text MATCH :query LIMIT 1;

--: search_words(id: int) => one title: text, names: text, topics: text, body: text
--: may: web_member web_admin clerk operator
SELECT title, names, topics, body FROM posting_words WHERE id = :id;

--: search_gained(id: int) => one gist: text, comments: text
--: may: web_member web_admin clerk operator
SELECT gist, comments FROM posting_words WHERE id = :id;

--: index_shape() => one shape: blob
--: may: web_member web_admin clerk operator
-- In which pieces the index lies (board/search/pieces.c).
SELECT block FROM posting_text_data WHERE id = 10;

--: index_format() => one format: int
--: may: web_member web_admin clerk operator
SELECT v FROM posting_text_config WHERE k = 'version';

--: index_leaf(piece: int, term: blob) => one page: int
--: may: web_member web_admin clerk operator
-- The page of a piece on which a term stands if any of the piece's does (board/search/postings.c).
SELECT pgno >> 1 FROM posting_text_idx WHERE segid = :piece AND term <= :term ORDER BY term DESC LIMIT 1;

--: index_leaves(piece: int, low: blob, high: blob, most: int) => page: int
--: may: web_member web_admin clerk operator
-- The later pages on which terms of this range begin.
SELECT pgno >> 1 FROM posting_text_idx WHERE segid = :piece AND term > :low AND term < :high ORDER BY term LIMIT :most;

--: index_page(id: int) => one page: blob
--: may: web_member web_admin clerk operator
SELECT block FROM posting_text_data WHERE id = :id;

--: index_leaf_next(piece: int, after: blob) => one page: int, term: blob
--: may: clerk
-- The next page on which terms begin, and the shortest bytes that are not behind its first one.
SELECT pgno >> 1, term FROM posting_text_idx WHERE segid = :piece AND term > :after ORDER BY term LIMIT 1;

--: index_newest() => one id: int
--: may: clerk
-- No row of the index, nor one that may come back to it, is of a later posting.
SELECT max((SELECT ifnull(max(id), 0) FROM posting), (SELECT ifnull(max(id), 0) FROM withheld));

--: packed_pieces() => piece: int, pages: int, mark: int, newest: int, after: blob, done: int
--: may: web_member web_admin clerk operator
-- What is packed or being packed (board/search/packed.h).
SELECT piece, pages, mark, newest, after, done FROM packed_piece;

--: packed_rows(piece: int, term: blob) => one rows: int
--: may: web_member web_admin clerk operator
-- How many rows a packed list has; 0: it is not packed.
SELECT ifnull(sum(rows), 0) FROM packed_list WHERE piece = :piece AND term = :term;

--: packed_part(piece: int, term: blob, part: int) => one rows: int, list: blob
--: may: web_member web_admin clerk operator
SELECT rows, list FROM packed_list WHERE piece = :piece AND term = :term AND part = :part;

--: packed_size(block: int) => one sizes: blob
--: may: web_member web_admin clerk operator
SELECT sizes FROM packed_size WHERE block = :block;

--: packed_size_set(block: int, sizes: blob)
--: may: clerk
INSERT INTO packed_size (block, sizes) VALUES (:block, :sizes) ON CONFLICT (block) DO UPDATE SET sizes = excluded.sizes;

--: packed_part_add(piece: int, term: blob, part: int, rows: int, list: blob)
--: may: clerk
INSERT INTO packed_list (piece, term, part, rows, list) VALUES (:piece, :term, :part, :rows, :list);

--: packed_piece_set(piece: int, pages: int, mark: int, newest: int, after: blob, done: int)
--: may: clerk
INSERT INTO packed_piece (piece, pages, mark, newest, after, done) VALUES (:piece, :pages, :mark, :newest, :after, :done)
ON CONFLICT (piece) DO UPDATE SET pages = excluded.pages, mark = excluded.mark, newest = excluded.newest, after = excluded.after, done = excluded.done;

--: packed_parts_drop(piece: int, most: int)
--: may: clerk
DELETE FROM packed_list WHERE id IN (SELECT id FROM packed_list WHERE piece = :piece LIMIT :most);

--: packed_piece_drop(piece: int)
--: may: clerk
DELETE FROM packed_piece WHERE piece = :piece;

--: search_rank(query: text) => one rows: int
--: may: web_member web_admin clerk operator
-- Shows every match to the ranker (core/db.h, board/search/weigh.c), which keeps the best.
SELECT count(*) FROM posting_text WHERE posting_text MATCH :query AND rank_row(posting_text);

--: search_rank_filtered(query: text, topic: text, author: text, kind: int, solved: int, answered: int, since_ms: int) => one rows: int
--: may: web_member web_admin clerk operator
-- The same with filters: '' any topic or author (lower case), 0 any kind, 3 solved or not, 2 case studies alone, 2 answered or not. The ranker is asked last.
SELECT count(*) FROM posting_text CROSS JOIN posting p ON p.id = posting_text.rowid CROSS JOIN thread t ON t.question = p.question
LEFT JOIN member m ON m.id = p.member
WHERE posting_text MATCH :query AND CASE WHEN p.at_ms >= :since_ms AND (:kind = 0 OR t.kind = :kind)
  AND (:solved = 3 OR (t.kind <= 2 AND iif(:solved = 2, t.solved = 2, (t.solved > 0) = :solved))) AND (:answered = 2 OR (t.kind <= 2 AND (t.answers > 0) = :answered))
  AND (:author = '' OR lower(m.pseudonym) = :author)
  AND (:topic = '' OR EXISTS (SELECT 1 FROM thread_topic x WHERE x.topic = :topic AND x.question = t.question))
  THEN rank_row(posting_text) END;

--: search_filtered(topic: text, author: text, kind: int, solved: int, answered: int, since_ms: int, most: int) => id: int
--: may: web_member web_admin clerk operator
-- Filters and no words: what opens a thread or, when an author is named, anything of theirs; the newest first.
SELECT p.id FROM posting p JOIN thread t ON t.question = p.question LEFT JOIN member m ON m.id = p.member
WHERE p.at_ms >= :since_ms AND (:kind = 0 OR t.kind = :kind)
  AND (:solved = 3 OR (t.kind <= 2 AND iif(:solved = 2, t.solved = 2, (t.solved > 0) = :solved))) AND (:answered = 2 OR (t.kind <= 2 AND (t.answers > 0) = :answered))
  AND (:author = '' OR p.member = (SELECT id FROM member WHERE lower(pseudonym) = :author))
  AND (p.id = p.question OR :author <> '')
  AND (:topic = '' OR EXISTS (SELECT 1 FROM thread_topic x WHERE x.topic = :topic AND x.question = t.question))
ORDER BY p.id DESC LIMIT :most;

--: search_terms(low: text, high: text, most: int) => term: text, rows: int
--: may: web_member web_admin clerk operator
-- The index's own words from `low` up to `high`, with the postings they stand in.
SELECT term, doc FROM posting_term WHERE term >= :low AND term < :high LIMIT :most;

--: search_example(query: text) => one title: text, names: text, body: text, gist: text, comments: text
--: may: web_member web_admin clerk operator
-- A posting that holds a word.
SELECT w.title, w.names, w.body, w.gist, w.comments FROM posting_text JOIN posting_words w ON w.id = posting_text.rowid WHERE posting_text MATCH :query LIMIT 1;

--: search_title(id: int) => one question: int, title: text, names: text
--: may: web_member web_admin clerk operator
-- The thread a match stands in: what it asks, and what else its subject is called. A hundred are looked at for a search, so that no row is
-- sought that need not be: only references have a source.
SELECT p.question, CASE WHEN p.question = p.id THEN p.title ELSE (SELECT title FROM posting WHERE id = p.question) END,
  CASE WHEN p.kind < 5 THEN '' ELSE ifnull((SELECT names FROM posting_source WHERE posting = p.question), '') END
FROM posting p WHERE p.id = :id;

--: search_facet(question: int) => one kind: int, solved: int, answers: int, topics: text
--: may: web_member web_admin clerk operator
SELECT kind, solved, answers, topics FROM thread WHERE question = :question;

--: search_row(id: int) => one question: int, kind: int, member: int, pseudonym: text, title: text, excerpt: text, source: text, solved: int, answers: int, at_ms: int, topics: text
--: may: web_member web_admin clerk operator
-- The thread a hit stands in.
SELECT q.id, q.kind, q.member, ifnull(m.pseudonym, ''), q.title, q.excerpt, q.source, t.solved, t.answers, t.at_ms, t.topics
FROM posting p JOIN posting q ON q.id = p.question JOIN thread t ON t.question = q.id LEFT JOIN member m ON m.id = q.member
WHERE p.id = :id;

--: source_key(posting: int) => one key: text
--: may: operator
SELECT key FROM posting_source WHERE posting = :posting;
