-- Takes the host's watch away.
function attack()
  debug.sethook()
  while true do end
end
