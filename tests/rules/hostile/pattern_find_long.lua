-- Searches a long text for what is not there.
function attack()
  local s = ("a"):rep(1000000)
  for _ = 1, 100000 do s:find(".-.-.-b") end
  return 1
end
