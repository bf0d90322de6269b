-- A pattern that takes longer than the world will last.
function attack()
  local n = 28
  local p, s = "", ""
  for _ = 1, n do p, s = p .. "a?", s .. "a" end
  return ("x"):find(p .. s .. "$") and 1 or (s:find(p .. s .. "$") and 1 or 0)
end
