-- Remembers in a table around it.
local kept = { n = 0 }
function attack() kept.n = kept.n + 1 return kept.n end
