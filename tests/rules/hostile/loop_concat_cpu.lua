-- Few steps, much work in each: long strings set side by side.
function attack()
  local s = "x"
  for _ = 1, 24 do s = s .. s end
  local n = 0
  for _ = 1, 100000 do local t = s .. n n = n + #t end
  return n
end
