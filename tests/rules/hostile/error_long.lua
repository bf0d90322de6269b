-- Fails with a very long word.
function attack()
  local s = "x"
  for _ = 1, 18 do s = s .. s end
  error(s)
end
