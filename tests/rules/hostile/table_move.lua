-- Moves a range as long as the numbers go.
function attack()
  table.move({}, 1, math.maxinteger - 1, 2, {})
  return 1
end
