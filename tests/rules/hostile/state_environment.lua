-- Puts another world around itself, and remembers in the one outside.
function attack()
  local outer = _ENV
  do
    local _ENV = { outer = outer }
    outer.kept = (outer.kept or 0) + 1
  end
  return kept
end
