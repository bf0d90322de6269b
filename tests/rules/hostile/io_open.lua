-- Opens a file.
function attack()
  return io.open("/etc/hostname") and 1 or 0
end
