-- What an answer and the votes on it earn: in a house at a month's close, where it is the rule both begin with; and, as answers
-- settle, in `curbside ranking replay` and `simulate`, where it was measured.
-- Facts come from the counters that scripts/rank/policy.lua works on. Blind to direction: pay_vote has no argument that
-- holds how anyone voted, or what the others said.
-- luacheck: std lua54, allow defined top, ignore 131 212
P = {
  odds = { 1.2, -4, 6, "log-odds", "that the answer is right, votes and author together, from which it earns" },
  standing = { 30, 0, 40, "log-odds", "what one point of the author's standing adds to them" },
  support = { 1.5, 0, 100, "votes", "independent corroborations it must have" },
  trust = { 0.5, 0, 1, "factor", "least trust in the author" },
  apart = { 6, 1, 10, "power", "of a vote's independence: at 6, half a link leaves a sixty-fourth" },
  day_most = { 20, 1, 10000, "votes", "of a member's votes of one day (UTC), in their order, so many may earn in a house" },
  vote_most = { 1, 0.01, 1, "share", "most that one vote gets of what all votes on an answer get" },
}

-- odds: of the answer by its votes; support: its corroborations, each by independence and trust of its voter.
function pay_author(odds, support, trusted, standing)
  if support < P.support or trusted < P.trust or odds + P.standing * standing < P.odds then return 0.0 end
  return 1.0
end

-- independent: of the author, by votes of either sign; trusted: by the share of such votes that were linked; worth: of
-- the voter's votes when he cast this one; 1 while nothing has settled in the house (scripts/rank/policy.lua).
function pay_vote(independent, trusted, worth) return independent ^ P.apart * trusted * worth end

-- Of the votes' pot, for a weight among all weights.
function share(weight, sum) return math.min(P.vote_most, weight / math.max(1.0, sum)) end

examples = {
  { call = "pay_author", with = { 2, 3, 1, 0 }, gives = { 1 }, why = "well corroborated" },
  { call = "pay_author", with = { 2, 1, 1, 0.1 }, gives = { 0 }, why = "too few have corroborated it" },
  { call = "pay_author", with = { -2, 3, 1, 0 }, gives = { 0 }, why = "more likely wrong than right" },
  { call = "pay_author", with = { 2, 3, 0.2, 0 }, gives = { 0 }, why = "its author trades votes" },
  { call = "pay_vote", with = { 1, 1, 1 }, gives = { 1 }, why = "independent, trusted, and has added to what was known" },
  { call = "pay_vote", with = { 0, 1, 1 }, gives = { 0 }, why = "linked with the author" },
  { call = "pay_vote", with = { 1, 1, 0 }, gives = { 0 }, why = "has added nothing so far" },
  { call = "share", with = { 1, 8 }, gives = { 0.125 }, why = "eight equal votes" },
  { call = "share", with = { 0.5, 0.5 }, gives = { 0.5 }, why = "few voters leave some of the pot" },
}
