-- Telling people: what a member follows beside topics (interest), how it is mailed, and how far he has looked.
-- Nothing here grows with a posting but by the distinct saved searches it matches: who follows is looked up when it is read.

CREATE TABLE reader (
  member INTEGER PRIMARY KEY,
  since INTEGER NOT NULL,               -- seq of the first thing he followed: nothing before it is news to him
  seen INTEGER NOT NULL DEFAULT 0,      -- seq up to which he has marked notices as seen
  mailed INTEGER NOT NULL DEFAULT 1,    -- 0: no mail at all about what he follows
  threads INTEGER NOT NULL DEFAULT 2,   -- how followed threads are mailed: 0 never 1 at once 2 daily 3 weekly
  answers INTEGER NOT NULL DEFAULT 1,   -- mails about answers in his own threads
  opinions INTEGER NOT NULL DEFAULT 1,  -- he may be asked for his experience
  told_once INTEGER NOT NULL DEFAULT 0, -- seq up to which mails sent at once have told; the same for the others, and when
  told_daily INTEGER NOT NULL DEFAULT 0, daily_ms INTEGER NOT NULL DEFAULT 0,
  told_weekly INTEGER NOT NULL DEFAULT 0, weekly_ms INTEGER NOT NULL DEFAULT 0
) STRICT;

-- How a followed topic is mailed, where a member said so; else daily.
CREATE TABLE topic_mail (
  topic TEXT NOT NULL, member INTEGER NOT NULL, how INTEGER NOT NULL, PRIMARY KEY (topic, member)
) STRICT, WITHOUT ROWID;
CREATE INDEX topic_mail_at_once ON topic_mail (topic, member) WHERE how = 1;

CREATE TABLE follow (question INTEGER NOT NULL, member INTEGER NOT NULL, PRIMARY KEY (question, member)) STRICT, WITHOUT ROWID;
CREATE INDEX follow_member ON follow (member, question);

-- What is searched for, once however many members saved it; kept under the rarest of its terms, which a posting must have.
CREATE TABLE query (
  anchor TEXT NOT NULL,
  key BLOB NOT NULL,                    -- digest of anchor and spec
  spec TEXT NOT NULL,                   -- board/percolate.h
  PRIMARY KEY (anchor, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE saved (
  id INTEGER PRIMARY KEY,               -- seq of search_saved
  member INTEGER NOT NULL,
  key BLOB NOT NULL,
  words TEXT NOT NULL,                  -- as typed
  how INTEGER NOT NULL DEFAULT 2
) STRICT;
CREATE INDEX saved_member ON saved (member, id);
CREATE INDEX saved_key ON saved (key, id);

-- Postings that matched a query, the latest of each.
CREATE TABLE hit (key BLOB NOT NULL, posting INTEGER NOT NULL, PRIMARY KEY (key, posting)) STRICT, WITHOUT ROWID;
CREATE INDEX hit_posting ON hit (posting);

-- Topics of a thread: an answer stands under them too.
CREATE TABLE thread_topics (question INTEGER PRIMARY KEY, topics TEXT NOT NULL) STRICT;

-- What a mail of news covers; gone once it was sent.
CREATE TABLE digest (
  mail INTEGER PRIMARY KEY, member INTEGER NOT NULL, how INTEGER NOT NULL, since INTEGER NOT NULL, upto INTEGER NOT NULL,
  answers TEXT NOT NULL                 -- own threads that were answered, by blanks
) STRICT;

-- Private feeds. The token follows from the id under a key of the clerk's.
CREATE TABLE feed (
  id INTEGER PRIMARY KEY,               -- seq of feed_made
  member INTEGER NOT NULL,
  kind INTEGER NOT NULL,                -- 1 followed topics 2 a saved search 3 own threads
  search INTEGER NOT NULL,              -- kind 2: its id, else 0
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX feed_member ON feed (member, id);

-- Whose experience was sought for which thread. Nobody but the member himself is told.
CREATE TABLE opinion (
  question INTEGER NOT NULL, member INTEGER NOT NULL, at_ms INTEGER NOT NULL,
  declined INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (question, member)
) STRICT, WITHOUT ROWID;
CREATE INDEX opinion_member ON opinion (member, at_ms);

-- What was done before gets its rows by folding the journal once more.
DELETE FROM member; DELETE FROM session; DELETE FROM request; DELETE FROM posting; DELETE FROM vote; DELETE FROM vote_day;
DELETE FROM interest; DELETE FROM rule; DELETE FROM mail; DELETE FROM proposal; DELETE FROM code; DELETE FROM pioneer; DELETE FROM invitation;
DELETE FROM vouch; DELETE FROM factor; DELETE FROM reset; DELETE FROM email_change; DELETE FROM poll; DELETE FROM choice; DELETE FROM rating; DELETE FROM how;
DELETE FROM cursor;
