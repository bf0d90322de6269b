-- Campaigns, deposits and earmarks.

--: campaign_add(id: blob, sponsor: int, name: text, product: text, starts_ms: int, ends_ms: int, pledged_cents: int, products: text)
--: may: paymaster
INSERT INTO campaign (id, number, sponsor, name, product, starts_ms, ends_ms, pledged_cents, products)
VALUES (:id, (SELECT count(*) + 1 FROM campaign), :sponsor, :name, :product, :starts_ms, :ends_ms, :pledged_cents, :products);

--: campaign_find(id: blob) => one sponsor: int, name: text, product: text, starts_ms: int, ends_ms: int, pledged_cents: int, deposit_cents: int, reserved_cents: int, closed_cents: int, settled_cents: int, shown_cents: int, shown_payees: int, earmarks: int, most_cents: int, refund_cents: int?, refund_house_cents: int, refund_leaf: int?, products: text?
--: may: paymaster
SELECT sponsor, name, product, starts_ms, ends_ms, pledged_cents, deposit_cents, reserved_cents, closed_cents, settled_cents,
  shown_cents, shown_payees, earmarks, most_cents, refund_cents, refund_house_cents, refund_leaf, products FROM campaign WHERE id = :id;

--: campaigns_of(sponsor: int, most: int) => id: blob, name: text, product: text, starts_ms: int, ends_ms: int, pledged_cents: int, deposit_cents: int, reserved_cents: int, settled_cents: int, shown_cents: int, shown_payees: int, earmarks: int, refund_cents: int, refund_ms: int, refund_leaf: int
--: may: paymaster
-- One sponsor's; 0: all of them, for admins. What went back: 0 until it stands in the ledger.
SELECT id, name, product, starts_ms, ends_ms, pledged_cents, deposit_cents, reserved_cents, settled_cents, shown_cents, shown_payees, earmarks,
  iif(refund_leaf IS NULL, 0, refund_cents), iif(refund_leaf IS NULL, 0, refund_ms), ifnull(refund_leaf, 0)
FROM campaign WHERE :sponsor IN (0, sponsor) ORDER BY number DESC LIMIT :most;

--: campaign_deposit(id: blob, cents: int)
--: may: paymaster
UPDATE campaign SET deposit_cents = deposit_cents + :cents WHERE id = :id;

--: campaign_earmarked(id: blob, cap_cents: int, amount_cents: int)
--: may: paymaster
UPDATE campaign SET reserved_cents = reserved_cents + :cap_cents, earmarks = earmarks + 1, most_cents = max(most_cents, :amount_cents) WHERE id = :id;

--: campaign_closed(id: blob, cap_cents: int)
--: may: paymaster
UPDATE campaign SET closed_cents = closed_cents + :cap_cents WHERE id = :id;

--: campaign_shown(id: blob, payees: int, cents: int)
--: may: paymaster
UPDATE campaign SET shown_payees = shown_payees + :payees, shown_cents = shown_cents + :cents WHERE id = :id;

--: campaign_settle(id: blob)
--: may: paymaster
-- Every payment is shown: what closed earmarks did not spend is free again, and nobody learns more from it than the tranches say.
UPDATE campaign SET reserved_cents = reserved_cents - closed_cents, closed_cents = 0, settled_cents = shown_cents WHERE id = :id;

--: campaigns_over(opened_ms: int, most: int) => id: blob
--: may: paymaster
-- Those to give back: over, no earmark open, the month of the last day closed and its commitments opened.
SELECT id FROM campaign WHERE refund_leaf IS NULL AND deposit_cents > 0 AND reserved_cents = closed_cents
  AND EXISTS (SELECT 1 FROM period p WHERE p.state = 3 AND p.end_ms > campaign.ends_ms AND p.closed_ms <= :opened_ms) ORDER BY number LIMIT :most;

--: campaign_over(id: blob, opened_ms: int) => one deposit_cents: int
--: may: paymaster
SELECT deposit_cents FROM campaign WHERE id = :id AND deposit_cents > 0 AND reserved_cents = closed_cents
  AND EXISTS (SELECT 1 FROM period p WHERE p.state = 3 AND p.end_ms > campaign.ends_ms AND p.closed_ms <= :opened_ms);

--: campaign_refund(id: blob, cents: int, house_cents: int, at_ms: int)
--: may: paymaster
UPDATE campaign SET refund_cents = :cents, refund_house_cents = :house_cents, refund_ms = :at_ms WHERE id = :id AND refund_cents IS NULL;

--: campaign_refunded(id: blob, leaf_seq: int)
--: may: paymaster
UPDATE campaign SET refund_leaf = :leaf_seq WHERE id = :id AND refund_leaf IS NULL;

--: fund_add(id: blob, campaign: blob, cents: int, leaf_seq: int)
--: may: paymaster
INSERT INTO fund (id, campaign, cents, leaf_seq) VALUES (:id, :campaign, :cents, :leaf_seq);

--: fund_find(id: blob) => one campaign: blob, cents: int, leaf_seq: int
--: may: paymaster
SELECT campaign, cents, leaf_seq FROM fund WHERE id = :id;

--: sponsor_key_add(member: int, public_key: blob, leaf_seq: int)
--: may: paymaster
INSERT INTO sponsor_key (member, public_key, leaf_seq) VALUES (:member, :public_key, :leaf_seq);

--: sponsor_key_find(member: int) => one public_key: blob, leaf_seq: int
--: may: paymaster
SELECT public_key, leaf_seq FROM sponsor_key WHERE member = :member;

--: own_key_add(public_key: blob, member: int, added_ms: int)
--: may: paymaster
INSERT INTO own_key (public_key, member, added_ms) VALUES (:public_key, :member, :added_ms);

--: own_keys_queue(most: int) => public_key: blob
--: may: paymaster
SELECT public_key FROM own_key WHERE leaf_seq IS NULL ORDER BY added_ms, public_key LIMIT :most;

--: own_key_writing(public_key: blob, leaf_seq: int)
--: may: paymaster
UPDATE own_key SET leaf_seq = :leaf_seq WHERE public_key = :public_key;

--: own_key_unwritten(size: int)
--: may: paymaster
-- The ledger's commit did not happen: back into the queue.
UPDATE own_key SET leaf_seq = NULL WHERE leaf_seq >= :size;

--: own_key_find(public_key: blob) => one member: int
--: may: paymaster
SELECT member FROM own_key WHERE public_key = :public_key;

--: own_keys_of(member: int, most: int) => public_key: blob, added_ms: int
--: may: paymaster
SELECT public_key, added_ms FROM own_key WHERE member = :member ORDER BY added_ms DESC LIMIT :most;

--: earmark_add(request: blob, content: blob, commitment: blob, sealed: blob, until_s: int, carried: int) => one id: int
--: may: paymaster
INSERT INTO earmark (request, content, commitment, sealed, until_s, carried)
VALUES (:request, :content, :commitment, :sealed, :until_s, :carried) RETURNING id;

--: earmark_by_request(request: blob) => one id: int, content: blob
--: may: paymaster
SELECT id, content FROM earmark WHERE request = :request;

--: earmark_queue(most: int) => id: int, commitment: blob
--: may: paymaster
SELECT id, commitment FROM earmark WHERE leaf_seq IS NULL ORDER BY id LIMIT :most;

--: earmark_committing(id: int, leaf_seq: int)
--: may: paymaster
-- Written before the ledger's commit; from which act on it counts is known only after it.
UPDATE earmark SET leaf_seq = :leaf_seq, journal_seq = 9223372036854775807 WHERE id = :id AND leaf_seq IS NULL;

--: earmark_committed(journal_seq: int, size: int)
--: may: paymaster
UPDATE earmark SET journal_seq = :journal_seq WHERE journal_seq = 9223372036854775807 AND leaf_seq < :size;

--: earmark_uncommitted(size: int)
--: may: paymaster
-- The ledger's commit did not happen: back into the queue.
UPDATE earmark SET leaf_seq = NULL, journal_seq = 0 WHERE leaf_seq >= :size;

--: earmark_by_commitment(commitment: blob) => one id: int, carried: int
--: may: paymaster
SELECT id, carried FROM earmark WHERE commitment = :commitment;

--: earmarks_due(journal_seq: int, after: int, most: int) => id: int, commitment: blob, sealed: blob, until_s: int, leaf_seq: int, journal_seq: int
--: may: paymaster
-- Open ones committed before a place in the journal, in the ledger's order.
SELECT id, commitment, sealed, until_s, leaf_seq, journal_seq FROM earmark
WHERE period IS NULL AND leaf_seq > :after AND journal_seq <= :journal_seq ORDER BY leaf_seq LIMIT :most;

--: earmarks_of_period(period: text, after: int, most: int) => id: int, commitment: blob, sealed: blob, until_s: int, leaf_seq: int, journal_seq: int
--: may: paymaster
SELECT id, commitment, sealed, until_s, leaf_seq, journal_seq FROM earmark WHERE period = :period AND leaf_seq > :after ORDER BY leaf_seq LIMIT :most;

--: earmark_get(id: int) => one commitment: blob, sealed: blob, until_s: int, leaf_seq: int, journal_seq: int
--: may: paymaster
SELECT commitment, sealed, until_s, ifnull(leaf_seq, -1), journal_seq FROM earmark WHERE id = :id;

--: earmark_at_leaf(leaf_seq: int) => one id: int, sealed: blob, period: text?, journal_seq: int
--: may: paymaster
SELECT id, sealed, period, journal_seq FROM earmark WHERE leaf_seq = :leaf_seq;

--: earmark_close(id: int, period: text)
--: may: paymaster
UPDATE earmark SET period = :period WHERE id = :id AND period IS NULL;
