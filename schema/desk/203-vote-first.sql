-- Votes of that day that were the member's first on their posting, of which a rule of pay counts so many a day; choices and ratings are none.
ALTER TABLE vote_day ADD COLUMN firsts INTEGER NOT NULL DEFAULT 0;

-- What was done before gets its count by folding the journal once more.
DELETE FROM background; DELETE FROM choice; DELETE FROM code; DELETE FROM digest; DELETE FROM email_change; DELETE FROM factor; DELETE FROM feed;
DELETE FROM flag; DELETE FROM follow; DELETE FROM held_objection; DELETE FROM hit; DELETE FROM hold; DELETE FROM how; DELETE FROM interest;
DELETE FROM invitation; DELETE FROM looked; DELETE FROM mail; DELETE FROM member; DELETE FROM opinion; DELETE FROM payee; DELETE FROM pioneer;
DELETE FROM poll; DELETE FROM posting; DELETE FROM proposal; DELETE FROM query; DELETE FROM rating; DELETE FROM reader; DELETE FROM report_mail;
DELETE FROM request; DELETE FROM reset; DELETE FROM round; DELETE FROM rule; DELETE FROM said; DELETE FROM saved; DELETE FROM session;
DELETE FROM sighting; DELETE FROM sponsored;
DELETE FROM subscription; DELETE FROM thank; DELETE FROM thread_topics; DELETE FROM token; DELETE FROM topic_mail;
DELETE FROM vote; DELETE FROM vote_day; DELETE FROM vouch; DELETE FROM watch; DELETE FROM withheld; DELETE FROM cursor;
