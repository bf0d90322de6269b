-- Looks at the clock.
function attack()
  return os.time() > 0 and 1 or 0
end
