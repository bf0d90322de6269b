-- Remembers in a variable around it.
local calls = 0
function attack() calls = calls + 1 return calls end
