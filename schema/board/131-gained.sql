-- What a thread gained is searched as well: how it was solved and the members' common summary (with the posting that opens it), and the
-- comments below each posting. They are columns of the posting's own row, so that what is withheld takes them along, and words of a
-- comment and of its posting find it together.
DROP TABLE posting_term;
DROP TABLE posting_text;
DROP VIEW posting_words;
CREATE VIEW posting_words (id, title, names, topics, body, gist, comments) AS
SELECT p.id, p.title, ifnull(s.names, ''), ifnull(t.topics, ''), p.body,
  ifnull((SELECT how || char(10) FROM solution WHERE question = p.id), '') ||
  ifnull((SELECT body FROM summary WHERE question = p.id ORDER BY id DESC LIMIT 1), ''),
  ifnull((SELECT group_concat(body, char(10)) FROM (SELECT body FROM comment WHERE posting = p.id ORDER BY id)), '')
FROM posting p LEFT JOIN posting_source s ON s.posting = p.id LEFT JOIN thread t ON t.question = p.id;
CREATE VIRTUAL TABLE posting_text USING fts5 (
  title, names, topics, body, gist, comments,
  content = 'posting_words', content_rowid = 'id', prefix = '3', tokenize = "porter unicode61 remove_diacritics 2"
);
CREATE VIRTUAL TABLE posting_term USING fts5vocab ('posting_text', 'row');

-- The index is filled by folding the journal once more: in one step it would take more memory than a program has. Rows that belong to others
-- go in any order; at the end none is left.
PRAGMA defer_foreign_keys = ON;
DELETE FROM choice; DELETE FROM citation; DELETE FROM comment; DELETE FROM decision; DELETE FROM domain; DELETE FROM duplicate; DELETE FROM hold;
DELETE FROM looked; DELETE FROM mark; DELETE FROM member; DELETE FROM moderation; DELETE FROM noted WHERE question > 0; UPDATE noted SET seq = 0; DELETE FROM notice;
DELETE FROM observation; DELETE FROM own; DELETE FROM poll_option; DELETE FROM posting; DELETE FROM posting_image; DELETE FROM posting_source;
DELETE FROM rating; DELETE FROM revision; DELETE FROM rule; DELETE FROM session; DELETE FROM solution; DELETE FROM summary;
DELETE FROM tally; DELETE FROM thank; DELETE FROM thanked; DELETE FROM thread; DELETE FROM thread_topic; DELETE FROM token; DELETE FROM topic;
DELETE FROM total; DELETE FROM withheld; DELETE FROM withheld_thread;
DELETE FROM cursor;
