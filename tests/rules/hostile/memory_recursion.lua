-- Calls itself without end, each time with more on the stack.
function attack()
  local function deep(...) return 1 + deep(1, 2, 3, 4, 5, 6, 7, 8, ...) end
  return deep()
end
