-- Goes on in the handler of the limit.
function attack()
  xpcall(function() while true do end end, function() while true do end end)
  return 1
end
