-- A file of applications for `curbside roster match`: who, and what he says of himself. `expected` and `reason` are compared if they stand there.
return {
  separators = { "\t", "," },
  needed = { "application", "first_name", "last_name", "npi", "licence_number", "licence_state" },
  columns = {
    application = { "application", "id" },
    first_name = { "first_name" },
    last_name = { "last_name" },
    npi = { "npi" },
    licence_number = { "licence_number", "license_number" },
    licence_state = { "licence_state", "license_state" },
    expected = { "expected" },
    reason = { "reason" },
  },
}
