-- Accounts and tax forms, sealed.

--: payee_set(member: int, sealed: blob)
--: may: clerk
INSERT INTO payee (member, sealed) VALUES (:member, :sealed) ON CONFLICT (member) DO UPDATE SET sealed = excluded.sealed;

--: payee_get(member: int) => one sealed: blob
--: may: operator
SELECT sealed FROM payee WHERE member = :member;

--: payee_remove(member: int)
--: may: clerk
DELETE FROM payee WHERE member = :member;

--: tax_form_set(member: int, sealed: blob)
--: may: clerk
INSERT INTO tax_form (member, sealed) VALUES (:member, :sealed) ON CONFLICT (member) DO UPDATE SET sealed = excluded.sealed;

--: tax_form_get(member: int) => one sealed: blob
--: may: operator
SELECT sealed FROM tax_form WHERE member = :member;

--: tax_form_remove(member: int)
--: may: clerk
DELETE FROM tax_form WHERE member = :member;
