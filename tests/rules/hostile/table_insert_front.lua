-- Moves a long list one step, in C, again and again.
function attack()
  local t = {}
  for i = 1, 10000000 do table.insert(t, 1, i) end
  return 1
end
