-- The operator's list of specialties.

--: specialties(most: int) => code: text, classification: text, words: text
--: may: clerk operator
SELECT code, classification, words FROM specialty ORDER BY words, code LIMIT :most;

--: specialties_clear()
--: may: operator
DELETE FROM specialty;

--: specialty_add(code: text, classification: text, words: text)
--: may: operator
INSERT INTO specialty (code, classification, words) VALUES (:code, :classification, :words);
