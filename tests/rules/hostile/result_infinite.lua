-- Gives more than any number.
function attack()
  return math.huge
end
