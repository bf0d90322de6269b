-- What single pages need beside page.sql.

--: rising_below(question: int, most: int) => question: int
--: may: web_member web_admin
-- The page after the row of `question`, wherever that row stands by now.
SELECT question FROM question_rank
WHERE (rising, question) < (SELECT rising, question FROM question_rank WHERE question = :question)
ORDER BY rising DESC, question DESC LIMIT :most;
