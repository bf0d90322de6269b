-- What an earmarked posting earns its author: a share, 0 to 1, of the earmark's amount, once, at the period's close.
-- luacheck: std lua54, allow defined top, ignore 131 212
P = {
  need = { 1, 0, 100, "votes", "corroborations below which it earns nothing" },
  full = { 3, 1, 1000, "votes", "corroborations from which it earns in full" },
  dispute = { 1, 0, 10, "votes", "corroborations that one dispute takes away" },
  answers = { 0.5, 0, 10, "votes", "what an answer to it counts, as a part of a corroboration" },
  fresh = { 1, 0, 1000, "votes", "votes or answers it must have got since the earmark was committed" },
}

-- corroborated, disputed, cannot_say: votes on it as they stand; patients: lower bound of patients seen by the
-- voters; answers: written to it; fresh: votes and answers since the earmark was committed; days: since it stood.
function pay_posting(corroborated, disputed, cannot_say, patients, answers, fresh, days)
  if fresh < P.fresh or corroborated + answers < P.need then return 0.0 end
  local support = corroborated - P.dispute * disputed + P.answers * answers
  return math.max(0.0, math.min(1.0, support / P.full))
end

examples = {
  { call = "pay_posting", with = { 3, 0, 0, 0, 0, 1, 5 }, gives = { 1 },
    why = "well corroborated, and heard of since" },
  { call = "pay_posting", with = { 9, 0, 0, 0, 0, 0, 90 }, gives = { 0 },
    why = "nothing happened since the earmark" },
  { call = "pay_posting", with = { 0, 0, 0, 0, 6, 6, 5 }, gives = { 1 }, why = "a question earns by being answered" },
  { call = "pay_posting", with = { 1, 2, 0, 0, 0, 3, 5 }, gives = { 0 }, why = "disputed more than corroborated" },
}
