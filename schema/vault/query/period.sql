-- Periods, what they pay, checkpoints and failed ids.

--: period_add(name: text, start_ms: int, end_ms: int, journal_seq: int, journal_digest: blob, audience: int)
--: may: paymaster
INSERT INTO period (name, start_ms, end_ms, state, journal_seq, journal_digest, first_leaf, last_leaf, payees, cents, closed_ms, checkpoint_size, audience)
VALUES (:name, :start_ms, :end_ms, 1, :journal_seq, :journal_digest, 0, 0, 0, 0, 0, 0, :audience);

--: period_find(name: text) => one start_ms: int, end_ms: int, state: int, journal_seq: int, journal_digest: blob, first_leaf: int, last_leaf: int, payees: int, cents: int, closed_ms: int, checkpoint_size: int, audience: int?
--: may: paymaster
SELECT start_ms, end_ms, state, journal_seq, journal_digest, first_leaf, last_leaf, payees, cents, closed_ms, checkpoint_size, audience
FROM period WHERE name = :name;

--: period_open() => one name: text, state: int
--: may: paymaster
-- The one being closed, if any.
SELECT name, state FROM period WHERE state < 3 ORDER BY start_ms LIMIT 1;

--: period_last() => one name: text, end_ms: int
--: may: paymaster
SELECT name, end_ms FROM period WHERE state = 3 ORDER BY start_ms DESC LIMIT 1;

--: periods(most: int) => name: text, start_ms: int, end_ms: int, state: int, payees: int, cents: int, closed_ms: int, first_leaf: int, last_leaf: int
--: may: paymaster
SELECT name, start_ms, end_ms, state, payees, cents, closed_ms, first_leaf, last_leaf FROM period ORDER BY start_ms DESC LIMIT :most;

--: period_after(end_ms: int) => one name: text
--: may: paymaster
-- The first closed period that ends after an instant.
SELECT name FROM period WHERE state = 3 AND end_ms > :end_ms ORDER BY start_ms LIMIT 1;

--: period_planned(name: text, first_leaf: int, last_leaf: int, payees: int, cents: int)
--: may: paymaster
UPDATE period SET state = 2, first_leaf = :first_leaf, last_leaf = :last_leaf, payees = :payees, cents = :cents WHERE name = :name AND state = 1;

--: period_closed(name: text, closed_ms: int, checkpoint_size: int)
--: may: paymaster
UPDATE period SET state = 3, closed_ms = :closed_ms, checkpoint_size = :checkpoint_size WHERE name = :name AND state = 2;

--: item_add(period: text, earmark: int, member: int, campaign: blob, cents: int)
--: may: paymaster
INSERT INTO item (period, earmark, member, campaign, cents) VALUES (:period, :earmark, :member, :campaign, :cents);

--: items(period: text) => earmark: int, member: int, campaign: blob, cents: int
--: may: paymaster
SELECT earmark, member, campaign, cents FROM item WHERE period = :period ORDER BY earmark, member;

--: items_of(period: text, campaign: blob, member: int) => earmark: int, cents: int
--: may: paymaster
SELECT earmark, cents FROM item WHERE period = :period AND campaign = :campaign AND member = :member ORDER BY earmark;

--: item_spent(earmark: int) => one payees: int, cents: int
--: may: paymaster
SELECT count(*), ifnull(sum(cents), 0) FROM item WHERE earmark = :earmark;

--: payout_add(id: blob, period: text, campaign: blob, member: int, cents: int, opens: int)
--: may: paymaster
INSERT INTO payout (id, period, campaign, member, cents, opens) VALUES (:id, :period, :campaign, :member, :cents, :opens);

--: payouts(period: text) => id: blob, campaign: blob, member: int, cents: int, opens: int, leaf_seq: int?, corrects: text
--: may: paymaster
SELECT id, campaign, member, cents, opens, leaf_seq, corrects FROM payout WHERE period = :period ORDER BY id;

--: payout_paid(id: blob, leaf_seq: int)
--: may: paymaster
UPDATE payout SET leaf_seq = :leaf_seq WHERE id = :id;

--: payouts_hidden(campaign: blob) => id: blob, cents: int
--: may: paymaster
SELECT id, cents FROM payout WHERE campaign = :campaign AND shown = 0 AND leaf_seq IS NOT NULL ORDER BY leaf_seq;

--: payout_show(id: blob)
--: may: paymaster
UPDATE payout SET shown = 1 WHERE id = :id;

--: tranche_add(campaign: blob, period: text, payees: int, cents: int)
--: may: paymaster
INSERT INTO tranche (campaign, period, payees, cents) VALUES (:campaign, :period, :payees, :cents);

--: tranches(campaign: blob, most: int) => period: text, payees: int, cents: int
--: may: paymaster
SELECT period, payees, cents FROM tranche WHERE campaign = :campaign ORDER BY period DESC LIMIT :most;

--: checkpoint_add(size: int, note: text, at_ms: int)
--: may: paymaster
INSERT INTO checkpoint (size, note, at_ms) VALUES (:size, :note, :at_ms) ON CONFLICT (size) DO NOTHING;

--: checkpoint_after(size: int) => one size: int, note: text, at_ms: int
--: may: paymaster
-- The first that covers so many leaves.
SELECT size, note, at_ms FROM checkpoint WHERE size >= :size ORDER BY size LIMIT 1;

--: checkpoint_cosign(size: int, note: text, cosigned: int)
--: may: paymaster
UPDATE checkpoint SET note = :note, cosigned = :cosigned
WHERE size = :size AND cosigned < :cosigned AND NOT EXISTS (SELECT 1 FROM period WHERE state = 3 AND checkpoint_size >= :size);

--: checkpoint_at(size: int) => one note: text, cosigned: int
--: may: paymaster
SELECT note, cosigned FROM checkpoint WHERE size = :size;

--: checkpoint_cosigned() => one size: int, cosigned: int
--: may: paymaster
-- The latest that enough witnesses have seen.
SELECT size, cosigned FROM checkpoint WHERE cosigned > 0 ORDER BY size DESC LIMIT 1;

--: checkpoint_last() => one size: int, note: text, at_ms: int
--: may: paymaster
SELECT size, note, at_ms FROM checkpoint ORDER BY size DESC LIMIT 1;

--: failed_add(id: blob, answer: int)
--: may: paymaster
INSERT INTO failed (id, answer) VALUES (:id, :answer) ON CONFLICT (id) DO NOTHING;

--: failed_find(id: blob) => one answer: int
--: may: paymaster
SELECT answer FROM failed WHERE id = :id;

--: payout_opens(id: blob)
--: may: paymaster
UPDATE payout SET opens = 1 WHERE id = :id;
