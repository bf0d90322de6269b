-- An iterator that never says nil.
function attack()
  for _ in function() return 1 end do end
end
