-- What fold_board.c does to board.db, one statement an effect.

--: member_add(id: int, pseudonym: text, specialty: text, role: int, level: int, organisation: text, joined_ms: int)
--: may: clerk
INSERT INTO member (id, pseudonym, specialty, role, level, organisation, joined_ms)
VALUES (:id, :pseudonym, :specialty, :role, :level, :organisation, :joined_ms);

--: member_level_set(member: int, level: int)
--: may: clerk
UPDATE member SET level = :level WHERE id = :member;

--: member_threads_more(member: int)
--: may: clerk
UPDATE member SET postings = postings + 1 WHERE id = :member;

--: member_answers_more(member: int)
--: may: clerk
UPDATE member SET answers = answers + 1 WHERE id = :member;

--: session_add(digest: blob, member: int, role: int, at_ms: int, expires_ms: int, view_box: blob)
--: may: clerk
INSERT INTO session (digest, member, role, opened_ms, seen_ms, expires_ms, view_box)
VALUES (:digest, :member, :role, :at_ms, :at_ms, :expires_ms, :view_box);

--: session_prune(member: int, at_ms: int)
--: may: clerk
-- A member's ended sessions go when the next one is opened.
DELETE FROM session WHERE member = :member AND expires_ms <= :at_ms;

--: session_seen_set(digest: blob, at_ms: int)
--: may: clerk
UPDATE session SET seen_ms = :at_ms WHERE digest = :digest;

--: session_remove(digest: blob)
--: may: clerk
DELETE FROM session WHERE digest = :digest;

--: posting_add(id: int, kind: int, question: int, member: int, at_ms: int, title: text, excerpt: text, source: text, url: text, licence: text, body: text, html: text)
--: may: clerk
INSERT INTO posting (id, kind, question, member, at_ms, title, excerpt, source, url, licence, body, html)
VALUES (:id, :kind, :question, :member, :at_ms, :title, :excerpt, :source, :url, :licence, :body, :html);

--: posting_rewrite(id: int, title: text, excerpt: text, body: text, html: text)
--: may: clerk
UPDATE posting SET title = :title, excerpt = :excerpt, body = :body, html = :html WHERE id = :id;

--: posting_index(id: int)
--: may: clerk
-- Its words as they now are.
INSERT INTO posting_text (rowid, title, names, topics, body, gist, comments)
SELECT id, title, names, topics, body, gist, comments FROM posting_words WHERE id = :id;

--: posting_source_add(posting: int, key: text, names: text)
--: may: clerk
INSERT INTO posting_source (posting, key, names) VALUES (:posting, :key, :names);

--: posting_unindex(id: int)
--: may: clerk
-- Before anything changes of which its words are made: the index must be told exactly what it holds. Nothing for a posting that is withheld.
INSERT INTO posting_text (posting_text, rowid, title, names, topics, body, gist, comments)
SELECT 'delete', id, title, names, topics, body, gist, comments FROM posting_words WHERE id = :id;

--: index_join(pages: int)
--: may: clerk
-- Joins pieces of the index, about so many pages of it; below 0: begins to make one of them all.
INSERT INTO posting_text (posting_text, rank) VALUES ('merge', :pages);

--: index_check()
--: may: clerk operator
-- Compares the index with the texts; CONFLICT or BROKEN when they differ.
INSERT INTO posting_text (posting_text, rank) VALUES ('integrity-check', 1);

--: posting_place(id: int) => one question: int, member: int, kind: int, title: text, body: text
--: may: clerk
SELECT question, member, kind, title, body FROM posting WHERE id = :id;

--: posting_author(id: int) => one member: int, kind: int
--: may: clerk
SELECT member, kind FROM posting WHERE id = :id;

--: answerers(question: int, most: int) => member: int
--: may: clerk
SELECT DISTINCT member FROM posting WHERE question = :question AND kind = 4 ORDER BY member LIMIT :most;

--: thread_add(question: int, kind: int, at_ms: int, topics: text)
--: may: clerk
INSERT INTO thread (question, version, kind, at_ms, last_ms, topics)
VALUES (:question, :question, :kind, :at_ms, :at_ms, :topics);

--: thread_answered(question: int, version: int, at_ms: int)
--: may: clerk
UPDATE thread SET version = :version, answers = answers + 1, last_ms = :at_ms WHERE question = :question;

--: thread_solved_set(question: int, version: int, solved: int)
--: may: clerk
UPDATE thread SET version = :version, solved = :solved WHERE question = :question;

--: thread_touch(question: int, version: int)
--: may: clerk
UPDATE thread SET version = :version WHERE question = :question;

--: topic_more(name: text)
--: may: clerk
INSERT INTO topic (name, threads) VALUES (:name, 1) ON CONFLICT (name) DO UPDATE SET threads = threads + 1;

--: thread_topic_add(topic: text, question: int)
--: may: clerk
INSERT INTO thread_topic (topic, question) VALUES (:topic, :question);

--: own_set(tag: blob, box: blob)
--: may: clerk
INSERT INTO own (tag, box) VALUES (:tag, :box) ON CONFLICT (tag) DO UPDATE SET box = excluded.box;

--: own_change(tag: blob, box: blob)
--: may: clerk
-- A row that is there. Half the work of own_set.
UPDATE own SET box = :box WHERE tag = :tag;

--: notice_add(id: int, member: int, kind: int, question: int, at_ms: int)
--: may: clerk
INSERT INTO notice (id, member, kind, question, at_ms) VALUES (:id, :member, :kind, :question, :at_ms);

--: member_unread_more(member: int)
--: may: clerk
UPDATE member SET unread = unread + 1 WHERE id = :member;

--: notices_seen_set(member: int, upto: int)
--: may: clerk
UPDATE notice SET seen = 1 WHERE member = :member AND id <= :upto AND seen = 0;

--: member_unread_count(member: int)
--: may: clerk
UPDATE member SET unread = (SELECT count(*) FROM notice WHERE member = :member AND seen = 0) WHERE id = :member;

--: member_unread(member: int) => one unread: int
--: may: clerk
SELECT unread FROM member WHERE id = :member;

--: rule_add(proposal: int, name: text, script: text, reason: text, proposed_by: int, proposed_ms: int)
--: may: clerk
INSERT INTO rule (proposal, name, script, reason, proposed_by, proposed_ms, state)
VALUES (:proposal, :name, :script, :reason, :proposed_by, :proposed_ms, 1);

--: rule_step_add(seq: int, name: text, proposal: int, step: int, member: int, at_ms: int, reason: text)
--: may: clerk
INSERT INTO rule_step (seq, name, proposal, step, member, at_ms, reason) VALUES (:seq, :name, :proposal, :step, :member, :at_ms, :reason);

--: rule_shadow_set(proposal: int, shadow_ms: int)
--: may: clerk
UPDATE rule SET shadow_ms = :shadow_ms WHERE proposal = :proposal;

--: rule_back(name: text, proposal: int, active_seq: int)
--: may: clerk
-- An older version is active again; 0: none of the proposed ones is.
UPDATE rule SET state = CASE WHEN proposal = :proposal THEN 2 ELSE 4 END, active_seq = CASE WHEN proposal = :proposal THEN :active_seq ELSE active_seq END
WHERE name = :name AND (state = 2 OR proposal = :proposal);

--: rule_supersede(proposal: int)
--: may: clerk
-- The active rule of the same name steps back.
UPDATE rule SET state = 4 WHERE state = 2 AND name = (SELECT name FROM rule WHERE proposal = :proposal);

--: rule_decide(proposal: int, state: int, decided_by: int, decided_ms: int, active_seq: int)
--: may: clerk
UPDATE rule SET state = :state, decided_by = :decided_by, decided_ms = :decided_ms, active_seq = :active_seq
WHERE proposal = :proposal;

--: rule_proposer(proposal: int) => one proposed_by: int, name: text
--: may: clerk
SELECT proposed_by, name FROM rule WHERE proposal = :proposal;

--: rule_script_blank(proposal: int)
--: may: clerk
UPDATE rule SET script = '' WHERE proposal = :proposal;

--: total_add(name: text, more: int)
--: may: clerk
INSERT INTO total (name, value) VALUES (:name, :more) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value;
