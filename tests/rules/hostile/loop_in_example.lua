-- Never ends when its own example is run.
function attack()
  while true do end
end
examples = { { call = "attack", with = {}, gives = { 1 } } }
