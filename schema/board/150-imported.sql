-- What comes along with postings from elsewhere: comments by nobody here, and what a topic is about.

ALTER TABLE comment ADD COLUMN source TEXT NOT NULL DEFAULT ''; -- who said it where, of one that was taken over; at_ms is then when it was said there

CREATE TABLE topic_about (
  topic TEXT PRIMARY KEY,
  id INTEGER NOT NULL,               -- seq of the event
  member INTEGER NOT NULL,           -- the admin who wrote it; 0: taken over from `source`
  at_ms INTEGER NOT NULL,
  source TEXT NOT NULL, url TEXT NOT NULL, licence TEXT NOT NULL, -- '' for an admin's
  excerpt TEXT NOT NULL,             -- plain words; '': blanked
  body TEXT NOT NULL,                -- Markdown
  html TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX topic_about_id ON topic_about (id);
