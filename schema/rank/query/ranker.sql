--: posting_put(posting: int, question: int, author: int, score: real, probability: real, settled: bool, version: int, active_seq: int, facts: text, reasons: text)
--: may: ranker
INSERT INTO posting_rank (posting, question, author, score, probability, settled, version, active_seq, facts, reasons)
VALUES (:posting, :question, :author, :score, :probability, :settled, :version, :active_seq, :facts, :reasons)
ON CONFLICT (posting) DO UPDATE SET score = excluded.score, probability = excluded.probability, settled = excluded.settled,
  version = excluded.version, active_seq = excluded.active_seq, facts = excluded.facts, reasons = excluded.reasons;

--: member_put(member: int, score: real, band: int, version: int, active_seq: int, facts: text, reasons: text)
--: may: ranker
INSERT INTO member_rank (member, score, band, version, active_seq, facts, reasons)
VALUES (:member, :score, :band, :version, :active_seq, :facts, :reasons)
ON CONFLICT (member) DO UPDATE SET score = excluded.score, band = excluded.band, version = excluded.version,
  active_seq = excluded.active_seq, facts = excluded.facts, reasons = excluded.reasons;

--: member_month_put(member: int, month: text, score: real, band: int)
--: may: ranker
INSERT INTO member_month (member, month, score, band) VALUES (:member, :month, :score, :band)
ON CONFLICT (member, month) DO UPDATE SET score = excluded.score, band = excluded.band;

--: question_put(question: int, version: int, rising: real)
--: may: ranker
INSERT INTO question_rank (question, version, rising) VALUES (:question, :version, :rising)
ON CONFLICT (question) DO UPDATE SET version = excluded.version, rising = excluded.rising;

--: rule_set_put(active_seq: int, proposal: int, name: text, hash: blob, state: int, ended_seq: int, why: text, script: text)
--: may: ranker
INSERT INTO rule_set (active_seq, proposal, name, hash, state, ended_seq, why, script)
VALUES (:active_seq, :proposal, :name, :hash, :state, :ended_seq, :why, :script)
ON CONFLICT (active_seq) DO NOTHING;

--: rule_set_end(active_seq: int, state: int, ended_seq: int, why: text)
--: may: ranker
UPDATE rule_set SET state = :state, ended_seq = :ended_seq, why = :why WHERE active_seq = :active_seq;

--: rule_set_first() => one script: text
--: may: ranker
SELECT script FROM rule_set WHERE active_seq = 0;

--: rule_constants_clear()
--: may: ranker
DELETE FROM rule_constant;

--: rule_constant_add(place: int, name: text, value: real, low: real, high: real, unit: text, meaning: text)
--: may: ranker
INSERT INTO rule_constant (place, name, value, low, high, unit, meaning)
VALUES (:place, :name, :value, :low, :high, :unit, :meaning);

--: trial_add(proposal: int, name: text, total: int)
--: may: ranker
INSERT INTO trial (proposal, name, state, why, done, total, postings, postings_changed, questions, questions_reordered,
  questions_new_top, members, members_up, members_down, bands_up, bands_down, agreement)
VALUES (:proposal, :name, 1, '', 0, :total, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.0) ON CONFLICT (proposal) DO NOTHING;

--: trial_next() => one proposal: int, total: int
--: may: ranker
-- The oldest that still has to run.
SELECT proposal, total FROM trial WHERE state IN (1, 2) ORDER BY proposal LIMIT 1;

--: trial_progress(proposal: int, state: int, step: int, done: int)
--: may: ranker
UPDATE trial SET state = :state, step = :step, done = :done WHERE proposal = :proposal;

--: trial_paid(proposal: int, author_before: int, author_after: int, vote_before: int, vote_after: int, newly_paid: int, no_longer_paid: int)
--: may: ranker
UPDATE trial SET author_before = :author_before, author_after = :author_after, vote_before = :vote_before, vote_after = :vote_after,
  newly_paid = :newly_paid, no_longer_paid = :no_longer_paid WHERE proposal = :proposal;

--: trial_world_put(proposal: int, place: int, preset: text, by: int, rank_agreement: real, answers_apart: real, bad_on_top: real, paid: real, leak: real, cover: real, cheat_answer: real, cheat_vote: real, ring_leak: real)
--: may: ranker
INSERT INTO trial_world (proposal, place, preset, by, rank_agreement, answers_apart, bad_on_top, paid, leak, cover, cheat_answer, cheat_vote, ring_leak)
VALUES (:proposal, :place, :preset, :by, :rank_agreement, :answers_apart, :bad_on_top, :paid, :leak, :cover, :cheat_answer, :cheat_vote, :ring_leak)
ON CONFLICT DO NOTHING;

--: trial_month_add(proposal: int, start_ms: int, acts: int, before: int, after: int)
--: may: ranker
INSERT INTO trial_month (proposal, start_ms, acts, before, after) VALUES (:proposal, :start_ms, :acts, :before, :after);

--: trial_months_clear(proposal: int)
--: may: ranker
DELETE FROM trial_month WHERE proposal = :proposal;

--: trial_reason_add(proposal: int, reason: int, acts: int, before: int, after: int)
--: may: ranker
INSERT INTO trial_reason (proposal, reason, acts, before, after) VALUES (:proposal, :reason, :acts, :before, :after);

--: trial_reasons_clear(proposal: int)
--: may: ranker
DELETE FROM trial_reason WHERE proposal = :proposal;

--: trial_worlds_clear(proposal: int)
--: may: ranker
DELETE FROM trial_world WHERE proposal = :proposal;

--: trial_top_add(proposal: int, member: int, place_before: int, place_after: int)
--: may: ranker
INSERT INTO trial_top (proposal, member, place_before, place_after) VALUES (:proposal, :member, :place_before, :place_after);

--: trial_tops_clear(proposal: int)
--: may: ranker
DELETE FROM trial_top WHERE proposal = :proposal;

--: rule_holds() => one active_seq: int, proposal: int
--: may: ranker
SELECT active_seq, proposal FROM rule_set WHERE state = 1 ORDER BY active_seq DESC LIMIT 1;

--: shadow_put(proposal: int, since_ms: int)
--: may: ranker
INSERT INTO shadow (proposal, since_ms, due_ms) VALUES (:proposal, :since_ms, :since_ms) ON CONFLICT (proposal) DO NOTHING;

--: shadow_next(now_ms: int) => one proposal: int
--: may: ranker
-- The one whose next look is due longest.
SELECT proposal FROM shadow WHERE due_ms <= :now_ms ORDER BY due_ms, proposal LIMIT 1;

--: shadow_due(proposal: int, due_ms: int)
--: may: ranker
-- One that is over (the greatest number) stays over.
UPDATE shadow SET due_ms = :due_ms WHERE proposal = :proposal AND due_ms < 9223372036854775807;

--: trial_drop(proposal: int, why: text)
--: may: ranker
-- Of a proposal that is no more there is no verdict to tell.
UPDATE trial SET state = 4, why = :why, done = total, told = 2 WHERE proposal = :proposal AND state IN (1, 2);

--: shadow_day_add(proposal: int, at_ms: int, seq: int, agreement: real, members_up: int, members_down: int, newly_paid: int, no_longer_paid: int, why: text)
--: may: ranker
INSERT INTO shadow_day (proposal, at_ms, seq, agreement, members_up, members_down, newly_paid, no_longer_paid, why)
VALUES (:proposal, :at_ms, :seq, :agreement, :members_up, :members_down, :newly_paid, :no_longer_paid, :why) ON CONFLICT DO NOTHING;

--: trial_untold() => one proposal: int, verdict: int, why: text
--: may: ranker
-- A finished trial of which the clerk knows otherwise: by its latest day in the shadow, if there was one.
SELECT proposal, verdict, why FROM (
  SELECT t.proposal, t.told, CASE WHEN t.state = 3 AND coalesce(d.why, '') = '' THEN 1 ELSE 2 END AS verdict,
    CASE WHEN t.state = 4 THEN t.why ELSE coalesce(d.why, '') END AS why
  FROM trial t LEFT JOIN shadow_day d ON d.proposal = t.proposal
    AND d.at_ms = (SELECT max(at_ms) FROM shadow_day WHERE proposal = t.proposal)
  WHERE t.state IN (3, 4))
WHERE verdict <> told ORDER BY proposal LIMIT 1;

--: trial_told(proposal: int, told: int)
--: may: ranker
UPDATE trial SET told = :told WHERE proposal = :proposal;

--: trial_fail(proposal: int, why: text)
--: may: ranker
UPDATE trial SET state = 4, why = :why, done = total WHERE proposal = :proposal;

--: trial_finish(proposal: int, postings: int, postings_changed: int, questions: int, questions_reordered: int, questions_new_top: int, members: int, members_up: int, members_down: int, bands_up: int, bands_down: int, agreement: real)
--: may: ranker
UPDATE trial SET state = 3, why = '', done = total, postings = :postings, postings_changed = :postings_changed,
  questions = :questions, questions_reordered = :questions_reordered, questions_new_top = :questions_new_top,
  members = :members, members_up = :members_up, members_down = :members_down, bands_up = :bands_up, bands_down = :bands_down,
  agreement = :agreement WHERE proposal = :proposal;

--: trial_moves_clear(proposal: int)
--: may: ranker
DELETE FROM trial_move WHERE proposal = :proposal;

--: trial_move_add(proposal: int, kind: int, place: int, id: int, question: int, before: real, after: real, order_before: int, order_after: int)
--: may: ranker
INSERT INTO trial_move (proposal, kind, place, id, question, before, after, order_before, order_after)
VALUES (:proposal, :kind, :place, :id, :question, :before, :after, :order_before, :order_after);

--: posting_remove(posting: int)
--: may: ranker
-- It is withheld, and ranks nothing while it is.
DELETE FROM posting_rank WHERE posting = :posting;

--: question_remove(question: int)
--: may: ranker
DELETE FROM question_rank WHERE question = :question;
