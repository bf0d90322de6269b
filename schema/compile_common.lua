-- What the three compilers share: reading and writing files, faults with a place, C names and C
-- string literals, and a writer of generated lines.

local common = {}

local keyword_list = [[auto break case char const continue default do double else enum extern float
  for goto if inline int long register restrict return short signed sizeof static struct switch
  typedef union unsigned void volatile while
  bool true false asm typeof]]
common.c_keywords = {}
for word in keyword_list:gmatch("%a+") do common.c_keywords[word] = true end

-- Stops the build: FILE:LINE: reason. Caught by common.run.
function common.fail(file, line, reason, ...)
  error({ compile_fault = string.format("%s:%d: %s", file, line, string.format(reason, ...)) }, 0)
end

-- Runs the tool's main function; a fault goes to stderr and the exit code is 1. Anything else is a
-- fault of the tool itself.
function common.run(main)
  local ok, fault = xpcall(main, function(f)
    return type(f) == "table" and f or debug.traceback(f)
  end)
  if ok then return end
  io.stderr:write(type(fault) == "table" and fault.compile_fault or fault, "\n")
  os.exit(1)
end

function common.read_file(path)
  local file, why = io.open(path, "rb")
  if not file then error({ compile_fault = why:gsub("^(.-): ", "%1:1: ", 1) }, 0) end
  local text = file:read("a")
  file:close()
  if not text then common.fail(path, 1, "cannot be read") end
  if not utf8.len(text) then common.fail(path, 1, "is not UTF-8") end
  if text:find("[\0\r]") then common.fail(path, 1, "holds a NUL or a carriage return") end
  return text
end

local function shell_quote(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

-- Writes through a temporary name, so that an interrupted build leaves no half file.
function common.write_file(path, text)
  local folder = path:match("^(.*)/[^/]*$")
  if folder and folder ~= "" then os.execute("mkdir -p -- " .. shell_quote(folder)) end
  local file, why = io.open(path .. ".new", "wb")
  if not file then error({ compile_fault = why:gsub("^(.-): ", "%1:1: ", 1) }, 0) end
  file:write(text)
  if not file:close() then common.fail(path, 1, "cannot be written") end
  assert(os.rename(path .. ".new", path))
end

-- Names in `folder` that end in `suffix`, sorted by byte; empty if there is no such folder.
function common.list_files(folder, suffix)
  local pipe = assert(io.popen("LC_ALL=C ls -1 -- " .. shell_quote(folder) .. " 2>/dev/null"))
  local names = {}
  for name in pipe:lines() do
    if name:sub(-#suffix) == suffix and #name > #suffix then names[#names + 1] = name end
  end
  pipe:close()
  return names
end

-- `text` as the lines between a C string's quotes; each piece ends after a newline of the text, so
-- that diffs stay readable.
function common.c_string_pieces(text)
  local pieces = {}
  for piece in text:gmatch("[^\n]*\n?") do
    if piece ~= "" then
      piece = piece:gsub('[\\"]', "\\%0"):gsub("\n", "\\n"):gsub("\t", "\\t")
      piece = piece:gsub("%?%?+", function(marks) return ("\\?"):rep(#marks) end) -- no trigraphs
      piece = piece:gsub("[%c]", function(c) return string.format("\\%03o", c:byte()) end)
      pieces[#pieces + 1] = '"' .. piece .. '"'
    end
  end
  if #pieces == 0 then pieces[1] = '""' end
  return pieces
end

function common.c_string(text, indent)
  return table.concat(common.c_string_pieces(text), "\n" .. (indent or "    "))
end

-- A doc comment from plain lines; nothing for no lines. A comment end in the text would end ours,
-- so it is pulled apart.
function common.c_comment(lines, indent)
  if #lines == 0 then return nil end
  local text = table.concat(lines, "\n" .. indent .. " * "):gsub("%*/", "* /")
  return indent .. "/* " .. text .. " */"
end

function common.name_check(file, line, what, name)
  if not name:match("^[a-z][a-z0-9_]*$") then
    common.fail(file, line, "%s '%s' is not lower_case", what, name)
  end
  if common.c_keywords[name] then common.fail(file, line, "%s '%s' is a C keyword", what, name) end
end

-- Lines of one generated file. add() formats only when it has arguments, so literal C may hold `%`.
local writer = {}
writer.__index = writer

function common.writer(path)
  return setmetatable({ path = path, lines = {} }, writer)
end

function writer:add(text, ...)
  if select("#", ...) > 0 then text = string.format(text, ...) end
  self.lines[#self.lines + 1] = text
end

-- What follows counts as this line of the user's file, for the C compiler and the debugger.
function writer:source_line(file, line) self:add("#line %d %s", line, common.c_string(file)) end

function writer:save() common.write_file(self.path, table.concat(self.lines, "\n") .. "\n") end

return common
