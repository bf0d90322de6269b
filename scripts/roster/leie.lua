-- LEIE, whom the Office of Inspector General excludes from federal health programmes: UPDATED.csv of each month
-- (https://oig.hhs.gov/exclusions/exclusions_list.asp). Ten zeros in NPI and eight in a day mean none.
return {
  separators = { "," },
  dates = { "YYYYMMDD", "YYYY-MM-DD", "MM/DD/YYYY" },
  needed = { "last_name", "first_name", "npi", "born", "state", "excluded" },
  columns = {
    last_name = { "LASTNAME" },
    first_name = { "FIRSTNAME" },
    middle_name = { "MIDNAME" },
    general = { "GENERAL" },
    specialty = { "SPECIALTY" },
    npi = { "NPI" },
    born = { "DOB" },
    state = { "STATE" },
    type = { "EXCLTYPE" },
    excluded = { "EXCLDATE" },
    reinstated = { "REINDATE" },
    waived = { "WAIVERDATE" },
    waiver_state = { "WVRSTATE" },
  },
}
