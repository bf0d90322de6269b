-- Walks a large table that has been emptied: each step looks at all of it.
function attack()
  local t = {}
  for i = 1, 60000 do t["k" .. i] = i end
  for i = 1, 60000 do t["k" .. i] = nil end
  for _ = 1, 1000000 do next(t) end
  return 1
end
