-- Drafts: written by the clerk, read by the member and admin pools, opened by the member's own key alone.

--: draft_get(owner: blob, tag: blob) => one box: blob, at_ms: int
--: may: web_member web_admin
SELECT box, at_ms FROM draft WHERE owner = :owner AND tag = :tag AND length(box) > 0;

--: drafts(owner: blob, since_ms: int, most: int) => box: blob, at_ms: int
--: may: web_member
-- The latest first.
SELECT box, at_ms FROM draft WHERE owner = :owner AND at_ms > :since_ms AND length(box) > 0 ORDER BY at_ms DESC, tag LIMIT :most;

--: draft_done_get(owner: blob, tag: blob) => one kept: int, done: blob?
--: may: clerk
SELECT length(box) > 0, done FROM draft WHERE owner = :owner AND tag = :tag;

--: draft_set(owner: blob, tag: blob, box: blob, at_ms: int)
--: may: clerk
INSERT INTO draft (owner, tag, box, at_ms) VALUES (:owner, :tag, :box, :at_ms)
ON CONFLICT (owner, tag) DO UPDATE SET box = excluded.box, at_ms = excluded.at_ms, done = NULL;

--: draft_posted(owner: blob, tag: blob, done: blob, at_ms: int)
--: may: clerk
INSERT INTO draft (owner, tag, box, at_ms, done) VALUES (:owner, :tag, x'', :at_ms, :done)
ON CONFLICT (owner, tag) DO UPDATE SET box = x'', at_ms = excluded.at_ms, done = excluded.done;

--: draft_remove(owner: blob, tag: blob)
--: may: clerk
DELETE FROM draft WHERE owner = :owner AND tag = :tag;

--: drafts_remove(owner: blob)
--: may: clerk
DELETE FROM draft WHERE owner = :owner;

--: drafts_count(owner: blob) => one drafts: int
--: may: clerk
SELECT count(*) FROM draft WHERE owner = :owner AND length(box) > 0;

--: drafts_prune(before_ms: int)
--: may: clerk
DELETE FROM draft WHERE at_ms <= :before_ms;
