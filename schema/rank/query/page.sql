-- All of it as of the last step (shown.sql).

--: posting_scores(question: int) => posting: int, score: real, probability: real, settled: bool, author: int, band: int
--: may: web_member web_admin ranker
-- Everything a question page needs, in one query; the band is the author's (0 when there is none). Postings without a row score 0.
SELECT p.posting, p.score, p.probability, p.settled, p.author, ifnull(m.band, 0)
FROM posting_shown p LEFT JOIN member_shown m ON m.member = p.author
WHERE p.question = :question ORDER BY p.score DESC, p.posting;

--: question_version(question: int) => one version: int
--: may: web_member web_admin ranker
-- Moves whenever a score or band shown on the question's page does. Not found: nothing ranked yet, take 0.
SELECT version FROM question_rank WHERE question = :question;

--: rising_first(most: int) => question: int, rising: real
--: may: web_member web_admin ranker
SELECT question, rising FROM question_rank ORDER BY rising DESC, question DESC LIMIT :most;

--: rising_below(question: int, most: int) => question: int, rising: real
--: may: web_member web_admin ranker
-- The page after the row of this question; empty when it has none.
SELECT question, rising FROM question_rank
WHERE (rising, question) < (SELECT b.rising, b.question FROM question_rank b WHERE b.question = :question)
ORDER BY rising DESC, question DESC LIMIT :most;

--: posting_why(posting: int) => one posting: int, question: int, author: int, score: real, probability: real, settled: bool, version: int, facts: text, reasons: text, rule_seq: int, rule_proposal: int, rule_name: text, rule_hash: blob
--: may: web_member web_admin ranker
SELECT p.posting, p.question, p.author, p.score, p.probability, p.settled, p.version, p.facts, p.reasons,
  r.active_seq, r.proposal, r.name, r.hash
FROM posting_shown p JOIN rule_set r ON r.active_seq = p.active_seq WHERE p.posting = :posting;

--: member_why(member: int) => one member: int, score: real, band: int, version: int, facts: text, reasons: text, rule_seq: int, rule_proposal: int, rule_name: text, rule_hash: blob
--: may: web_member web_admin ranker
SELECT m.member, m.score, m.band, m.version, m.facts, m.reasons, r.active_seq, r.proposal, r.name, r.hash
FROM member_shown m JOIN rule_set r ON r.active_seq = m.active_seq WHERE m.member = :member;

--: member_band(member: int) => one score: real, band: int
--: may: web_member web_admin ranker
SELECT score, band FROM member_shown WHERE member = :member;

--: member_months(member: int, most: int) => month: text, score: real, band: int
--: may: web_member web_admin ranker
-- Latest first.
SELECT month, score, band FROM member_month WHERE member = :member ORDER BY month DESC LIMIT :most;

--: rule_sets(most: int) => active_seq: int, proposal: int, name: text, hash: blob, state: int, ended_seq: int, why: text
--: may: web_member web_admin ranker
-- Latest first; state 1 holds, 2 superseded, 3 refused when approved, 4 put aside when it failed.
SELECT active_seq, proposal, name, hash, state, ended_seq, why FROM rule_set ORDER BY active_seq DESC LIMIT :most;

--: rule_constants() => name: text, value: real, low: real, high: real, unit: text, meaning: text
--: may: web_member web_admin ranker
-- Of the rule set that holds, in the order of its script.
SELECT name, value, low, high, unit, meaning FROM rule_constant ORDER BY place;

--: trial_of(proposal: int) => one state: int, why: text, done: int, total: int, postings: int, postings_changed: int, questions: int, questions_reordered: int, questions_new_top: int, members: int, members_up: int, members_down: int, bands_up: int, bands_down: int, agreement: real, step: int, author_before: int, author_after: int, vote_before: int, vote_after: int, newly_paid: int, no_longer_paid: int
--: may: web_admin ranker
-- state 1 waiting, 2 running (done of total events), 3 done, 4 failed (why). step: 1 invented communities (done of 1000), 2 the past.
SELECT state, why, done, total, postings, postings_changed, questions, questions_reordered, questions_new_top,
  members, members_up, members_down, bands_up, bands_down, agreement, step,
  author_before, author_after, vote_before, vote_after, newly_paid, no_longer_paid
FROM trial WHERE proposal = :proposal;

--: trial_moves(proposal: int) => kind: int, place: int, id: int, question: int, before: real, after: real, order_before: int, order_after: int
--: may: web_admin ranker
-- kind 1 member (orders are bands), 2 posting (orders are places within its question); largest change first.
SELECT kind, place, id, question, before, after, order_before, order_after FROM trial_move
WHERE proposal = :proposal ORDER BY kind, place;

--: trial_worlds(proposal: int) => place: int, preset: text, by: int, rank_agreement: real, answers_apart: real, bad_on_top: real, paid: real, leak: real, cover: real, cheat_answer: real, cheat_vote: real, ring_leak: real
--: may: web_admin ranker
SELECT place, preset, by, rank_agreement, answers_apart, bad_on_top, paid, leak, cover, cheat_answer, cheat_vote, ring_leak FROM trial_world
WHERE proposal = :proposal ORDER BY place, by;

--: trial_months(proposal: int) => start_ms: int, acts: int, before: int, after: int
--: may: web_admin ranker
SELECT start_ms, acts, before, after FROM trial_month WHERE proposal = :proposal ORDER BY start_ms;

--: trial_reasons(proposal: int) => reason: int, acts: int, before: int, after: int
--: may: web_admin ranker
SELECT reason, acts, before, after FROM trial_reason WHERE proposal = :proposal ORDER BY reason;

--: trial_tops(proposal: int) => member: int, place_before: int, place_after: int
--: may: web_admin ranker
SELECT member, place_before, place_after FROM trial_top WHERE proposal = :proposal ORDER BY place_before, member;

--: shadow_of(proposal: int) => one since_ms: int, due_ms: int
--: may: web_admin ranker
SELECT since_ms, due_ms FROM shadow WHERE proposal = :proposal;

--: shadow_days(proposal: int, most: int) => at_ms: int, seq: int, agreement: real, members_up: int, members_down: int, newly_paid: int, no_longer_paid: int, why: text
--: may: web_admin ranker
-- The latest first.
SELECT at_ms, seq, agreement, members_up, members_down, newly_paid, no_longer_paid, why FROM shadow_day
WHERE proposal = :proposal ORDER BY at_ms DESC LIMIT :most;
