-- What belongs to one kind of thread: polls, observations, how it was solved, ratings.

--: poll_option_add(question: int, place: int, words: text)
--: may: clerk
INSERT INTO poll_option (question, place, words) VALUES (:question, :place, :words);

--: poll_option_more(question: int, place: int, chosen: int, looked: int)
--: may: clerk
UPDATE poll_option SET chosen = chosen + :chosen, looked = looked + :looked WHERE question = :question AND place = :place;

--: poll_options_blank(question: int)
--: may: clerk
UPDATE poll_option SET words = '' WHERE question = :question;

--: poll_shown_move(question: int, at_ms: int)
--: may: clerk
-- What stood when a step became due is shown from then on.
UPDATE poll_option SET shown_chosen = chosen, shown_looked = looked
WHERE question = :question AND EXISTS (SELECT 1 FROM poll_step s WHERE s.question = :question AND s.due_ms > 0 AND s.due_ms <= :at_ms);

--: poll_step_more(question: int, voters: int, least: int, at_ms: int, next_ms: int)
--: may: clerk
-- voters: how many chose here for the first time; next_ms: end of the quarter of an hour that at_ms lies in.
INSERT INTO poll_step (question, fresh, due_ms) VALUES (:question, :voters, iif(:voters >= :least, :next_ms, 0))
ON CONFLICT (question) DO UPDATE SET
  fresh = iif(due_ms > 0 AND due_ms <= :at_ms, 0, fresh) + :voters,
  due_ms = iif(due_ms > :at_ms, due_ms, iif(iif(due_ms > 0, 0, fresh) + :voters >= :least, :next_ms, 0));

--: poll_shown(question: int, now_ms: int) => place: int, words: text, chosen: int, looked: int
--: may: web_member web_admin clerk
-- With its counts as shown at that moment.
SELECT o.place, o.words, iif(s.due_ms > 0 AND s.due_ms <= :now_ms, o.chosen, o.shown_chosen), iif(s.due_ms > 0 AND s.due_ms <= :now_ms, o.looked, o.shown_looked)
FROM poll_option o LEFT JOIN poll_step s ON s.question = o.question WHERE o.question = :question ORDER BY o.place;

--: poll_options(question: int) => place: int, words: text, chosen: int, looked: int
--: may: clerk
-- With its exact counts, which no page shows.
SELECT place, words, chosen, looked FROM poll_option WHERE question = :question ORDER BY place;

--: observation_add(question: int, setting: int, seen: int, from_month: text, to_month: text)
--: may: clerk
INSERT INTO observation (question, setting, seen, from_month, to_month) VALUES (:question, :setting, :seen, :from_month, :to_month);

--: observation_get(question: int) => one setting: int, seen: int, from_month: text, to_month: text
--: may: web_member web_admin
SELECT setting, seen, from_month, to_month FROM observation WHERE question = :question;

--: thread_solved(question: int) => one solved: int
--: may: web_member web_admin clerk
-- 0 no, 1 solved, 2 a case study.
SELECT solved FROM thread WHERE question = :question;

--: solution_how_set(question: int, seq: int, how: text, html: text)
--: may: clerk
INSERT INTO solution (question, seq, how, html, answer) VALUES (:question, :seq, :how, :html, 0)
ON CONFLICT (question) DO UPDATE SET seq = excluded.seq, how = excluded.how, html = excluded.html;

--: solution_answer_set(question: int, answer: int)
--: may: clerk
INSERT INTO solution (question, seq, how, html, answer) VALUES (:question, 0, '', '', :answer)
ON CONFLICT (question) DO UPDATE SET answer = excluded.answer;

--: solution_remove(question: int)
--: may: clerk
DELETE FROM solution WHERE question = :question;

--: solution_of(seq: int) => one question: int
--: may: clerk
SELECT question FROM solution WHERE seq = :seq AND seq > 0;

--: solution_blank(seq: int)
--: may: clerk
UPDATE solution SET how = '', html = '' WHERE seq = :seq AND seq > 0;

--: solution_get(question: int) => one how: text, html: text, answer: int, seq: int, pseudonym: text
--: may: web_member web_admin clerk
-- pseudonym: of who wrote that answer, '' when none is named.
SELECT s.how, s.html, s.answer, s.seq, ifnull(m.pseudonym, '')
FROM solution s LEFT JOIN posting p ON p.id = s.answer LEFT JOIN member m ON m.id = p.member WHERE s.question = :question;

--: answers_brief(question: int, most: int) => id: int, pseudonym: text, excerpt: text
--: may: web_member
-- The answers of a thread in few words, for choosing among them.
SELECT p.id, ifnull(m.pseudonym, ''), p.excerpt FROM posting p LEFT JOIN member m ON m.id = p.member
WHERE p.question = :question AND p.kind = 4 ORDER BY p.id LIMIT :most;

--: rating_more(question: int, importances: int, importance_sum: int, relevances: int, relevance_sum: int)
--: may: clerk
-- The parameters are differences.
INSERT INTO rating (question, importances, importance_sum, relevances, relevance_sum)
VALUES (:question, :importances, :importance_sum, :relevances, :relevance_sum)
ON CONFLICT (question) DO UPDATE SET importances = importances + excluded.importances,
  importance_sum = importance_sum + excluded.importance_sum, relevances = relevances + excluded.relevances,
  relevance_sum = relevance_sum + excluded.relevance_sum;

--: rating_mean(question: int, least: int)
--: may: clerk
-- Rounded to hundredths; 0 below so many ratings.
UPDATE rating SET
  importance = iif(importances >= :least, (importance_sum * 100 + importances / 2) / max(importances, 1), 0),
  relevance = iif(relevances >= :least, (relevance_sum * 100 + relevances / 2) / max(relevances, 1), 0)
WHERE question = :question;

--: rating_get(question: int) => one importances: int, relevances: int, importance: int, relevance: int
--: may: web_member web_admin
SELECT importances, relevances, importance, relevance FROM rating WHERE question = :question;

--: threads_own_rows(after: int, most: int) => question: int
--: may: clerk
-- Threads in which anybody rated or chose, in order.
SELECT question FROM (SELECT question FROM rating UNION SELECT question FROM poll_option) WHERE question > :after ORDER BY question LIMIT :most;

--: threads_of_state(kind: int, solved: int, before: int, most: int) => question: int
--: may: web_member web_admin
-- Newest first; one short walk of the index thread_state.
SELECT question FROM thread WHERE kind = :kind AND solved = :solved AND question < :before ORDER BY question DESC LIMIT :most;

--: threads_by_relevance(mean: int, before: int, most: int) => question: int
--: may: web_member web_admin
-- Behind the row with this mean and question.
SELECT question FROM rating WHERE relevance > 0 AND (relevance, question) < (:mean, :before)
ORDER BY relevance DESC, question DESC LIMIT :most;

--: threads_by_importance(mean: int, before: int, most: int) => question: int
--: may: web_member web_admin
SELECT question FROM rating WHERE importance > 0 AND (importance, question) < (:mean, :before)
ORDER BY importance DESC, question DESC LIMIT :most;
