-- NPPES, the federal list of NPIs: npidata_pfile_*.csv of the monthly download (https://download.cms.gov/nppes/NPI_Files.html).
-- CMS has renamed columns before; each field lists the names it went under. # counts the fifteen taxonomies.
return {
  separators = { ",", "\t" },
  dates = { "MM/DD/YYYY", "YYYY-MM-DD" },
  needed = { "npi", "entity", "last_name", "first_name", "taxonomy", "deactivated" },
  columns = {
    npi = { "NPI" },
    entity = { "Entity Type Code" },
    last_name = { "Provider Last Name (Legal Name)", "Provider Last Name" },
    first_name = { "Provider First Name" },
    middle_name = { "Provider Middle Name" },
    suffix = { "Provider Name Suffix Text" },
    other_last_name = { "Provider Other Last Name" },
    other_first_name = { "Provider Other First Name" },
    deactivated = { "NPI Deactivation Date" },
    reactivated = { "NPI Reactivation Date" },
    sex = { "Provider Sex Code", "Provider Gender Code" },
    line_1 = { "Provider First Line Business Practice Location Address" },
    line_2 = { "Provider Second Line Business Practice Location Address" },
    city = { "Provider Business Practice Location Address City Name" },
    state = { "Provider Business Practice Location Address State Name" },
    zip = { "Provider Business Practice Location Address Postal Code" },
    country = {
      "Provider Business Practice Location Address Country Code (If outside U.S.)",
      "Provider Business Practice Location Address Country Code (If outside U.S)",
    },
    taxonomy = { "Healthcare Provider Taxonomy Code_#" },
    licence_number = { "Provider License Number_#" },
    licence_state = { "Provider License Number State Code_#" },
    main = { "Healthcare Provider Primary Taxonomy Switch_#" },
  },
}
