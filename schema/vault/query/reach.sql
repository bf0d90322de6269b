-- How far earmarks by a selector could have reached in closed months (ledger/earmark/reach.c).

--: reach_add(period: text, what: int, name: text, kind: int, count: int)
--: may: paymaster
INSERT INTO reach (period, what, name, kind, count) VALUES (:period, :what, :name, :kind, :count);

--: reach_last() => one period: text
--: may: paymaster
-- The last closed month that has figures.
SELECT r.period FROM reach r JOIN period p ON p.name = r.period WHERE p.state = 3 ORDER BY p.start_ms DESC LIMIT 1;

--: reach(period: text, what: int, most: int) => name: text, kind: int, count: int
--: may: paymaster
-- The largest, by name.
SELECT name, kind, count FROM (SELECT name, kind, count FROM reach WHERE period = :period AND what = :what ORDER BY count DESC, name, kind LIMIT :most)
ORDER BY name, kind;
