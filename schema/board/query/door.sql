-- The door as members and admins may see it.

--: decision_add(id: int, day_ms: int, what: text, why: text, admins: int)
--: may: clerk
INSERT INTO decision (id, day_ms, what, why, admins) VALUES (:id, :day_ms, :what, :why, :admins);

--: decisions(before: int, most: int) => id: int, day_ms: int, what: text, why: text, admins: int
--: may: web_member
-- Newest first.
SELECT id, day_ms, what, why, admins FROM decision WHERE id < :before ORDER BY id DESC LIMIT :most;

--: domain_put(name: text, reason: text, at_ms: int)
--: may: clerk
INSERT INTO domain (name, reason, at_ms) VALUES (:name, :reason, :at_ms)
ON CONFLICT (name) DO UPDATE SET reason = excluded.reason, at_ms = excluded.at_ms;

--: domain_remove(name: text)
--: may: clerk
DELETE FROM domain WHERE name = :name;

--: domain_get(name: text) => one at_ms: int
--: may: clerk
SELECT at_ms FROM domain WHERE name = :name;

--: domains(most: int) => name: text, reason: text, at_ms: int
--: may: web_admin web_member
SELECT name, reason, at_ms FROM domain ORDER BY name LIMIT :most;

--: references(before: int, most: int) => question: int, title: text, excerpt: text, source: text, topics: text
--: may: web_member
-- What somebody who waits may read: references alone, which no member wrote. Newest first.
SELECT p.id, p.title, p.excerpt, p.source, t.topics
FROM posting p JOIN thread t ON t.question = p.id
WHERE p.kind = 5 AND p.member = 0 AND p.id < :before ORDER BY p.id DESC LIMIT :most;

--: reference_get(id: int) => one title: text, html: text, source: text, url: text, licence: text, at_ms: int
--: may: web_member
SELECT title, html, source, url, licence, at_ms FROM posting WHERE id = :id AND kind = 5 AND member = 0;
