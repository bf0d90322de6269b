-- The C that schema/compile_record.lua writes: structs, JSON writers and readers, and the envelopes
-- of events and commands.

local common = require("compile_common")

local emit = {}

-- What an envelope adds to the JSON object and to the C struct that holds any one of its family.
local envelopes = {
  event = {
    key = "event", keys = { "event", "at" },
    members = {
      "int64_t seq; /* position in the journal; not written, left as it is by the reader */",
      "int64_t at_ms;",
    },
  },
  command = {
    key = "do", keys = { "do", "token", "form", "request" },
    members = {
      "struct text token; /* of the session; may be empty */",
      "struct text form; /* against forged requests; may be empty */",
      "uint8_t request[16]; /* the same id again is the same command */",
    },
  },
}
-- Views are described to programs (core/shape.h), and with them the records they may hold.
local shaped = { view = true, record = true }
local envelope_order = { "event", "command" }

local c_types = { int = "int64_t", real = "double", bool = "bool", text = "struct text",
  bytes = "struct bytes", html = "struct html" }

local function literal(text)
  return ("buf_literal(out, %s, %d);"):format(common.c_string(text), #text)
end

local function family(structs, prefix)
  local found = {}
  for _, struct in ipairs(structs) do
    if struct.prefix == prefix then found[#found + 1] = struct end
  end
  return found
end

-- ---- header ----

local function limits_comment(field)
  local words = {}
  if field.low then words[1] = ("%d..%d"):format(field.low, field.high) end
  if field.size and field.kind == "list" then words[1] = ("at most %d"):format(field.size) end
  if field.size and (field.kind == "text" or field.kind == "bytes") then
    words[1] = ("at most %d bytes"):format(field.size)
  end
  if field.optional then words[#words + 1] = "may be absent" end
  return table.concat(words, "; ")
end

local function emit_member(out, field)
  local doc = table.concat(field.doc, " "):gsub("%*/", "* /")
  local limits = limits_comment(field)
  local comment = doc .. (doc ~= "" and limits ~= "" and " (" .. limits .. ")" or limits)
  if comment ~= "" then comment = " /* " .. comment .. " */" end
  if field.has then out:add("    bool has_%s;", field.name) end
  if field.kind == "hex" then
    out:add("    uint8_t %s[%d];%s", field.name, field.size, comment)
  elseif field.kind == "list" then
    out:add("    struct %s *%s;%s", field.of, field.name, comment)
    out:add("    size_t %s_count;", field.name)
  else
    out:add("    %s %s;%s", c_types[field.kind] or "struct " .. field.of, field.name, comment)
  end
end

local function reader_prototype(name)
  return ("enum result %s_read(const struct json *in, struct arena *arena, struct %s *out)")
    :format(name, name)
end

local function emit_struct(out, struct)
  out:add("")
  local comment = common.c_comment(struct.doc, "")
  if comment then out:add("%s", comment) end
  out:add("struct %s {", struct.full)
  for _, field in ipairs(struct.fields) do emit_member(out, field) end
  if #struct.fields == 0 then out:add("    char nothing; /* C has no empty structs */") end
  out:add("};")
  out:add("void %s_write(struct buf *out, const struct %s *in);", struct.full, struct.full)
  if struct.prefix ~= "view" then
    out:add("MUST_USE %s;", reader_prototype(struct.full))
  end
  if shaped[struct.prefix] then out:add("extern const struct shape shape_%s;", struct.full) end
end

local function emit_envelope_struct(out, prefix, structs)
  local envelope = envelopes[prefix]
  out:add("")
  out:add("enum %s_kind {", prefix)
  for index, struct in ipairs(structs) do out:add("    %s = %d,", struct.full:upper(), index) end
  out:add("};")
  out:add("")
  out:add("/* Any one %s; `kind` says which member of the union holds. */", prefix)
  out:add("struct %s {", prefix)
  out:add("    enum %s_kind kind;", prefix)
  for _, member in ipairs(envelope.members) do out:add("    %s", member) end
  out:add("    union {")
  for _, struct in ipairs(structs) do out:add("        struct %s %s;", struct.full, struct.name) end
  out:add("    };")
  out:add("};")
  out:add("const char *%s_kind_name(enum %s_kind kind); /* asserts that there is such a kind */",
    prefix, prefix)
  out:add("void %s_write(struct buf *out, const struct %s *in);", prefix, prefix)
  out:add("MUST_USE enum result %s_read(struct bytes json, struct arena *arena, struct %s *out);",
    prefix, prefix)
end

local function emit_header(source, basename, includes, structs)
  local out = common.writer(basename .. ".h")
  out:add("#pragma once")
  out:add("/* Written from %s by schema/compile_record.lua; change that instead.", source)
  out:add("%s", [[
 * NAME_write adds a compact JSON object; required text that is absent is written as "".
 * NAME_read takes nothing unknown, nothing of another type and nothing over a limit: INVALID then,
 * with place and reason in json_error(). What it reads lives in the arena. */]])
  out:add('#include "core/buf.h"')
  out:add('#include "core/json.h"')
  out:add('#include "core/shape.h"')
  for _, include in ipairs(includes) do out:add('#include "%s"', include) end
  for _, struct in ipairs(structs) do emit_struct(out, struct) end
  for _, prefix in ipairs(envelope_order) do
    local members = family(structs, prefix)
    if #members > 0 then emit_envelope_struct(out, prefix, members) end
  end
  out:save()
end

-- ---- writers ----

local function range_assert(field)
  return ("assert(in->%s >= INT64_C(%d) && in->%s <= INT64_C(%d));"):format(field.name, field.low,
    field.name, field.high)
end

-- The statements that write one value, the key being written already.
local writers = {}
function writers.int(field) return { ("buf_int(out, in->%s);"):format(field.name) } end
function writers.real(field) return { ("buf_json_real(out, in->%s);"):format(field.name) } end
function writers.bool(field) return { ("buf_json_bool(out, in->%s);"):format(field.name) } end
local function text_writer(member)
  return ('buf_json_text(out, in->%s.data == NULL ? TEXT("") : in->%s);'):format(member, member)
end
function writers.text(field) return { text_writer(field.name) } end
function writers.html(field) return { text_writer(field.name .. ".markup") } end
function writers.bytes(field)
  return { "buf_char(out, '\"');", ("buf_base64(out, in->%s);"):format(field.name),
    "buf_char(out, '\"');" }
end
function writers.hex(field)
  return { "buf_char(out, '\"');",
    ("buf_hex(out, bytes_of(in->%s, %d));"):format(field.name, field.size), "buf_char(out, '\"');" }
end
function writers.struct(field)
  return { ("%s_write(out, &in->%s);"):format(field.of, field.name) }
end
function writers.list(field)
  return {
    "buf_char(out, '[');",
    ("for (size_t at = 0; at < in->%s_count; at++) {"):format(field.name),
    "    if (at > 0) buf_char(out, ',');",
    ("    %s_write(out, &in->%s[at]);"):format(field.of, field.name),
    "}",
    "buf_char(out, ']');",
  }
end

local presence = { text = "in->%s.data != NULL", bytes = "in->%s.data != NULL",
  html = "in->%s.markup.data != NULL", list = "in->%s_count > 0" }

local function emit_field_writer(out, struct, field)
  local lines = {}
  if field.low then lines[1] = range_assert(field) end
  -- An event that its reader would refuse must never reach the journal.
  if struct.prefix == "event" and field.size
    and (field.kind == "text" or field.kind == "bytes") then
    lines[1] = ("assert(in->%s.size <= %d);"):format(field.name, field.size)
  elseif struct.prefix == "event" and field.kind == "list" then
    lines[1] = ("assert(in->%s_count <= %d);"):format(field.name, field.size)
  end
  lines[#lines + 1] = literal((',"%s":'):format(field.name))
  for _, line in ipairs(writers[field.kind](field)) do lines[#lines + 1] = line end
  if field.optional then
    out:add("    if (%s) {", (presence[field.kind] or "in->has_%s"):format(field.name))
    for _, line in ipairs(lines) do out:add("        %s", line) end
    out:add("    }")
  else
    for _, line in ipairs(lines) do out:add("    %s", line) end
  end
end

local function emit_writer(out, struct)
  out:add("")
  out:add("/* Each member with a comma in front. */")
  out:add("static void %s_members_write(struct buf *out, const struct %s *in)", struct.full,
    struct.full)
  out:add("{")
  if #struct.fields == 0 then
    out:add("    (void)out;")
    out:add("    (void)in;")
  end
  for _, field in ipairs(struct.fields) do emit_field_writer(out, struct, field) end
  out:add("}")
  out:add("")
  out:add("void %s_write(struct buf *out, const struct %s *in)", struct.full, struct.full)
  out:add("{")
  out:add("    const size_t start = out->size;")
  out:add("    %s_members_write(out, in);", struct.full)
  out:add("    object_close(out, start);")
  out:add("}")
end

-- ---- shapes (core/shape.h) ----

-- A struct as data, for whoever describes what it looks like.
local function emit_shape(out, struct)
  out:add("")
  if #struct.fields > 0 then
    out:add("static const struct shape_field %s_shape[] = {", struct.full)
    for _, field in ipairs(struct.fields) do
      local more = field.of and (", .of = &shape_%s"):format(field.of) or ""
      if field.low then
        more = more .. (", .ranged = true, .low = INT64_C(%d), .high = INT64_C(%d)"):format(
          field.low, field.high)
      end
      if field.kind == "list" and field.size then more = more .. (", .most = %d"):format(field.size) end
      if field.optional then more = more .. ", .optional = true" end
      out:add("    {.name = %s, .kind = SHAPE_%s%s, .words = %s},", common.c_string(field.name),
        field.kind:upper(), more, common.c_string(table.concat(field.doc, " ")))
    end
    out:add("};")
  end
  out:add("const struct shape shape_%s = {%s, %s, %d, %s};", struct.full,
    common.c_string(struct.name), #struct.fields > 0 and struct.full .. "_shape" or "NULL",
    #struct.fields, common.c_string(table.concat(struct.doc, " ")))
end

-- ---- readers ----

local function bound(number, name) return number and ("INT64_C(%d)"):format(number) or name end

local getters = {}
function getters.int(field)
  local why = field.low and ("is not a whole number in %d..%d"):format(field.low, field.high)
    or "is not a whole number"
  return ("json_get_int(value, %s, %s, &out->%s)"):format(bound(field.low, "INT64_MIN"),
    bound(field.high, "INT64_MAX"), field.name), why
end
function getters.real(field)
  return ("json_get_real(value, &out->%s)"):format(field.name), "is not a number"
end
function getters.bool(field)
  return ("json_get_bool(value, &out->%s)"):format(field.name), "is not true or false"
end
function getters.text(field)
  local call = ("json_get_text(value, arena, %d, &out->%s)"):format(field.size, field.name)
  return call, ("is not text of at most %d bytes"):format(field.size)
end
function getters.bytes(field)
  return ("json_get_base64(value, arena, %d, &out->%s)"):format(field.size, field.name),
    ("is not base64 of at most %d bytes"):format(field.size)
end
function getters.hex(field)
  local call = ("json_get_hex(value, out->%s, %d)"):format(field.name, field.size)
  return call, ("is not %d hex digits"):format(2 * field.size)
end

local function emit_list_reader(out, struct, field)
  out:add("        if (!json_is_array(value) || json_count(value) > %d)", field.size)
  out:add("            return fault(\"%s\", \"%s\", \"is not a list of at most %d\");",
    struct.full, field.name, field.size)
  out:add("        out->%s_count = json_count(value);", field.name)
  out:add("        if (out->%s_count > 0) out->%s = arena_array(arena, struct %s, out->%s_count);",
    field.name, field.name, field.of, field.name)
  out:add("        for (size_t at = 0; at < out->%s_count; at++) {", field.name)
  out:add("            const struct json *const item = json_at(value, at);")
  out:add("            const enum result result = %s_read(item, arena, &out->%s[at]);",
    field.of, field.name)
  out:add("            if (result != OK) return result;")
  out:add("        }")
end

local function emit_field_reader(out, struct, field)
  out:add("    value = json_get(in, \"%s\");", field.name)
  out:add("    if (value != NULL) {")
  out:add("        found++;")
  if field.kind == "list" then
    emit_list_reader(out, struct, field)
  elseif field.kind == "struct" then
    out:add("        const enum result result = %s_read(value, arena, &out->%s);", field.of,
      field.name)
    out:add("        if (result != OK) return result;")
  else
    local condition, why = getters[field.kind](field)
    out:add("        if (!%s) return fault(\"%s\", \"%s\", \"%s\");", condition, struct.full,
      field.name, why)
  end
  if field.has then out:add("        out->has_%s = true;", field.name) end
  if field.optional then
    out:add("    }")
  else
    out:add("    } else {")
    out:add("        return fault(\"%s\", \"%s\", \"is absent\");", struct.full, field.name)
    out:add("    }")
  end
end

local function emit_reader(out, struct)
  local keys = {}
  local before = envelopes[struct.prefix] and envelopes[struct.prefix].keys or {}
  for _, key in ipairs(before) do keys[#keys + 1] = '"' .. key .. '"' end
  for _, field in ipairs(struct.fields) do keys[#keys + 1] = '"' .. field.name .. '"' end
  if #keys == 0 then keys[1] = "NULL" end
  out:add("")
  out:add("/* `around`: how many members of the object belong to what stands around this. */")
  out:add("static enum result %s_members_read(const struct json *in, struct arena *arena,",
    struct.full)
  out:add("    struct %s *out, size_t around)", struct.full)
  out:add("{")
  out:add("    static const char *const known[] = {%s};", table.concat(keys, ", "))
  out:add("    size_t found = around;")
  if #struct.fields > 0 then out:add("    const struct json *value;") end
  out:add("    (void)arena;")
  out:add("    memset(out, 0, sizeof *out);")
  out:add("    if (!json_is_object(in)) return fault(\"%s\", \"\", \"is not an object\");",
    struct.full)
  for _, field in ipairs(struct.fields) do emit_field_reader(out, struct, field) end
  out:add("    return members_check(in, found, \"%s\", known + %d - around, around + %d);",
    struct.full, #before, #struct.fields)
  out:add("}")
  out:add("")
  out:add("%s", reader_prototype(struct.full))
  out:add("{")
  out:add("    return %s_members_read(in, arena, out, 0);", struct.full)
  out:add("}")
end

-- ---- reading the compact form straight (core/compact.h) ----

-- What reads one value; kinds that are not here (reals, lists, embedded structs) leave the whole
-- record to the general reader.
local straight = {}
function straight.int(field)
  return ("compact_int(in, %s, %s, &out->%s)"):format(bound(field.low, "INT64_MIN"),
    bound(field.high, "INT64_MAX"), field.name)
end
function straight.bool(field) return ("compact_bool(in, &out->%s)"):format(field.name) end
function straight.text(field)
  return ("compact_text(in, arena, %d, &out->%s)"):format(field.size, field.name)
end
function straight.bytes(field)
  return ("compact_base64(in, arena, %d, &out->%s)"):format(field.size, field.name)
end
function straight.hex(field)
  return ("compact_hex(in, out->%s, %d)"):format(field.name, field.size)
end

local function is_straight(struct)
  for _, field in ipairs(struct.fields) do
    if not straight[field.kind] then return false end
  end
  return true
end

local function word(text)
  return ("compact_word(in, %s, %d)"):format(common.c_string(text), #text)
end

local function emit_straight(out, struct)
  out:add("")
  out:add("static bool %s_straight(struct compact *in, struct arena *arena, struct %s *out)",
    struct.full, struct.full)
  out:add("{")
  out:add("    (void)in;")
  out:add("    (void)arena;")
  out:add("    memset(out, 0, sizeof *out);")
  for _, field in ipairs(struct.fields) do
    local key, value = word((',"%s":'):format(field.name)), straight[field.kind](field)
    if field.optional then
      out:add("    if (%s) {", key)
      out:add("        if (!%s) return false;", value)
      if field.has then out:add("        out->has_%s = true;", field.name) end
      out:add("    }")
    else
      out:add("    if (!%s || !%s) return false;", key, value)
    end
  end
  out:add("    return true;")
  out:add("}")
end

-- ---- envelopes ----

local around_write = {
  event = { literal(',"at":'), "buf_int(out, in->at_ms);" },
  command = {
    literal(',"token":'), text_writer("token"), literal(',"form":'), text_writer("form"),
    literal(',"request":"'), "buf_hex(out, bytes_of(in->request, 16));", "buf_char(out, '\"');",
  },
}

local around_read = {
  event = [[
    if (!json_get_int(json_get(in, "at"), 0, INT64_MAX, &out->at_ms))
        return fault("event", "at", "is not a time in ms");]],
  command = [[
    const struct json *const token = json_get(in, "token"), *const form = json_get(in, "form");
    out->token = out->form = TEXT("");
    if (token != NULL && !json_get_text(token, arena, 256, &out->token))
        return fault("command", "token", "is not text of at most 256 bytes");
    if (form != NULL && !json_get_text(form, arena, 256, &out->form))
        return fault("command", "form", "is not text of at most 256 bytes");
    if (!json_get_hex(json_get(in, "request"), out->request, 16))
        return fault("command", "request", "is not 32 hex digits");]],
}

local function emit_envelope_names(out, prefix, structs)
  out:add("")
  out:add("static const struct text %s_kinds[] = {", prefix)
  out:add("    {\"\", 0},")
  for _, struct in ipairs(structs) do out:add("    {\"%s\", %d},", struct.name, #struct.name) end
  out:add("};")
  out:add("")
  out:add("const char *%s_kind_name(enum %s_kind kind)", prefix, prefix)
  out:add("{")
  out:add("    assert((int)kind >= 1 && (int)kind <= %d);", #structs)
  out:add("    return %s_kinds[kind].data;", prefix)
  out:add("}")
end

local function emit_envelope_writer(out, prefix, structs)
  out:add("")
  out:add("void %s_write(struct buf *out, const struct %s *in)", prefix, prefix)
  out:add("{")
  out:add("    const char *const name = %s_kind_name(in->kind);", prefix)
  out:add("    %s", literal(('{"%s":"'):format(envelopes[prefix].key)))
  out:add("    buf_add(out, name, strlen(name));")
  out:add("    buf_char(out, '\"');")
  for _, line in ipairs(around_write[prefix]) do out:add("    %s", line) end
  out:add("    switch (in->kind) {")
  for _, struct in ipairs(structs) do
    out:add("    case %s: %s_members_write(out, &in->%s); break;", struct.full:upper(), struct.full,
      struct.name)
  end
  out:add("    }")
  out:add("    buf_char(out, '}');")
  out:add("}")
end

local around_straight = {
  event = word(',"at":') .. " && compact_int(in, 0, INT64_MAX, &out->at_ms)",
  command = word(',"token":') .. " && compact_text(in, arena, 256, &out->token) &&\n        "
    .. word(',"form":') .. " && compact_text(in, arena, 256, &out->form) &&\n        "
    .. word(',"request":') .. " && compact_hex(in, out->request, 16)",
}

local function emit_envelope_straight(out, prefix, structs)
  out:add("")
  out:add("/* False: it is not of the compact form, or not valid; the general reader says which. */")
  out:add("static bool %s_straight(struct bytes json, struct arena *arena, struct %s *out)", prefix,
    prefix)
  out:add("{")
  out:add("    struct compact cursor = compact_open(json), *const in = &cursor;")
  out:add("    struct text name;")
  out:add("    int kind = 1;")
  out:add("    bool good = %s && compact_borrow(in, 64, &name) &&",
    word(('{"%s":'):format(envelopes[prefix].key)))
  out:add("        %s;", around_straight[prefix])
  out:add("    while (good && kind <= %d && !text_equal(name, %s_kinds[kind])) kind++;", #structs,
    prefix)
  out:add("    if (!good || kind > %d) return false;", #structs)
  out:add("    out->kind = (enum %s_kind)kind;", prefix)
  out:add("    switch (out->kind) {")
  for _, struct in ipairs(structs) do
    local call = is_straight(struct)
      and ("%s_straight(in, arena, &out->%s)"):format(struct.full, struct.name) or "false"
    out:add("    case %s: good = %s; break;", struct.full:upper(), call)
  end
  out:add("    }")
  out:add("    return good && compact_word(in, \"}\", 1) && compact_done(in);")
  out:add("}")
end

local function emit_envelope_reader(out, prefix, structs)
  local around = #envelopes[prefix].keys
  out:add("")
  out:add("static enum result %s_object_read(const struct json *in, struct arena *arena,", prefix)
  out:add("    struct %s *out)", prefix)
  out:add("{")
  out:add("    struct text name;")
  out:add("    int kind = 1;")
  out:add("    if (!json_is_object(in)) return fault(\"%s\", \"\", \"is not an object\");", prefix)
  local key = envelopes[prefix].key
  out:add("    if (!json_get_text(json_get(in, \"%s\"), arena, 64, &name))", key)
  out:add("        return fault(\"%s\", \"%s\", \"is absent or no text\");", prefix, key)
  out:add("%s", around_read[prefix])
  out:add("    while (kind <= %d && !text_equal(name, %s_kinds[kind])) kind++;", #structs, prefix)
  out:add("    if (kind > %d) return fault(\"%s\", \"%s\", \"names no known %s\");", #structs,
    prefix, key, prefix)
  out:add("    out->kind = (enum %s_kind)kind;", prefix)
  out:add("    switch (out->kind) {")
  for _, struct in ipairs(structs) do
    out:add("    case %s: return %s_members_read(in, arena, &out->%s, %d);", struct.full:upper(),
      struct.full, struct.name, around)
  end
  out:add("    }")
  out:add("    return BROKEN;")
  out:add("}")
  out:add("")
  out:add("enum result %s_read(struct bytes json, struct arena *arena, struct %s *out)", prefix,
    prefix)
  out:add("{")
  out:add("    struct json *root = NULL;")
  out:add("    if (%s_straight(json, arena, out)) return OK;", prefix)
  out:add("    enum result result = json_read(json, &root);")
  out:add("    if (result == OK) result = %s_object_read(root, arena, out);", prefix)
  out:add("    json_close(root);")
  out:add("    return result;")
  out:add("}")
end

local helpers = [[
/* The members came with a comma in front of each: the first one becomes the opening brace. */
static void object_close(struct buf *out, size_t start)
{
    if (out->size == start) {
        buf_char(out, '{');
    } else {
        out->data[start] = '{';
    }
    buf_char(out, '}');
}]]

local reading_helpers = [[
static enum result fault(const char *record, const char *field, const char *why)
{
    json_fault(record, field, why);
    return INVALID;
}

/* Nothing but known members. Counting is enough for most; a member that is null counts as absent
 * and is looked up by name. */
static enum result members_check(const struct json *in, size_t found, const char *record,
    const char *const *known, size_t count)
{
    if (json_members(in) == found) return OK;
    const char *const unknown = json_unknown(in, known, count);
    return unknown == NULL ? OK : fault(record, unknown, "is unknown");
}]]

local function emit_code(source, basename, structs)
  local out = common.writer(basename .. ".c")
  local readable = #family(structs, "view") < #structs
  out:add("/* Written from %s by schema/compile_record.lua; change that instead. */", source)
  out:add('#include "%s.h"', basename:match("[^/]*$"))
  out:add("")
  out:add('#include "core/compact.h"')
  out:add("")
  out:add("#include <assert.h>")
  out:add("#include <string.h>")
  out:add("")
  out:add("%s", helpers)
  if readable then
    out:add("")
    out:add("%s", reading_helpers)
  end
  for _, struct in ipairs(structs) do
    emit_writer(out, struct)
    if shaped[struct.prefix] then emit_shape(out, struct) end
    if struct.prefix ~= "view" then emit_reader(out, struct) end
    if envelopes[struct.prefix] and is_straight(struct) then emit_straight(out, struct) end
  end
  for _, prefix in ipairs(envelope_order) do
    local members = family(structs, prefix)
    if #members > 0 then
      emit_envelope_names(out, prefix, members)
      emit_envelope_writer(out, prefix, members)
      emit_envelope_straight(out, prefix, members)
      emit_envelope_reader(out, prefix, members)
    end
  end
  out:save()
end

function emit.files(source, basename, includes, structs)
  emit_header(source, basename, includes, structs)
  emit_code(source, basename, structs)
end

return emit
