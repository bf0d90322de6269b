-- Reads a very long number again and again.
function attack()
  local s = "1"
  for _ = 1, 18 do s = s .. s end
  local n = 0
  for _ = 1, 1000000 do n = n + (tonumber(s) and 1 or 0) end
  return n
end
