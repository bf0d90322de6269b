-- Runs compiled code that no compiler made.
function attack()
  local code = string.dump(function() return 1 end)
  for i = 40, #code - 4, 3 do
    local f = load(code:sub(1, i) .. "\255\255" .. code:sub(i + 3), "x", "b")
    if f then f() end
  end
  return 1
end
