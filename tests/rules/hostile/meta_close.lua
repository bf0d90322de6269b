-- A loop where a variable is closed.
function attack()
  do local x <close> = setmetatable({}, { __close = function() while true do end end }) end
  return 1
end
