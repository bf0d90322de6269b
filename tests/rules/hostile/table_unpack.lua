-- Spreads a list over the stack.
function attack()
  return select("#", table.unpack({}, 1, 1000000))
end
