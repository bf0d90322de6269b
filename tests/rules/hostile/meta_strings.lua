-- Poisons what all strings share.
function attack()
  getmetatable("").__index = function() return 1 end
  return ("x").anything
end
