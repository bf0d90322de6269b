-- What the door needs of the lists besides: material for quizzes.

--: quiz_material(state: text, most: int) => one schools: int
--: may: clerk
-- How many schools this state's list names, counted up to `most`.
SELECT count(*) FROM (
  SELECT DISTINCT c.school FROM list l JOIN licence c ON c.state = :state AND c.school <> '' AND c.physician = 1
  WHERE l.name = 'board:' || :state AND c.since <= l.generation AND (c.until = 0 OR c.until > l.generation) LIMIT :most);

--: decoy_places(above: int, state: text, look: int, most: int) => city: text, zip: text
--: may: clerk
-- Where physicians of this state practise, among the `look` whose NPIs come next.
SELECT city, zip FROM (
  SELECT p.city, p.zip, p.state FROM list l JOIN provider p ON p.npi > :above
  WHERE l.name = 'nppes' AND p.since <= l.generation AND (p.until = 0 OR p.until > l.generation) AND p.kind = 1 AND p.line_1 <> ''
  ORDER BY p.npi LIMIT :look)
WHERE state = :state AND length(zip) >= 5 LIMIT :most;
