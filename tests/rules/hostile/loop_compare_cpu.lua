-- Compares long equal strings.
function attack()
  local s, t = "a", "a"
  for _ = 1, 20 do s, t = s .. s, t .. t end
  local n = 0
  for _ = 1, 1000000 do if s .. "x" <= t .. "x" then n = n + 1 end end
  return n
end
