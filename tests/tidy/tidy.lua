-- Style as a check (style.md's habits that a machine can hold). Each check takes a file's name and text and gives complaints
-- "FILE:LINE: what, and what to do instead". tidy_test.lua runs them over the tree, and over bad samples as the control.

local tidy = {}

local banned = {
  strcpy = "buf_add or arena_text", strcat = "buf_add", strncpy = "memcpy with a size", strncat = "buf_add", sprintf = "snprintf or buf_format",
  vsprintf = "vsnprintf", strtok = "text_next", gmtime = "core/clock.h", localtime = "core/clock.h", ctime = "core/clock.h",
  atoi = "text_int", atol = "text_int", rand = "seal_random", srand = "seal_random", random = "seal_random", system = "posix_spawn",
  popen = "posix_spawn", alloca = "arena_take", gets = "getline", time = "clock_now_ms", gettimeofday = "clock_now_ms",
}

-- What a file may use all the same, and why.
local allowed = {
  ["core/alive.c"] = { time = true }, -- compared with files' times, which tests' clock does not move
  ["core/clock.c"] = { time = true },
}

-- One file (or a few) for each foreign library.
local libraries = {
  ["sqlite3.h"] = { "core/db.c", "core/db_column.c", "core/db_harden.c", "core/db_memory.c", "core/db_passing.c", "core/db_rank.c", "core/db_seal.c" },
  ["sodium.h"] = { "core/seal.c" },
  ["cmark.h"] = { "core/text.c" },
  ["jansson.h"] = { "core/json.c" },
  ["lua.h"] = { "core/map.c", "core/rule.c", "core/rule_code.c", "core/rule_code.h",
    "core/rule_environment.c", "core/rule_environment.h", "core/fact.c", "core/fact.h" },
  ["fcgiapp.h"] = { "fcgi/accept.c" },
  ["curl/curl.h"] = { "board/smtp.c", "board/postman.c" },
  ["zlib.h"] = { "fcgi/gzip.c", "board/inflate.c" },
  ["seccomp.h"] = { "core/sandbox.c" },
  ["pcre2.h"] = { "board/guard/guard.c" },
  ["hpdf.h"] = { "board/door/letter_pdf.c" },
  ["liboath/oath.h"] = { "board/account/totp.c" },
  ["fido.h"] = { "board/account/passkey.c" },
  ["qrencode.h"] = { "fcgi/qr.c" },
  ["expat.h"] = { "board/import/xml.c", "board/import/pubmed_xml.c" },
  ["turbojpeg.h"] = { "board/picture/image_jpeg.c" },
  ["png.h"] = { "board/picture/image_png.c" },
  ["webp/decode.h"] = { "board/picture/image_webp.c" },
}

local below = {
  core = { core = true, schema = true },
  board = { core = true, board = true, schema = true },
  ranking = { core = true, ranking = true, schema = true },
  ledger = { core = true, ledger = true, schema = true },
  insight = { core = true, insight = true, schema = true },
  fcgi = { core = true, board = true, ranking = true, ledger = true, insight = true, fcgi = true, schema = true },
  demo = { core = true, demo = true, schema = true, ledger = true }, -- earmarks are sealed by who sets them
}
-- Doors: from outside a folder only its public header may be named.
local doors = { board = true, ranking = true, ledger = true, insight = true }

local function lines_of(text)
  local lines = {}
  for line in (text .. (text:sub(-1) == "\n" and "" or "\n")):gmatch("([^\n]*)\n") do lines[#lines + 1] = line end
  return lines
end

-- The text with comments and string contents blanked, so that words in prose are no calls. Line breaks stay.
function tidy.code_of(text)
  local out, at, n = {}, 1, #text
  local function blank(piece) out[#out + 1] = (piece:gsub("[^\n]", " ")) end
  while at <= n do
    local two, one = text:sub(at, at + 1), text:sub(at, at)
    if two == "/*" then
      local stop = text:find("*/", at + 2, true) or n
      blank(text:sub(at, stop + 1)); at = stop + 2
    elseif two == "//" then
      local stop = text:find("\n", at, true) or n + 1
      blank(text:sub(at, stop - 1)); at = stop
    elseif one == '"' or one == "'" then
      local stop = at + 1
      while stop <= n and text:sub(stop, stop) ~= one do
        if text:sub(stop, stop) == "\\" then stop = stop + 1 end
        stop = stop + 1
      end
      out[#out + 1] = one; blank(text:sub(at + 1, stop - 1)); out[#out + 1] = one
      at = stop + 1
    else
      out[#out + 1] = one; at = at + 1
    end
  end
  return table.concat(out)
end

local function complain(list, file, line, format, ...)
  list[#list + 1] = ("%s:%d: %s"):format(file, line, format:format(...))
end

function tidy.sizes(file, text, list)
  local lines, start = lines_of(text), nil
  if #lines > 600 then complain(list, file, #lines, "%d lines; at most 600, cut it in two", #lines) end
  for number, line in ipairs(lines) do
    local characters = utf8.len(line) or #line
    if characters > 100 then complain(list, file, number, "%d columns; at most 100", characters) end
    if line:find("\t", 1, true) then complain(list, file, number, "a tab; indent with spaces") end
    if line == "{" then start = number end
    if line == "}" and start then
      if number - start - 1 > 70 then complain(list, file, start, "a function of %d lines; at most 70", number - start - 1) end
      start = nil
    end
  end
end

function tidy.calls(file, text, list)
  for number, line in ipairs(lines_of(tidy.code_of(text))) do
    for word in line:gmatch("([%a_][%w_]*)%s*%(") do
      if banned[word] and not (file == "core/clock.c" and banned[word] == "core/clock.h") and not (allowed[file] or {})[word] then
        complain(list, file, number, "%s is banned; use %s", word, banned[word])
      end
    end
    if line:match("typedef%s+struct[^(]*$") or line:match("typedef%s+enum[^(]*$") then
      complain(list, file, number, "a typedef hides what a thing is; write struct or enum")
    end
  end
end

function tidy.marks(file, text, list)
  for number, line in ipairs(lines_of(text)) do
    for _, mark in ipairs({ "TO" .. "DO", "FIX" .. "ME", "XX" .. "X", "HA" .. "CK" }) do
      if line:find("%f[%w]" .. mark .. "%f[%W]") then complain(list, file, number, "%s; finish it or say it in an issue", mark) end
    end
  end
end

function tidy.includes(file, text, list)
  local folder = file:match("^([^/]+)/")
  local first
  for number, line in ipairs(lines_of(text)) do
    local ours = line:match('^#include "([^"]+)"')
    local theirs = line:match("^#include <([^>]+)>")
    if theirs and libraries[theirs] then
      local at_home = false
      for _, home in ipairs(libraries[theirs]) do at_home = at_home or home == file end
      if not at_home then complain(list, file, number, "<%s> belongs to %s alone", theirs, libraries[theirs][1]) end
    end
    if ours then
      first = first or ours
      local to = ours:match("^([^/]+)/")
      if not to then complain(list, file, number, '"%s": include from the root', ours)
      elseif below[folder] and not below[folder][to] then complain(list, file, number, '"%s": %s may not use %s', ours, folder, to)
      elseif doors[to] and to ~= folder and ours ~= to .. "/" .. to .. ".h" then
        complain(list, file, number, '"%s": from outside only "%s/%s.h"', ours, to, to)
      end
    end
  end
  local own = file:gsub("%.c$", ".h")
  if file:match("%.c$") and first and first ~= own and text:find('#include "' .. own .. '"', 1, true) then
    complain(list, file, 1, 'include "%s" first: that proves it stands alone', own)
  end
end

-- Words that only SQL has, inside a string literal.
function tidy.sql(file, text, list)
  if file:match("^core/db") or file:match("^tests/") then return end -- migrations' own bookkeeping
  local number = 0
  for _, line in ipairs(lines_of(text)) do
    number = number + 1
    for literal in line:gmatch('"([^"]*)"') do
      if literal:match("^SELECT%s") or literal:match("^INSERT%s") or literal:match("^UPDATE%s+%w+%s+SET") or literal:match("^DELETE%s+FROM")
        or literal:match("^CREATE%s+%u+%s") or literal:match("^DROP%s+TABLE") then
        complain(list, file, number, "SQL lives in schema/ alone")
      end
    end
  end
end

function tidy.header(file, text, list)
  if not text:match("^#pragma once\n/%*") then complain(list, file, 1, "a header opens with #pragma once and what it is for") end
end

-- Pages write markup through templates; struct html is made by core/text.c alone.
function tidy.markup(file, text, list)
  if file:match("^core/text%.") or file:match("^core/buf%.") or file:match("^tests/") then return end
  for number, line in ipairs(lines_of(tidy.code_of(text))) do
    if line:match("%(%s*struct%s+html%s*%)") then complain(list, file, number, "struct html is made by core/text.c alone") end
  end
end

-- Noise that protects members is drawn in whole numbers: a rounded draw has gaps that give counts away.
function tidy.whole(file, text, list)
  if file ~= "insight/noise.c" then return end
  for number, line in ipairs(lines_of(tidy.code_of(text))) do
    if line:find("%f[%w_]float%f[^%w_]") or line:find("%f[%w_]double%f[^%w_]") or line:find("math%.h") or line:find("%f[%w_]%d+%.%d") then
      complain(list, file, number, "a floating-point number; noise is drawn in whole ones")
    end
  end
end

function tidy.c_file(file, text)
  local list = {}
  tidy.sizes(file, text, list)
  tidy.calls(file, text, list)
  tidy.marks(file, text, list)
  tidy.includes(file, text, list)
  tidy.sql(file, text, list)
  tidy.markup(file, text, list)
  tidy.whole(file, text, list)
  if file:match("%.h$") then tidy.header(file, text, list) end
  return list
end

function tidy.other_file(file, text)
  local list = {}
  tidy.marks(file, text, list)
  local lines = lines_of(text)
  if #lines > 600 and not file:match("%.md$") and not file:match("%.css$") then complain(list, file, #lines, "%d lines; at most 600", #lines) end
  return list
end

return tidy
