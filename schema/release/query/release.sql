--: reports(template: int, before: int, most: int) => id: int, object: int, period: text, at_ms: int, shown: int, withheld: int, title: text, sponsor: text
--: may: web_sponsor web_admin analyst
-- Of one template, latest first; title: of the question, '' when it was blanked or there is none; sponsor: who asked it, '' a member.
SELECT r.id, r.object, r.period, r.at_ms, r.shown, r.withheld, ifnull(t.title, ''), ifnull(t.sponsor, '')
FROM report r LEFT JOIN question_title t ON t.question = r.object AND r.template IN (1, 2)
WHERE r.template = :template AND r.id < :before ORDER BY r.id DESC LIMIT :most;

--: report_get(id: int) => one id: int, template: int, object: int, period: text, at_ms: int, journal_seq: int, shown: int, withheld: int, body: blob, sha256: blob, title: text, sponsor: text
--: may: web_sponsor web_admin analyst
SELECT r.id, r.template, r.object, r.period, r.at_ms, r.journal_seq, r.shown, r.withheld, r.body, r.sha256, ifnull(t.title, ''), ifnull(t.sponsor, '')
FROM report r LEFT JOIN question_title t ON t.question = r.object AND r.template IN (1, 2) WHERE r.id = :id;

--: report_of(template: int, object: int, period: text) => one id: int, body: blob, sha256: blob
--: may: web_sponsor web_admin analyst
SELECT id, body, sha256 FROM report WHERE template = :template AND object = :object AND period = :period;

--: reports_of(template: int, object: int, upto: int, most: int) => id: int, period: text, body: blob
--: may: web_sponsor web_admin analyst
-- Of one object, latest first.
SELECT id, period, body FROM report WHERE template = :template AND object = :object AND id <= :upto ORDER BY id DESC LIMIT :most;

--: report_find(low: blob, high: blob) => one id: int
--: may: web_sponsor web_admin
-- By the beginning of its digest.
SELECT id FROM report WHERE sha256 BETWEEN :low AND :high LIMIT 1;

--: report_last() => one id: int, sha256: blob
--: may: analyst
SELECT id, sha256 FROM report ORDER BY id DESC LIMIT 1;

--: report_after(id: int, most: int) => id: int, template: int, object: int, period: text, journal_seq: int, shown: int, withheld: int, body: blob, sha256: blob
--: may: analyst
SELECT id, template, object, period, journal_seq, shown, withheld, body, sha256 FROM report WHERE id > :id ORDER BY id LIMIT :most;

--: report_heads(after: int, most: int) => id: int, template: int, object: int, period: text, sha256: blob
--: may: analyst
SELECT id, template, object, period, sha256 FROM report WHERE id > :after ORDER BY id LIMIT :most;

--: closing_after(id: int) => one id: int, object: int, period: text, journal_seq: int, sha256: blob
--: may: analyst
SELECT id, object, period, journal_seq, sha256 FROM report WHERE template = 0 AND id > :id ORDER BY id LIMIT 1;

--: report_add(id: int, template: int, object: int, period: text, at_ms: int, journal_seq: int, shown: int, withheld: int, body: blob, sha256: blob)
--: may: analyst
INSERT INTO report (id, template, object, period, at_ms, journal_seq, shown, withheld, body, sha256)
VALUES (:id, :template, :object, :period, :at_ms, :journal_seq, :shown, :withheld, :body, :sha256);

--: spent_add(template: int, object: int, period: text, measure: int, votes: int, sixteenths: int)
--: may: analyst
INSERT INTO spent (template, object, period, measure, votes, sixteenths) VALUES (:template, :object, :period, :measure, :votes, :sixteenths);

--: spent_objects(template: int, period: text, after: int, most: int) => object: int
--: may: analyst
-- What was measured, in order, each once.
SELECT DISTINCT object FROM spent WHERE template = :template AND period = :period AND object > :after ORDER BY object LIMIT :most;

--: spent_over() => one count: int
--: may: analyst
-- Objects of which a vote gave more than it has: none, as long as the triggers stand.
SELECT count(*) FROM (SELECT 1 FROM spent GROUP BY template, object, period
  HAVING sum(iif(votes & 1, sixteenths, 0)) > 16 OR sum(iif(votes & 2, sixteenths, 0)) > 16
    OR sum(iif(votes & 4, sixteenths, 0)) > 16 OR sum(iif(votes & 8, sixteenths, 0)) > 16);

--: population_clear(margin: int)
--: may: analyst
DELETE FROM population WHERE margin = :margin;

--: population_add(margin: int, part: int, physicians: int, source: text)
--: may: analyst
INSERT INTO population (margin, part, physicians, source) VALUES (:margin, :part, :physicians, :source);

--: population(most: int) => margin: int, part: int, physicians: int, source: text
--: may: analyst
SELECT margin, part, physicians, source FROM population ORDER BY margin, part LIMIT :most;

--: term_add(word: text, added_ms: int, kind: int)
--: may: analyst
INSERT INTO term (word, added_ms, kind) VALUES (:word, :added_ms, :kind) ON CONFLICT (word) DO UPDATE SET kind = max(kind, excluded.kind);

--: term_kind(word: text, kind: int)
--: may: analyst
-- Nothing happens when the list does not have it.
UPDATE term SET kind = :kind WHERE word = :word;

--: term_kinds() => one count: int
--: may: analyst
SELECT count(*) FROM term WHERE kind > 0;

--: terms(after: int, most: int) => id: int, word: text, added_ms: int, kind: int
--: may: web_sponsor web_admin analyst
SELECT id, word, added_ms, kind FROM term WHERE id > :after ORDER BY id LIMIT :most;

--: term_week_add(week: text, term: int, authors: int)
--: may: analyst
INSERT INTO term_week (week, term, authors) VALUES (:week, :term, :authors);

--: term_week(week: text, most: int) => term: int, authors: int
--: may: analyst
SELECT term, authors FROM term_week WHERE week = :week ORDER BY term LIMIT :most;

--: title_put(question: int, title: text, sponsor: text)
--: may: analyst
INSERT INTO question_title (question, title, sponsor) VALUES (:question, :title, :sponsor)
ON CONFLICT (question) DO UPDATE SET title = excluded.title, sponsor = excluded.sponsor;

--: title_blank(question: int)
--: may: analyst
DELETE FROM question_title WHERE question = :question;

--: closing_last(kind: int) => one journal_seq: int
--: may: analyst
SELECT journal_seq FROM report WHERE template = 0 AND object = :kind ORDER BY id DESC LIMIT 1;
