-- What the file says its own tables and triggers are: a dropped trigger is tampering (ledger/audit.c).

--: schema_objects(most: int) => type: text, name: text, sql: text?
--: may: operator paymaster
SELECT type, name, sql FROM sqlite_schema ORDER BY type, name LIMIT :most;
