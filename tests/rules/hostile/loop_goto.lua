-- A loop without a loop word.
function attack()
  ::again::
  goto again
end
