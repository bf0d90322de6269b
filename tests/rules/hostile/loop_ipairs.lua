-- A list that makes itself longer while it is walked.
function attack()
  local t = { 1 }
  for i in ipairs(t) do t[i + 1] = i end
end
