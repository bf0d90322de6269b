-- Public lists: written by `curbside roster import`, read when an application is looked at.

--: licence_set(state: text, number: text, profession: text, first_name: text, last_name: text, former_last_name: text, status: text, issued: text, expires: text, discipline: text, source: text, as_of: text)
--: may: operator
INSERT INTO licence (state, number, profession, first_name, last_name, former_last_name, status, issued, expires, discipline, source, as_of)
VALUES (:state, :number, :profession, :first_name, :last_name, :former_last_name, :status, :issued, :expires, :discipline, :source, :as_of)
ON CONFLICT (state, number, profession) DO UPDATE SET first_name = excluded.first_name, last_name = excluded.last_name,
  former_last_name = excluded.former_last_name, status = excluded.status, issued = excluded.issued, expires = excluded.expires,
  discipline = excluded.discipline, source = excluded.source, as_of = excluded.as_of;

--: provider_set(npi: text, entity: int, first_name: text, last_name: text, other_first_name: text, other_last_name: text, deactivated: text, reactivated: text, source: text, as_of: text)
--: may: operator
INSERT INTO provider (npi, entity, first_name, last_name, other_first_name, other_last_name, deactivated, reactivated, source, as_of)
VALUES (:npi, :entity, :first_name, :last_name, :other_first_name, :other_last_name, :deactivated, :reactivated, :source, :as_of)
ON CONFLICT (npi) DO UPDATE SET entity = excluded.entity, first_name = excluded.first_name, last_name = excluded.last_name,
  other_first_name = excluded.other_first_name, other_last_name = excluded.other_last_name, deactivated = excluded.deactivated,
  reactivated = excluded.reactivated, source = excluded.source, as_of = excluded.as_of;

--: provider_taxonomy_clear(npi: text)
--: may: operator
DELETE FROM provider_taxonomy WHERE npi = :npi;

--: provider_taxonomy_add(npi: text, slot: int, code: text, state: text, number: text, main: int)
--: may: operator
INSERT INTO provider_taxonomy (npi, slot, code, state, number, main) VALUES (:npi, :slot, :code, :state, :number, :main);

--: list_set(name: text, rows: int, as_of: text)
--: may: operator
INSERT INTO list (name, rows, as_of) VALUES (:name, :rows, :as_of)
ON CONFLICT (name) DO UPDATE SET rows = excluded.rows, as_of = excluded.as_of;

--: list_get(name: text) => one rows: int, as_of: text
--: may: clerk operator
-- 'nppes' or 'board:MO'; NOT_FOUND: that list was never imported.
SELECT rows, as_of FROM list WHERE name = :name;

--: provider_get(npi: text) => one entity: int, first_name: text, last_name: text, other_first_name: text, other_last_name: text, deactivated: text, reactivated: text
--: may: clerk operator
SELECT entity, first_name, last_name, other_first_name, other_last_name, deactivated, reactivated FROM provider WHERE npi = :npi;

--: provider_taxonomies(npi: text) => code: text, state: text, number: text, main: int
--: may: clerk operator
SELECT code, state, number, main FROM provider_taxonomy WHERE npi = :npi ORDER BY slot;

--: licences_get(state: text, number: text) => profession: text, first_name: text, last_name: text, former_last_name: text, status: text, expires: text, discipline: text
--: may: clerk operator
SELECT profession, first_name, last_name, former_last_name, status, expires, discipline
FROM licence WHERE state = :state AND number = :number ORDER BY profession;
