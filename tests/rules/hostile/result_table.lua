-- Gives a table.
function attack()
  return {}
end
