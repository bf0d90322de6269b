-- What tax and transparency reports are made of.

--: rail_year(member: int, from_s: int, to_s: int) => one cents: int, withheld: int
--: may: paymaster
-- A payee's payments of batches of a span, gross, and what of it was withheld; what came back is none.
SELECT ifnull(sum(i.cents + i.withheld), 0), ifnull(sum(i.withheld), 0) FROM rail_item i JOIN rail_batch b ON b.id = i.batch
WHERE i.member = :member AND i.state < 3 AND b.tick_s >= :from_s AND b.tick_s < :to_s;

--: rail_year_totals(from_s: int, to_s: int, after: int, most: int) => member: int, cents: int, withheld: int, waiting: int
--: may: paymaster
-- By payee: what banks carried out, gross, and what of it was withheld; waiting: what they have not answered yet.
SELECT i.member, ifnull(sum(CASE WHEN i.state = 2 THEN i.cents + i.withheld END), 0), ifnull(sum(CASE WHEN i.state = 2 THEN i.withheld END), 0),
  ifnull(sum(CASE WHEN i.state = 1 THEN i.cents + i.withheld END), 0)
FROM rail_item i JOIN rail_batch b ON b.id = i.batch
WHERE i.member > :after AND i.state < 3 AND b.tick_s >= :from_s AND b.tick_s < :to_s GROUP BY i.member ORDER BY i.member LIMIT :most;

--: unblinding_add(payout: blob, reason: int, at_ms: int)
--: may: paymaster
INSERT INTO unblinding (payout, reason, at_ms) VALUES (:payout, :reason, :at_ms);

--: unblinding_find(payout: blob) => one reason: int, at_ms: int, leaf_seq: int?
--: may: paymaster
SELECT reason, at_ms, leaf_seq FROM unblinding WHERE payout = :payout;

--: unblindings_meant(most: int) => payout: blob, cents: int, reason: int
--: may: paymaster
SELECT u.payout, p.cents, u.reason FROM unblinding u JOIN payout p ON p.id = u.payout WHERE u.leaf_seq IS NULL ORDER BY u.number LIMIT :most;

--: unblinding_written(payout: blob, leaf_seq: int, at_ms: int)
--: may: paymaster
UPDATE unblinding SET leaf_seq = :leaf_seq, at_ms = :at_ms WHERE payout = :payout;

--: unblindings_after(after: int, most: int) => number: int, payment: int, reason: int, at_ms: int, leaf_seq: int
--: may: paymaster
SELECT u.number, p.leaf_seq, u.reason, u.at_ms, u.leaf_seq FROM unblinding u JOIN payout p ON p.id = u.payout
WHERE u.number > :after AND u.leaf_seq IS NOT NULL ORDER BY u.number LIMIT :most;

--: unblinded(after: int, most: int) => number: int, payout: blob, leaf: int, member: int, cents: int, reason: int, entry: int, sponsor: int, campaign: text, product: text, products: text?
--: may: paymaster
-- What a transparency report may hold: only from here, and nothing that was taken back.
SELECT u.number, u.payout, p.leaf_seq, p.member, p.cents, u.reason, u.leaf_seq, c.sponsor, c.name, c.product, c.products
FROM unblinding u JOIN payout p ON p.id = u.payout JOIN campaign c ON c.id = p.campaign
WHERE u.number > :after AND u.leaf_seq IS NOT NULL AND NOT EXISTS (SELECT 1 FROM reversal r WHERE r.payout = u.payout)
ORDER BY u.number LIMIT :most;

--: payments_of(member: int, after: int, most: int) => leaf: int, cents: int, sponsor: int, campaign: text, product: text, back: bool, reason: int
--: may: paymaster
-- A member's rewards; reason: 0 while the maker does not know.
SELECT p.leaf_seq, p.cents, c.sponsor, c.name, c.product, EXISTS (SELECT 1 FROM reversal r WHERE r.payout = p.id),
  ifnull((SELECT u.reason FROM unblinding u WHERE u.payout = p.id AND u.leaf_seq IS NOT NULL), 0)
FROM payout p JOIN campaign c ON c.id = p.campaign WHERE p.member = :member AND p.leaf_seq > :after ORDER BY p.leaf_seq LIMIT :most;
