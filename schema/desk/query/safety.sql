--: watch_put(id: int, sponsor: text, product: text, names: text, study: text, until_ms: int, back_ms: int, looked: int, at_ms: int)
--: may: clerk
INSERT INTO watch (id, sponsor, product, names, study, until_ms, back_ms, looked, at_ms)
VALUES (:id, :sponsor, :product, :names, :study, :until_ms, :back_ms, :looked, :at_ms);

--: watch_looked_set(id: int, upto: int)
--: may: clerk
UPDATE watch SET looked = :upto WHERE id = :id;

--: watch_behind() => one id: int, product: text, names: text, back_ms: int, looked: int
--: may: clerk
-- The next that has older postings to look at.
SELECT id, product, names, back_ms, looked FROM watch WHERE ended_ms = 0 AND looked < id ORDER BY id LIMIT 1;

--: watch_end_set(id: int, at_ms: int)
--: may: clerk
UPDATE watch SET ended_ms = :at_ms WHERE id = :id;

--: watches(watch: int, before: int, most: int) => id: int, sponsor: text, product: text, names: text, study: text, until_ms: int, at_ms: int, ended_ms: int, seen: int, waiting: int, cases: int, unsent: int, looked: int
--: may: clerk
-- One, or (0) those that are open, or (0, before) those that are over.
SELECT w.id, w.sponsor, w.product, w.names, w.study, w.until_ms, w.at_ms, w.ended_ms, count(DISTINCT s.posting), ifnull(sum(s.outcome = 0), 0),
  ifnull(sum(s.outcome = 1), 0), ifnull(sum(s.outcome = 1 AND (s.sent_ms = 0 OR (s.contact = 2) <> (s.told = 2))), 0), w.looked
FROM watch w LEFT JOIN sighting s ON s.watch = w.id
WHERE iif(:watch > 0, w.id = :watch, iif(:before > 0, w.ended_ms > 0 AND w.id < :before, w.ended_ms = 0)) GROUP BY w.id ORDER BY w.id DESC LIMIT :most;

--: watch_counts(id: int) => one sponsor: text, product: text, ended_ms: int, seen: int, waiting: int, cases: int, unsent: int, looked: int
--: may: clerk
-- unsent: never handed on, or the author has agreed or taken that back since.
SELECT w.sponsor, w.product, w.ended_ms, count(DISTINCT s.posting), ifnull(sum(s.outcome = 0), 0), ifnull(sum(s.outcome = 1), 0),
  ifnull(sum(s.outcome = 1 AND (s.sent_ms = 0 OR (s.contact = 2) <> (s.told = 2))), 0), w.looked
FROM watch w LEFT JOIN sighting s ON s.watch = w.id WHERE w.id = :id GROUP BY w.id;

--: watches_open(most: int) => id: int, product: text, names: text
--: may: clerk
SELECT id, product, names FROM watch WHERE ended_ms = 0 ORDER BY id LIMIT :most;

--: watches_open_count() => one watches: int
--: may: clerk
SELECT count(*) FROM watch WHERE ended_ms = 0;

--: sighting_put(id: int, watch: int, posting: int, question: int, member: int, at_ms: int)
--: may: clerk
INSERT INTO sighting (id, watch, posting, question, member, at_ms) VALUES (:id, :watch, :posting, :question, :member, :at_ms);

--: sighting_of(watch: int, posting: int) => one id: int
--: may: clerk
SELECT id FROM sighting WHERE watch = :watch AND posting = :posting LIMIT 1;

--: sighting_waits(watch: int, posting: int, member: int) => one id: int
--: may: clerk
-- His words there are not judged yet: whoever does reads all of them.
SELECT id FROM sighting WHERE watch = :watch AND posting = :posting AND member = :member AND outcome = 0 LIMIT 1;

--: sighting_get(id: int) => one watch: int, posting: int, question: int, member: int, outcome: int, sent_ms: int, contact: int, ended_ms: int
--: may: clerk
SELECT s.watch, s.posting, s.question, s.member, s.outcome, s.sent_ms, s.contact, w.ended_ms FROM sighting s JOIN watch w ON w.id = s.watch WHERE s.id = :id;

--: sightings(watch: int, after: int, most: int) => id: int, watch: int, product: text, sponsor: text, study: text, posting: int, question: int, member: int, at_ms: int, outcome: int, patient: text, reaction: text, serious: bool, sent_ms: int, contact: int, told: int, earlier: int
--: may: clerk
-- Of one watch, in their order; of watch 0 those that wait, the longest first. earlier: the case made of the same posting before.
SELECT s.id, s.watch, w.product, w.sponsor, w.study, s.posting, s.question, s.member, s.at_ms, s.outcome, s.patient, s.reaction, s.serious, s.sent_ms,
  s.contact, s.told,
  ifnull((SELECT max(e.id) FROM sighting e WHERE e.watch = s.watch AND e.posting = s.posting AND e.member = s.member AND e.outcome = 1 AND e.id < s.id), 0)
FROM sighting s JOIN watch w ON w.id = s.watch
WHERE iif(:watch > 0, s.watch = :watch, s.outcome = 0) AND s.id > :after ORDER BY s.id LIMIT :most;

--: sighting_judge(id: int, outcome: int, patient: text, reaction: text, serious: bool, at_ms: int)
--: may: clerk
UPDATE sighting SET outcome = :outcome, patient = :patient, reaction = :reaction, serious = :serious, judged_ms = :at_ms WHERE id = :id;

--: sightings_sent_set(watch: int, at_ms: int)
--: may: clerk
UPDATE sighting SET sent_ms = iif(sent_ms = 0, :at_ms, sent_ms), told = contact WHERE watch = :watch AND outcome = 1;

--: sighting_contact_set(id: int, contact: int, at_ms: int)
--: may: clerk
UPDATE sighting SET contact = :contact, contact_ms = :at_ms WHERE id = :id;

--: contacts(member: int, most: int) => id: int, posting: int, question: int, product: text, sponsor: text, contact: int, contact_ms: int, told: int, ended_ms: int
--: may: clerk
SELECT s.id, s.posting, s.question, w.product, w.sponsor, s.contact, s.contact_ms, s.told, w.ended_ms FROM sighting s JOIN watch w ON w.id = s.watch
WHERE s.member = :member AND s.contact > 0 ORDER BY s.id DESC LIMIT :most;
