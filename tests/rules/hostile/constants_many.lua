-- More constants than there may be.
P = {}
for i = 1, 1000 do P["c" .. i] = { 1, 0, 2, "x", "y" } end
function attack()
  return 1
end
