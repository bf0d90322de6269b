-- Made by ledger/close/statement.c, read by the member pages.

--: statement_add(member: int, period: text, cents: int, payments: int, closed_ms: int)
--: may: paymaster
INSERT INTO statement (member, period, cents, payments, closed_ms) VALUES (:member, :period, :cents, :payments, :closed_ms);

--: payment_add(id: int, member: int, period: text, campaign: text, product: text, cents: int, at_ms: int, receipt: text, corrects: text)
--: may: paymaster
INSERT INTO payment (id, member, period, campaign, product, cents, at_ms, receipt, corrects)
VALUES (:id, :member, :period, :campaign, :product, :cents, :at_ms, :receipt, :corrects);

--: payments_untimed(most: int) => id: int
--: may: paymaster
-- Made before payments had their time here.
SELECT id FROM payment WHERE at_ms = 0 ORDER BY id LIMIT :most;

--: payment_time(id: int, at_ms: int)
--: may: paymaster
UPDATE payment SET at_ms = :at_ms WHERE id = :id;

--: part_add(payment: int, number: int, kind: int, posting: int, cents: int, commitment_leaf: int, opening: blob, receipt: text)
--: may: paymaster
INSERT INTO part (payment, number, kind, posting, cents, commitment_leaf, opening, receipt)
VALUES (:payment, :number, :kind, :posting, :cents, :commitment_leaf, :opening, :receipt);

--: statement_list(member: int, before: text, most: int) => period: text, cents: int, payments: int, closed_ms: int
--: may: web_member web_admin paymaster operator
-- Latest first; before: months earlier than this one.
SELECT period, cents, payments, closed_ms FROM statement WHERE member = :member AND period < :before ORDER BY period DESC LIMIT :most;

--: statement_of(member: int, period: text) => one cents: int, payments: int, closed_ms: int
--: may: web_member web_admin paymaster operator
SELECT cents, payments, closed_ms FROM statement WHERE member = :member AND period = :period;

--: payments(member: int, period: text, after: int, most: int) => id: int, campaign: text, product: text, cents: int, at_ms: int, corrects: text
--: may: web_member web_admin paymaster operator
SELECT id, campaign, product, cents, at_ms, corrects FROM payment
WHERE member = :member AND period = :period AND id > :after ORDER BY id LIMIT :most;

--: payment_find(member: int, id: int) => one period: text, campaign: text, product: text, cents: int, at_ms: int, corrects: text, receipt: text
--: may: web_member web_admin paymaster operator
SELECT period, campaign, product, cents, at_ms, corrects, receipt FROM payment WHERE id = :id AND member = :member;

--: parts(member: int, payment: int, after: int, most: int) => number: int, kind: int, posting: int, cents: int
--: may: web_member web_admin paymaster operator
SELECT t.number, t.kind, t.posting, t.cents FROM part t JOIN payment p ON p.id = t.payment
WHERE t.payment = :payment AND p.member = :member AND t.number > :after ORDER BY t.number LIMIT :most;

--: parts_count(member: int, payment: int) => one parts: int
--: may: web_member web_admin paymaster operator
SELECT count(*) FROM part t JOIN payment p ON p.id = t.payment WHERE t.payment = :payment AND p.member = :member;

--: part_find(member: int, payment: int, number: int) => one opening: blob, receipt: text
--: may: web_member web_admin paymaster operator
SELECT t.opening, t.receipt FROM part t JOIN payment p ON p.id = t.payment
WHERE t.payment = :payment AND p.member = :member AND t.number = :number;
