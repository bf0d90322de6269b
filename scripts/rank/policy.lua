-- Who stands where, and why: the first rule set of the ranker.
-- Pure functions of numbers; the ranker keeps the counters and passes them. scripts/README.md explains every argument.
-- luacheck: std lua54, allow defined top, ignore 131
local log, exp = math.log, math.exp
P = {
  -- name    = { value, lowest, highest, unit, what it means }
  settle     = { 14, 1, 90, "days", "after this long the votes on a posting teach about their voters" },
  review     = { 75, 1, 365, "days", "after this long they are weighed once more, by what is known then" },
  usual_up   = { 0.74, 0.3, 0.95, "share", "corroborations among all votes of a usual community, where even odds are fair" },
  habit_good = { 0.5, 0, 2, "power", "of their share as a part of the usual one, where it is less: so much rarer on right postings" },
  habit_bad  = { 1.6, 0, 4, "power", "the same on wrong postings: where many dispute, it is mostly these" },
  k_rarity   = { 300, 1, 10000, "postings", "how slowly settled postings replace the guess that right ones are as much rarer as these are" },
  good_up    = { 0.77, 0.5, 0.98, "share", "corroborations among votes on right postings, for a new member" },
  bad_up     = { 0.38, 0.02, 0.8, "share", "corroborations among votes on wrong postings, for a new member" },
  k_member   = { 8, 1, 100, "votes", "how slowly a member's own figures replace these two shares" },
  k_link     = { 3, 1, 50, "postings", "pseudo-postings that keep a few votes from looking like a link" },
  chance     = { 1, 0, 5, "deviations", "beyond what his diligence makes likely before a vote counts as excess" },
  cover_low  = { 0.25, 0.05, 1, "share", "of an author's postings voted on in excess: independent up to here" },
  cover_high = { 0.45, 0.1, 1, "share", "from here on he is linked, and his votes on that author count nothing" },
  mutual_low  = { 0.05, 0.02, 1, "share", "the same both ways (the smaller share)" },
  mutual_high = { 0.20, 0.05, 1, "share", "from here on two who vote on each other are linked" },
  rival_link = { 0.5, 0, 1, "independence", "below this to another author of the thread, a dispute counts nothing" },
  linked_low  = { 0.05, 0, 1, "share", "of a member's votes going to linked authors: trusted up to here" },
  linked_high = { 0.15, 0.01, 1, "share", "from here on his votes count nothing at all" },
  k_worth    = { 8, 1, 100, "votes", "how slowly settled votes show what a member's votes are worth" },
  worth_new  = { 0.03, 0, 1, "share", "what a member's votes are worth before any of them has settled" },
  young      = { 100, 0, 100000, "votes", "settled in the house: with fewer, nobody is known, and every member's are worth 1" },
  credit_low  = { 0.005, -1, 1, "share", "added to what was known, for each vote: worth nothing up to here" },
  credit_high = { 0.02, -1, 1, "share", "worth in full from here on" },
  refuted    = { 0.25, 0, 1, "factor", "of what the others say beyond even odds: a vote that it contradicts adds at most as much less" },
  alone_full = { 0.05, 0.001, 1, "share", "of votes that neither count nor habit foretold: worth in full from here on" },
  field_low  = { 0.15, 0, 1, "share", "of a member's acts in the topic he knows best of the thread's: not his field" },
  field_high = { 0.4, 0, 1, "share", "from here on it is his field" },
  k_field    = { 4, 0.5, 50, "acts", "how slowly a member's own share replaces field_new" },
  field_new  = { 0.3, 0, 1, "share", "of acts in a topic, for a new member" },
  outside    = { 0.4, 0, 2, "factor", "weight of a vote outside of the voter's field" },
  inside     = { 1.2, 0, 2, "factor", "weight of a vote within it, by a member whose standing is zero" },
  expert     = { 3, 0, 20, "factor", "what one point of his standing adds to that, as a part of it" },
  expert_most = { 2, 1, 5, "factor", "most that standing makes of it; the least is as many times less" },
  elsewhere  = { 0.2, 0, 1, "factor", "weight in an author's record of what he writes outside of his field" },
  seen_none  = { 1, 0, 2, "factor", "weight of a vote by someone who has seen no such patient" },
  seen_few   = { 1, 0, 2, "factor", "weight of a vote from 1 to 5 patients seen" },
  seen_some  = { 1, 0, 2, "factor", "weight of a vote from 6 to 20 patients seen" },
  seen_many  = { 1, 0, 2, "factor", "weight of a vote from more than 20 patients seen" },
  informed   = { 0.5, 0, 1, "factor", "weight of a vote by someone who could see the totals: he may have followed them" },
  odds_max   = { 2.2, 0.5, 6, "log-odds", "most that one vote can move a posting" },
  weight_max = { 2, 0.5, 6, "votes", "most that one vote can weigh in its author's record" },
  surprise_min = { 0.15, 0, 1, "share", "least that a settled vote teaches about its voter" },
  k_record   = { 4, 0.5, 50, "postings", "how slowly an author's record replaces the mean of all authors" },
  k_author   = { 3, 1, 100, "votes", "how slowly a member's standing leaves zero" },
  vote_part  = { 0.2, 0, 1, "points", "what telling right from wrong in votes adds to the standing" },
  author_part = { 8, 0, 20, "log-odds", "what one point of the author's standing adds to a posting's score" },
  band_votes = { 3, 0, 100, "votes", "weight of votes received before a member has a band" },
  band_2     = { 0.13, -1, 1, "points", "standing from which the second band begins" },
  band_3     = { 0.24, -1, 1, "points", "standing from which the third band begins" },
  half_life  = { 3, 0.1, 60, "days", "after this long an act counts half for 'rising'" },
  rise_ask   = { 1, 0, 10, "acts", "weight of a new question for 'rising'" },
  rise_answer = { 1.5, 0, 10, "acts", "weight of an answer for 'rising'" },
  rise_vote  = { 1, 0, 10, "acts", "weight of an independent vote for 'rising'" },
}

-- Called many times for each vote, and a call takes as long as ten sums: comparisons and small formulas are written out.
-- 1 up to low, 0 from high on, a straight line between
local function ramp(x, low, high) return x <= low and 1.0 or x >= high and 0.0 or (high - x) / (high - low) end

-- Shares of corroborations of a member among right and among wrong postings. Who always corroborates (or always disputes)
-- says little, so the prior leans to the member's own habit; in a community where corroborations are rare, to its.
local function rates(votes, ups, site_votes, site_ups, up_good, good, up_bad, bad)
  local site = P.usual_up + (site_ups - P.usual_up * site_votes) / (site_votes + 20)
  local own, a, b = (ups + P.k_member * site) / (votes + P.k_member), P.good_up, P.bad_up
  if site < P.usual_up then a, b = a * (site / P.usual_up) ^ P.habit_good, b * (site / P.usual_up) ^ P.habit_bad end
  local s, more = own / site, (own - site) / (1 - site)
  if own > site then a, b = a + (1 - a) * more, b + (1 - b) * more else a, b = a * s, b * s end
  return (up_good + P.k_member * a) / (good + P.k_member), (up_bad + P.k_member * b) / (bad + P.k_member)
end

-- Share of a target's postings voted on beyond what so diligent a member would on any (share): in a small house all meet all.
local function excess(votes, postings, share)
  local expected = share < 1.0 and postings * share or postings
  local beyond = votes - expected - P.chance * expected ^ 0.5
  return beyond > 0.0 and beyond / (postings + P.k_link) or 0.0
end

-- Independence of a voter from an author by their votes of one sign on each other: 1 none .. 0 linked.
function link(to_author, author_postings, voter_share, to_voter, voter_postings, author_share)
  local x = excess(to_author, author_postings, voter_share)
  local y = excess(to_voter, voter_postings, author_share)
  return ramp(x, P.cover_low, P.cover_high) * ramp(x < y and x or y, P.mutual_low, P.mutual_high)
end

-- sign: 1 corroborates, -1 disputes. own: link to the author. product: to what the posting names. rival: least to a rival author.
function independence(sign, own, product, rival)
  return sign < 0 and rival < P.rival_link and 0.0 or own * product
end

-- How far a member's votes count: by the share of his settled votes that went to linked authors.
function trust(settled_votes, dependent) return ramp(dependent / (settled_votes + 5.0), P.linked_low, P.linked_high) end

-- What a member's votes have been worth (for pay): did they add to what was known, and were some neither what the count said nor
-- what he always says? Who follows the count adds nothing, however often he is right. Before any has settled, it is a start.
function worth(settled_votes, credit, alone, site_settled)
  if settled_votes < 1 then return site_settled < P.young and 1.0 or P.worth_new end
  local n = settled_votes + P.k_worth
  local adds = (credit / n - P.credit_low) / (P.credit_high - P.credit_low)
  return math.max(0.0, math.min(1.0, adds)) * math.min(1.0, alone / n / P.alone_full)
end

-- What a vote weighs: by whether the topic is its voter's field, and his standing; in the author's record by whether it is his.
local function fields(standing, topic_acts, acts, author_topic_acts, author_acts)
  local low, span, new, expert = P.field_low, P.field_high - P.field_low, P.k_field * P.field_new, 1 + P.expert * standing
  local own, home = (topic_acts + new) / (acts + P.k_field) - low, (author_topic_acts + new) / (author_acts + P.k_field) - low
  expert = P.inside * (expert * P.expert_most < 1 and 1 / P.expert_most or expert > P.expert_most and P.expert_most or expert)
  return own <= 0 and P.outside or own >= span and expert or P.outside + (expert - P.outside) * own / span,
    home <= 0 and P.elsewhere or home >= span and 1.0 or P.elsewhere + (1 - P.elsewhere) * home / span
end

-- Log-odds of a vote, its weight, and its residual for the author's record. patients seen: 0 none, 1 1-5, 2 6-20, 3 more.
-- acts: votes and postings in this thread's topic, and in all topics; the author's at the end. standing: the voter's, by postings.
function vote(sign, independent, trusted, patients, topic_acts, acts, votes, ups, site_votes, site_ups, up_good, good, up_bad, bad,
    standing, author_topic_acts, author_acts)
  local a, b = rates(votes, ups, site_votes, site_ups, up_good, good, up_bad, bad)
  a, b = a < 0.02 and 0.02 or a > 0.98 and 0.98 or a, b < 0.02 and 0.02 or b > 0.98 and 0.98 or b
  if a <= b then return 0.0, 0.0, 0.0 end
  local experience = patients < 1 and P.seen_none or patients < 2 and P.seen_few or patients < 3 and P.seen_some or P.seen_many
  local expert, home = fields(standing, topic_acts, acts, author_topic_acts, author_acts)
  local w = independent * trusted * experience * expert
  local odds = sign > 0 and log(a / b) or log((1 - b) / (1 - a))
  odds = odds > P.odds_max and P.odds_max or odds
  local usual = P.good_up - P.bad_up
  local weight = (a - b) / (usual > 0.05 and usual or 0.05)
  weight = w * (weight > P.weight_max and P.weight_max or weight) * home
  return w * sign * odds, weight, weight * ((sign > 0 and 1.0 or 0.0) - 0.5 * (a + b))
end

-- What the mean of all authors and this author's record said before the votes, as log-odds.
function known(site_settled, site_sum, settled, sum)
  local mean, k = (site_sum + 5.0) / (site_settled + 10.0), P.k_record
  local p = (sum + k * mean) / (settled + k)
  return log(p / (1 - p))
end

-- A vote when its posting settles: what the others say, how much it teaches about its voter, what it added to what was known
-- before it (who only says the opposite of the others adds nothing, though odds come down again), and whether it stood alone.
function settle(sign, independent, own_odds, total, known_odds, before, alone)
  local others, was = 1 / (1 + exp(own_odds - total)), 1 / (1 + exp(-(known_odds + before)))
  local spread, gain, right = 4 * was * (1 - was), sign * (others - was), P.refuted * sign * (others - 0.5)
  return others, independent * (spread > P.surprise_min and spread or P.surprise_min),
    independent * (right < 0 and right < gain and right or gain), alone * independent
end

-- Standing: total, from postings, from votes; and its band: 0 new, 1, 2, 3.
function member_score(weight, residual, votes, ups, site_votes, site_ups, up_good, good, up_bad, bad)
  local a, b = rates(votes, ups, site_votes, site_ups, up_good, good, up_bad, bad)
  local from_postings = residual / (weight + P.k_author)
  local from_votes = P.vote_part * ((a - b) - (P.good_up - P.bad_up))
  local score = from_postings + from_votes
  local band = weight < P.band_votes and 0 or score < P.band_2 and 1 or score < P.band_3 and 2 or 3
  return score, from_postings, from_votes, band
end

-- Of a posting whose votes' log-odds come to `sum`: its place in the thread; from its votes, the log-odds that it is right;
-- from its author; the first of these as a probability. Where few are right it begins below even odds; never above.
function posting_score(sum, author_score, site_settled, site_sum, settled_votes, settled_ups)
  local site = P.usual_up + (settled_ups - P.usual_up * settled_votes) / (settled_votes + 20)
  local guess = 1 / (1 + (1 - site) / site * (P.usual_up / (1 - P.usual_up)))
  local mean = (site_sum + P.k_rarity * guess) / (site_settled + P.k_rarity)
  local odds, from_author = mean < 0.5 and sum + log(mean / (1 - mean)) or sum, P.author_part * author_score
  return odds + from_author, odds, from_author, 1 / (1 + exp(-odds))
end

-- Decayed activity as a logarithm in half-lives: acts of old fade, and the order holds at any time without a clock.
-- act: 1 asked, 2 answered, 3 voted. weight: how far the actor counts. days: since 1970. key: so far.
function rising(key, act, weight, days)
  local w = weight * (act < 2 and P.rise_ask or act < 3 and P.rise_answer or P.rise_vote)
  if w <= 0 then return key end
  local new = days / P.half_life + log(w, 2)
  local top, apart = key, new - key
  if apart > 0 then top, apart = new, -apart end
  return apart < -60 and top or top + log(1 + 2 ^ apart, 2)
end

examples = {
  { call = "link", with = { 0, 0, 0, 0, 0, 0 }, gives = { 1 }, why = "strangers are independent" },
  { call = "link", with = { 9, 10, 0.01, 0, 0, 0.01 }, gives = { 0 }, why = "who votes on nearly all an author writes is linked" },
  { call = "link", with = { 4, 20, 0, 5, 20, 0 }, gives = { 0.1739130435 }, within = 1e-6, why = "voting on each other links" },
  { call = "link", with = { 9, 10, 0.8, 9, 10, 0.8 }, gives = { 1 }, why = "who votes on nearly everything is linked with nobody" },
  { call = "independence", with = { -1, 1, 1, 0.2 }, gives = { 0 }, why = "disputing a friend's rival counts nothing" },
  { call = "independence", with = { 1, 1, 1, 0.2 }, gives = { 1 }, why = "corroborating a friend's rival counts" },
  { call = "trust", with = { 0, 0 }, gives = { 1 }, why = "a newcomer is trusted" },
  { call = "trust", with = { 20, 10 }, gives = { 0 }, why = "who votes on linked authors again and again is not" },
  { call = "worth", with = { 0, 0, 0, 99 }, gives = { 1 }, why = "in a young house every vote is worth the same" },
  { call = "vote", with = { 1, 1, 1, 1, 9, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 9 }, gives = { 0.8474631146, 1.2, 0.51 }, within = 1e-6, why = "a first one" },
  { call = "vote", with = { 1, 1, 1, 1, 9, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0.1, 0, 9 }, gives = { 1.1017020489, 0.312, 0.1326 }, within = 1e-6, why = "expert" },
  { call = "vote", with = { -1, 1, 1, 1, 9, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 9 }, gives = { -1.1899682029, 1.2, -0.69 }, within = 1e-6, why = "a dispute" },
  { call = "vote", with = { 1, 0, 1, 1, 9, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 9 }, gives = { 0, 0, 0 }, why = "a linked vote says nothing" },
  { call = "posting_score", with = { 0, 0, 0, 0, 0, 0 }, gives = { 0, 0, 0, 0.5 }, why = "even odds" },
  { call = "member_score", with = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, gives = { 0, 0, 0, 0 }, why = "a newcomer stands at zero" },
  { call = "rising", with = { -1e6, 1, 1, 30 }, gives = { 10 }, why = "the first act sets the key" },
  { call = "rising", with = { 10, 1, 1, 30 }, gives = { 11 }, why = "a second act at once doubles it" },
}
