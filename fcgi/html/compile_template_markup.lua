-- Follows the HTML of one page or part, piece by piece, and knows at every moment in which place it
-- stands: that is what decides how a value is escaped, and what is refused. Used by
-- fcgi/html/compile_template.lua alone.
--
-- Places (`mode`): text; rcdata (inside <title>, <textarea>); tag (inside a start tag, between
-- attributes); value (inside an attribute's quotes); comment; doctype. A literal piece never ends
-- inside a name, so these are all.

local markup = {}
markup.__index = markup

local function set(words)
  local found = {}
  for word in words:gmatch("%S+") do found[word] = true end
  return found
end

local void = set("area base br col embed hr img input link meta source track wbr param")
local rcdata = set("title textarea")
local keeps_space = set("pre textarea")
local foreign = set("svg math")
-- Raw text nobody escapes for, and SVG's way of writing other elements' attributes.
local refused_elements = set("style xmp plaintext noembed noframes iframe animate set")
-- HTML lets these two stay open, so a part may begin a page that another part goes on with.
local may_stay_open = set("html body")
local url_attributes = set([[href src action formaction poster cite data ping background longdesc
  manifest xlink:href]])
local refused_attributes = set("style srcdoc")
local literal_attributes = set("srcset imagesrcset")
local schemes = set("http https mailto tel")

function markup.new(fail)
  return setmetatable({
    fail_at = fail, mode = "text", stack = {}, blocks = {}, base = 0, newline = true, out = {},
    line = 1,
  }, markup)
end

function markup:fail(...) self.fail_at(self.line, ...) end

function markup:put(text) self.out[#self.out + 1] = text end

function markup:inside(names)
  for _, element in ipairs(self.stack) do
    if names[element.name] then return true end
  end
  return false
end

-- Text between tags: a run of white space with a newline in it becomes one newline, none right
-- behind another.
function markup:put_text(text)
  if text == "" then return end
  if not self:inside(keeps_space) then
    text = text:gsub("%s+", function(run) return run:find("\n", 1, true) and "\n" or run end)
    if self.newline and text:sub(1, 1) == "\n" then text = text:sub(2) end
    if text == "" then return end
    self.newline = text:sub(-1) == "\n"
  end
  self:put(text)
end

-- ---- elements ----

function markup:close_element(name)
  local top = self.stack[#self.stack]
  if not top then self:fail("</%s> closes nothing", name) end
  if #self.stack == self.base then
    self:fail("</%s> closes an element opened outside of this block", name)
  end
  if top.name ~= name then
    self:fail("</%s> does not match <%s> of line %d", name, top.name, top.line)
  end
  self.stack[#self.stack] = nil
end

-- At the `>` of a start tag.
function markup:open_element(self_closing)
  local name = self.tag
  local is_foreign = foreign[name] or self:inside(foreign)
  if self.attributes["http-equiv"] and self.attributes.content == "value" then
    self:fail("content= beside http-equiv= must be literal")
  end
  self.mode = "text"
  if name == "script" then
    if is_foreign or not self.attributes.src then self:fail("<script> without src=") end
    self.mode = "script"
  elseif self_closing and not is_foreign and not void[name] then
    self:fail("<%s/> is not closed by its slash", name)
  end
  if self_closing and is_foreign or void[name] then return end
  self.stack[#self.stack + 1] = { name = name, line = self.tag_line }
  if rcdata[name] and not is_foreign then self.mode = "rcdata" end
end

-- ---- URLs: what a value may do in href= and the like ----
-- url.begun: "no", "yes" or "maybe" (depends on a condition). url.open: a scheme could still come.
-- url.dynamic: its beginning is not known here. url.text: its beginning, while that is literal.

local function url_new() return { begun = "no", open = true, dynamic = false, text = "" } end

local function url_copy(url)
  return url and { begun = url.begun, open = url.open, dynamic = url.dynamic, text = url.text }
end

local function url_merge(a, b)
  if not a then return nil end
  return {
    begun = a.begun == b.begun and a.begun or "maybe", open = a.open or b.open,
    dynamic = a.dynamic or b.dynamic or a.text ~= b.text, text = a.text,
  }
end

function markup:url_literal(text)
  local url = self.url
  if text == "" then return end
  url.begun = "yes"
  if not url.open then return end
  local head, stop = text:match("^([^/?#:]*)([/?#:]?)")
  if head:find("&", 1, true) then self:fail("a URL's beginning must not hold &") end
  url.text = url.text .. head
  if stop == ":" then
    local scheme = url.text:lower():match("^%s*(.-)%s*$")
    if url.dynamic then self:fail("a value stands where a URL's scheme is") end
    if not schemes[scheme] then self:fail("URLs of %s: are refused", scheme) end
  end
  if stop ~= "" then url.open = false end
end

function markup:url_value()
  local url = self.url
  if url.begun == "maybe" then
    self:fail("whether this value begins the URL depends on a condition")
  end
  local place = url.begun == "no" and "url" or "url_part"
  url.begun, url.dynamic = "yes", true
  return place
end

-- ---- one reader for each mode: takes the piece from `at`, returns the place behind what it took

local readers = {}

function readers.text(self, text, at)
  local open = text:find("<", at, true)
  self:put_text(text:sub(at, (open or 0) - 1))
  if not open then return #text + 1 end
  self:count(text, at, open)
  self.newline = false
  if text:sub(open, open + 3) == "<!--" then
    if text:match("^%-?>", open + 4) then self:fail("a comment that browsers end at once") end
    self.mode = "comment"
    self:put("<!--")
    return open + 4
  end
  local word = text:match("^<!%a+", open)
  if word then
    if word:lower() ~= "<!doctype" then self:fail("%s is not understood", word) end
    self.mode = "doctype"
    self:put(word)
    return open + #word
  end
  local name, behind = text:match("^</(%a[%w:-]*)%s*>()", open)
  if name then
    self:close_element(name:lower())
    self:put("</" .. name .. ">")
    return behind
  end
  if text:match("^</%a", open) then self:fail("an end tag holds its name only") end
  name = text:match("^<(%a[%w:-]*)", open)
  if not name then self:fail("a bare < is written &lt; (and a tag's name must be literal)") end
  if refused_elements[name:lower()] then self:fail("<%s> is refused", name:lower()) end
  self.mode, self.tag, self.tag_line = "tag", name:lower(), self.line
  self.attributes, self.glued = {}, true
  self:put("<" .. name)
  return open + 1 + #name
end

function readers.script(self, text, at)
  local behind = text:match("^%s*</[sS][cC][rR][iI][pP][tT]%s*>()", at)
  if not behind then self:fail("<script> with content") end
  self:close_element("script")
  self:put("</script>")
  self.mode = "text"
  return behind
end

function readers.rcdata(self, text, at)
  local name = self.stack[#self.stack].name
  local scan = at
  while true do
    local open = text:find("</", scan, true)
    if not open then
      self:put_text(text:sub(at))
      return #text + 1
    end
    if text:sub(open + 2, open + 1 + #name):lower() == name then
      local behind = text:match("^%s*>()", open + 2 + #name)
      self:put_text(text:sub(at, open - 1))
      self:count(text, at, open)
      if not behind then self:fail("an end tag holds its name only") end
      self:close_element(name)
      self:put("</" .. name .. ">")
      self.mode, self.newline = "text", false
      return behind
    end
    scan = open + 2
  end
end

local function until_mark(mark)
  return function(self, text, at)
    local open = text:find(mark, at, true)
    local early = text:find("--!>", at, true)
    if early and early < (open or #text) then self:fail("--!> ends a comment for browsers") end
    if not open then
      self:put(text:sub(at))
      return #text + 1
    end
    self:put(text:sub(at, open + #mark - 1))
    self.mode = "text"
    return open + #mark
  end
end
readers.comment = until_mark("-->")
readers.doctype = until_mark(">")

function markup:check_attribute(name)
  if not name:match("^[%a_:][%w_:.-]*$") then self:fail("'%s' is no attribute name", name) end
  if name:match("^on") then self:fail("%s= is refused: events are bound in a script file", name) end
  if refused_attributes[name] then self:fail("%s= is refused", name) end
end

function readers.tag(self, text, at)
  local run = text:match("^%s+", at)
  if run then
    self:put(run:find("\n", 1, true) and " " or run)
    self.glued = false
    return at + #run
  end
  local stop = text:match("^/?>", at)
  if stop then
    self:open_element(stop == "/>")
    self:put(stop)
    return at + #stop
  end
  local name = text:match("^[^%s\"'<>/=]+", at)
  if not name then self:fail("'%s' cannot stand inside <%s>", text:sub(at, at), self.tag) end
  if self.glued then self:fail("white space is missing before '%s'", name) end
  self:check_attribute(name:lower())
  self.attributes[name:lower()] = "literal"
  self.glued = true
  self:put(name)
  at = at + #name
  local equals, quote, behind = text:match("^%s*(=)%s*([\"']?)()", at)
  if not equals then return at end
  if quote == "" then self:fail("the value of %s= is not quoted", name) end
  self.mode, self.attribute, self.quote = "value", name:lower(), quote
  self.url = url_attributes[self.attribute] and url_new() or nil
  self:put("=" .. quote)
  return behind
end

function readers.value(self, text, at)
  local close = text:find(self.quote, at, true)
  local piece = text:sub(at, (close or 0) - 1)
  if self.url then self:url_literal(piece) end
  self:put(piece)
  if not close then return #text + 1 end
  self:put(self.quote)
  self.mode, self.glued, self.url = "tag", true, nil
  return close + 1
end

-- ---- what the compiler calls ----

function markup:count(text, from, to)
  for _ in text:sub(from, to - 1):gmatch("\n") do self.line = self.line + 1 end
end

-- Takes a piece of literal template text; returns what is to be sent for it.
function markup:literal(text, line)
  self.out, self.line = {}, line
  local at = 1
  while at <= #text do
    at = readers[self.mode](self, text, at)
    self.line = line
    self:count(text, 1, at)
  end
  return table.concat(self.out)
end

-- How a value that stands here is written: "text", "attr", "url" or "url_part".
function markup:value(line)
  self.line, self.newline = line, false
  if self.mode == "text" then return "text" end
  -- Markup has no meaning in a title, so `struct html` must not compile there either.
  if self.mode == "rcdata" then return "attr" end
  if self.mode == "value" then
    if self.url then return self:url_value() end
    if literal_attributes[self.attribute] then self:fail("%s= must be literal", self.attribute) end
    self.attributes[self.attribute] = "value"
    return "attr"
  end
  if self.mode == "tag" then
    self:fail("a value cannot stand inside <%s>, only in an attribute's quotes", self.tag)
  end
  if self.mode == "script" then self:fail("<script> with content") end
  self:fail("a value cannot stand in a %s", self.mode)
end

-- An include, a slot or a template comment: `what` may stand between tags only.
function markup:only_text(line, what)
  self.line = line
  if self.mode ~= "text" then self:fail("%s may stand only between tags", what) end
end

local function place_of(self)
  local value = self.mode == "value"
  return {
    mode = self.mode, glued = self.glued, newline = self.newline, url = url_copy(self.url),
    tag = self.tag, attribute = value and self.attribute, quote = value and self.quote,
    depth = #self.stack,
  }
end

local function restore(self, place)
  self.glued, self.newline, self.url = place.glued, place.newline, url_copy(place.url)
end

function markup:block_open(line, loops, ends_in_newline)
  self.line = line
  if self.mode == "script" then self:fail("<script> with content") end
  if self.mode == "comment" or self.mode == "doctype" then
    self:fail("a block cannot stand in a %s", self.mode)
  end
  local block = { start = place_of(self), ends = {}, base = self.base }
  self.blocks[#self.blocks + 1] = block
  self.base = #self.stack
  if loops then -- a turn follows the turn before it as well as what stands before the loop
    self.newline = self.newline and ends_in_newline
    self.glued = self.glued or self.mode == "tag"
    if self.url and self.url.begun == "no" then self.url.begun = "maybe" end
  end
end

-- A branch must end where it began: in the same place, with nothing left open.
local function end_branch(self, line)
  local block = self.blocks[#self.blocks]
  self.line = line
  if #self.stack > block.start.depth then
    local open = self.stack[#self.stack]
    self:fail("<%s> of line %d is not closed in this block", open.name, open.line)
  end
  local now = place_of(self)
  if now.mode ~= block.start.mode or now.attribute ~= block.start.attribute
    or now.quote ~= block.start.quote
    or (now.mode ~= "text" and now.mode ~= "rcdata" and now.tag ~= block.start.tag) then
    self:fail("this block begins in one place (%s) and ends in another (%s)", block.start.mode,
      now.mode)
  end
  block.ends[#block.ends + 1] = now
  return block
end

function markup:block_branch(line)
  restore(self, end_branch(self, line).start)
end

function markup:block_close(line, has_else)
  local block = end_branch(self, line)
  if not has_else then block.ends[#block.ends + 1] = block.start end
  local merged = block.ends[1]
  for index = 2, #block.ends do
    local other = block.ends[index]
    merged.glued = merged.glued or other.glued
    merged.newline = merged.newline and other.newline
    merged.url = url_merge(merged.url, other.url)
  end
  restore(self, merged)
  self.base = block.base
  self.blocks[#self.blocks] = nil
end

-- The end of the page or part.
function markup:finish(line)
  self.line = line
  if self.mode ~= "text" and self.mode ~= "rcdata" then
    self:fail("the %s is not finished", self.mode)
  end
  for _, element in ipairs(self.stack) do
    if not may_stay_open[element.name] then
      self:fail("<%s> of line %d is not closed", element.name, element.line)
    end
  end
end

return markup
