-- Accounts: how members sign in, and what they change about it.

--: member_by_look(look: text) => one id: int
--: may: clerk
SELECT id FROM member WHERE look = :look LIMIT 1;

--: member_account(id: int) => one pseudonym: text, role: int, level: int, state: int, credential: blob, specialty: text, shown: int, second: int
--: may: clerk
SELECT pseudonym, role, level, state, credential, specialty, shown, second FROM member WHERE id = :id;

--: member_look_set(id: int, look: text, specialty: text, shown: int)
--: may: clerk
UPDATE member SET look = :look, specialty = :specialty, shown = :shown WHERE id = :id;

--: member_shown_set(id: int, shown: int)
--: may: clerk
UPDATE member SET shown = :shown WHERE id = :id;

--: member_credential_set(id: int, credential: blob)
--: may: clerk
UPDATE member SET credential = :credential WHERE id = :id;

--: member_second_set(id: int, second: int)
--: may: clerk
UPDATE member SET second = :second WHERE id = :id;

--: member_left(id: int)
--: may: clerk
-- The key stays: nobody shall take the name of one who has left. The look goes with it, the name itself does not.
UPDATE member SET pseudonym = '', level = 0, state = 4, credential = x'', specialty = '', codes = '', shown = 0, second = 0 WHERE id = :id;

--: session_opened_set(digest: blob, at_ms: int)
--: may: clerk
UPDATE session SET opened_ms = :at_ms WHERE digest = :digest;

--: sessions_of(member: int, most: int) => digest: blob, opened_ms: int, seen_ms: int, expires_ms: int
--: may: clerk
SELECT digest, opened_ms, seen_ms, expires_ms FROM session WHERE member = :member ORDER BY opened_ms DESC, digest LIMIT :most;

--: sessions_end(member: int, but: blob)
--: may: clerk
DELETE FROM session WHERE member = :member AND digest <> :but;

--: factors_of(member: int, most: int) => id: int, kind: int, box: blob, mark: int, at_ms: int, used_ms: int
--: may: clerk
SELECT id, kind, box, mark, at_ms, used_ms FROM factor WHERE member = :member ORDER BY kind, id LIMIT :most;

--: factor_get(id: int) => one member: int, kind: int
--: may: clerk
SELECT member, kind FROM factor WHERE id = :id;

--: factor_by_handle(handle: blob) => one id: int, member: int, box: blob, mark: int, at_ms: int
--: may: clerk
SELECT id, member, box, mark, at_ms FROM factor WHERE handle = :handle;

--: factor_add(id: int, member: int, kind: int, handle: blob?, box: blob, at_ms: int)
--: may: clerk
INSERT INTO factor (id, member, kind, handle, box, at_ms) VALUES (:id, :member, :kind, :handle, :box, :at_ms);

--: factor_replace(member: int, kind: int)
--: may: clerk
DELETE FROM factor WHERE member = :member AND kind = :kind;

--: factor_used_set(id: int, mark: int, at_ms: int)
--: may: clerk
UPDATE factor SET mark = iif(kind = 2, mark | (1 << :mark), :mark), used_ms = :at_ms WHERE id = :id;

--: factor_remove(id: int)
--: may: clerk
DELETE FROM factor WHERE id = :id;

--: factors_remove(member: int)
--: may: clerk
DELETE FROM factor WHERE member = :member;

--: reset_add(id: int, digest: blob, member: int, expires_ms: int, box: blob)
--: may: clerk
INSERT INTO reset (id, digest, member, expires_ms, box) VALUES (:id, :digest, :member, :expires_ms, :box);

--: reset_find(digest: blob) => one id: int, member: int, expires_ms: int, used: int
--: may: clerk
SELECT id, member, expires_ms, used FROM reset WHERE digest = :digest;

--: reset_get(id: int) => one member: int, expires_ms: int, box: blob, used: int
--: may: clerk
SELECT member, expires_ms, box, used FROM reset WHERE id = :id;

--: resets_over(expires_ms: int)
--: may: clerk
-- Those long over are no use to anybody.
DELETE FROM reset WHERE id IN (SELECT id FROM reset ORDER BY id LIMIT 8) AND expires_ms < :expires_ms;

--: resets_used(member: int)
--: may: clerk
UPDATE reset SET used = 1 WHERE member = :member;

--: resets_remove(member: int)
--: may: clerk
DELETE FROM reset WHERE member = :member;

--: mail_put(id: int, member: int, kind: int, question: int, at_ms: int, sent: int)
--: may: clerk
INSERT INTO mail (id, member, kind, question, at_ms, sent) VALUES (:id, :member, :kind, :question, :at_ms, :sent);

--: email_change_add(id: int, member: int, expires_ms: int, box: blob)
--: may: clerk
INSERT INTO email_change (id, member, expires_ms, box) VALUES (:id, :member, :expires_ms, :box);

--: email_changes_over(member: int)
--: may: clerk
UPDATE email_change SET done = 2 WHERE member = :member AND done = 0;

--: email_change_open(member: int) => one id: int, expires_ms: int, box: blob
--: may: clerk
SELECT id, expires_ms, box FROM email_change WHERE member = :member AND done = 0 ORDER BY id DESC LIMIT 1;

--: email_change_get(id: int) => one member: int, box: blob, done: int
--: may: clerk
SELECT member, box, done FROM email_change WHERE id = :id;

--: email_change_done(id: int)
--: may: clerk
UPDATE email_change SET done = 1 WHERE id = :id;

--: email_changes_remove(member: int)
--: may: clerk
DELETE FROM email_change WHERE member = :member;

--: interests_remove(member: int)
--: may: clerk
DELETE FROM interest WHERE member = :member;

--: mails_remove(member: int)
--: may: clerk
DELETE FROM mail WHERE member = :member;

--: mails_of(member: int, most: int) => kind: int, at_ms: int, sent_ms: int
--: may: clerk
SELECT kind, at_ms, sent_ms FROM mail WHERE member = :member ORDER BY id DESC LIMIT :most;

--: postings_of(member: int, after: int, most: int) => id: int, kind: int
--: may: clerk
SELECT id, kind FROM posting WHERE member = :member AND member > 0 AND id > :after
UNION ALL SELECT id, kind FROM withheld WHERE member = :member AND member > 0 AND id > :after ORDER BY 1 LIMIT :most;
