-- Gives what is no number.
function attack()
  return 0 / 0
end
