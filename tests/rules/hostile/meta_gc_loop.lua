-- A loop in a finalizer, where no watch runs.
function attack()
  setmetatable({}, { __gc = function() while true do end end })
  collectgarbage()
  return 1
end
