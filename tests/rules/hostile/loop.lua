-- Never ends.
function attack()
  while true do end
end
