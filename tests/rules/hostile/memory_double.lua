-- Doubles a text until nothing is left.
function attack()
  local s = "0123456789"
  while true do s = s .. s end
end
