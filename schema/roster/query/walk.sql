-- Walks along whole lists for the recheck, behind a place, some rows at a time.

--: providers_walk(npi: int, most: int) => npi: int, kind: int, taxonomies: text
--: may: operator
-- Physicians, and who was deactivated.
SELECT p.npi, p.kind, p.taxonomies FROM list l JOIN provider p ON p.npi > :npi
WHERE l.name = 'nppes' AND p.since <= l.generation AND (p.until = 0 OR p.until > l.generation) AND p.kind IN (1, 4)
ORDER BY p.npi LIMIT :most;

--: licences_walk(state: text, key: text, most: int) => key: text, first_name: text, last_name: text, birth_year: int
--: may: operator
-- Physicians' licences of one state, one row a number.
SELECT c.key, c.first_name, c.last_name, c.birth_year FROM list l JOIN licence c ON c.state = :state AND c.key > :key
WHERE l.name = 'board:' || :state AND c.since <= l.generation AND (c.until = 0 OR c.until > l.generation) AND c.physician = 1
GROUP BY c.key ORDER BY c.key LIMIT :most;
