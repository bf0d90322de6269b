-- Asks for a library.
function attack()
  return require("os") and 1
end
