-- Pictures: written by the clerk, read by the member pool.

--: image_large(id: text) => one owner: blob, body: blob
--: may: web_member
SELECT owner, large FROM image WHERE id = :id;

--: image_small(id: text) => one owner: blob, body: blob
--: may: web_member
SELECT owner, small FROM image WHERE id = :id;

--: image_has(id: text) => one used: int, owner: blob
--: may: clerk
SELECT used, owner FROM image WHERE id = :id;

--: image_add(id: text, owner: blob, at_ms: int, small: blob, large: blob)
--: may: clerk
-- The same picture again is the same row.
INSERT INTO image (id, owner, at_ms, small, large) VALUES (:id, :owner, :at_ms, :small, :large)
ON CONFLICT (id) DO UPDATE SET at_ms = max(at_ms, excluded.at_ms);

--: images_waiting(owner: blob) => one images: int
--: may: clerk
SELECT count(*) FROM image WHERE used = 0 AND owner = :owner;

--: image_use(id: text)
--: may: clerk
UPDATE image SET used = 1 WHERE id = :id;

--: image_touch(id: text, at_ms: int)
--: may: clerk
UPDATE image SET at_ms = max(at_ms, :at_ms) WHERE id = :id AND used = 0;

--: image_remove(id: text)
--: may: clerk
DELETE FROM image WHERE id = :id;

--: images_remove(owner: blob)
--: may: clerk
-- Those no posting shows.
DELETE FROM image WHERE owner = :owner AND used = 0;

--: images_prune(before_ms: int)
--: may: clerk
DELETE FROM image WHERE used = 0 AND at_ms <= :before_ms;
