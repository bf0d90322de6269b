-- A text of a gigabyte by one call.
function attack()
  local s = ("x"):rep(1000000000)
  return #s
end
