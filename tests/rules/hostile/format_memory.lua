-- Wide columns without end.
function attack()
  local s = ""
  for _ = 1, 100000 do s = s .. ("%99d"):format(1) end
  return #s
end
