-- Regions and years in practice: no vote stands in both, so votes come in four kinds (insight/measure.h), of which each has its own budget.
DROP TRIGGER spent_fixed;
DROP TRIGGER spent_kept;
DROP TRIGGER spent_within;
ALTER TABLE spent RENAME TO spent_before;
-- votes: 1 first, 2 further ones of members who are asked for their region; 4, 8 the same of those who are asked for years in practice.
CREATE TABLE spent (
  template INTEGER NOT NULL, object INTEGER NOT NULL, period TEXT NOT NULL, measure INTEGER NOT NULL,
  votes INTEGER NOT NULL CHECK (votes BETWEEN 1 AND 15),
  sixteenths INTEGER NOT NULL CHECK (sixteenths BETWEEN 1 AND 16),
  PRIMARY KEY (template, object, period, measure)
) STRICT, WITHOUT ROWID;
INSERT INTO spent (template, object, period, measure, votes, sixteenths)
SELECT template, object, period, measure, votes * 5, sixteenths FROM spent_before;
DROP TABLE spent_before;
CREATE TRIGGER spent_fixed BEFORE UPDATE ON spent BEGIN SELECT RAISE(ABORT, 'what is spent stays spent'); END;
CREATE TRIGGER spent_kept BEFORE DELETE ON spent BEGIN SELECT RAISE(ABORT, 'what is spent stays spent'); END;
CREATE TRIGGER spent_within BEFORE INSERT ON spent
WHEN EXISTS (SELECT 1 FROM (SELECT 1 AS kind UNION ALL SELECT 2 UNION ALL SELECT 4 UNION ALL SELECT 8) WHERE new.votes & kind
    AND new.sixteenths + (SELECT ifnull(sum(sixteenths), 0) FROM spent WHERE template = new.template AND object = new.object
      AND period = new.period AND votes & kind) > 16)
  OR EXISTS (SELECT 1 FROM spent WHERE template = new.template AND object = new.object AND period = new.period AND measure = new.measure)
BEGIN SELECT RAISE(ABORT, 'the budget is spent'); END;

-- How all physicians are distributed, by which results are weighted; loaded by an operator (insight/population.h).
CREATE TABLE population (
  margin INTEGER NOT NULL CHECK (margin BETWEEN 0 AND 1), -- enum margin: region, years in practice
  part INTEGER NOT NULL CHECK (part BETWEEN 0 AND 3),
  physicians INTEGER NOT NULL CHECK (physicians > 0),
  source TEXT NOT NULL,
  PRIMARY KEY (margin, part)
) STRICT, WITHOUT ROWID;
