-- Which postings an earmark is on, when it is not on one chosen by hand: those of a topic, a kind, a specialty of their
-- author, the first so many answers of each question, or all that fit several of these. 0: any.
-- A sponsor's own values stand in place of the constants', sealed with the earmark. Names of topics and specialties
-- are numbers here: the first six bytes of their SHA-256.
-- luacheck: std lua54, allow defined top, ignore 131 212
P = {
  topic = { 0, 0, 281474976710655, "topic", "only in threads that have this topic" },
  kind = { 0, 0, 6, "kind", "only 1 questions, 2 cases, 3 observations or 4 answers" },
  specialty = { 0, 0, 281474976710655, "specialty", "only by authors who show this specialty" },
  first = { 0, 0, 1000, "answers", "only so many first answers to each question" },
  days = { 0, 0, 3660, "days", "only postings that are no older" },
}

-- kind, order (of an answer, from 1; else 0), age and day (of the earmark) of the posting at the act, specialty of its
-- author, topics of its thread. 1: the earmark is on it.
function selects(kind, order, age, day, specialty, topic1, topic2, topic3, topic4, topic5)
  local t = P.topic
  if t ~= 0 and t ~= topic1 and t ~= topic2 and t ~= topic3 and t ~= topic4 and t ~= topic5 then return 0 end
  if P.kind ~= 0 and kind ~= P.kind then return 0 end
  if P.specialty ~= 0 and specialty ~= P.specialty then return 0 end
  if P.first ~= 0 and (order < 1 or order > P.first) then return 0 end
  if P.days ~= 0 and age > P.days then return 0 end
  return 1
end
