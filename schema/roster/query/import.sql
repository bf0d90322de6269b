-- How `curbside roster import` fills the lists. A row is looked up as it is now (until = 0, this import's own among them), then added, seen
-- or ended. Walks go by the primary key behind a place, a few rows at a time, so that no transaction grows with the list.

--: list_begin(name: text)
--: may: operator
INSERT INTO list (name, generation, latest, clean, rows, source, as_of, imported_ms) VALUES (:name, 0, 0, 1, 0, '', '', 0) ON CONFLICT DO NOTHING;

--: list_state(name: text) => one generation: int, latest: int, clean: int, rows: int, as_of: text
--: may: operator
SELECT generation, latest, clean, rows, as_of FROM list WHERE name = :name;

--: list_work_set(name: text, latest: int, clean: int)
--: may: operator
UPDATE list SET latest = :latest, clean = :clean WHERE name = :name;

--: list_show(name: text, generation: int, rows: int, source: text, as_of: text, imported_ms: int)
--: may: operator
-- From here on readers see what was imported.
UPDATE list SET generation = :generation, rows = :rows, source = :source, as_of = :as_of, imported_ms = :imported_ms WHERE name = :name;

--: progress_get(list: text) => one file: blob, line: int, added: int, changed: int, same: int, refused: int, repeated: int
--: may: operator
SELECT file, line, added, changed, same, refused, repeated FROM progress WHERE list = :list;

--: progress_set(list: text, file: blob, line: int, added: int, changed: int, same: int, refused: int, repeated: int)
--: may: operator
INSERT INTO progress (list, file, line, added, changed, same, refused, repeated)
VALUES (:list, :file, :line, :added, :changed, :same, :refused, :repeated)
ON CONFLICT (list) DO UPDATE SET file = excluded.file, line = excluded.line, added = excluded.added, changed = excluded.changed,
  same = excluded.same, refused = excluded.refused, repeated = excluded.repeated;

--: progress_remove(list: text)
--: may: operator
DELETE FROM progress WHERE list = :list;

--: licence_now(state: text, key: text, profession: text) => one since: int, seen: int, gone: int, content: int
--: may: operator
SELECT since, seen, gone, content FROM licence WHERE state = :state AND key = :key AND profession = :profession AND until = 0;

--: licence_add(state: text, key: text, profession: text, since: int, content: int, physician: int, number: text, first_name: text,
--:   middle_name: text, last_name: text, suffix: text, former_name: text, status: text, issued: text, expires: text, discipline: text,
--:   birth_year: int, school: text, graduation_year: int, as_of: text)
--: may: operator
-- Nothing happens when it stands there already.
INSERT INTO licence (state, key, profession, since, until, seen, gone, content, physician, number, first_name, middle_name, last_name,
  suffix, former_name, status, issued, expires, discipline, birth_year, school, graduation_year, as_of)
VALUES (:state, :key, :profession, :since, 0, :since, 0, :content, :physician, :number, :first_name, :middle_name, :last_name, :suffix,
  :former_name, :status, :issued, :expires, :discipline, :birth_year, :school, :graduation_year, :as_of)
ON CONFLICT DO NOTHING;

--: licence_same(state: text, key: text, profession: text, content: int, seen: int)
--: may: operator
-- Listed just so already, and not yet met in this file: one row changes.
UPDATE licence SET seen = :seen WHERE state = :state AND key = :key AND profession = :profession AND until = 0 AND content = :content AND gone = 0 AND seen < :seen;

--: licence_end(state: text, key: text, profession: text, since: int, until: int)
--: may: operator
UPDATE licence SET until = :until WHERE state = :state AND key = :key AND profession = :profession AND since = :since;

--: licence_leave(state: text, key: text, profession: text, generation: int, as_of: text)
--: may: operator
-- No longer listed: the same again, marked so. The row before it is ended by its own statement.
INSERT INTO licence (state, key, profession, since, until, seen, gone, content, physician, number, first_name, middle_name, last_name,
  suffix, former_name, status, issued, expires, discipline, birth_year, school, graduation_year, as_of)
SELECT state, key, profession, :generation, 0, seen, 1, content, physician, number, first_name, middle_name, last_name, suffix,
  former_name, status, issued, expires, discipline, birth_year, school, graduation_year, iif(as_of = '', :as_of, as_of) FROM licence
  WHERE state = :state AND key = :key AND profession = :profession AND until = 0 AND since < :generation;

--: licence_unseen(state: text, key: text, profession: text, since: int, generation: int, most: int) => key: text, profession: text,
--:   since: int
--: may: operator
-- Listed until now, and not in this import's file.
SELECT key, profession, since FROM licence WHERE state = :state AND (key, profession, since) > (:key, :profession, :since) AND seen <
  :generation AND gone = 0 AND until = 0 ORDER BY key, profession, since LIMIT :most;

--: licence_left_over(state: text, key: text, profession: text, since: int, generation: int, most: int) => key: text, profession: text,
--:   since: int, until: int
--: may: operator
-- Rows of imports that broke off (since above the generation) and rows that were replaced.
SELECT key, profession, since, until FROM licence WHERE state = :state AND (key, profession, since) > (:key, :profession, :since) AND
  (since > :generation OR until > 0) ORDER BY key, profession, since LIMIT :most;

--: licence_drop(state: text, key: text, profession: text, since: int)
--: may: operator
DELETE FROM licence WHERE state = :state AND key = :key AND profession = :profession AND since = :since;

--: provider_now(npi: int) => one since: int, seen: int, gone: int, content: int
--: may: operator
SELECT since, seen, gone, content FROM provider WHERE npi = :npi AND until = 0;

--: provider_add(npi: int, since: int, content: int, kind: int, deactivated: text, first_name: text, middle_name: text, last_name: text,
--:   suffix: text, other_first_name: text, other_last_name: text, sex: text, line_1: text, line_2: text, city: text, state: text, zip:
--:   text, country: text, taxonomies: text, as_of: text)
--: may: operator
-- Nothing happens when it stands there already.
INSERT INTO provider (npi, since, until, seen, gone, content, kind, deactivated, first_name, middle_name, last_name, suffix,
  other_first_name, other_last_name, sex, line_1, line_2, city, state, zip, country, taxonomies, as_of)
VALUES (:npi, :since, 0, :since, 0, :content, :kind, :deactivated, :first_name, :middle_name, :last_name, :suffix, :other_first_name,
  :other_last_name, :sex, :line_1, :line_2, :city, :state, :zip, :country, :taxonomies, :as_of)
ON CONFLICT DO NOTHING;

--: provider_add_bare(npi: int, since: int, content: int, kind: int, deactivated: text, as_of: text)
--: may: operator
-- The same for most rows: those of whom no more is kept.
INSERT INTO provider (npi, since, until, seen, gone, content, kind, deactivated, first_name, middle_name, last_name, suffix,
  other_first_name, other_last_name, sex, line_1, line_2, city, state, zip, country, taxonomies, as_of)
VALUES (:npi, :since, 0, :since, 0, :content, :kind, :deactivated, '', '', '', '', '', '', '', '', '', '', '', '', '', '', :as_of)
ON CONFLICT DO NOTHING;

--: provider_same(npi: int, content: int, seen: int)
--: may: operator
-- Listed just so already, and not yet met in this file: one row changes.
UPDATE provider SET seen = :seen WHERE npi = :npi AND until = 0 AND content = :content AND gone = 0 AND seen < :seen;

--: provider_end(npi: int, since: int, until: int)
--: may: operator
UPDATE provider SET until = :until WHERE npi = :npi AND since = :since;

--: provider_leave(npi: int, generation: int, as_of: text)
--: may: operator
-- No longer listed: the same again, marked so. The row before it is ended by its own statement.
INSERT INTO provider (npi, since, until, seen, gone, content, kind, deactivated, first_name, middle_name, last_name, suffix,
  other_first_name, other_last_name, sex, line_1, line_2, city, state, zip, country, taxonomies, as_of)
SELECT npi, :generation, 0, seen, 1, content, kind, deactivated, first_name, middle_name, last_name, suffix, other_first_name,
  other_last_name, sex, line_1, line_2, city, state, zip, country, taxonomies, iif(as_of = '', :as_of, as_of) FROM provider WHERE npi =
  :npi AND until = 0 AND since < :generation;

--: provider_unseen(npi: int, since: int, generation: int, most: int) => npi: int, since: int
--: may: operator
-- Listed until now, and not in this import's file.
SELECT npi, since FROM provider WHERE (npi, since) > (:npi, :since) AND seen < :generation AND gone = 0 AND until = 0 ORDER BY npi,
  since LIMIT :most;

--: provider_left_over(npi: int, since: int, generation: int, most: int) => npi: int, since: int, until: int
--: may: operator
-- Rows of imports that broke off (since above the generation) and rows that were replaced.
SELECT npi, since, until FROM provider WHERE (npi, since) > (:npi, :since) AND (since > :generation OR until > 0) ORDER BY npi, since
  LIMIT :most;

--: provider_drop(npi: int, since: int)
--: may: operator
DELETE FROM provider WHERE npi = :npi AND since = :since;

--: exclusion_now(id: int) => one since: int, seen: int, gone: int
--: may: operator
SELECT since, seen, gone FROM exclusion WHERE id = :id AND until = 0;

--: exclusion_add(id: int, since: int, npi: int, name_key: text, last_name: text, first_name: text, middle_name: text, born: text,
--:   state: text, general: text, specialty: text, type: text, excluded: text, reinstated: text, waived: text, waiver_state: text, as_of:
--:   text)
--: may: operator
-- Nothing happens when it stands there already.
INSERT INTO exclusion (id, since, until, seen, gone, npi, name_key, last_name, first_name, middle_name, born, state, general, specialty,
  type, excluded, reinstated, waived, waiver_state, as_of)
VALUES (:id, :since, 0, :since, 0, :npi, :name_key, :last_name, :first_name, :middle_name, :born, :state, :general, :specialty, :type,
  :excluded, :reinstated, :waived, :waiver_state, :as_of)
ON CONFLICT DO NOTHING;

--: exclusion_same(id: int, seen: int)
--: may: operator
-- Listed just so already, and not yet met in this file: one row changes.
UPDATE exclusion SET seen = :seen WHERE id = :id AND until = 0 AND gone = 0 AND seen < :seen;

--: exclusion_end(id: int, since: int, until: int)
--: may: operator
UPDATE exclusion SET until = :until WHERE id = :id AND since = :since;

--: exclusion_leave(id: int, generation: int, as_of: text)
--: may: operator
-- No longer listed: the same again, marked so. The row before it is ended by its own statement.
INSERT INTO exclusion (id, since, until, seen, gone, npi, name_key, last_name, first_name, middle_name, born, state, general, specialty,
  type, excluded, reinstated, waived, waiver_state, as_of)
SELECT id, :generation, 0, seen, 1, npi, name_key, last_name, first_name, middle_name, born, state, general, specialty, type, excluded,
  reinstated, waived, waiver_state, iif(as_of = '', :as_of, as_of) FROM exclusion WHERE id = :id AND until = 0 AND since < :generation;

--: exclusion_unseen(id: int, since: int, generation: int, most: int) => id: int, since: int
--: may: operator
-- Listed until now, and not in this import's file.
SELECT id, since FROM exclusion WHERE (id, since) > (:id, :since) AND seen < :generation AND gone = 0 AND until = 0 ORDER BY id, since
  LIMIT :most;

--: exclusion_left_over(id: int, since: int, generation: int, most: int) => id: int, since: int, until: int
--: may: operator
-- Rows of imports that broke off (since above the generation) and rows that were replaced.
SELECT id, since, until FROM exclusion WHERE (id, since) > (:id, :since) AND (since > :generation OR until > 0) ORDER BY id, since LIMIT
  :most;

--: exclusion_drop(id: int, since: int)
--: may: operator
DELETE FROM exclusion WHERE id = :id AND since = :since;
