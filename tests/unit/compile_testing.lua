-- What the compilers' self tests share: TAP lines, a temporary folder, running a tool, and a syntax
-- check of generated C against the real core headers by every C compiler there is.

local testing = { number = 0, failed = 0 }

local function output(command)
  local pipe = assert(io.popen(command .. " 2>&1"))
  local text = pipe:read("a")
  return pipe:close() and true or false, text
end

local function line_of(command)
  local _, text = output(command)
  return (text:gsub("%s+$", ""))
end

testing.root = line_of("pwd")
local temporary = line_of("mktemp -d")
local folders = 0

function testing.folder()
  folders = folders + 1
  return temporary .. "/" .. folders
end

function testing.write(path, text)
  assert(os.execute("mkdir -p '" .. path:match("^(.*)/") .. "'"))
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

-- The whole file, or nil if there is none.
function testing.read(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local text = file:read("a")
  file:close()
  return text
end

-- Whether the command succeeded in `folder`, and what it said.
function testing.run(folder, command) return output("cd '" .. folder .. "' && " .. command) end

function testing.ok(condition, sentence, detail)
  testing.number = testing.number + 1
  if not condition then testing.failed = testing.failed + 1 end
  print(("%sok %d - %s"):format(condition and "" or "not ", testing.number, sentence))
  if not condition and detail then print("# " .. tostring(detail):gsub("\n", "\n# ")) end
end

function testing.has(text, part, sentence)
  testing.ok(text and text:find(part, 1, true), sentence, text)
end
function testing.lacks(text, part, sentence)
  testing.ok(text and not text:find(part, 1, true), sentence, text)
end

local compilers
-- The C compilers here; none if there is no core header to compile against.
function testing.compilers()
  if compilers then return compilers end
  compilers = {}
  local header = io.open("core/buf.h")
  if not header then return compilers end
  header:close()
  for _, name in ipairs({ "gcc", "clang" }) do
    if output("command -v " .. name) then compilers[#compilers + 1] = name end
  end
  return compilers
end

local function check_syntax(compiler, file, include)
  local flags = "-std=c11 -Wall -Wextra -Wshadow -Wconversion -Werror -fsyntax-only"
  return output(("%s %s -I'%s' -I'%s' '%s'")
    :format(compiler, flags, testing.root, include, file))
end

-- One test a compiler; none where there is no compiler or no core header.
function testing.compiles(file, include, sentence)
  for _, compiler in ipairs(testing.compilers()) do
    local ok, said = check_syntax(compiler, file, include)
    testing.ok(ok, sentence .. " (" .. compiler .. ")", said)
  end
end

-- The negative of it: the C compiler must refuse, and say `reason`.
function testing.compiles_not(file, include, reason, sentence)
  for _, compiler in ipairs(testing.compilers()) do
    local ok, said = check_syntax(compiler, file, include)
    testing.ok(not ok and said:find(reason, 1, true), sentence .. " (" .. compiler .. ")", said)
  end
end

function testing.done()
  print("1.." .. testing.number)
  os.execute("rm -rf '" .. temporary .. "'")
  os.exit(testing.failed == 0 and 0 or 1)
end

return testing
