-- Decides by an order that differs from run to run.
function attack()
  for _ in pairs({ a = 1, b = 2, c = 3 }) do return 1 end
  return 0
end
