-- Remembers in the library.
function attack()
  math.calls = (math.calls or 0) + 1
  return math.calls
end
