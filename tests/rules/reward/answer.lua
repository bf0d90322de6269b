-- What an answer to an earmarked question earns its author: a share, 0 to 1, of the earmark's amount, at the
-- period's close.
-- An author's pay may depend on being corroborated; a voter's never does (vote.lua).
-- luacheck: std lua54, allow defined top, ignore 131 212
P = {
  need = { 1, 0, 100, "votes", "corroborations below which an answer earns nothing" },
  full = { 5, 1, 1000, "votes", "corroborations from which it earns in full" },
  dispute = { 1, 0, 10, "votes", "corroborations that one dispute takes away" },
  patients = { 0.02, 0, 1, "votes", "what one patient seen by a voter adds, as a part of a corroboration" },
  patients_max = { 2, 0, 100, "votes", "and at most so much" },
}

-- corroborated, disputed, cannot_say: votes on it as they stand; patients: lower bound of patients the voters have
-- seen; order: 1 for the first answer to the question, 2 for the second; days: since it was written.
function pay_answer(corroborated, disputed, cannot_say, patients, order, days)
  if corroborated < P.need then return 0.0 end
  local support = corroborated - P.dispute * disputed + math.min(P.patients_max, P.patients * patients)
  return math.max(0.0, math.min(1.0, support / P.full))
end

examples = {
  { call = "pay_answer", with = { 0, 0, 0, 0, 1, 10 }, gives = { 0 }, why = "nobody corroborated it" },
  { call = "pay_answer", with = { 5, 0, 0, 0, 1, 10 }, gives = { 1 }, why = "well corroborated" },
  { call = "pay_answer", with = { 3, 2, 1, 0, 2, 10 }, gives = { 0.2 }, within = 1e-6,
    why = "disputes count against it" },
  { call = "pay_answer", with = { 1, 4, 0, 0, 1, 10 }, gives = { 0 }, why = "never below nothing" },
}
