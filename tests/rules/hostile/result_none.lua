-- Gives nothing.
function attack()
  return
end
