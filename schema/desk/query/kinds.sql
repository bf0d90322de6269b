-- Polls, ratings, how something was solved.

--: poll_add(question: int, options: int)
--: may: clerk
INSERT INTO poll (question, options) VALUES (:question, :options);

--: choice_place(question: int, member: int) => one author: int, options: int, there: int, choice: int, looked: int, day: int, votes: int
--: may: clerk
-- All a choice is checked against; NOT_FOUND: no poll. there: the member has chosen or looked before.
SELECT p.member, l.options, c.member IS NOT NULL, ifnull(c.choice, 0), ifnull(c.looked, 0), ifnull(d.day, 0), ifnull(d.votes, 0)
FROM poll l JOIN posting p ON p.id = l.question LEFT JOIN choice c ON c.question = l.question AND c.member = :member
LEFT JOIN vote_day d ON d.member = :member WHERE l.question = :question;

--: choice_set(question: int, member: int, choice: int, looked: int, at_ms: int)
--: may: clerk
INSERT INTO choice (question, member, choice, looked, at_ms) VALUES (:question, :member, :choice, :looked, :at_ms)
ON CONFLICT (question, member) DO UPDATE SET choice = excluded.choice, looked = excluded.looked, at_ms = excluded.at_ms;

--: rating_place(question: int, member: int) => one author: int, kind: int, importance: int, relevance: int, day: int, votes: int
--: may: clerk
-- All a rating is checked against; NOT_FOUND: no thread.
SELECT p.member, p.kind, ifnull(r.importance, 0), ifnull(r.relevance, 0), ifnull(d.day, 0), ifnull(d.votes, 0)
FROM posting p LEFT JOIN rating r ON r.question = p.id AND r.member = :member
LEFT JOIN vote_day d ON d.member = :member WHERE p.id = :question AND p.question = p.id;

--: rating_set(question: int, member: int, importance: int, relevance: int, at_ms: int)
--: may: clerk
INSERT INTO rating (question, member, importance, relevance, at_ms) VALUES (:question, :member, :importance, :relevance, :at_ms)
ON CONFLICT (question, member) DO UPDATE SET importance = excluded.importance, relevance = excluded.relevance, at_ms = excluded.at_ms;

--: how_add(seq: int, member: int, question: int)
--: may: clerk
INSERT INTO how (seq, member, question) VALUES (:seq, :member, :question);

--: hows_in(question: int, after: int, most: int) => seq: int
--: may: clerk
SELECT seq FROM how WHERE question = :question AND seq > :after ORDER BY seq LIMIT :most;

--: hows_of(member: int, after: int, most: int) => seq: int
--: may: clerk
SELECT seq FROM how WHERE member = :member AND seq > :after ORDER BY seq LIMIT :most;

--: member_specialties(id: int) => one codes: text, words: text, shown: int
--: may: clerk
SELECT codes, specialty, shown FROM member WHERE id = :id;

--: member_specialties_set(id: int, codes: text, words: text, shown: int)
--: may: clerk
UPDATE member SET codes = :codes, specialty = :words, shown = :shown WHERE id = :id;
