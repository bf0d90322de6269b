-- Questions of sponsors.

--: sponsored_text(question: int) => one title: text, body: text, topics: text, words: text
--: may: clerk
-- Wherever it lies now. words: of the decision that keeps it away, '' where it stands.
SELECT p.title, p.body, ifnull(t.topics, ''), ifnull(h.words, '')
FROM (SELECT id, title, body FROM posting WHERE id = :question UNION ALL SELECT id, title, body FROM withheld WHERE id = :question) p
LEFT JOIN (SELECT question, topics FROM thread WHERE question = :question
  UNION ALL SELECT question, topics FROM withheld_thread WHERE question = :question) t ON t.question = p.id
LEFT JOIN hold h ON h.posting = p.id;

--: threads_since(since_ms: int, most: int) => one threads: int
--: may: clerk
-- Threads that members opened since then, among the latest `most`.
SELECT count(*) FROM (SELECT t.at_ms, p.member FROM thread t JOIN posting p ON p.id = t.question WHERE t.kind <= 3 ORDER BY t.question DESC LIMIT :most)
WHERE at_ms >= :since_ms AND member > 0;

--: sponsor_name(member: int) => one name: text
--: may: clerk
-- The organisation he asks for.
SELECT organisation FROM member WHERE id = :member AND role = 2;

--: topics_open(k: int, most: int) => name: text
--: may: clerk
-- Topics that sponsors may be told of: an admin or an importer described them, or at least k threads are filed under them.
SELECT name FROM topic WHERE threads >= :k UNION SELECT topic FROM topic_about ORDER BY 1 LIMIT :most;

--: topic_open(name: text, k: int) => one is: bool
--: may: clerk
SELECT EXISTS (SELECT 1 FROM topic WHERE name = :name AND threads >= :k) OR EXISTS (SELECT 1 FROM topic_about WHERE topic = :name);
