-- The statement compiler: what it accepts, what it refuses, and that its C compiles. Run from the
-- root of the project.

package.path = "tests/unit/?.lua;" .. package.path
local t = require("compile_testing")
local tool = t.root .. "/schema/compile_statement.lua"

local shared_query = [[
--: cursor_get(log: text) => one seq: int
--: may: all
SELECT seq FROM cursor WHERE log = :log;
]]

-- A tree with one store, `board`, holding `query`; runs the compiler there.
local function compile(query, files)
  local dir = t.folder()
  t.write(dir .. "/schema/common/001-cursor.sql",
    "CREATE TABLE cursor (log TEXT, seq INTEGER) STRICT;\n")
  t.write(dir .. "/schema/common/query/cursor.sql", shared_query)
  t.write(dir .. "/schema/board/query/board.sql", query)
  for name, text in pairs(files or {}) do t.write(dir .. "/" .. name, text) end
  local ok, said = t.run(dir, "lua5.4 " .. tool .. " board out")
  return ok, said, t.read(dir .. "/out/schema/board.h"), t.read(dir .. "/out/schema/board.c"), dir
end

local function refused(sentence, query, place, reason, files)
  local ok, said = compile(query, files)
  t.ok(not ok and said:find(place, 1, true) and said:find(reason, 1, true), sentence, said)
end

local all_kinds = [[
-- A comment of the file.

--: posting_answers(question: int, most: int)
--:   => id: int, body: text?, score: real, box: blob, solved: bool, parent: int?
--: may: web_member web_admin
-- Answers of a question, oldest first.
-- Not a parameter: :nothing, nor a second statement; really.
SELECT id, body, score, box, solved, parent FROM posting
WHERE parent = :question -- :comment
  AND body <> ':string' /* :block; */ AND "odd:name" > 0
ORDER BY id LIMIT :most;

--: session_find(digest: blob) => one member: int
--: may: clerk
SELECT member FROM session WHERE digest = :digest;

--: vote_add(note: text, posting: int?, weight: real?, fresh: bool?, box: blob?, sure: bool)
--: may: clerk
INSERT INTO vote VALUES (:posting, :note, :weight, :posting, :fresh, :box, :sure, 'it''s;');

--: thing_make(name: text) => one id: int
--: may: clerk
INSERT INTO thing (name) VALUES (:name) RETURNING id;
]]

local ok, said, header, code, dir = compile(all_kinds,
  { ["schema/board/001-posting.sql"] = "CREATE TABLE posting (a TEXT); -- \"x\" ??=\n" })
t.ok(ok, "a file of statements of every kind compiles", said)
t.has(header,
  "enum result board_posting_answers(struct db *db, struct arena *arena, int64_t question, "
  .. "int64_t most, struct board_posting_answers_row **rows, size_t *count);",
  "a statement with rows becomes a call that gives rows and their count")
t.has(header, "bool has_parent;", "an int column that may be NULL has a has_ member")
t.has(header,
  "enum result board_session_find(struct db *db, struct arena *arena, struct bytes digest, "
  .. "struct board_session_find_row *row);", "`one` becomes a call that fills one row")
t.has(header,
  "enum result board_vote_add(struct db *db, struct text note, const int64_t *posting, "
  .. "const double *weight, const bool *fresh, struct bytes box, bool sure);",
  "numbers that may be NULL are passed by pointer, text and blob by value")
t.has(header, "/* Answers of a question, oldest first.", "comment lines become the doc comment")
t.has(code, "db_bind_text(stmt_, 2, note);",
  "parameters are numbered by first appearance in the SQL")
t.has(code, "db_bind_int(stmt_, 2, most);", "names in comments and strings are no parameters")
t.has(code, "result_ = NOT_FOUND;", "`one` without a row is NOT_FOUND")
t.has(code, "1u << ROLE_WEB_MEMBER | 1u << ROLE_WEB_ADMIN, 6, 2}",
  "the table holds roles, columns and parameters")
t.has(code, "board_store = {\"board\", board_migrations, 2, board_statements, 5};",
  "migrations and statements of common stand in the store")
t.ok(code:find("common/001-cursor", 1, true) < code:find("board/001-posting", 1, true),
  "common migrations come first")
t.has(code, "db_statement(db, 1)", "the store's own statements are numbered behind the common ones")
t.lacks(code, "board_cursor_get", "a store's file holds no calls of the common statements")
t.compiles(dir .. "/out/schema/board.c", dir .. "/out", "the C of a store compiles")
local first = code
t.run(dir, "lua5.4 " .. tool .. " board out")
t.ok(t.read(dir .. "/out/schema/board.c") == first, "the output is the same every time")

ok, said = t.run(dir, "lua5.4 " .. tool .. " common out")
t.ok(ok, "the common store compiles", said)
t.has(t.read(dir .. "/out/schema/common.h"), "common_cursor_get(", "common.h has the common calls")
t.lacks(t.read(dir .. "/out/schema/common.c"), "common_store", "common.c has no tables")
t.compiles(dir .. "/out/schema/common.c", dir .. "/out", "the C of common compiles")
ok, said, header, code, dir = compile("")
t.ok(ok and header and code, "a store without statements of its own compiles", said)
t.compiles(dir .. "/out/schema/board.c", dir .. "/out",
  "the C of a store without statements compiles")

local file = "schema/board/query/board.sql"
refused("an unused parameter is refused", "--: a(x: int)\n--: may: clerk\nSELECT 1;\n",
  file .. ":1: ", "parameter 'x' is not used")
refused("a parameter that is not declared is refused",
  "--: a()\n--: may: clerk\nDELETE FROM a WHERE b = :b;\n", file .. ":1: ", ":b is not a parameter")
refused("a parameter that stands only in a string is unused",
  "--: a(x: int)\n--: may: clerk\nSELECT ':x';\n", file .. ":1: ", "not used")
refused("a statement without may: is refused", "\n--: a()\nDELETE FROM a;\n", file .. ":2: ",
  "no `may:`")
refused("an empty may: is refused", "--: a()\n--: may:\nDELETE FROM a;\n", file .. ":2: ",
  "names no role")
refused("a second may: is refused", "--: a()\n--: may: clerk\n--: may: clerk\nDELETE FROM a;\n",
  file .. ":3: ", "second `may:`")
refused("a may: without a header is refused", "--: may: clerk\nSELECT 1;\n", file .. ":1: ",
  "without a header")
refused("an unknown role is refused", "--: a()\n--: may: clark\nDELETE FROM a;\n", file .. ":2: ",
  "unknown role 'clark'")
local a = "--: a()\n--: may: clerk\nDELETE FROM a;\n"
refused("a duplicate name is refused", a .. a, file .. ":4: ", "stands also at " .. file .. ":1")
refused("a statement named as a table of the store is refused",
  "--: statements()\n--: may: clerk\nDELETE FROM a;\n", file .. ":1: ", "table of the store")
refused("a name that common has is refused", "--: cursor_get()\n--: may: clerk\nDELETE FROM a;\n",
  file .. ":1: ", "stands also at schema/common/")
refused("two statements under one header are refused", a .. "DELETE FROM b;\n", file .. ":4: ",
  "second statement")
refused("a statement without ; is refused", "--: a()\n--: may: clerk\nDELETE FROM a\n",
  file .. ":3: ", "does not end in ;")
refused("a header without SQL is refused", "--: a()\n--: may: clerk\n-- Nothing.\n", file .. ":1: ",
  "no SQL")
refused("SQL without a header is refused", "SELECT 1;\n", file .. ":1: ", "without a header")
refused("an unknown type is refused", "--: a(x: integer)\n--: may: clerk\nSELECT :x;\n",
  file .. ":1: ", "unknown type 'integer'")
refused("a column without type is refused", "--: a() => x\n--: may: clerk\nSELECT 1;\n",
  file .. ":1: ", "not `name: type`")
refused("a duplicate column is refused",
  "--: a() => x: int, x: int\n--: may: clerk\nSELECT 1, 1;\n", file .. ":1: ", "'x' stands twice")
refused("a parameter named by a C keyword is refused",
  "--: a(default: int)\n--: may: clerk\nSELECT :default;\n", file .. ":1: ", "C keyword")
refused("a parameter named as an argument is refused",
  "--: a(count: int) => x: int\n--: may: clerk\nSELECT :count;\n", file
    .. ":1: ", "argument of the call")
refused("a header that is none is refused", "--: a x\n--: may: clerk\nSELECT 1;\n", file .. ":1: ",
  "the header is not")
refused("a numbered parameter is refused", "--: a()\n--: may: clerk\nSELECT\n?1;\n", file .. ":4: ",
  "written :name")
refused("a string without end is refused", "--: a()\n--: may: clerk\nSELECT 'x;\n", file .. ":3: ",
  "without an end")
refused("a migration without a number is refused", a, "schema/board/posting.sql:1: ",
  "NNN-words.sql", { ["schema/board/posting.sql"] = "SELECT 1;" })
refused("two migrations of one number are refused", a, "schema/board/001-b.sql:1: ", "stands twice",
  { ["schema/board/001-a.sql"] = "SELECT 1;", ["schema/board/001-b.sql"] = "SELECT 1;" })
ok, said = t.run(t.root, "lua5.4 " .. tool .. " board")
t.ok(not ok and said:find("usage:", 1, true), "missing arguments show the usage", said)

t.done()
