-- What guardrails watch, by day, and the postings drawn for audit.

--: gauge_day_put(day: int, settled: int, covered: int, votes: int, linked: real, audited: int, agreed: int)
--: may: ranker
INSERT INTO gauge_day (day, settled, covered, votes, linked, audited, agreed)
VALUES (:day, :settled, :covered, :votes, :linked, :audited, :agreed)
ON CONFLICT (day) DO UPDATE SET settled = excluded.settled, covered = excluded.covered, votes = excluded.votes, linked = excluded.linked,
  audited = excluded.audited, agreed = excluded.agreed;

--: gauge_days(after: int, most: int) => day: int, settled: int, covered: int, votes: int, linked: real, audited: int, agreed: int
--: may: ranker web_admin
SELECT day, settled, covered, votes, linked, audited, agreed FROM gauge_day WHERE day > :after ORDER BY day LIMIT :most;

--: audit_put(posting: int, question: int, drawn_ms: int, probability: real, outcome: int)
--: may: ranker
INSERT INTO audit (posting, question, drawn_ms, probability, outcome) VALUES (:posting, :question, :drawn_ms, :probability, :outcome)
ON CONFLICT (posting) DO UPDATE SET outcome = excluded.outcome;

--: audits_open(most: int) => posting: int, question: int, drawn_ms: int
--: may: web_admin
-- Without what the votes say: who audits is to judge for himself.
SELECT posting, question, drawn_ms FROM audit WHERE outcome = 0 ORDER BY drawn_ms, posting LIMIT :most;
