-- Spends its time in the mathematics library.
function attack()
  local x = 1.7
  while true do x = math.fmod(math.exp(x % 3) * math.sqrt(x + 1), 1e300) end
end
