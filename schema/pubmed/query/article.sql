-- Articles: one statement an effect of the import, two ways to find one.

--: article_add(pmid: int, title: text, journal: text, year: int, doi: text, retracted: int)
--: may: operator
-- db_changes: 1 when it is new.
INSERT INTO article (pmid, title, journal, year, doi, retracted)
VALUES (:pmid, :title, :journal, :year, :doi, :retracted) ON CONFLICT (pmid) DO NOTHING;

--: article_change(pmid: int, title: text, journal: text, year: int, doi: text, retracted: int)
--: may: operator
-- db_changes: 1 when it was otherwise.
UPDATE article SET title = :title, journal = :journal, year = :year, doi = :doi, retracted = :retracted
WHERE pmid = :pmid AND (title <> :title OR journal <> :journal OR year <> :year OR doi <> :doi OR retracted <> :retracted);

--: article_remove(pmid: int)
--: may: operator
DELETE FROM article WHERE pmid = :pmid;

--: article_count() => one articles: int
--: may: operator
SELECT count(*) FROM article;

--: article_get(pmid: int) => one title: text, journal: text, year: int, retracted: bool
--: may: web_member web_admin operator
SELECT title, journal, year, retracted FROM article WHERE pmid = :pmid;

--: article_by_doi(doi: text) => one title: text, journal: text, year: int, retracted: bool
--: may: web_member web_admin operator
SELECT title, journal, year, retracted FROM article WHERE doi = :doi AND doi <> '' ORDER BY pmid LIMIT 1;
