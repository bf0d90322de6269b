-- What the ranker found out of a month's acts (ledger/reward/finding.c).

--: finding_month_add(period: text, postings: int, votes: int)
--: may: paymaster
INSERT INTO finding_month (period, postings, votes) VALUES (:period, :postings, :votes);

--: finding_month_find(period: text) => one postings: int, votes: int
--: may: paymaster
SELECT postings, votes FROM finding_month WHERE period = :period;

--: posting_finding_add(period: text, posting: int, odds: real, support: real, trust: real, standing: real)
--: may: paymaster
INSERT INTO posting_finding (period, posting, odds, support, trust, standing)
VALUES (:period, :posting, :odds, :support, :trust, :standing);

--: posting_findings(period: text, after: int, most: int) => posting: int, odds: real, support: real, trust: real, standing: real
--: may: paymaster
SELECT posting, odds, support, trust, standing FROM posting_finding WHERE period = :period AND posting > :after ORDER BY posting LIMIT :most;

--: vote_finding_add(period: text, posting: int, member: int, apart: real, trust: real, worth: real)
--: may: paymaster
INSERT INTO vote_finding (period, posting, member, apart, trust, worth) VALUES (:period, :posting, :member, :apart, :trust, :worth);

--: vote_findings(period: text, posting: int, member: int, most: int) => posting: int, member: int, apart: real, trust: real, worth: real
--: may: paymaster
-- After this posting's vote of this member.
SELECT posting, member, apart, trust, worth FROM vote_finding
WHERE period = :period AND (posting, member) > (:posting, :member) ORDER BY posting, member LIMIT :most;
