-- Threads of which moderation knows something: that a posting is withheld, that it repeats another or is repeated. Few are; so the page of a
-- question, which is asked for most, looks here once instead of into each of those tables. Row 0: when a thread was withheld last.
CREATE TABLE noted (
  question INTEGER PRIMARY KEY,      -- 0: all of them
  seq INTEGER NOT NULL               -- of row 0: the event; else 0
) STRICT;
INSERT INTO noted (question, seq) VALUES (0, ifnull((SELECT value FROM total WHERE name = 'withheld'), 0));
DELETE FROM total WHERE name = 'withheld';
INSERT INTO noted (question, seq) SELECT question, 0 FROM withheld WHERE true ON CONFLICT DO NOTHING;
INSERT INTO noted (question, seq) SELECT question, 0 FROM duplicate WHERE true ON CONFLICT DO NOTHING;
INSERT INTO noted (question, seq) SELECT target, 0 FROM duplicate WHERE true ON CONFLICT DO NOTHING;
