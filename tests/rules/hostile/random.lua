-- Draws lots: no replay would agree.
function attack()
  return math.random() >= 0 and 1 or 0
end
