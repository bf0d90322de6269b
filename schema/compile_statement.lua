-- Compiles named SQL into typed C calls.
-- Usage: lua5.4 schema/compile_statement.lua STORE OUTDIR      (from the root of the project)
--
-- Reads schema/STORE/NNN-*.sql (migrations) and schema/STORE/query/*.sql (statements), and the same
-- of schema/common, which every store has. Writes OUTDIR/schema/STORE.h and .c: one typed call per
-- own statement, and the store's tables (core/db.h). The common statements stand first in every
-- store's table, so schema/common.h's calls work on a db of any store.
--
-- A statement:
--     --: posting_answers(question: int, most: int) => id: int, body: text?
--     --: may: web_member web_admin
--     -- Plain comment lines become the doc comment of the call.
--     SELECT ... ;
-- Behind the parameters: `=> columns` for any number of rows, `=> one columns`, or nothing.
-- A `--:` line that is neither `name(` nor `may:` continues the one above.
-- Types: int real text blob bool; `?` behind a type: may be NULL.

local here = arg[0]:match("^(.*/)") or "./"
package.path = here .. "?.lua;" .. package.path
local common = require("compile_common")
local fail = common.fail

local roles = {
  "clerk", "web_login", "web_member", "web_sponsor", "web_admin", "ranker", "paymaster", "analyst",
  "postman", "operator",
}
local role_known = { all = true }
for _, role in ipairs(roles) do role_known[role] = true end

-- Behind a store's name these are its tables.
local taken_names = { store = true, statements = true, statement_count = true, migrations = true }

local writing_words = { INSERT = true, UPDATE = true, DELETE = true, REPLACE = true }

-- C type of a value; of a parameter that may be NULL; how it is bound and read.
local types = {
  int = { c = "int64_t", bind = "db_bind_int(stmt_, %d, %s);", read = "db_column_int(stmt_, %d)" },
  real = { c = "double", bind = "db_bind_real(stmt_, %d, %s);",
    read = "db_column_real(stmt_, %d)" },
  bool = { c = "bool", bind = "db_bind_int(stmt_, %d, %s ? 1 : 0);",
    read = "db_column_int(stmt_, %d) != 0" },
  text = { c = "struct text", bind = "db_bind_text(stmt_, %d, %s);",
    read = "db_column_text(stmt_, %d, arena)", run = true },
  blob = { c = "struct bytes", bind = "db_bind_blob(stmt_, %d, %s);",
    read = "db_column_blob(stmt_, %d, arena)", run = true },
}

-- "a: int, b: text?" -> list of { name, type, optional }
local function parse_fields(file, line, what, text)
  local fields, seen = {}, {}
  if text:match("^%s*$") then return fields end
  for part in (text .. ","):gmatch("([^,]*),") do
    local name, kind, mark = part:match("^%s*([%w_]+)%s*:%s*(%a+)(%??)%s*$")
    if not name then
      fail(file, line, "%s '%s' is not `name: type`", what, part:match("^%s*(.-)%s*$"))
    end
    common.name_check(file, line, what, name)
    if not types[kind] then
      fail(file, line, "%s '%s' has the unknown type '%s'", what, name, kind)
    end
    if seen[name] then fail(file, line, "%s '%s' stands twice", what, name) end
    seen[name] = true
    fields[#fields + 1] = { name = name, type = types[kind], optional = mark == "?" }
  end
  if #fields > 255 then fail(file, line, "more than 255 %ss", what) end
  return fields
end

local function parse_header(file, line, text)
  local name, parameters, rest = text:match("^([%w_]+)(%b())%s*(.-)%s*$")
  if not name then fail(file, line, "the header is not `name(parameters) => columns`") end
  common.name_check(file, line, "statement", name)
  if taken_names[name] then
    fail(file, line, "no statement may be named '%s': that is a table of the store", name)
  end
  local statement = { name = name, file = file, line = line, doc = {} }
  statement.parameters = parse_fields(file, line, "parameter", parameters:sub(2, -2))
  if rest == "" then
    statement.shape, statement.columns = "none", {}
  else
    local columns = rest:match("^=>%s*(.+)$")
    if not columns then fail(file, line, "'%s' behind the parameters is not `=> columns`", rest) end
    local one = columns:match("^one%s+(.+)$")
    statement.shape = one and "one" or "rows"
    statement.columns = parse_fields(file, line, "column", one or columns)
  end
  local taken = { db = true }
  if statement.shape ~= "none" then taken.arena = true end
  if statement.shape == "one" then taken.row = true end
  if statement.shape == "rows" then taken.rows, taken.count = true, true end
  for _, parameter in ipairs(statement.parameters) do
    if taken[parameter.name] then
      fail(file, line, "parameter '%s' has the name of an argument of the call", parameter.name)
    end
  end
  return statement
end

local function parse_may(statement, line, text)
  if statement.roles then fail(statement.file, line, "a second `may:` for '%s'", statement.name) end
  statement.roles = {}
  for role in text:gmatch("%S+") do
    if not role_known[role] then fail(statement.file, line, "unknown role '%s'", role) end
    statement.roles[role] = true
  end
  if not next(statement.roles) then fail(statement.file, line, "`may:` names no role") end
end

-- One step over SQL text from `at`: kind of token ("space", "comment", "string", "name",
-- "parameter", "end", "other") and the place behind it. Strings and comments are whole tokens, so
-- nothing inside them counts.
local function sql_token(sql, at, on_fault)
  local quoted = { ["'"] = "'", ['"'] = '"', ["`"] = "`", ["["] = "]" }
  local head = sql:sub(at, at)
  local _, stop = sql:find("^%s+", at)
  if stop then return "space", stop + 1 end
  _, stop = sql:find("^%-%-[^\n]*", at)
  if stop then return "comment", stop + 1 end
  if sql:sub(at, at + 1) == "/*" then
    _, stop = sql:find("*/", at + 2, true)
    if not stop then on_fault(at, "comment without an end") end
    return "comment", stop + 1
  end
  if quoted[head] then
    stop = sql:find(quoted[head], at + 1, true)
    if not stop then on_fault(at, "string or name without an end") end
    return "string", stop + 1
  end
  _, stop = sql:find("^[%a_][%w_]*", at)
  if stop then return "name", stop + 1 end
  _, stop = sql:find("^%d[%w_.]*", at)
  if stop then return "other", stop + 1 end
  _, stop = sql:find("^:[%a_][%w_]*", at)
  if stop then return "parameter", stop + 1 end
  if head:find("[?@$:]") then on_fault(at, "parameters are written :name") end
  return head == ";" and "end" or "other", at + 1
end

-- Finds the statement's end, its parameters in order of first appearance (that is how SQLite
-- numbers them), and whether it writes.
local function scan_sql(statement, text, first_line)
  local function on_fault(at, why)
    local _, newlines = text:sub(1, at - 1):gsub("\n", "")
    fail(statement.file, first_line + newlines, "%s", why)
  end
  local order, number, at, stop = {}, {}, 1, nil
  while at <= #text do
    local kind, next_at = sql_token(text, at, on_fault)
    local token = text:sub(at, next_at - 1)
    if stop then
      if kind ~= "space" and kind ~= "comment" then
        on_fault(at, "a second statement under the header of '" .. statement.name .. "'")
      end
    elseif kind == "end" then
      stop = at - 1
    elseif kind == "parameter" and not number[token:sub(2)] then
      order[#order + 1] = token:sub(2)
      number[token:sub(2)] = #order
    elseif kind == "name" and writing_words[token:upper()] then
      statement.writes = true
    end
    at = next_at
  end
  if not stop then on_fault(#text, "'" .. statement.name .. "' does not end in ;") end
  statement.sql = text:sub(1, stop)
  return order, number
end

local function finish_statement(statement, sql_lines, first_line)
  if not statement then return end
  local file, line = statement.file, statement.line
  if not statement.roles then fail(file, line, "'%s' has no `may:`", statement.name) end
  if #sql_lines == 0 then fail(file, line, "'%s' has no SQL", statement.name) end
  local order, number = scan_sql(statement, table.concat(sql_lines, "\n"), first_line)
  if not statement.sql:find("%S") then fail(file, line, "'%s' has no SQL", statement.name) end
  local declared = {}
  for _, parameter in ipairs(statement.parameters) do
    declared[parameter.name] = true
    parameter.number = number[parameter.name]
    if not parameter.number then
      fail(file, line, "parameter '%s' is not used in '%s'", parameter.name, statement.name)
    end
  end
  for _, name in ipairs(order) do
    if not declared[name] then
      fail(file, line, ":%s is not a parameter of '%s'", name, statement.name)
    end
  end
end

-- Joins `--:` lines: returns the kind ("header", "may") and the whole text, and the index of the
-- last line used.
local function join_directive(lines, index)
  local text = lines[index]:match("^%-%-:%s*(.-)%s*$")
  while lines[index + 1] and lines[index + 1]:match("^%-%-:") do
    local more = lines[index + 1]:match("^%-%-:%s*(.-)%s*$")
    if more:match("^may:") or more:match("^[%w_]+%(") then break end
    text, index = text .. " " .. more, index + 1
  end
  local may = text:match("^may:%s*(.*)$")
  if may then return "may", may, index end
  return "header", text, index
end

local function parse_queries(file, statements)
  local lines = {}
  for line in (common.read_file(file) .. "\n"):gmatch("([^\n]*)\n") do lines[#lines + 1] = line end
  local statement, sql, sql_line = nil, {}, 0
  local index = 1
  while index <= #lines do
    local line, place = lines[index], index
    if line:match("^%-%-:") then
      local kind, text
      kind, text, index = join_directive(lines, index)
      if kind == "may" then
        if not statement or #sql > 0 then fail(file, place, "`may:` without a header above") end
        parse_may(statement, place, text)
      else
        finish_statement(statement, sql, sql_line)
        statement, sql = parse_header(file, place, text), {}
        statements[#statements + 1] = statement
      end
    elseif #sql == 0 and line:match("^%s*%-%-") then
      if statement then statement.doc[#statement.doc + 1] = line:match("^%s*%-%-%s?(.-)%s*$") end
    elseif #sql > 0 or line:find("%S") then
      if not statement then fail(file, place, "SQL without a header above") end
      if #sql == 0 then sql_line = place end
      sql[#sql + 1] = line
    end
    index = index + 1
  end
  finish_statement(statement, sql, sql_line)
end

local function load_store(store)
  local loaded = { migrations = {}, statements = {} }
  local folder, number_seen = "schema/" .. store .. "/", {}
  for _, name in ipairs(common.list_files(folder, ".sql")) do
    local number = name:match("^(%d%d%d)%-.+")
    if not number then fail(folder .. name, 1, "the name of a migration is NNN-words.sql") end
    if number_seen[number] then fail(folder .. name, 1, "migration %s stands twice", number) end
    number_seen[number] = true
    local text = common.read_file(folder .. name)
    loaded.migrations[#loaded.migrations + 1] = { name = store .. "/" .. name:sub(1, -5),
      sql = text }
  end
  for _, name in ipairs(common.list_files(folder .. "query/", ".sql")) do
    parse_queries(folder .. "query/" .. name, loaded.statements)
  end
  return loaded
end

local function duplicate_check(statements)
  local seen = {}
  for _, statement in ipairs(statements) do
    local first = seen[statement.name]
    if first then
      fail(statement.file, statement.line, "'%s' stands also at %s:%d", statement.name, first.file,
        first.line)
    end
    seen[statement.name] = statement
  end
end

local function prototype(store, statement)
  local call = store .. "_" .. statement.name
  local parts = { "struct db *db" }
  if statement.shape ~= "none" then parts[2] = "struct arena *arena" end
  for _, parameter in ipairs(statement.parameters) do
    local pointer = parameter.optional and not parameter.type.run
    parts[#parts + 1] = (pointer and "const %s *%s" or "%s %s"):format(parameter.type.c,
      parameter.name)
  end
  if statement.shape == "one" then parts[#parts + 1] = ("struct %s_row *row"):format(call) end
  if statement.shape == "rows" then
    parts[#parts + 1] = ("struct %s_row **rows, size_t *count"):format(call)
  end
  return ("enum result %s(%s)"):format(call, table.concat(parts, ", "))
end

local function emit_declaration(out, store, statement)
  out:add("")
  local comment = common.c_comment(statement.doc, "")
  if comment then out:add("%s", comment) end
  if statement.shape ~= "none" then
    out:add("struct %s_%s_row {", store, statement.name)
    for _, column in ipairs(statement.columns) do
      if column.optional and not column.type.run then out:add("    bool has_%s;", column.name) end
      out:add("    %s %s;%s", column.type.c, column.name, column.optional and " /* may be absent */"
        or "")
    end
    out:add("};")
  end
  out:add("MUST_USE %s;", prototype(store, statement))
end

local function emit_binds(out, statement)
  for _, parameter in ipairs(statement.parameters) do
    if parameter.optional and not parameter.type.run then
      local bind = parameter.type.bind:format(parameter.number, "*" .. parameter.name)
      out:add("    if (%s != NULL) %s else db_bind_null(stmt_, %d);", parameter.name, bind,
        parameter.number)
    else
      out:add("    %s", parameter.type.bind:format(parameter.number, parameter.name))
    end
  end
end

local function emit_row_reader(out, store, statement)
  out:add("")
  out:add("static void %s_row_read(struct db_statement *stmt_, struct arena *arena,",
    statement.name)
  out:add("    struct %s_%s_row *row)", store, statement.name)
  out:add("{")
  out:add("    (void)arena;")
  for index, column in ipairs(statement.columns) do
    local read = column.type.read:format(index - 1)
    if column.optional and column.type.run then
      out:add("    if (!db_column_null(stmt_, %d)) row->%s = %s;", index - 1, column.name, read)
    elseif column.optional then
      out:add("    row->has_%s = !db_column_null(stmt_, %d);", column.name, index - 1)
      out:add("    if (row->has_%s) row->%s = %s;", column.name, column.name, read)
    else
      out:add("    row->%s = %s;", column.name, read)
    end
  end
  out:add("}")
end

-- What stands between the binds and the end of a call, by shape.
local bodies = {}

bodies.rows = [[
    enum result result_;
    struct $CALL_row *list_ = NULL;
    size_t size_ = 0, room_ = 0;
    while ((result_ = db_step(stmt_)) == ROW) {
        if (size_ == room_) {
            room_ = room_ == 0 ? 16 : room_ * 2;
            struct $CALL_row *const bigger_ = arena_array(arena, struct $CALL_row, room_);
            if (list_ != NULL) memcpy(bigger_, list_, size_ * sizeof *list_);
            list_ = bigger_;
        }
        $NAME_row_read(stmt_, arena, &list_[size_++]);
    }
    db_reset(stmt_);
    if (result_ != OK) return result_;
    *rows = list_;
    *count = size_;
    return OK;]]

bodies.one = [[
    enum result result_ = db_step(stmt_);
    if (result_ == ROW) {
        $NAME_row_read(stmt_, arena, row);
        result_ = OK;
    } else if (result_ == OK) {
        result_ = NOT_FOUND;
    }
    db_reset(stmt_);
    return result_;]]

-- A writing statement is stepped to its end, so that a failure of its commit is seen.
bodies.one_written = [[
    enum result result_ = db_step(stmt_);
    if (result_ == ROW) {
        $NAME_row_read(stmt_, arena, row);
        do {
            result_ = db_step(stmt_);
        } while (result_ == ROW);
    } else if (result_ == OK) {
        result_ = NOT_FOUND;
    }
    db_reset(stmt_);
    return result_;]]

bodies.none = [[
    enum result result_;
    do {
        result_ = db_step(stmt_);
    } while (result_ == ROW);
    db_reset(stmt_);
    return result_;]]

local function emit_call(out, store, statement, index)
  if statement.shape ~= "none" then emit_row_reader(out, store, statement) end
  out:add("")
  out:add("%s", prototype(store, statement))
  out:add("{")
  if statement.shape == "rows" then
    out:add("    *rows = NULL;")
    out:add("    *count = 0;")
  elseif statement.shape == "one" then
    out:add("    memset(row, 0, sizeof *row);")
  end
  out:add("    struct db_statement *const stmt_ = db_statement(db, %d);", index)
  emit_binds(out, statement)
  local shape = statement.shape
  if shape == "one" and statement.writes then shape = "one_written" end
  local body = bodies[shape]:gsub("%$CALL", store .. "_$NAME"):gsub("%$NAME", statement.name)
  out:add("%s", body)
  out:add("}")
end

local function role_mask(statement)
  if statement.roles.all then return "(1u << ROLE_COUNT) - 1u" end
  local bits = {}
  for _, role in ipairs(roles) do
    if statement.roles[role] then bits[#bits + 1] = "1u << ROLE_" .. role:upper() end
  end
  return table.concat(bits, " | ")
end

local function emit_tables(out, store, migrations, statements)
  if #migrations > 0 then
    out:add("")
    out:add("static const struct migration %s_migrations[] = {", store)
    for _, migration in ipairs(migrations) do
      out:add('    {"%s",\n     %s},', migration.name, common.c_string(migration.sql, "     "))
    end
    out:add("};")
  end
  out:add("")
  out:add("const struct statement %s_statements[] = {", store)
  for _, statement in ipairs(statements) do
    local sql = common.c_string(statement.sql, "     ")
    out:add('    {"%s",\n     %s,\n     %s, %d, %d},', statement.name, sql,
      role_mask(statement), #statement.columns, #statement.parameters)
  end
  if #statements == 0 then out:add("    {NULL, NULL, 0, 0, 0},") end
  out:add("};")
  out:add("const size_t %s_statement_count = %d;", store, #statements)
  out:add("")
  out:add('const struct store %s_store = {"%s", %s, %d, %s_statements, %d};', store, store,
    #migrations > 0 and store .. "_migrations" or "NULL", #migrations, store, #statements)
end

-- The C calls of `own`, whose first statement has index `base` in every table that holds it, and
-- the tables unless it is common.
local function emit_store(outdir, store, own, base, tables)
  local header = common.writer(("%s/schema/%s.h"):format(outdir, store))
  header:add("#pragma once")
  header:add("/* Typed calls of the statements in schema/%s/query.", store)
  header:add("%s", [[
 * Written by schema/compile_statement.lua; change the SQL instead. Text and blobs of rows are
 * copied into the arena. A call for one row gives the first, or NOT_FOUND. A failure leaves no
 * rows. */]])
  header:add('#include "core/db.h"')
  if tables then
    header:add("")
    header:add("extern const struct statement %s_statements[]; /* the common ones first */", store)
    header:add("extern const size_t %s_statement_count;", store)
    header:add("extern const struct store %s_store;", store)
  end
  for _, statement in ipairs(own) do emit_declaration(header, store, statement) end
  header:save()

  local out = common.writer(("%s/schema/%s.c"):format(outdir, store))
  out:add("/* Written by schema/compile_statement.lua; change schema/%s instead. */", store)
  out:add('#include "%s.h"', store)
  out:add("")
  out:add("#include <string.h>")
  for index, statement in ipairs(own) do emit_call(out, store, statement, base + index - 1) end
  if tables then emit_tables(out, store, tables.migrations, tables.statements) end
  out:save()
end

local function main()
  local store, outdir = arg[1], arg[2]
  if not outdir or arg[3] then
    error({ compile_fault = "usage: lua5.4 schema/compile_statement.lua STORE OUTDIR" }, 0)
  end
  common.name_check("schema/" .. store, 1, "store", store)
  local shared = load_store("common")
  if store == "common" then
    duplicate_check(shared.statements)
    return emit_store(outdir, store, shared.statements, 0, nil)
  end
  local own = load_store(store)
  local tables = { migrations = {}, statements = {} }
  for _, part in ipairs({ shared, own }) do
    table.move(part.migrations, 1, #part.migrations, #tables.migrations + 1, tables.migrations)
    table.move(part.statements, 1, #part.statements, #tables.statements + 1, tables.statements)
  end
  duplicate_check(tables.statements)
  emit_store(outdir, store, own.statements, #shared.statements, tables)
end

common.run(main)
