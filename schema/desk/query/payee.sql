-- Where money goes.

--: payee_get(member: int) => one rail: int, charity: text, set_ms: int, form: int, form_ms: int, asked_ms: int
--: may: clerk
SELECT rail, charity, set_ms, form, form_ms, asked_ms FROM payee WHERE member = :member;

--: payee_set(member: int, rail: int, charity: text, at_ms: int)
--: may: clerk
INSERT INTO payee (member, rail, charity, set_ms) VALUES (:member, :rail, :charity, :at_ms)
ON CONFLICT (member) DO UPDATE SET rail = excluded.rail, charity = excluded.charity, set_ms = excluded.set_ms;

--: payee_form(member: int, form: int, at_ms: int)
--: may: clerk
INSERT INTO payee (member, form, form_ms) VALUES (:member, :form, :at_ms)
ON CONFLICT (member) DO UPDATE SET form = excluded.form, form_ms = excluded.form_ms;

--: payee_asked(member: int, at_ms: int)
--: may: clerk
INSERT INTO payee (member, asked_ms) VALUES (:member, :at_ms) ON CONFLICT (member) DO UPDATE SET asked_ms = excluded.asked_ms;
