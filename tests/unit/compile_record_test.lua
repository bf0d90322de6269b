-- The record compiler: what it accepts, what it refuses, and that its C compiles. Run from the root
-- of the project.

package.path = "tests/unit/?.lua;" .. package.path
local t = require("compile_testing")
local tool = t.root .. "/schema/compile_record.lua"

-- Compiles `text` as a.rec; gives success, what was said, the header, the code, and the folder.
local function compile(text, includes)
  local dir = t.folder()
  t.write(dir .. "/a.rec", text)
  local ok, said = t.run(dir, "lua5.4 " .. tool .. " a.rec out/schema/a " .. (includes or ""))
  return ok, said, t.read(dir .. "/out/schema/a.h"), t.read(dir .. "/out/schema/a.c"), dir
end

local function refused(sentence, text, place, reason)
  local ok, said = compile(text)
  t.ok(not ok and said:find("a.rec:" .. place .. ": ", 1, true) and said:find(reason, 1, true),
    sentence, said)
end

local everything = [[
# ---- a heading ----
# A tag of a posting.
record tag { name: text 40, weight: -5..5 }   # behind it
record box { inside: record_tag, maybe: record_tag? }

# All kinds of fields.
event vote_cast {
  request: id
  # Above the field.
  member: int                   # who
  stance: 1..3
  note: text 200, more: text 20?
  sealed: bytes 512
  sealed_too: bytes 512?
  ok: bool, sure: bool?, share: real, part: real?, count: int?, band: 0..3?
  digest: digest
  text0: digest?
  tags: list record_tag 20
  tags_too: list record_tag 20?
  head: record_tag
  foot: record_tag?
}
event kept { kind: 1..6 }
event nothing_said { }
command vote { posting: int, stance: 1..3 }
command status { }
reply voted { ok: bool }
reply none { }
view answer { id: int, body: html, gone: html?, name: text, box: bytes, when: text 20? }
view question {
  title: text 200, answers: list view_answer, few: list view_answer 3, head: view_answer
  foot: view_answer?, tag: record_tag
}
]]

local ok, said, header, code, dir = compile(everything)
t.ok(ok, "a file with every type and family compiles", said)
t.has(header, "/* A tag of a posting.\n * behind it */\nstruct record_tag {",
  "comments above and behind become the doc comment, headings do not")
t.has(header, "    int64_t member; /* Above the field. who */",
  "comments above and behind a field become its comment")
t.has(header, "    uint8_t request[16];", "id is 16 bytes")
t.has(header, "    uint8_t digest[32];", "digest is 32 bytes")
t.has(header, "    bool has_count;\n    int64_t count;",
  "an int that may be absent has a has_ member")
t.lacks(header, "has_more", "text that may be absent has none")
t.has(header, "    struct record_tag *tags; /* at most 20 */\n    size_t tags_count;",
  "a list becomes a pointer and a count")
t.has(header, "EVENT_VOTE_CAST = 1,\n    EVENT_KEPT = 2,",
  "kinds are numbered in order of appearance")
t.has(header,
  "MUST_USE enum result event_vote_cast_read(const struct json *in, struct arena *arena, "
  .. "struct event_vote_cast *out);", "a record can be read")
t.has(header, "void view_question_write(struct buf *out, const struct view_question *in);",
  "a view can be written")
t.lacks(header, "view_question_read", "a view cannot be read")
t.has(header,
  "MUST_USE enum result event_read(struct bytes json, struct arena *arena, struct event *out);",
  "any event can be read")
t.has(header,
  "MUST_USE enum result command_read(struct bytes json, struct arena *arena, struct command *out);",
  "any command can be read")
t.lacks(header, "enum reply_kind", "replies have no union")
t.has(code, "assert(in->stance >= INT64_C(1) && in->stance <= INT64_C(3));",
  "a range is asserted on write")
t.has(code, "json_get_int(value, INT64_C(-5), INT64_C(5), &out->weight)",
  "a range is checked on read")
t.has(code, "assert(in->note.size <= 200);", "the size of an event's text is asserted on write")
t.has(code, 'fault("event_vote_cast", "note", "is not text of at most 200 bytes")',
  "a fault names record, field and reason")
t.has(code, '"event", "at", "kind"', "the envelope's keys are known beside the event's own")
t.compiles(dir .. "/out/schema/a.c", dir .. "/out", "the C of every type and family compiles")
local first = code
t.run(dir, "lua5.4 " .. tool .. " a.rec out/schema/a")
t.ok(t.read(dir .. "/out/schema/a.c") == first, "the output is the same every time")

ok, said, header, code, dir = compile("view a { b: text }\n")
t.ok(ok and header and code, "a file of views alone compiles", said)
t.compiles(dir .. "/out/schema/a.c", dir .. "/out", "the C of views alone compiles")
ok, said, header, code, dir = compile("view page { a: record_tag, b: list record_tag }\n",
  "schema/other.h")
t.ok(ok and code, "a struct of an included header may be named", said)
t.has(header, '#include "schema/other.h"', "an included header is included")
t.write(dir .. "/out/schema/other.h",
  '#pragma once\n#include "core/buf.h"\nstruct record_tag { int x; };\nextern const struct shape shape_record_tag;\n'
  .. "void record_tag_write(struct buf *out, const struct record_tag *in);\n")
t.compiles(dir .. "/out/schema/a.c", dir .. "/out", "the C with an included struct compiles")

refused("a field named by a C keyword is refused", "record a {\n  default: int\n}\n", 2,
  "C keyword")
refused("a declaration named by a C keyword is refused", "record for { a: int }\n", 1, "C keyword")
refused("an upper-case name is refused", "record a { Member: int }\n", 1, "lower_case")
refused("an unknown keyword is refused", "\nstruct a { a: int }\n", 2, "'struct' is not record")
refused("an unknown type is refused", "record a { a: integer }\n", 1, "'integer' is no type")
refused("a struct declared below is refused", "record a { b: record_b }\nrecord b { c: int }\n", 1,
  "no struct declared above")
refused("a list of a struct declared below is refused",
  "record a { b: list record_b 3 }\nrecord b { c: int }\n", 1, "no struct declared above")
refused("a struct within itself is refused", "record a { b: record_a }\n", 1, "cannot hold itself")
refused("html outside a view is refused", "record a { b: html }\n", 1, "views only")
refused("a view inside a record is refused", "view v { a: int }\nrecord a { v: view_v }\n", 2,
  "only a view")
refused("text without a limit is refused outside a view", "record a { b: text }\n", 1,
  "size of the text expected")
refused("bytes without a limit are refused", "reply a { b: bytes }\n", 1,
  "size of the bytes expected")
refused("a list without a limit is refused outside a view",
  "record b { x: int }\nreply a { b: list record_b }\n", 2, "length of the list expected")
refused("a limit of nothing is refused", "record a { b: text 0 }\n", 1, "at least 1")
refused("an empty range is refused", "record a { b: 3..1 }\n", 1, "empty")
refused("a range without end is refused", "record a { b: 3.. }\n", 1, "highest value expected")
refused("a number over 64 bits is refused", "record a { b: 0..99999999999999999999 }\n", 1,
  "64 bits")
refused("a duplicate field is refused", "record a {\n b: int\n b: text 3\n}\n", 3,
  "'b' stands twice")
refused("a field that collides with a has_ member is refused",
  "record a { b: int?, has_b: bool }\n", 1, "'has_b' stands twice")
refused("a field that collides with a count is refused",
  "record b { x: int }\nrecord a { c: list record_b 2, c_count: int }\n", 2, "stands twice")
refused("a duplicate declaration is refused", "record a { b: int }\n\nrecord a { c: int }\n", 3,
  "stands also on line 1")
refused("an event's field named as its envelope's is refused", "event a { at: int }\n", 1,
  "has 'at' already")
refused("a command's field named as its envelope's is refused", "command a { token: text 3 }\n", 1,
  "has 'token' already")
refused("an event named as a member of struct event is refused", "event seq { a: int }\n", 1,
  "may be named 'seq'")
refused("fields without a separator are refused", "record a { b: int c: int }\n", 1,
  "',' or a new line expected")
refused("a declaration without end is refused", "record a { b: int\n", 2, "not the end of the file")
refused("two declarations on a line are refused", "record a { b: int } record c { d: int }\n", 1,
  "a new line expected")
refused("a sign that means nothing is refused", "record a { b: int; }\n", 1, "not understood")
refused("an empty file is refused", "# nothing\n", 1, "declares nothing")
ok, said = t.run(t.root, "lua5.4 " .. tool .. " a.rec")
t.ok(not ok and said:find("usage:", 1, true), "missing arguments show the usage", said)

t.done()
