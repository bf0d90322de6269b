-- Many short threads: each begins a count of its own.
function attack()
  local n = 0
  while n < 1e9 do coroutine.wrap(function() for _ = 1, 500 do n = n + 1 end end)() end
  return 1
end
