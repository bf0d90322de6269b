-- Fails with something that is no text.
function attack()
  error({})
end
