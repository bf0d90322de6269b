-- What search reads besides a posting's own text: the names a source gives what it writes of, the source's own key, and the thread's topics.
CREATE TABLE posting_source (
  posting INTEGER PRIMARY KEY,
  key TEXT NOT NULL,                 -- the source's own id, '' when it gave none
  names TEXT NOT NULL                -- what else it calls the subject, separated by '; '; '' when it says nothing
) STRICT;

-- The words of a posting by column. Topics stand with the posting that opens the thread.
CREATE VIEW posting_words (id, title, names, topics, body) AS
SELECT p.id, p.title, ifnull(s.names, ''), ifnull(t.topics, ''), p.body
FROM posting p LEFT JOIN posting_source s ON s.posting = p.id LEFT JOIN thread t ON t.question = p.id;

DROP TABLE posting_term;
DROP TABLE posting_text;
-- Prefixes of three letters serve the search while a word is being typed.
CREATE VIRTUAL TABLE posting_text USING fts5 (
  title, names, topics, body, content = 'posting_words', content_rowid = 'id', prefix = '3', tokenize = "porter unicode61 remove_diacritics 2"
);
CREATE VIRTUAL TABLE posting_term USING fts5vocab ('posting_text', 'row');
INSERT INTO posting_text (posting_text) VALUES ('rebuild');
