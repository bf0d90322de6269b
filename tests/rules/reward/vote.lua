-- What a vote on an earmarked posting earns: a share, 0 to 1, of the earmark's amount.
-- Blind to direction: the host has no argument that holds how anyone voted, so no rule can pay for an opinion. All
-- arguments are as they stood before the vote. Votes beyond P.day_most are not asked about: they count for readers,
-- and earn nothing. The idea is that of scripts/rank: independence x trust x record.
-- luacheck: std lua54, allow defined top, ignore 131 212
P = {
  cov_lo = { 0.25, 0, 1, "share", "voted on this share of the author's postings before: still independent" },
  cov_hi = { 0.45, 0, 1, "share", "... and from this share on counted as linked" },
  mut_lo = { 0.10, 0, 1, "share", "the same both ways, the smaller of the two: still independent" },
  mut_hi = { 0.25, 0, 1, "share", "... and from here on linked" },
  share_lo = { 0.20, 0, 1, "share", "of a member's votes went to members who voted on his own before: trusted" },
  share_hi = { 0.60, 0, 1, "share", "... and from here on not trusted" },
  k_pair = { 3, 0, 50, "postings", "pseudo-postings that keep one vote on a newcomer from looking like a link" },
  k_trust = { 5, 0, 100, "votes", "pseudo-votes that keep a newcomer trusted" },
  full = { 10, 1, 1000, "votes", "earlier votes from which a vote earns in full" },
  first = { 0.5, 0, 1, "share", "what a member's very first vote earns" },
  day_most = { 20, 1, 10000, "votes", "of a member's votes of one day (UTC), in their order, so many may earn" },
  days_min = { 0, 0, 365, "days", "days a member must have been in" },
}

local function ramp(x, lo, hi)
  if x <= lo then return 1.0 elseif x >= hi then return 0.0 end
  return (hi - x) / (hi - lo)
end

function independence(given, given_of, back, back_of)
  local there, here = given / (given_of + P.k_pair), back / (back_of + P.k_pair)
  return ramp(there, P.cov_lo, P.cov_hi) * ramp(math.min(there, here), P.mut_lo, P.mut_hi)
end

function trust(votes, mutual)
  return ramp(mutual / (votes + P.k_trust), P.share_lo, P.share_hi)
end

-- given: this voter's earlier votes on this author's postings, of given_of there are; back, back_of: the same the
-- other way round; votes: the voter's earlier votes in all; mutual: those that went to members who had voted on the
-- voter; days: since the voter was let in.
function pay_vote(given, given_of, back, back_of, votes, mutual, days)
  if days < P.days_min then return 0.0 end
  local record = P.first + (1 - P.first) * math.min(1.0, votes / P.full)
  return independence(given, given_of, back, back_of) * trust(votes, mutual) * record
end

examples = {
  { call = "pay_vote", with = { 0, 1, 0, 0, 0, 0, 30 }, gives = { 0.5 },
    why = "a first vote by a newcomer earns half" },
  { call = "pay_vote", with = { 0, 4, 0, 3, 25, 1, 90 }, gives = { 1 },
    why = "a seasoned, independent voter earns in full" },
  { call = "pay_vote", with = { 18, 20, 15, 17, 40, 3, 90 }, gives = { 0 },
    why = "voting on all of each other's postings earns nothing" },
  { call = "pay_vote", with = { 0, 4, 0, 3, 40, 36, 90 }, gives = { 0 },
    why = "who only trades votes is not trusted" },
  { call = "trust", with = { 0, 0 }, gives = { 1 }, why = "nobody starts distrusted" },
}
