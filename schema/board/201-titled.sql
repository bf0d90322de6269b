-- A thread's title where nothing else says whose it is: a sponsor's question names itself, in lists of titles, notices, mails and feeds. Pages that
-- have room for it show the label apart (posting.source of a question without an author).
CREATE VIEW titled (id, title) AS
SELECT id, iif(member = 0 AND kind <= 3 AND title <> '', 'Sponsored question · ' || source || ': ', '') || title FROM posting;
