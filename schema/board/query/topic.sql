-- What topics are about.

--: topic_about_put(topic: text, id: int, member: int, at_ms: int, source: text, url: text, licence: text, excerpt: text, body: text, html: text)
--: may: clerk
INSERT INTO topic_about (topic, id, member, at_ms, source, url, licence, excerpt, body, html)
VALUES (:topic, :id, :member, :at_ms, :source, :url, :licence, :excerpt, :body, :html)
ON CONFLICT (topic) DO UPDATE SET id = excluded.id, member = excluded.member, at_ms = excluded.at_ms, source = excluded.source,
  url = excluded.url, licence = excluded.licence, excerpt = excluded.excerpt, body = excluded.body, html = excluded.html;

--: topic_about_blank_excerpt(id: int)
--: may: clerk
UPDATE topic_about SET excerpt = '' WHERE id = :id;

--: topic_about_blank_body(id: int)
--: may: clerk
UPDATE topic_about SET body = '', html = '' WHERE id = :id;

--: topic_about_get(topic: text) => one id: int, member: int, at_ms: int, source: text, url: text, licence: text, excerpt: text, body: text, html: text
--: may: clerk web_member web_admin
SELECT id, member, at_ms, source, url, licence, excerpt, body, html FROM topic_about WHERE topic = :topic;

--: topic_used(topic: text) => one threads: int
--: may: clerk web_admin
-- Whether anything, references too, was ever filed under it.
SELECT count(*) FROM (SELECT 1 FROM thread_topic WHERE topic = :topic LIMIT 1);
