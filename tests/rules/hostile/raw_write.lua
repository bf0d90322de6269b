-- Writes past a guard.
function attack()
  rawset(math, "pi", 3)
  return math.pi == 3 and 1 or 0
end
