-- The fold of the ledger; written only by ledger/log/book.c.

--: account_add(id: blob, seq: int, code: int, flags: int, currency: text, exponent: int)
--: may: paymaster
INSERT INTO account (id, seq, code, flags, currency, exponent) VALUES (:id, :seq, :code, :flags, :currency, :exponent);

--: account_find(id: blob) => one seq: int, code: int, flags: int, currency: text, exponent: int, debits_pending: int, debits_posted: int, credits_pending: int, credits_posted: int
--: may: paymaster operator
SELECT seq, code, flags, currency, exponent, debits_pending, debits_posted, credits_pending, credits_posted FROM account WHERE id = :id;

--: account_set(id: blob, debits_pending: int, debits_posted: int, credits_pending: int, credits_posted: int)
--: may: paymaster
UPDATE account SET debits_pending = :debits_pending, debits_posted = :debits_posted,
  credits_pending = :credits_pending, credits_posted = :credits_posted WHERE id = :id;

--: accounts_after(after: int, most: int) => id: blob, seq: int, code: int, flags: int, currency: text, exponent: int, debits_pending: int, debits_posted: int, credits_pending: int, credits_posted: int
--: may: paymaster operator
SELECT id, seq, code, flags, currency, exponent, debits_pending, debits_posted, credits_pending, credits_posted
FROM account WHERE seq > :after ORDER BY seq LIMIT :most;

--: transfer_add(seq: int, id: blob, flags: int, debit: blob, credit: blob, amount: int, code: int, pending: blob?, ends: int)
--: may: paymaster
INSERT INTO transfer (seq, id, flags, debit, credit, amount, code, pending, ends)
VALUES (:seq, :id, :flags, :debit, :credit, :amount, :code, :pending, :ends);

--: id_settle(id: blob, seq: int)
--: may: paymaster
INSERT INTO id_settled (id, seq) VALUES (:id, :seq);

--: id_settled_find(id: blob) => one seq: int
--: may: paymaster operator
SELECT seq FROM id_settled WHERE id = :id;

--: ids_from(first: int, most: int) => seq: int, id: blob
--: may: paymaster operator
SELECT seq, id FROM transfer WHERE seq >= :first ORDER BY seq LIMIT :most;

--: transfer_at(seq: int) => one seq: int, flags: int, debit: blob, credit: blob, amount: int, code: int
--: may: paymaster operator
SELECT seq, flags, debit, credit, amount, code FROM transfer WHERE seq = :seq;

--: transfer_resolved(pending: blob) => one seq: int, flags: int
--: may: paymaster operator
-- How a hold was resolved, if it was.
SELECT seq, flags FROM transfer WHERE pending = :pending;

--: transfer_count() => one count: int
--: may: paymaster operator
SELECT count(*) FROM transfer;

--: head_get() => one size: int, tick: int, prev: blob, peaks: blob
--: may: paymaster operator
SELECT size, tick, prev, peaks FROM head WHERE one = 1;

--: head_set(size: int, tick: int, prev: blob, peaks: blob)
--: may: paymaster
INSERT INTO head (one, size, tick, prev, peaks) VALUES (1, :size, :tick, :prev, :peaks)
ON CONFLICT (one) DO UPDATE SET size = excluded.size, tick = excluded.tick, prev = excluded.prev, peaks = excluded.peaks;

--: node_add(row: int, place: int, hash: blob)
--: may: paymaster
INSERT INTO node (row, place, hash) VALUES (:row, :place, :hash);

--: nodes(row: int, first: int, most: int) => place: int, hash: blob
--: may: paymaster operator
SELECT place, hash FROM node WHERE row = :row AND place >= :first ORDER BY place LIMIT :most;

--: transfers_over(now_s: int, after: int, most: int) => seq: int, id: blob
--: may: paymaster operator
-- Holds whose time is over and that nothing has resolved, oldest first.
SELECT seq, id FROM transfer INDEXED BY transfer_ends
WHERE ends > 0 AND ends <= :now_s AND seq > :after AND NOT EXISTS (SELECT 1 FROM transfer r WHERE r.pending = transfer.id)
ORDER BY seq LIMIT :most;

--: transfers_before(before: int, most: int) => seq: int
--: may: paymaster operator
-- Their leaves, newest first.
SELECT seq FROM transfer WHERE seq < :before ORDER BY seq DESC LIMIT :most;
