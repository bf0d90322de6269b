-- Compiles HTML templates into C functions that write them into a buffer (core/buf.h).
-- Usage: lua5.4 fcgi/html/compile_template.lua OUTDIR FILES...       (from the root of the project)
--
-- Writes OUTDIR/html.h and OUTDIR/html_NAME.c for every NAME.html. FILES that end in .h are
-- included by html.h, and so is "view.h" (OUTDIR/view.h) if view.rec lies beside the templates.
--     {% page question(const struct view_question *v) %} ... {% end %}      (`part` is the same)
--                                          void html_question(struct buf *out, ...)
--     {{ v->title }}                       a C expression, escaped by where it stands
--     {% if A %} {% elif B %} {% else %} {% end %}
--     {% for a in v->answers %} {% end %}  a points to each of v->answers_count;
--                                          LIST[0..COUNT] names another count
--     {% include answer(a, v) %}           another part: html_answer(out, a, v)
--     {% layout frame(const struct view_head *h) %} ... {% hole body %} ... {% end %}
--     {% page question(const struct view_question *v) in frame(&v->head) %}
--                                          what stands around a page: the page is written where the
--                                          hole is. A layout can itself stand in another.
--     {% fill head %} ... {% end %}        first in such a page: what goes into the hole `head`; a
--                                          hole nothing fills stays empty
--     {% slot answer a->id %}              buf_slot_add(out, "answer", a->id)
--     {% let n = EXPRESSION as int64_t %}  a constant up to the end of the block
--     {# comment #}
-- What HTML is refused, and why a value is escaped as it is: fcgi/html/compile_template_markup.lua.

local here = arg[0]:match("^(.*/)") or "./"
package.path = here .. "?.lua;" .. here .. "../../schema/?.lua;" .. package.path
local common = require("compile_common")
local markup = require("compile_template_markup")
local fail = common.fail

-- ---- tokens: { kind = "literal" | "value" | "directive" | "comment", text, line } ----

local closers = { ["{{"] = "}}", ["{%"] = "%}", ["{#"] = "#}" }
local kinds = { ["{{"] = "value", ["{%"] = "directive", ["{#"] = "comment" }

-- The place of `closer` behind `at`, outside of C strings and characters.
local function find_closer(text, at, closer)
  while at <= #text do
    if text:sub(at, at + 1) == closer then return at end
    local quote = closer ~= "#}" and text:match("^[\"']", at)
    if quote then
      at = at + 1
      while at <= #text and text:sub(at, at) ~= quote do
        at = at + (text:sub(at, at) == "\\" and 2 or 1)
      end
    end
    at = at + 1
  end
end

local function lex(file)
  local text = common.read_file(file)
  local tokens, at, line = {}, 1, 1
  local function add(kind, body, source)
    tokens[#tokens + 1] = { kind = kind, text = body, line = line }
    local _, newlines = source:gsub("\n", "")
    line = line + newlines
  end
  while at <= #text do
    local open = text:find("{[{%%#]", at)
    if open ~= at then
      local literal = text:sub(at, (open or 0) - 1)
      add("literal", literal, literal)
    end
    if not open then break end
    local opener = text:sub(open, open + 1)
    local close = find_closer(text, open + 2, closers[opener])
    if close and opener == "{%" and text:sub(open + 2, close - 1):find("{%", 1, true) then
      close = nil
    end
    if not close then fail(file, line, "%s without %s", opener, closers[opener]) end
    local body = text:sub(open + 2, close - 1)
    local trimmed = body:match("^%s*(.-)%s*$")
    if trimmed == "" and opener ~= "{#" then
      fail(file, line, "%s%s holds nothing", opener, closers[opener])
    end
    add(kinds[opener], trimmed:gsub("%s*\n%s*", " "), body)
    at = close + 2
  end
  return tokens, line
end

-- ---- tree: functions { word, name, arguments, line, last, body, fills, layout }, nodes ----

local parser = {}
parser.__index = parser

function parser:fail(line, ...) fail(self.file, line, ...) end

local directives = {}

function directives.include(self, words, line)
  local name, arguments = words:match("^([%w_]+)%s*(%b())$")
  if not name then self:fail(line, "`include part(arguments)` expected") end
  arguments = arguments:sub(2, -2):match("^%s*(.-)%s*$")
  return { kind = "include", name = name, arguments = arguments, line = line }
end

function directives.slot(self, words, line)
  local name, id = words:match("^([%l][%w_]*)%s+(.+)$")
  if not name then self:fail(line, "`slot name id` expected") end
  return { kind = "slot", name = name, id = id, line = line }
end

function directives.let(self, words, line)
  local name, value, type = words:match("^([%a_][%w_]*)%s*=%s*(.+)%s+as%s+([%a_][%w_ *]-)$")
  if not name then self:fail(line, "`let name = expression as type` expected") end
  common.name_check(self.file, line, "name", name)
  return { kind = "let", name = name, value = value, type = type, line = line }
end

function directives.hole(self, words, line)
  if not words:match("^[%l_]+$") then self:fail(line, "`hole name` expected") end
  if not self.in_layout then self:fail(line, "only a layout has holes") end
  return { kind = "hole", name = words, line = line }
end

function directives.fill(self, words, line)
  if not words:match("^[%l_]+$") then self:fail(line, "`fill name` expected") end
  if words == "body" then self:fail(line, "what is not in a fill goes into the body") end
  local body = self:body({ ["end"] = true }, line, "fill")
  return { kind = "fill", name = words, body = body, line = line }
end

directives["for"] = function(self, words, line)
  local name, list = words:match("^([%a_][%w_]*)%s+in%s+(.+)$")
  if not name then self:fail(line, "`for name in list` expected") end
  common.name_check(self.file, line, "name", name)
  local items, count = list:match("^(.-)%[%s*0%s*%.%.%s*(.-)%s*%]$")
  if not items then
    if not list:match("^[%w_.>%[%]()-]*[%w_]$") then
      self:fail(line, "'%s' is no list: member or LIST[0..COUNT]", list)
    end
    items, count = list, list .. "_count"
  end
  local body, last = self:body({ ["end"] = true }, line, "for")
  return { kind = "for", name = name, items = items, count = count, body = body, line = line,
    last = last.line }
end

directives["if"] = function(self, words, line)
  local node = { kind = "if", branches = {}, line = line }
  local at, more = line, { ["elif"] = true, ["else"] = true, ["end"] = true }
  while true do
    local branch = { condition = words, line = at }
    node.branches[#node.branches + 1] = branch
    local stop
    branch.body, stop = self:body(words and more or { ["end"] = true }, line, "if")
    branch.last = stop.line
    at = stop.line
    if stop.word == "end" then return node end
    words = stop.word == "elif" and stop.words or nil
    if stop.word == "elif" and words == "" then self:fail(at, "elif without a condition") end
  end
end

-- Nodes up to one of the words in `stops`; the stopping directive is returned too.
function parser:body(stops, line, what)
  local nodes = {}
  while true do
    local token = self.tokens[self.at]
    if not token then self:fail(line, "this %s has no end", what) end
    self.at = self.at + 1
    if token.kind ~= "directive" then
      nodes[#nodes + 1] = token
    else
      local word, words = token.text:match("^(%a+)%s*(.*)$")
      if stops[word] then
        if word ~= "elif" and words ~= "" then
          self:fail(token.line, "'%s' behind %s", words, word)
        end
        return nodes, { word = word, words = words, line = token.line }
      end
      if not directives[word] then
        self:fail(token.line, "'%s' cannot stand here", word or token.text)
      end
      if words == "" then self:fail(token.line, "%s needs more than its name", word) end
      nodes[#nodes + 1] = directives[word](self, words, token.line)
    end
  end
end

-- Names of the arguments in a C parameter list.
function parser:argument_names(arguments, line)
  local names = {}
  for argument in arguments:gmatch("[^,]+") do
    local name = argument:match("[%s*]([%a_][%w_]*)%s*$")
    if not name then self:fail(line, "'%s' is no argument with type and name", argument) end
    if name == "out" then self:fail(line, "an argument named out: that is the buffer") end
    names[#names + 1] = name
  end
  return names
end

-- The fills a body begins with, by name, each with the file its lines stand in; they are taken out.
function parser:fills(body)
  local fills = {}
  while body[1] do
    local node = body[1]
    if node.kind == "fill" then
      if fills[node.name] then self:fail(node.line, "'%s' is filled twice", node.name) end
      fills[node.name] = { body = node.body, file = self.file }
    elseif node.kind ~= "comment" and (node.kind ~= "literal" or node.text:find("%S")) then
      break
    end
    table.remove(body, 1)
  end
  return fills
end

function parser:head(token)
  local word, name, arguments, rest = token.text:match("^(%a+)%s+([%w_]+)%s*(%b())%s*(.*)$")
  if word ~= "page" and word ~= "part" and word ~= "layout" then
    self:fail(token.line, "only a page, part or layout may stand here")
  end
  common.name_check(self.file, token.line, word, name)
  local layout, given = rest:match("^in%s+([%w_]+)%s*(%b())$")
  if rest ~= "" and not layout then self:fail(token.line, "`in layout(arguments)` expected") end
  return word, name, arguments:sub(2, -2):match("^%s*(.-)%s*$"),
    layout and { name = layout, arguments = given:sub(2, -2) }
end

function parser:functions()
  local functions = {}
  while self.tokens[self.at] do
    local token = self.tokens[self.at]
    self.at = self.at + 1
    if token.kind == "directive" then
      local word, name, arguments, layout = self:head(token)
      local names = self:argument_names(arguments, token.line)
      self.in_layout = word == "layout"
      local body, last = self:body({ ["end"] = true }, token.line, word)
      functions[#functions + 1] = {
        word = word, name = name, arguments = arguments, names = names, layout = layout,
        fills = layout and self:fills(body) or {}, body = body,
        file = self.file, line = token.line, last = last.line,
      }
    elseif token.kind == "value" or token.kind == "literal" and token.text:find("%S") then
      local before = token.text:match("^%s*"):gsub("[^\n]", "")
      self:fail(token.line + (token.kind == "literal" and #before or 0),
        "text outside of a page, part or layout")
    end
  end
  return functions
end

-- ---- C ----

local generator = {}
generator.__index = generator

function generator:add(...)
  self.out:add(string.rep("    ", self.depth) .. string.format(...))
end

-- Literal text waits until something else must be written, so that neighbours become one.
function generator:flush()
  if self.pending == "" then return end
  local indent = string.rep("    ", self.depth + 1)
  self:add("buf_literal(out, %s, %d);", common.c_string(self.pending, indent), #self.pending)
  self.pending = ""
end

function generator:user(line, ...)
  self:flush()
  self.out:source_line(self.file, line)
  self:add(...)
end

local nodes = {}

function nodes.literal(self, node)
  self.pending = self.pending .. self.markup:literal(node.text, node.line)
end

function nodes.comment(self, node) self.markup:only_text(node.line, "a comment") end

function nodes.value(self, node)
  self:user(node.line, "buf_%s(out, (%s));", self.markup:value(node.line), node.text)
end

function nodes.include(self, node)
  self.markup:only_text(node.line, "an include")
  self.markup.newline = false
  self.includes[#self.includes + 1] = { name = node.name, file = self.file, line = node.line }
  local more = node.arguments ~= "" and ", " .. node.arguments or ""
  self:user(node.line, "html_%s(out%s);", node.name, more)
end

function nodes.slot(self, node)
  self.markup:only_text(node.line, "a slot")
  self.markup.newline = false
  self:user(node.line, "buf_slot_add(out, \"%s\", (%s));", node.name, node.id)
end

function nodes.let(self, node)
  self:user(node.line, "%s const %s = (%s);", node.type, node.name, node.value)
end

-- Whether a body ends in white space with a newline: then a loop's next turn need not begin with
-- one.
local function ends_in_newline(body)
  local last = body[#body]
  local space = last and last.kind == "literal" and last.text:match("%s*$") or ""
  return space:find("\n", 1, true) ~= nil
end

function nodes.fill(self, node)
  fail(self.file, node.line, "a fill stands first in a page that has a layout")
end

-- What fills it stands in another file, and may have holes of its own for what it stands around.
function nodes.hole(self, node)
  local fill = self.fills[node.name]
  if not fill then return end
  local file, fills = self.file, self.fills
  self.file, self.fills = fill.file, fill.fills or fills
  for _, inner in ipairs(fill.body) do nodes[inner.kind](self, inner) end
  self.file, self.fills = file, fills
end

nodes["for"] = function(self, node)
  self.loops = self.loops + 1
  local index = "index_" .. self.loops
  self:user(node.line, "for (size_t %s = 0; %s < (%s); %s++) {", index, index, node.count, index)
  self.depth = self.depth + 1
  self:user(node.line, "const __typeof__(*(%s)) *%s = &(%s)[%s];", node.items, node.name,
    node.items, index)
  self:add("(void)%s;", node.name)
  self.markup:block_open(node.line, true, ends_in_newline(node.body))
  self:body(node.body)
  self.markup:block_close(node.last, false)
  self.depth = self.depth - 1
  self:add("}")
end

nodes["if"] = function(self, node)
  local has_else = false
  for position, branch in ipairs(node.branches) do
    if position == 1 then
      self:user(branch.line, "if (%s) {", branch.condition)
      self.markup:block_open(branch.line, false)
    else
      self.markup:block_branch(branch.line)
      if branch.condition then
        self:add("} else")
        self:user(branch.line, "if (%s) {", branch.condition)
      else
        has_else = true
        self:add("} else {")
      end
    end
    self.depth = self.depth + 1
    self:body(branch.body)
    self.depth = self.depth - 1
  end
  self.markup:block_close(node.branches[#node.branches].last, has_else)
  self:add("}")
end

function generator:body(body)
  for _, node in ipairs(body) do nodes[node.kind](self, node) end
  self:flush()
end

local function prototype(func)
  local more = func.arguments ~= "" and ", " .. func.arguments or ""
  return ("void html_%s(struct buf *out%s)"):format(func.name, more)
end

-- What is written for a page: its body, or the layout around it, whose arguments become constants.
function generator:around(func, fills, taken)
  if not func.layout then
    self.file, self.fills = func.file, fills
    for _, node in ipairs(func.body) do nodes[node.kind](self, node) end
    return
  end
  local layout = self.layouts[func.layout.name]
  if not layout then fail(func.file, func.line, "there is no layout '%s'", func.layout.name) end
  local inner = { body = { body = func.body, file = func.file, fills = fills } }
  for name, fill in pairs(fills) do if name ~= "body" then inner[name] = fill end end
  for name, fill in pairs(func.fills) do inner[name] = fill end
  local types, values = {}, {}
  for type in layout.arguments:gmatch("[^,]+") do types[#types + 1] = type:match("^%s*(.-)%s*$") end
  for value in func.layout.arguments:gmatch("[^,]+") do values[#values + 1] = value end
  if #types ~= #values then
    fail(func.file, func.line, "%s(%s) has %d arguments", layout.name, layout.arguments, #types)
  end
  for index, name in ipairs(layout.names) do
    if taken[name] then
      fail(func.file, func.line, "'%s' is a name of the layout '%s' too", name, layout.name)
    end
    taken[name] = true
    self.out:source_line(func.file, func.line)
    self:add("%s = (%s);", types[index], values[index]:match("^%s*(.-)%s*$"))
  end
  self:around(layout, inner, taken)
end

local function emit_function(out, func, includes, layouts)
  local self
  self = setmetatable({
    out = out, depth = 1, pending = "", loops = 0, includes = includes, layouts = layouts,
    markup = markup.new(function(line, ...) fail(self.file, line, ...) end),
  }, generator)
  local taken = {}
  out:add("")
  out:source_line(func.file, func.line)
  out:add("%s", prototype(func))
  out:add("{")
  self:add("(void)out;")
  for _, name in ipairs(func.names) do
    taken[name] = true
    self:add("(void)%s;", name)
  end
  self:around(func, {}, taken)
  self.file = func.file
  self.markup:finish(func.last)
  self.pending = self.pending:gsub("%s*\n%s*$", "")
  self:flush()
  out:add("}")
end

local function emit_header(outdir, headers, functions)
  local out = common.writer(outdir .. "/html.h")
  out:add("#pragma once")
  out:add("/* One function for each page and part of the templates.")
  out:add(" * Written by fcgi/html/compile_template.lua. */")
  out:add('#include "core/buf.h"')
  for _, header in ipairs(headers) do out:add("#include %s", common.c_string(header)) end
  local structs, seen = {}, {}
  for _, func in ipairs(functions) do
    for name in func.arguments:gmatch("struct%s+([%w_]+)") do
      if not seen[name] then structs[#structs + 1] = name end
      seen[name] = true
    end
  end
  out:add("")
  for _, name in ipairs(structs) do out:add("struct %s;", name) end
  for _, func in ipairs(functions) do
    out:source_line(func.file, func.line)
    out:add("%s;", prototype(func))
  end
  out:save()
end

local function parse_file(file)
  if not file:match("([%w_-]+)%.html$") then
    fail(file, 1, "the name of a template is words.html")
  end
  local parsed = setmetatable({ file = file, tokens = lex(file), at = 1 }, parser):functions()
  if #parsed == 0 then fail(file, 1, "holds no page and no part") end
  return { file = file, functions = parsed }
end

local function emit_file(outdir, template, layouts, included)
  local name = template.file:match("([%w_-]+)%.html$")
  local out = common.writer(("%s/html_%s.c"):format(outdir, name))
  out:add("/* Written by fcgi/html/compile_template.lua; change %s instead. */", template.file)
  out:add('#include "html.h"')
  for _, func in ipairs(template.functions) do
    if func.word ~= "layout" then emit_function(out, func, included, layouts) end
  end
  return out
end

-- Files by kind: templates, and headers they need.
local function arguments()
  local headers, templates, views_seen = {}, {}, {}
  for index = 2, #arg do
    local path = arg[index]
    if path:match("%.h$") then
      headers[#headers + 1] = path
    else
      templates[#templates + 1] = path
      local views = (path:match("^(.*/)") or "") .. "view.rec"
      local file = not views_seen[views] and io.open(views)
      views_seen[views] = true
      if file then
        file:close()
        headers[#headers + 1] = "view.h"
      end
    end
  end
  if #templates == 0 then
    error({ compile_fault = "usage: lua5.4 fcgi/html/compile_template.lua OUTDIR FILES..." }, 0)
  end
  return headers, templates
end

-- Each name stands once. Returns the layouts by name, and the pages and parts in a list.
local function sorted(templates)
  local by_name, layouts, functions = {}, {}, {}
  for _, template in ipairs(templates) do
    for _, func in ipairs(template.functions) do
      local first = by_name[func.name]
      if first then
        fail(func.file, func.line, "'%s' stands also at %s:%d", func.name, first.file, first.line)
      end
      by_name[func.name] = func
      if func.word == "layout" then
        layouts[func.name] = func
      else
        functions[#functions + 1] = func
      end
    end
  end
  return layouts, functions
end

local function main()
  local headers, files = arguments()
  local templates, outputs, included, by_path, is_there = {}, {}, {}, {}, {}
  for _, file in ipairs(files) do templates[#templates + 1] = parse_file(file) end
  local layouts, functions = sorted(templates)
  for _, template in ipairs(templates) do
    local out = emit_file(arg[1], template, layouts, included)
    if by_path[out.path] then fail(template.file, 1, "two templates of one name") end
    by_path[out.path] = true
    outputs[#outputs + 1] = out
  end
  for _, func in ipairs(functions) do is_there[func.name] = true end
  for _, include in ipairs(included) do
    if not is_there[include.name] then
      fail(include.file, include.line, "there is no page or part '%s'", include.name)
    end
  end
  for _, out in ipairs(outputs) do out:save() end
  emit_header(arg[1], headers, functions)
end

common.run(main)
