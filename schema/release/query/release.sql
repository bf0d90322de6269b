--: list(most: int) => id: int, template: text, period: text, at_ms: int, k: int, shown: int, withheld: int, sha256: blob
--: may: web_sponsor web_admin analyst
-- Latest first.
SELECT id, template, period, at_ms, k, shown, withheld, sha256 FROM release ORDER BY id DESC LIMIT :most;

--: get(id: int) => one id: int, template: text, period: text, at_ms: int, k: int, shown: int, withheld: int, sha256: blob, body: blob
--: may: web_sponsor web_admin analyst
SELECT id, template, period, at_ms, k, shown, withheld, sha256, body FROM release WHERE id = :id;

--: of_period(template: text, period: text) => one id: int
--: may: web_sponsor web_admin analyst
SELECT id FROM release WHERE template = :template AND period = :period;

--: cells(release: int, most: int) => question: int, title: text, counted: int, corroborate: int?, dispute: int?, cannot_say: int?
--: may: web_sponsor web_admin analyst
-- Questions with at least k members behind them, most first; a figure without a value was withheld. Title '': blanked since.
SELECT c.question, ifnull(t.title, ''), c.counted, c.corroborate, c.dispute, c.cannot_say
FROM release_cell c LEFT JOIN question_title t ON t.question = c.question WHERE c.release = :release ORDER BY c.place LIMIT :most;

--: last() => one id: int, period: text, journal_seq: int, sha256: blob
--: may: analyst
SELECT id, period, journal_seq, sha256 FROM release ORDER BY id DESC LIMIT 1;

--: all_after(id: int, most: int) => id: int, template: text, period: text, journal_seq: int, k: int, shown: int, withheld: int, body: blob, sha256: blob
--: may: analyst
SELECT id, template, period, journal_seq, k, shown, withheld, body, sha256 FROM release WHERE id > :id ORDER BY id LIMIT :most;

--: add(id: int, template: text, period: text, at_ms: int, journal_seq: int, k: int, shown: int, withheld: int, body: blob, sha256: blob)
--: may: analyst
INSERT INTO release (id, template, period, at_ms, journal_seq, k, shown, withheld, body, sha256)
VALUES (:id, :template, :period, :at_ms, :journal_seq, :k, :shown, :withheld, :body, :sha256);

--: cell_add(release: int, place: int, question: int, counted: int, corroborate: int?, dispute: int?, cannot_say: int?)
--: may: analyst
INSERT INTO release_cell (release, place, question, counted, corroborate, dispute, cannot_say)
VALUES (:release, :place, :question, :counted, :corroborate, :dispute, :cannot_say);

--: title_put(question: int, title: text)
--: may: analyst
INSERT INTO question_title (question, title) VALUES (:question, :title)
ON CONFLICT (question) DO UPDATE SET title = excluded.title;

--: title_blank(question: int)
--: may: analyst
DELETE FROM question_title WHERE question = :question;
