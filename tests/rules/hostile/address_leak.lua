-- Reads where things lie in memory.
function attack()
  return tostring({}):find("0x") and 1 or 0
end
