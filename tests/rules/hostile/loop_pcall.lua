-- Catches the limit and goes on.
function attack()
  while true do pcall(function() while true do end end) end
end
