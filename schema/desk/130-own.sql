-- Mails about what others say to one's own postings, and searches that a new wording matches.

-- How they are mailed: 0 never 1 at once 2 daily 3 weekly.
ALTER TABLE reader ADD COLUMN comments INTEGER NOT NULL DEFAULT 2;
ALTER TABLE reader ADD COLUMN thanks INTEGER NOT NULL DEFAULT 2;
ALTER TABLE reader ADD COLUMN marks INTEGER NOT NULL DEFAULT 2;

-- The wording that matched first, and when: the posting's own, or a later edit's.
ALTER TABLE hit ADD COLUMN seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE hit ADD COLUMN at_ms INTEGER NOT NULL DEFAULT 0;
CREATE INDEX hit_news ON hit (key, seq);
CREATE INDEX hit_edit ON hit (seq) WHERE seq <> posting;

-- What was done before gets its rows by folding the journal once more.
DELETE FROM choice; DELETE FROM code; DELETE FROM digest; DELETE FROM email_change; DELETE FROM factor; DELETE FROM feed; DELETE FROM flag;
DELETE FROM follow; DELETE FROM hit; DELETE FROM hold; DELETE FROM how; DELETE FROM interest; DELETE FROM invitation; DELETE FROM looked;
DELETE FROM mail; DELETE FROM member; DELETE FROM opinion; DELETE FROM pioneer; DELETE FROM poll; DELETE FROM posting; DELETE FROM proposal;
DELETE FROM query; DELETE FROM rating; DELETE FROM reader; DELETE FROM request; DELETE FROM reset; DELETE FROM round; DELETE FROM rule;
DELETE FROM saved; DELETE FROM session; DELETE FROM thank; DELETE FROM thread_topics; DELETE FROM token; DELETE FROM topic_mail;
DELETE FROM vote; DELETE FROM vote_day; DELETE FROM vouch; DELETE FROM withheld; DELETE FROM cursor;
