-- Tables in tables in tables.
function attack()
  local t = {}
  while true do t = { t } end
end
