-- Words the search looks for besides those that were typed.

--: word_add(name: text, kind: int, meaning: text, weight: int)
--: may: clerk operator
INSERT INTO word (name, kind, meaning, weight) VALUES (:name, :kind, :meaning, :weight)
ON CONFLICT (name, kind, meaning) DO UPDATE SET weight = weight + excluded.weight;

--: kind_clear(kind: int)
--: may: clerk operator
DELETE FROM word WHERE kind = :kind;

--: kind_count(kind: int) => one words: int
--: may: clerk operator
SELECT count(*) FROM word WHERE kind = :kind;

--: words_any() => one there: int
--: may: web_member operator
SELECT EXISTS (SELECT 1 FROM word);

--: meanings(name: text, most: int) => kind: int, meaning: text, weight: int
--: may: web_member operator
-- The likeliest first.
SELECT kind, meaning, weight FROM word WHERE name = :name ORDER BY kind, weight DESC, length(meaning), meaning LIMIT :most;
