-- Remembers in a global variable.
function attack() calls = (calls or 0) + 1 return calls end
