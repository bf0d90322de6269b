-- pubmed.db: what the operator imported of PubMed, so that references have titles. No fold: it is made again by importing again.

CREATE TABLE article (
  pmid INTEGER PRIMARY KEY,
  title TEXT NOT NULL,
  journal TEXT NOT NULL,             -- abbreviated where the file has that
  year INTEGER NOT NULL,             -- 0: not known
  doi TEXT NOT NULL,                 -- in lower case, '' none
  retracted INTEGER NOT NULL
) STRICT;
CREATE INDEX article_doi ON article (doi) WHERE doi <> '';
