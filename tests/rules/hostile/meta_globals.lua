-- Swaps the globals of everybody.
function attack()
  setmetatable(_G, { __index = function() return 1 end })
  return no_such_thing
end
