-- The tree keeps its style, and each check of tidy.lua turns red on a sample that breaks it (the control).
package.path = "tests/tidy/?.lua;" .. package.path
local tidy = require("tidy")

local count, failed = 0, 0
local function check(good, sentence, why)
  count = count + 1
  if not good then failed = failed + 1 end
  print(("%s %d - %s"):format(good and "ok" or "not ok", count, sentence))
  if not good and why then for line in why:gmatch("[^\n]+") do print("# " .. line) end end
end

local function read(name)
  local file = assert(io.open(name, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

local function files(pattern)
  local names = {}
  local list = assert(io.popen("git ls-files --cached --others --exclude-standard 2>/dev/null"
    .. " || find . -type f -not -path './build/*' -not -path '*/node_modules/*' -not -path './.git/*'"))
  for name in list:lines() do
    name = name:gsub("^%./", "")
    local exists = io.open(name, "rb")
    if exists then exists:close() end
    if exists and name:match(pattern) then names[#names + 1] = name end
  end
  list:close()
  table.sort(names)
  return names
end

local complaints = {}
local function gather(list) for _, complaint in ipairs(list) do complaints[#complaints + 1] = complaint end end
for _, name in ipairs(files("%.[ch]$")) do if not name:match("^tests/") then gather(tidy.c_file(name, read(name))) end end
check(#complaints == 0, "C files keep lengths, layers, libraries and bans", table.concat(complaints, "\n"))
complaints = {}
for _, name in ipairs(files("^tests/.*%.[ch]$")) do
  local list = {}
  tidy.sizes(name, read(name), list)
  tidy.marks(name, read(name), list)
  gather(list)
end
check(#complaints == 0, "C tests keep lengths", table.concat(complaints, "\n"))
complaints = {}
for _, pattern in ipairs({ "%.lua$", "%.sql$", "%.m?js$", "%.css$", "%.html$", "%.sh$", "%.md$" }) do
  for _, name in ipairs(files(pattern)) do gather(tidy.other_file(name, read(name))) end
end
check(#complaints == 0, "other files leave no marks behind and stay short", table.concat(complaints, "\n"))

local missing = {}
for _, folder in ipairs({ "core", "schema", "board", "ranking", "ledger", "insight", "fcgi", "scripts", "demo", "nginx", "tests" }) do
  local file = io.open(folder .. "/README.md", "rb")
  if file then file:close() else missing[#missing + 1] = folder end
end
check(#missing == 0, "every folder says what it is for", table.concat(missing, "\n"))

-- Debian 12's node is 18: what npm brings must be content with it.
local function too_new(lock)
  local found = {}
  for version in lock:gmatch('"node": "[^%d"]*(%d+)') do if tonumber(version) > 18 then found[#found + 1] = version end end
  return found
end
check(#too_new(read("tests/package-lock.json")) == 0, "what npm brings runs with Debian's node")
check(#too_new('"node": ">=20"') == 1, "control: what needs a later node is found")

-- Controls: what each check must catch.
local long = ("x"):rep(101)
local samples = {
  { "a line of 101 columns", "core/a.c", "/* " .. long .. " */\n" },
  { "a function of 71 lines", "core/a.c", "void f(void)\n{\n" .. ("    ;\n"):rep(71) .. "}\n" },
  { "a file of 601 lines", "core/a.c", ("\n"):rep(601) },
  { "a banned call", "core/a.c", "void f(void)\n{\n    strcpy(a, b);\n}\n" },
  { "a typedef", "core/a.c", "typedef struct a b;\n" },
  { "a left-over mark", "core/a.c", "/* TO" .. "DO later */\n" },
  { "a sibling's header", "board/a.c", '#include "ledger/ledger.h"\n' },
  { "a folder's inner header from outside", "fcgi/a.c", '#include "board/vote.h"\n' },
  { "upward use", "core/a.c", '#include "fcgi/reply.h"\n' },
  { "a foreign library outside its file", "board/a.c", "#include <sqlite3.h>\n" },
  { "SQL in code", "board/a.c", 'const char *s = "SELECT 1 FROM vote";\n' },
  { "markup made elsewhere", "fcgi/a.c", "x = (struct html){t};\n" },
  { "a floating-point number in the noise", "insight/noise.c", "static double x;\n" },
  { "a rounded constant in the noise", "insight/noise.c", "x = 0.5;\n" },
  { "a header without its reason", "core/a.h", "#pragma once\nint x;\n" },
}
for _, sample in ipairs(samples) do
  check(#tidy.c_file(sample[2], sample[3]) > 0, "control: " .. sample[1] .. " is found")
end
check(#tidy.c_file("core/a.c", '#include "core/a.h"\n\n/* system(1), SELECT words in prose are fine. */\n') == 0,
  "control: clean code is left in peace")
print("1.." .. count)
os.exit(failed == 0)
