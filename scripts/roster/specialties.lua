-- A code list of specialties for `curbside specialties load`: the NUCC health care provider taxonomy as its CSV has it
-- (https://nucc.org, nucc_taxonomy_*.csv). Only rows of these groupings are kept; a list without that column is kept whole.
return {
  separators = { ",", "\t" },
  needed = { "code", "classification" },
  columns = {
    code = { "Code" },
    grouping = { "Grouping", "Type" },
    classification = { "Classification" },
    specialization = { "Specialization" },
    deactivated = { "Deactivation Date" },
  },
  groupings = { "Allopathic & Osteopathic Physicians" },
}
