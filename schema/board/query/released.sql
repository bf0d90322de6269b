-- Reports as they were released, and what kinds of sponsors read them.

--: released_add(report: int, template: int, object: int, period: text, from_ms: int, until_ms: int, key: text, at_ms: int)
--: may: clerk
INSERT INTO released (report, template, object, period, from_ms, until_ms, key, at_ms)
VALUES (:report, :template, :object, :period, :from_ms, :until_ms, :key, :at_ms);

--: released_last() => one report: int
--: may: clerk
SELECT ifnull(max(report), 0) FROM released;

--: released_get(report: int) => one template: int
--: may: clerk
SELECT template FROM released WHERE report = :report;

--: released_whole(before_ms: int) => one report: int
--: may: clerk
-- The last report of the periods whose reports were all told by then; 0: none.
SELECT ifnull(max(report), 0) FROM released WHERE template = 0 AND at_ms < :before_ms;

--: released_between(template: int, since: int, upto: int, most: int) => report: int, object: int, period: text, key: text
--: may: clerk
SELECT report, object, period, key FROM released WHERE template = :template AND report > :since AND report <= :upto ORDER BY report LIMIT :most;

--: reading_find(report: int, kind: int, week_ms: int) => one report: int
--: may: clerk
SELECT report FROM reading WHERE report = :report AND kind = :kind AND week_ms = :week_ms;

--: reading_add(report: int, kind: int, week_ms: int)
--: may: clerk
INSERT INTO reading (report, kind, week_ms) VALUES (:report, :kind, :week_ms);

--: sponsor_kind_set(member: int, kind: int)
--: may: clerk
UPDATE member SET sponsor_kind = :kind WHERE id = :member;

--: sponsor_kind(member: int) => one kind: int
--: may: clerk web_sponsor
SELECT sponsor_kind FROM member WHERE id = :member AND role = 2;

--: sponsors(most: int) => id: int, pseudonym: text, organisation: text, kind: int
--: may: web_admin
SELECT id, pseudonym, organisation, sponsor_kind FROM member WHERE role = 2 AND gone = 0 ORDER BY organisation, id LIMIT :most;

--: readings_of(member: int, before_ms: int, most: int) => report: int, template: int, question: int, title: text, period: text, week_ms: int, kinds: int
--: may: web_member
-- Reports that this member's postings stood in, each week in which they were read before then, latest first. kinds: bit 1 << kind of sponsor.
-- A question's report: he posted in its thread before its period was over. A week's words (weeks begin on Mondays; 1970 did on a Thursday):
-- he posted in that week.
WITH thread AS MATERIALIZED (SELECT question, min(at_ms) AS at_ms FROM posting WHERE member = :member GROUP BY question),
week AS MATERIALIZED (SELECT DISTINCT (at_ms - 345600000) / 604800000 AS number FROM posting WHERE member = :member),
mine AS (
  SELECT l.report, l.template, l.object AS question, l.period
  FROM thread t CROSS JOIN released l ON l.object = t.question AND l.template IN (1, 2) AND t.at_ms < l.until_ms
  UNION ALL SELECT l.report, l.template, 0, l.period
  FROM released l WHERE l.template IN (3, 4) AND (l.from_ms - 345600000) / 604800000 IN (SELECT number FROM week)
)
SELECT m.report, m.template, m.question, ifnull(p.title, ''), m.period, g.week_ms, sum(1 << g.kind)
FROM mine m CROSS JOIN reading g ON g.report = m.report LEFT JOIN titled p ON p.id = m.question
WHERE g.week_ms < :before_ms GROUP BY g.week_ms, m.report ORDER BY g.week_ms DESC, m.report DESC LIMIT :most;
