-- What single pages need beside the common lists.

--: topic_questions(topic: text, before: int, most: int) => question: int
--: may: web_member web_admin
-- Members' threads of one topic, newest first, for the list of followed topics: references stay out of it.
SELECT t.question FROM thread_topic f CROSS JOIN thread t ON t.question = f.question
WHERE f.topic = :topic AND f.question < :before AND t.kind <= 3
ORDER BY f.question DESC LIMIT :most;

--: thread_state(question: int) => one version: int, kind: int, solved: bool, answers: int, live_from_ms: int, live_until_ms: int, merged: int, merged_away: int, away: int, proposed: int
--: may: web_member web_admin
-- All that a kept question page asks of the board before it is sent. Versions are places in the journal, so the greatest moves whenever one
-- does: the thread's own, that of the latest thread withheld anywhere (kept pages name similar threads), those of threads merged into it.
-- merged: so many are; merged_away: it is one of those itself; away: so many of its postings and comments are withheld; proposed: so many threads it is
-- said to repeat. Threads that are not noted have none of this, which is nearly all of them.
SELECT max(t.version, z.seq, iif(n.question IS NULL, 0,
    ifnull((SELECT max(m.version) FROM duplicate d JOIN thread m ON m.question = d.question WHERE d.target = :question AND d.merged = 1), 0))),
  t.kind, t.solved, t.answers, t.live_from_ms, t.live_until_ms,
  iif(n.question IS NULL, 0, (SELECT count(*) FROM duplicate WHERE target = :question AND merged = 1)),
  iif(n.question IS NULL, 0, (SELECT count(*) FROM duplicate WHERE question = :question AND merged = 1)),
  iif(n.question IS NULL, 0, (SELECT count(*) FROM withheld WHERE question = :question) +
    (SELECT count(*) FROM withheld_comment WHERE question = :question)),
  iif(n.question IS NULL, 0, (SELECT count(*) FROM duplicate WHERE question = :question AND state = 1))
FROM noted z CROSS JOIN thread t LEFT JOIN noted n ON n.question = t.question WHERE z.question = 0 AND t.question = :question;

--: postings_own(question: int, member: int) => id: int
--: may: web_member web_admin
-- Which postings of a thread are the reader's own.
SELECT id FROM posting WHERE question = :question AND member = :member ORDER BY id LIMIT 201;

--: posting_thread(id: int) => one question: int
--: may: web_member web_admin
-- Where it is shown: the thread it stands in, or the one that is merged into.
SELECT ifnull((SELECT target FROM duplicate WHERE question = p.question AND merged = 1), p.question) FROM posting p WHERE p.id = :id;
