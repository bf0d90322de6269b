-- Counts to a number it never reaches.
function attack()
  local n = 0
  for i = 1, math.maxinteger do n = n + i % 2 end
  return n
end
