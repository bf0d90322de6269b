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

--: watches(most: int) => id: int, sponsor: text, product: text, names: text, study: text, until_ms: int, at_ms: int, ended_ms: int, seen: int, waiting: int, cases: int, unsent: int, looked: int
--: may: clerk
-- Those that are open first.
SELECT w.id, w.sponsor, w.product, w.names, w.study, w.until_ms, w.at_ms, w.ended_ms, count(s.id), ifnull(sum(s.outcome = 0), 0),
  ifnull(sum(s.outcome = 1), 0), ifnull(sum(s.outcome = 1 AND s.sent_ms = 0), 0), w.looked
FROM watch w LEFT JOIN sighting s ON s.watch = w.id GROUP BY w.id ORDER BY w.ended_ms > 0, w.id DESC LIMIT :most;

--: watch_counts(id: int) => one sponsor: text, product: text, ended_ms: int, seen: int, waiting: int, cases: int, unsent: int, looked: int
--: may: clerk
SELECT w.sponsor, w.product, w.ended_ms, (SELECT count(*) FROM sighting WHERE watch = w.id), (SELECT count(*) FROM sighting WHERE watch = w.id AND outcome = 0),
  (SELECT count(*) FROM sighting WHERE watch = w.id AND outcome = 1), (SELECT count(*) FROM sighting WHERE watch = w.id AND outcome = 1 AND sent_ms = 0), w.looked
FROM watch w WHERE w.id = :id;

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
SELECT id FROM sighting WHERE watch = :watch AND posting = :posting;

--: sighting_get(id: int) => one watch: int, posting: int, question: int, member: int, outcome: int, sent_ms: int, contact: int, ended_ms: int
--: may: clerk
SELECT s.watch, s.posting, s.question, s.member, s.outcome, s.sent_ms, s.contact, w.ended_ms FROM sighting s JOIN watch w ON w.id = s.watch WHERE s.id = :id;

--: sightings(watch: int, after: int, most: int) => id: int, watch: int, product: text, posting: int, question: int, member: int, at_ms: int, outcome: int, patient: text, reaction: text, serious: bool, sent_ms: int, contact: int
--: may: clerk
-- Of one watch, in their order; of watch 0 those that wait, the longest first.
SELECT s.id, s.watch, w.product, s.posting, s.question, s.member, s.at_ms, s.outcome, s.patient, s.reaction, s.serious, s.sent_ms, s.contact
FROM sighting s JOIN watch w ON w.id = s.watch
WHERE iif(:watch > 0, s.watch = :watch, s.outcome = 0) AND s.id > :after ORDER BY s.id LIMIT :most;

--: sighting_judge(id: int, outcome: int, patient: text, reaction: text, serious: bool, at_ms: int)
--: may: clerk
UPDATE sighting SET outcome = :outcome, patient = :patient, reaction = :reaction, serious = :serious, judged_ms = :at_ms WHERE id = :id;

--: sightings_sent_set(watch: int, at_ms: int)
--: may: clerk
UPDATE sighting SET sent_ms = :at_ms WHERE watch = :watch AND outcome = 1 AND sent_ms = 0;

--: sighting_contact_set(id: int, contact: int, at_ms: int)
--: may: clerk
UPDATE sighting SET contact = :contact, contact_ms = :at_ms WHERE id = :id;

--: contacts(member: int, most: int) => id: int, posting: int, question: int, product: text, sponsor: text, contact: int, contact_ms: int
--: may: clerk
SELECT s.id, s.posting, s.question, w.product, w.sponsor, s.contact, s.contact_ms FROM sighting s JOIN watch w ON w.id = s.watch
WHERE s.member = :member AND s.contact > 0 ORDER BY s.id DESC LIMIT :most;
