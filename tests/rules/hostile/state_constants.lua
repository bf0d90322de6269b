-- Changes its own constants.
P = { weight = { 1, 0, 2, "x", "y" } }
function attack() P.weight = P.weight + 1 return P.weight end
