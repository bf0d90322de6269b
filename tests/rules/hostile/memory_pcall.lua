-- Catches that memory is gone and takes more.
function attack()
  local keep = {}
  while true do pcall(function() while true do keep[#keep + 1] = {} end end) end
end
