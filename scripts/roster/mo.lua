-- Missouri, Division of Professional Registration: the downloadable lists of licensees, one a profession, tab separated.
-- Columns differ between professions and in order; the union is looked for by name.
return {
  separators = { "\t", "," },
  dates = { "YYYY-MM-DD", "MM/DD/YYYY" },
  needed = { "number", "last_name", "status", "expires" },
  columns = {
    number = { "lic_number" },
    profession = { "lic_profession" },
    first_name = { "prc_first_name" },
    middle_name = { "prc_middle_name" },
    last_name = { "prc_last_name" },
    suffix = { "prc_suffix" },
    status = { "lst_description" },
    issued = { "lic_orig_issue_date" },
    expires = { "lic_exp_date" },
    discipline = { "discipline" },
    school = { "school_name" },
    graduation_year = { "graduation_year" }, -- not in the download; in the extract the board makes on request
  },
  physicians = { "MED", "MD", "DO" },
  no_discipline = { "N", "No", "None" },
  status = {
    active = { "Active", "Current", "Temporary" },
    inactive = { "Inactive", "Lapsed", "Voluntary Surrender" },
    expired = { "Expired", "Not Renewed" },
    suspended = { "Suspended" },
    revoked = { "Revoked", "Surrendered" },
    deceased = { "Deceased" },
    retired = { "Retired" },
    military = { "Military" },
  },
}
