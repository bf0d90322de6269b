-- What the public lists say, for whoever reads them. Rows of an import that is not whole yet are never among them.

--: list_get(name: text) => one rows: int, as_of: text, source: text, imported_ms: int
--: may: clerk operator
-- 'nppes', 'leie' or 'board:MO'; NOT_FOUND: that list was never imported.
SELECT rows, as_of, source, imported_ms FROM list WHERE name = :name AND generation > 0;

--: lists() => name: text, rows: int, as_of: text, source: text, imported_ms: int
--: may: clerk operator
SELECT name, rows, as_of, source, imported_ms FROM list WHERE generation > 0 ORDER BY name;

--: licence_get(state: text, key: text) => profession: text, physician: int, number: text, first_name: text, middle_name: text,
--:   last_name: text, suffix: text, former_name: text, status: text, gone: int, issued: text, expires: text, discipline: text,
--:   birth_year: int, school: text, graduation_year: int, source: text, as_of: text
--: may: clerk operator
-- The key is licence_key() of the number (board/roster/name.h). Several rows when the board numbers each profession for itself, physicians first.
SELECT c.profession, c.physician, c.number, c.first_name, c.middle_name, c.last_name, c.suffix, c.former_name, c.status, c.gone,
  c.issued, c.expires, c.discipline, c.birth_year, c.school, c.graduation_year, l.name, iif(c.as_of = '', l.as_of, c.as_of)
FROM list l JOIN licence c ON c.state = :state AND c.key = :key
WHERE l.name = 'board:' || :state AND c.since <= l.generation AND (c.until = 0 OR c.until > l.generation)
ORDER BY c.physician DESC, c.profession;

--: provider_get(npi: text) => one kind: int, gone: int, deactivated: text, first_name: text, middle_name: text, last_name: text, suffix: text,
--:   other_first_name: text, other_last_name: text, sex: text, taxonomies: text, source: text, as_of: text
--: may: clerk operator
SELECT p.kind, p.gone, p.deactivated, p.first_name, p.middle_name, p.last_name, p.suffix, p.other_first_name, p.other_last_name, p.sex,
  p.taxonomies, l.name, iif(p.as_of = '', l.as_of, p.as_of)
FROM list l JOIN provider p ON p.npi = CAST(:npi AS INTEGER)
WHERE l.name = 'nppes' AND p.since <= l.generation AND (p.until = 0 OR p.until > l.generation);

--: provider_address(npi: text) => one line_1: text, line_2: text, city: text, state: text, zip: text, country: text
--: may: clerk operator
-- Where the provider practises, for letters.
SELECT p.line_1, p.line_2, p.city, p.state, p.zip, p.country
FROM list l JOIN provider p ON p.npi = CAST(:npi AS INTEGER)
WHERE l.name = 'nppes' AND p.since <= l.generation AND (p.until = 0 OR p.until > l.generation) AND p.kind = 1 AND p.line_1 <> '';

--: decoy_schools(state: text, year_low: int, year_high: int, most: int) => school: text, licences: int
--: may: clerk operator
-- Schools of this state's physicians who graduated in these years, most frequent first.
SELECT c.school, count(*) AS licences
FROM list l JOIN licence c ON c.state = :state AND c.graduation_year BETWEEN :year_low AND :year_high AND c.school <> '' AND c.physician = 1
WHERE l.name = 'board:' || :state AND c.since <= l.generation AND (c.until = 0 OR c.until > l.generation)
GROUP BY c.school ORDER BY licences DESC, c.school LIMIT :most;

--: decoy_years(state: text, year_low: int, year_high: int, most: int) => graduation_year: int, licences: int
--: may: clerk operator
-- Years in which this state's physicians graduated, in order.
SELECT c.graduation_year, count(*)
FROM list l JOIN licence c ON c.state = :state AND c.graduation_year BETWEEN :year_low AND :year_high AND c.school <> '' AND c.physician = 1
WHERE l.name = 'board:' || :state AND c.since <= l.generation AND (c.until = 0 OR c.until > l.generation)
GROUP BY c.graduation_year ORDER BY c.graduation_year LIMIT :most;

--: decoy_numbers_above(state: text, key: text, most: int) => number: text, issued: text
--: may: clerk operator
-- Other physicians' licence numbers of the same length next above this one.
SELECT c.number, c.issued FROM list l JOIN licence c ON c.state = :state AND c.key > :key
WHERE l.name = 'board:' || :state AND c.since <= l.generation AND (c.until = 0 OR c.until > l.generation)
  AND c.physician = 1 AND length(c.key) = length(:key)
ORDER BY c.key LIMIT :most;

--: decoy_numbers_below(state: text, key: text, most: int) => number: text, issued: text
--: may: clerk operator
-- The same next below it.
SELECT c.number, c.issued FROM list l JOIN licence c ON c.state = :state AND c.key < :key
WHERE l.name = 'board:' || :state AND c.since <= l.generation AND (c.until = 0 OR c.until > l.generation)
  AND c.physician = 1 AND length(c.key) = length(:key)
ORDER BY c.key DESC LIMIT :most;

--: exclusions_of_npi(npi: text) => id: int, last_name: text, first_name: text, born: text, state: text, type: text, excluded: text,
--:   reinstated: text, waived: text, waiver_state: text
--: may: clerk operator
SELECT e.id, e.last_name, e.first_name, e.born, e.state, e.type, e.excluded, e.reinstated, e.waived, e.waiver_state
FROM list l JOIN exclusion e ON e.npi = CAST(:npi AS INTEGER) AND e.npi > 0
WHERE l.name = 'leie' AND e.gone = 0 AND e.since <= l.generation AND (e.until = 0 OR e.until > l.generation)
ORDER BY e.id;

--: exclusions_of_name(name_key: text, state: text) => id: int, npi: int, last_name: text, first_name: text, born: text, state: text, type: text,
--:   excluded: text, reinstated: text, waived: text, waiver_state: text
--: may: clerk operator
-- By folded name and state: a lead for a person to look at, never a verdict.
SELECT e.id, e.npi, e.last_name, e.first_name, e.born, e.state, e.type, e.excluded, e.reinstated, e.waived, e.waiver_state
FROM list l JOIN exclusion e ON e.name_key = :name_key
WHERE l.name = 'leie' AND e.gone = 0 AND e.since <= l.generation AND (e.until = 0 OR e.until > l.generation) AND e.state = :state
ORDER BY e.id;

--: exclusion_get(id: int) => one npi: int, last_name: text, first_name: text, middle_name: text, born: text, state: text, specialty: text,
--:   type: text, excluded: text, reinstated: text
--: may: clerk operator
SELECT e.npi, e.last_name, e.first_name, e.middle_name, e.born, e.state, e.specialty, e.type, e.excluded, e.reinstated
FROM list l JOIN exclusion e ON e.id = :id
WHERE l.name = 'leie' AND e.gone = 0 AND e.since <= l.generation AND (e.until = 0 OR e.until > l.generation);
