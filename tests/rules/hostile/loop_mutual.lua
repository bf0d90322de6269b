-- Two functions that call each other in tail position.
function ping() return pong() end
function pong() return ping() end
function attack()
  return ping()
end
