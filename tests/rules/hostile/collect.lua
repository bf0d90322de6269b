-- Drives the collector.
function attack()
  collectgarbage("stop")
  return 1
end
