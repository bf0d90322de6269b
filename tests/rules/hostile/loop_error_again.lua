-- An error handler that fails for ever.
function attack()
  xpcall(error, function() error() end)
  while true do xpcall(error, error) end
end
