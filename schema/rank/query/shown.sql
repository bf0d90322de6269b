-- Scores as they are shown, and the exact ones behind them.

--: posting_show(posting: int)
--: may: ranker
INSERT INTO posting_shown (posting, question, author, score, probability, settled, version, active_seq, facts, reasons)
SELECT posting, question, author, score, probability, settled, version, active_seq, facts, reasons FROM posting_rank WHERE posting = :posting
ON CONFLICT (posting) DO UPDATE SET score = excluded.score, probability = excluded.probability, settled = excluded.settled,
  version = excluded.version, active_seq = excluded.active_seq, facts = excluded.facts, reasons = excluded.reasons;

--: posting_unshow(posting: int)
--: may: ranker
DELETE FROM posting_shown WHERE posting = :posting;

--: member_show(member: int)
--: may: ranker
INSERT INTO member_shown (member, score, band, version, active_seq, facts, reasons)
SELECT member, score, band, version, active_seq, facts, reasons FROM member_rank WHERE member = :member
ON CONFLICT (member) DO UPDATE SET score = excluded.score, band = excluded.band, version = excluded.version,
  active_seq = excluded.active_seq, facts = excluded.facts, reasons = excluded.reasons;

--: posting_exact(posting: int) => one posting: int, question: int, author: int, score: real, probability: real, settled: bool, version: int, facts: text, reasons: text, rule_seq: int, rule_proposal: int, rule_name: text, rule_hash: blob
--: may: ranker
SELECT p.posting, p.question, p.author, p.score, p.probability, p.settled, p.version, p.facts, p.reasons,
  r.active_seq, r.proposal, r.name, r.hash
FROM posting_rank p JOIN rule_set r ON r.active_seq = p.active_seq WHERE p.posting = :posting;

--: member_exact(member: int) => one member: int, score: real, band: int, version: int, facts: text, reasons: text, rule_seq: int, rule_proposal: int, rule_name: text, rule_hash: blob
--: may: ranker
SELECT m.member, m.score, m.band, m.version, m.facts, m.reasons, r.active_seq, r.proposal, r.name, r.hash
FROM member_rank m JOIN rule_set r ON r.active_seq = m.active_seq WHERE m.member = :member;
