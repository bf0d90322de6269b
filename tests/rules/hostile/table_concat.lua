-- Joins a long list in C again and again.
function attack()
  local t = {}
  for i = 1, 60000 do t[i] = "x" end
  for _ = 1, 100000 do table.concat(t) end
  return 1
end
