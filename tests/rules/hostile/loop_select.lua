-- Adds up a long argument list again and again.
function attack()
  local function pass(n, ...) 
    if n == 0 then return select("#", ...) end
    return pass(n - 1, n, ...)
  end
  local n = 0
  for i = 1, 1000000 do n = n + pass(150) end
  return n
end
