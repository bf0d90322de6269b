-- Never ends, by repeat.
function attack()
  repeat until false
end
