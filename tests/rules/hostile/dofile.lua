-- Reads a file.
function attack()
  dofile("/etc/hostname")
  return 1
end
