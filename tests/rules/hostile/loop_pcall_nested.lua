-- Catches the limit inside of what catches the limit.
function attack()
  local function deep() return pcall(deep) end
  while true do deep() end
end
