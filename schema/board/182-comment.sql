-- Comments that nobody but their author and the admins see, as `withheld` has postings: they leave `comment` and come back to it, so no page, feed,
-- search or count can show one by forgetting to leave it out. A column added to `comment` by a later migration is added here too.
CREATE TABLE withheld_comment AS SELECT * FROM comment WHERE 0; -- no STRICT: see 120-moderation.sql
CREATE UNIQUE INDEX withheld_comment_id ON withheld_comment (id);
CREATE INDEX withheld_comment_question ON withheld_comment (question, id);
CREATE INDEX withheld_comment_member ON withheld_comment (member, id);
