
--: rule_shipped() => one script: text
--: may: web_admin
-- The rule set the program brought along: what holds until the first approved change.
SELECT script FROM rule_set WHERE active_seq = 0;
