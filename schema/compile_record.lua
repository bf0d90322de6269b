-- Compiles records (journal events, commands, replies, views) into C structs with JSON writers and
-- readers.
-- Usage: lua5.4 schema/compile_record.lua IN.rec OUT_BASENAME [INCLUDE.h ...]
--
-- Writes OUT_BASENAME.h and .c. The language:
--     # Comment lines directly above a declaration or a field, or behind it on its line, become
--     # its doc comment; a line of dashes ("# ---- words") is a heading and belongs to nothing.
--     event vote_cast { member: int, stance: 1..3, note: text 200 }
-- Keywords: record event command reply view.
-- Types: int; A..B; real; bool; text N; bytes N (base64); id (16 bytes, hex); digest (32 bytes,
-- hex); list STRUCT N; STRUCT (embedded); views only: html, and text and list without N.
-- `?` behind a type: may be absent.
-- STRUCT is the whole name (record_mail), declared above, or anywhere in an INCLUDE.h if there is
-- one. `event` and `command` also get a struct that holds any one of them, with its own writer and
-- reader.

local here = arg[0]:match("^(.*/)") or "./"
package.path = here .. "?.lua;" .. package.path
local common = require("compile_common")
local emit = require("compile_record_emit")
local fail = common.fail

local prefixes = { record = true, event = true, command = true, reply = true, view = true }

-- Names an envelope has taken: JSON keys that fields must not have, struct members that
-- declarations must not have.
local taken_fields = {
  event = { event = true, at = true },
  command = { ["do"] = true, token = true, form = true, request = true },
}
local taken_names = {
  event = { kind = true, seq = true, at_ms = true },
  command = { kind = true, token = true, form = true, request = true },
}

-- Tokens of one line: { text, line }; the comment, if any, goes to comments[line] = { text,
-- alone }.
local function lex_line(file, number, text, tokens, comments)
  local at = 1
  while true do
    at = text:match("^%s*()", at)
    if at > #text then break end
    if text:sub(at, at) == "#" then
      comments[number] = { text = text:match("^#%s?(.-)%s*$", at),
        alone = text:sub(1, at - 1):match("^%s*$") ~= nil }
      break
    end
    local token = text:match("^[%a_][%w_]*", at) or text:match("^%-?%d+", at) or text:match("^%.%.",
      at)
      or text:match("^[{}:,?]", at)
    if not token then fail(file, number, "'%s' is not understood", text:sub(at)) end
    tokens[#tokens + 1] = { text = token, line = number }
    at = at + #token
  end
  tokens[#tokens + 1] = { text = "\n", line = number }
end

local function lex(file)
  local tokens, comments, number = {}, {}, 0
  for text in (common.read_file(file) .. "\n"):gmatch("([^\n]*)\n") do
    number = number + 1
    lex_line(file, number, text, tokens, comments)
  end
  return tokens, comments
end

local parser = {}
parser.__index = parser

function parser:peek() return self.tokens[self.at] and self.tokens[self.at].text end
function parser:line() return (self.tokens[self.at] or self.tokens[#self.tokens]).line end
function parser:fail(...) fail(self.file, self:line(), ...) end

function parser:take(pattern, what)
  local text = self:peek()
  if not text or not text:match(pattern) then
    local found = (not text and "the end of the file") or (text == "\n" and "the end of the line")
      or "'" .. text .. "'"
    self:fail("%s expected, not %s", what, found)
  end
  self.at = self.at + 1
  return text
end

function parser:skip_lines()
  while self:peek() == "\n" do self.at = self.at + 1 end
end

-- Comment lines that stand alone directly above `line`, then the one behind it.
function parser:doc(line)
  local first = line
  while true do
    local above = self.comments[first - 1]
    if not above or not above.alone or above.text:match("^%-%-") then break end
    first = first - 1
  end
  local doc = {}
  for number = first, line - 1 do doc[#doc + 1] = self.comments[number].text end
  return doc
end

function parser:number(what)
  local number = math.tointeger(tonumber(self:take("^%-?%d+$", what)))
  if not number then self:fail("%s does not fit into 64 bits", what) end
  return number
end

-- A size limit; only a view may do without one.
function parser:limit(owner, what)
  if owner.prefix == "view" and not (self:peek() or ""):match("^%-?%d") then return nil end
  local number = self:number(what)
  if number < 1 then self:fail("%s must be at least 1", what) end
  return number
end

-- The struct a field names: one declared above, or one of an included header.
function parser:struct_name(owner, name)
  local declared = self.by_name[name]
  if name == owner.full then self:fail("'%s' cannot hold itself", name) end
  if not declared and not (self.includes and prefixes[name:match("^(%a+)_")]) then
    self:fail("'%s' is no type, and no struct declared above", name)
  end
  if owner.prefix ~= "view" and name:match("^view_") then
    self:fail("only a view may hold '%s'", name)
  end
  return name
end

function parser:type(owner)
  local line = self:line()
  if (self:peek() or ""):match("^%-?%d") then
    local low = self:number("the lowest value")
    self:take("^%.%.$", "'..'")
    local high = self:number("the highest value")
    if low > high then fail(self.file, line, "the range %d..%d is empty", low, high) end
    return { kind = "int", low = low, high = high }
  end
  local word = self:take("^%a", "a type")
  if word == "int" or word == "real" or word == "bool" then return { kind = word } end
  if word == "id" then return { kind = "hex", size = 16 } end
  if word == "digest" then return { kind = "hex", size = 32 } end
  if word == "text" or word == "bytes" then
    return { kind = word, size = self:limit(owner, "the size of the " .. word) }
  end
  if word == "html" then
    if owner.prefix ~= "view" then fail(self.file, line, "html is for views only") end
    return { kind = "html" }
  end
  if word == "list" then
    local of = self:struct_name(owner, self:take("^%a", "the name of a struct"))
    return { kind = "list", of = of, size = self:limit(owner, "the length of the list") }
  end
  self.at = self.at - 1
  local of = self:struct_name(owner, word)
  self.at = self.at + 1
  return { kind = "struct", of = of }
end

function parser:field(owner)
  local line = self:line()
  local name = self:take("^[%a_]", "a field")
  common.name_check(self.file, line, "field", name)
  if (taken_fields[owner.prefix] or {})[name] then
    fail(self.file, line, "every %s has '%s' already", owner.prefix, name)
  end
  self:take("^:$", "':'")
  local field = self:type(owner)
  field.name, field.line = name, line
  if self:peek() == "?" then
    field.optional = true
    self.at = self.at + 1
  end
  local follows = self:peek()
  if follows ~= "," and follows ~= "\n" and follows ~= "}" then
    self:take("^[,}]$", "',' or a new line")
  end
  return field
end

-- Members a field has in C; two fields must not share one.
local function field_members(field)
  if field.kind == "list" then return { field.name, field.name .. "_count" } end
  local by_pointer = field.kind == "text" or field.kind == "bytes" or field.kind == "html"
  field.has = field.optional and not by_pointer
  return field.has and { field.name, "has_" .. field.name } or { field.name }
end

function parser:fields(owner)
  local members, last_on_line = {}, {}
  while true do
    while self:peek() == "\n" or self:peek() == "," do self.at = self.at + 1 end
    if self:peek() == "}" then break end
    local field = self:field(owner)
    for _, member in ipairs(field_members(field)) do
      if members[member] then
        fail(self.file, field.line, "'%s' stands twice in %s", member, owner.full)
      end
      members[member] = true
    end
    field.doc = field.line > owner.line and not last_on_line[field.line] and self:doc(field.line)
      or {}
    last_on_line[field.line] = field
    owner.fields[#owner.fields + 1] = field
  end
  local close = self:line()
  for line, field in pairs(last_on_line) do
    local behind = self.comments[line]
    if behind and line ~= close then field.doc[#field.doc + 1] = behind.text end
  end
  return close
end

function parser:declaration()
  local line = self:line()
  local prefix = self:take("^%a", "record, event, command, reply or view")
  if not prefixes[prefix] then
    fail(self.file, line, "'%s' is not record, event, command, reply or view", prefix)
  end
  local name = self:take("^[%a_]", "a name")
  common.name_check(self.file, line, prefix, name)
  if (taken_names[prefix] or {})[name] then
    fail(self.file, line, "no %s may be named '%s'", prefix, name)
  end
  local struct = { prefix = prefix, name = name, full = prefix .. "_" .. name, line = line,
    fields = {}, doc = self:doc(line) }
  local first = self.by_name[struct.full]
  if first then fail(self.file, line, "%s %s stands also on line %d", prefix, name, first.line) end
  self:take("^{$", "'{'")
  local close = self:fields(struct)
  self:take("^}$", "'}'")
  local behind = self.comments[close]
  if behind and not behind.alone then struct.doc[#struct.doc + 1] = behind.text end
  self:take("^\n$", "a new line")
  self.by_name[struct.full] = struct
  self.structs[#self.structs + 1] = struct
end

local function main()
  local source, basename = arg[1], arg[2]
  if not basename then
    local usage = "usage: lua5.4 schema/compile_record.lua IN.rec OUT_BASENAME [INCLUDE.h ...]"
    error({ compile_fault = usage }, 0)
  end
  local includes = table.move(arg, 3, #arg, 1, {})
  local tokens, comments = lex(source)
  local state = setmetatable({
    file = source, tokens = tokens, comments = comments, at = 1, structs = {}, by_name = {},
    includes = includes[1] and includes,
  }, parser)
  state:skip_lines()
  while state:peek() do
    state:declaration()
    state:skip_lines()
  end
  if #state.structs == 0 then fail(source, 1, "declares nothing") end
  emit.files(source, basename, includes, state.structs)
end

common.run(main)
