-- Thanks.

--: thank_add(posting: int, member: int)
--: may: clerk
INSERT INTO thank (posting, member) VALUES (:posting, :member) ON CONFLICT DO NOTHING;

--: thank_get(posting: int, member: int) => one there: int
--: may: clerk
SELECT 1 FROM thank WHERE posting = :posting AND member = :member;
