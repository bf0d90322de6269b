-- Takes memory before any function is asked for.
big = {}
for i = 1, 10000000 do big[i] = { i } end
function attack()
  return #big
end
