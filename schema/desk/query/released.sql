-- Who is mailed of new reports, and what such a mail covers.

--: subscriptions(member: int, most: int) => template: int, how: int, told: int
--: may: clerk
SELECT template, how, told FROM subscription WHERE member = :member ORDER BY template LIMIT :most;

--: subscription_put(member: int, template: int, how: int, told: int)
--: may: clerk
-- Another choice tells of what comes from then on.
INSERT INTO subscription (member, template, how, told) VALUES (:member, :template, :how, :told)
ON CONFLICT (member, template) DO UPDATE SET how = excluded.how, told = max(told, excluded.told);

--: subscriptions_end(member: int)
--: may: clerk
UPDATE subscription SET how = 0 WHERE member = :member;

--: subscriptions_remove(member: int)
--: may: clerk
DELETE FROM subscription WHERE member = :member;

--: subscribers(how: int, upto: int, after: int, most: int) => member: int
--: may: clerk
-- Those of one way who have not been told up to there.
SELECT DISTINCT member FROM subscription WHERE how = :how AND told < :upto AND member > :after ORDER BY member LIMIT :most;

--: subscriptions_told(member: int, how: int, upto: int)
--: may: clerk
UPDATE subscription SET told = :upto WHERE member = :member AND how = :how AND told < :upto;

--: report_mail_add(mail: int, member: int, how: int, upto: int)
--: may: clerk
INSERT INTO report_mail (mail, template, since, upto)
SELECT :mail, template, told, :upto FROM subscription WHERE member = :member AND how = :how AND told < :upto;

--: report_mail_of(mail: int, member: int, most: int) => template: int, since: int, upto: int
--: may: clerk
-- What of it he still wants to be told.
SELECT m.template, m.since, m.upto FROM report_mail m JOIN subscription s ON s.member = :member AND s.template = m.template
WHERE m.mail = :mail AND s.how > 0 ORDER BY m.template LIMIT :most;

--: report_mail_remove(mail: int)
--: may: clerk
DELETE FROM report_mail WHERE mail = :mail;

--: report_mails_remove(member: int)
--: may: clerk
DELETE FROM report_mail WHERE mail IN (SELECT id FROM mail WHERE member = :member);
