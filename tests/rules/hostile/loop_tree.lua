-- no loop anywhere: a tree of calls thirty levels deep has a thousand million leaves
local function grow(depth) return depth == 0 and 1 or grow(depth - 1) + grow(depth - 1) end
function attack() return grow(30) > 1 and 1 or 0 end
