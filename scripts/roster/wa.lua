-- Washington, Department of Health: "Health Care Provider Credential Data" of the state's open data portal, as CSV.
-- Assumed from its public description, and to be compared with a downloaded file before the first import: the names of the columns
-- and of the credential types. The portal writes names with or without blanks between the words, so both stand here.
return {
  separators = { ",", "\t" },
  dates = { "YYYYMMDD", "MM/DD/YYYY", "YYYY-MM-DD" },
  needed = { "number", "last_name", "status", "expires" },
  columns = {
    number = { "CredentialNumber", "Credential Number", "credential_number" },
    profession = { "CredentialType", "Credential Type", "credential_type" },
    first_name = { "FirstName", "First Name", "first_name" },
    middle_name = { "MiddleName", "Middle Name", "middle_name" },
    last_name = { "LastName", "Last Name", "last_name" },
    status = { "Status", "Credential Status", "credential_status" },
    birth_year = { "BirthYear", "Birth Year", "birth_year" },
    issued = { "FirstIssueDate", "First Issue Date", "First Credential Date", "first_credential_date", "first_issue_date" },
    expires = { "ExpirationDate", "Expiration Date", "Expiration", "expiration_date" },
    discipline = { "ActionTaken", "Action Taken", "Actions", "action_taken" },
  },
  physicians = {
    "Physician And Surgeon License", "Physician and Surgeon", "Osteopathic Physician And Surgeon License",
    "Osteopathic Physician and Surgeon", "Physician And Surgeon Fellowship License", "Physician And Surgeon Institution License",
    "Physician And Surgeon Teaching Research License", "MD", "DO",
  },
  no_discipline = { "No", "N", "None" },
  status = {
    active = { "Active" },
    inactive = { "Inactive" },
    expired = { "Expired" },
    suspended = { "Suspended" },
    revoked = { "Revoked" },
    deceased = { "Deceased" },
    retired = { "Retired" },
    military = { "Military" },
    unlicensed = { "Unlicensed" },
  },
}
