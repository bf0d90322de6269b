-- Mails about answers in a member's own threads, as topics have it: 0 never 1 at once 2 daily 3 weekly. Who had them before has them daily.
ALTER TABLE reader ADD COLUMN answers_how INTEGER NOT NULL DEFAULT 2;
UPDATE reader SET answers_how = iif(answers = 0, 0, 2);
ALTER TABLE reader DROP COLUMN answers;
ALTER TABLE reader RENAME COLUMN answers_how TO answers;
