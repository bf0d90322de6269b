-- Reaches for what the host keeps.
function attack()
  return debug.getregistry() and 1 or 0
end
