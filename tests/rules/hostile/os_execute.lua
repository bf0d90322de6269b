-- Runs a program.
function attack()
  return os.execute("true") and 1 or 0
end
