-- Batches for banks; written only by ledger/payout/payout.c.

--: rail_payees(rail: int, after: int, most: int) => member: int, charity: text, form: int, asked_ms: int
--: may: paymaster
-- Everybody who was ever credited and said that the money is to go this way.
SELECT member, charity, form, asked_ms FROM payee e
WHERE rail = :rail AND member > :after AND EXISTS (SELECT 1 FROM payout p WHERE p.member = e.member AND p.leaf_seq IS NOT NULL)
ORDER BY member LIMIT :most;

--: rail_batch_add(id: blob, number: int, rail: int, tick_s: int)
--: may: paymaster
INSERT INTO rail_batch (id, number, rail, state, tick_s) VALUES (:id, :number, :rail, 1, :tick_s);

--: rail_batch_last() => one id: blob, number: int, rail: int, state: int, tick_s: int
--: may: paymaster
SELECT id, number, rail, state, tick_s FROM rail_batch ORDER BY number DESC LIMIT 1;

--: rail_batch_find(id: blob) => one rail: int, state: int, tick_s: int, sha256: blob?, expired: int
--: may: paymaster
SELECT rail, state, tick_s, sha256, expired FROM rail_batch WHERE id = :id;

--: rail_batch_held(id: blob)
--: may: paymaster
UPDATE rail_batch SET state = 2 WHERE id = :id AND state = 1;

--: rail_batch_exporting(id: blob, sha256: blob, leaf_seq: int)
--: may: paymaster
UPDATE rail_batch SET state = 3, sha256 = :sha256, leaf_seq = :leaf_seq WHERE id = :id AND state = 2 AND expired = 0;

--: rail_batch_unexported(size: int)
--: may: paymaster
-- The ledger's commit did not happen.
UPDATE rail_batch SET state = 2, sha256 = NULL, leaf_seq = NULL WHERE leaf_seq >= :size;

--: rail_item_add(transfer: blob, batch: blob, member: int, cents: int, withheld: int, charity: text, at_ms: int)
--: may: paymaster
INSERT INTO rail_item (transfer, batch, member, cents, withheld, state, charity, changed, changed_ms)
VALUES (:transfer, :batch, :member, :cents, :withheld, 1, :charity, (SELECT ifnull(max(changed), 0) + 1 FROM rail_item), :at_ms);

--: rail_items(batch: blob) => transfer: blob, member: int, cents: int, withheld: int, state: int, charity: text
--: may: paymaster
SELECT transfer, member, cents, withheld, state, charity FROM rail_item WHERE batch = :batch ORDER BY transfer;

--: rail_item_find(low: blob, high: blob) => transfer: blob, batch: blob, member: int, cents: int, withheld: int, state: int
--: may: paymaster
-- By the first digits of the hold's id, which is all that some banks give back; two that share them are no answer.
SELECT transfer, batch, member, cents, withheld, state FROM rail_item WHERE transfer >= :low AND transfer <= :high ORDER BY transfer LIMIT 2;

--: rail_item_end(transfer: blob, state: int, reason: text, at_ms: int)
--: may: paymaster
UPDATE rail_item SET state = :state, reason = :reason, changed = (SELECT max(changed) + 1 FROM rail_item), changed_ms = :at_ms
WHERE transfer = :transfer AND state = 1;
