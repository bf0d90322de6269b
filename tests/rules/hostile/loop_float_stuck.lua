-- A step too small for its number: the counter stands still.
function attack()
  local x = 2.0 ^ 53
  while x < 2.0 ^ 54 do x = x + 0.5 end
  return 1
end
