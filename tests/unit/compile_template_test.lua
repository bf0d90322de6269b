-- The template compiler: how it escapes, what it refuses, that its C compiles, and what a page
-- looks like when it is run. Run from the root of the project.

package.path = "tests/unit/?.lua;" .. package.path
local t = require("compile_testing")
local tool = t.root .. "/fcgi/html/compile_template.lua"

-- Compiles `text` as a.html (and further files); gives success, what was said, the code, the
-- header, and the folder.
local function compile(text, files, arguments)
  local dir = t.folder()
  t.write(dir .. "/a.html", text)
  local names = "a.html"
  for name, content in pairs(files or {}) do
    t.write(dir .. "/" .. name, content)
    if name:match("%.html$") then names = names .. " " .. name end
  end
  local ok, said = t.run(dir, "lua5.4 " .. tool .. " out " .. (arguments or "") .. names)
  return ok, said, t.read(dir .. "/out/html_a.c"), t.read(dir .. "/out/html.h"), dir
end

-- A page with `body`, which begins on line 2.
local function page(body)
  return "{% page a(const struct view_a *v) %}\n" .. body .. "\n{% end %}\n"
end

local function accepted(sentence, body, part)
  local ok, said, code = compile(page(body))
  t.ok(ok and (not part or code:find(part, 1, true)), sentence, ok and code or said)
end

local function refused(sentence, body, line, reason)
  local ok, said = compile(page(body))
  t.ok(not ok and said:find("^a%.html:" .. line .. ": ") and said:find(reason, 1, true), sentence,
    said)
end

local function refused_whole(sentence, text, line, reason, files)
  local ok, said = compile(text, files)
  t.ok(not ok and said:find("^a%.html:" .. line .. ": ") and said:find(reason, 1, true), sentence,
    said)
end

-- ---- a page of everything, compiled and run ----

local everything = [[
{# What a page can hold. #}
{% page a(const struct view_a *v) %}
<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<title>{{ v->title }}</title><script src="/s.js" defer></script></head>
<body>

   <h1
     class="big{% if v->solved %} solved{% end %}"
     id="x">{{ v->title }}</h1>
{% let next = v->count + 1 as int64_t %}
<a href="{{ v->url }}">u</a> <a href="/q/{{ v->count }}?n={{ next }}">q</a>
{% if v->count > 5 %}<b>many</b>{% elif v->count == 3 %}<b>three</b>{% else %}<b>few</b>{% end %}
<ul>
{% for one in v->items %}
<li title='{{ one->name }}'>{{ one->name }}</li>
{% end %}
</ul>
{% for one in v->items[0..1] %}<i>{{ one->name }}</i>{% end %}
<input type="checkbox" name="c" {% if v->solved %} checked{% end %}{% if !v->solved %} x{% end %}>
<pre>
  kept
</pre>
<textarea>
  {{ v->title }}
</textarea>
{# gone #}{% include b(v->items, "}}") %}
{% slot own v->count %}
<svg viewBox="0 0 1 1"><path d="M0"/></svg> 50% \ "quoted" ??= ???/
</body></html>
{% end %}
{% part b(const struct view_item *first, const char *end) %}
<p>{{ first->name }}{{ end }}</p>
{% end %}
{% part empty(int64_t unused) %}
{% end %}
]]

local views = [[
#pragma once
#include "core/buf.h"
struct view_item { struct text name; };
struct view_a {
    struct text title, url;
    struct html raw;
    bool solved;
    int64_t count;
    struct view_item *items;
    size_t items_count;
};
]]

-- Stands in for core/buf.c: writes what was called, so that the test sees the order and the escape
-- chosen.
local main_c = [[
#include <stdio.h>
#include "html.h"
void buf_add(struct buf *b, const void *d, size_t n) { (void)b; fwrite(d, 1, n, stdout); }
#define WRITER(name, open) \
  void buf_##name##_chars(struct buf *b, const char *t) { (void)b; printf(open "%s]", t); } \
  void buf_##name##_text(struct buf *b, struct text t) { buf_##name##_chars(b, t.data); }
WRITER(text, "[t:") WRITER(attr, "[a:") WRITER(url, "[u:") WRITER(url_part, "[p:")
void buf_text_html(struct buf *b, struct html h) { (void)b; (void)h; }
void buf_int(struct buf *b, int64_t v) { (void)b; printf("%d", (int)v); }
void buf_size(struct buf *b, size_t v) { (void)b; printf("%d", (int)v); }
void buf_real(struct buf *b, double v) { (void)b; (void)v; }
void buf_slot_add(struct buf *b, const char *name, int64_t id)
{
    (void)b;
    printf("[slot %s %d]", name, (int)id);
}
int main(void)
{
    struct view_item items[2] = {{TEXT("one")}, {TEXT("two")}};
    struct view_a v = {TEXT("T"), TEXT("U"), {NO_TEXT}, true, 3, items, 2};
    struct buf out = {0};
    html_a(&out, &v);
    return 0;
}
]]

local expected = [[
<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<title>[a:T]</title><script src="/s.js" defer></script></head>
<body>
<h1 class="big solved" id="x">[t:T]</h1>
<a href="[u:U]">u</a> <a href="/q/3?n=4">q</a>
<b>three</b>
<ul>
<li title='[a:one]'>[t:one]</li>
<li title='[a:two]'>[t:two]</li>
</ul>
<i>[t:one]</i>
<input type="checkbox" name="c"  checked>
<pre>
  kept
</pre>
<textarea>
  [a:T]
</textarea>
<p>[t:one][t:}}]</p>
[slot own 3]
<svg viewBox="0 0 1 1"><path d="M0"/></svg> 50% \ "quoted" ??= ???/
</body></html>]]

local _
local ok, said, code, header, dir = compile(everything, { ["views.h"] = views }, "views.h ")
t.ok(ok, "a page with everything compiles", said)
t.has(header, "void html_a(struct buf *out, const struct view_a *v);", "a page becomes a function")
t.has(header, '#include "views.h"', "a header among the files is included")
t.has(code, '#line 5 "a.html"\n    buf_attr(out, (v->title));',
  "expressions lead back to their line")
t.write(dir .. "/out/views.h", views)
t.write(dir .. "/out/main.c", main_c)
t.compiles(dir .. "/out/html_a.c", dir .. "/out", "the C of a page with everything compiles")
local compilers = t.compilers()
if compilers[1] then
  local made, why = t.run(dir,
    ("%s -std=c11 -Iout -I'%s' -o run out/html_a.c out/main.c"):format(compilers[1], t.root))
  local _, printed = t.run(dir, "./run")
  t.ok(made and printed == expected, "the page that comes out reads as it should", made and printed
    or why)
end
local first = code
t.run(dir, "lua5.4 " .. tool .. " out views.h a.html")
t.ok(t.read(dir .. "/out/html_a.c") == first, "the output is the same every time")

ok, said, _, header = compile(page("<p></p>"), { ["view.rec"] = "view a { b: int }\n" })
t.ok(ok and header:find('#include "view.h"', 1, true),
  "view.rec beside the templates brings view.h in", said)
ok, said, _, header = compile(page("{% include other(v) %}"),
  { ["b-c.html"] = "{% part other(const struct view_a *v) %}x{% end %}" })
t.ok(ok and header:find("html_other", 1, true), "a part of another file can be included", said)
_, _, _, _, dir = compile(page('<p title="{{ v->raw }}"></p>'), { ["views.h"] = views }, "views.h ")
t.write(dir .. "/out/views.h", views)
t.compiles_not(dir .. "/out/html_a.c", dir .. "/out", "struct html",
  "markup in an attribute does not compile")
_, _, _, _, dir = compile(page("<p>{{ v->raw }}</p>"), { ["views.h"] = views }, "views.h ")
t.write(dir .. "/out/views.h", views)
t.compiles(dir .. "/out/html_a.c", dir .. "/out", "markup between tags compiles")
_, _, _, _, dir = compile(page("<p>\n\n{{ v->nothing }}</p>"), { ["views.h"] = views }, "views.h ")
t.write(dir .. "/out/views.h", views)
t.compiles_not(dir .. "/out/html_a.c", dir .. "/out", "a.html:4:",
  "a fault in an expression is shown at its line of the template")

-- ---- places and escapes ----

accepted("between tags a value is written as text", "<p>{{ x }}</p>", "buf_text(out, (x));")
accepted("in an attribute a value is written as such", '<p title="{{ x }}"></p>',
  "buf_attr(out, (x));")
accepted("a title is escaped and never markup", "<title>{{ x }}</title>", "buf_attr(out, (x));")
for _, name in ipairs({ "href", "src", "action", "formaction" }) do
  accepted("a value that begins " .. name .. "= is a URL", ('<img %s="{{ x }}">'):format(name),
    "buf_url(out, (x));")
  accepted("a value further on in " .. name .. "= is a part of a URL",
    ('<img %s="/a/{{ x }}">'):format(name), "buf_url_part(out, (x));")
end
accepted("a value behind a value in a URL is a part", '<a href="{{ x }}{{ y }}">a</a>',
  "buf_url_part(out, (y));")
accepted("a value behind branches that all began the URL is a part",
  '<a href="{% if a %}/b{% else %}/c{% end %}{{ y }}">a</a>', "buf_url_part(out, (y));")
accepted("each branch may begin a URL", '<a href="{% if a %}{{ b }}{% else %}/c{% end %}">a</a>',
  "buf_url(out, (b));")
accepted("neighbouring literals become one", "<p>{# a #}x{# b #}y</p>",
  'buf_literal(out, "<p>xy</p>", 9);')
accepted("white space with a newline becomes one newline", "<p>a</p>  \n\n   <p>  b</p>",
  '"<p>  b</p>", 19);')
accepted("white space inside pre stays", "<pre>a\n\n  b</pre>", '"\\n"\n')
accepted("a boolean attribute may depend on a condition", "<input{% if x %} checked{% end %}>",
  '" checked", 8')
accepted("a whole attribute may depend on a condition",
  '<a {% if x %} class="c"{% else %} id="{{ y }}"{% end %} href="/">a</a>')
accepted("a class may depend on a condition", '<p class="a{% if x %} b{% end %}"></p>', '" b", 2')
accepted("void elements need no end tag", "<p>a<br>b<img src=\"/x\"><br/></p>")
accepted("a literal mail address may be linked", '<a href="mailto:a@b.example">a</a>')
accepted("a script with src and no content is fine", '<script src="/a.js"></script>')
accepted("html and body may stay open", "<!doctype html><html><body><p></p>")
accepted("braces and strings in an expression are C's", [[<p>{{ f("}}", '"', "\"%}") }}</p>]],
  [[buf_text(out, (f("}}", '"', "\"%}")));]])
accepted("a comment of HTML is kept", "<!-- <b> -->", "<!-- <b> -->")

-- ---- refusals of HTML ----

refused("an unquoted value is refused", "<p class=a></p>", 2, "not quoted")
refused("an unquoted {{ }} is refused", "\n<p class={{ x }}></p>", 3, "not quoted")
refused("{{ }} in a tag name is refused", "<{{ x }}>", 2, "tag's name must be literal")
refused("{{ }} inside a tag name is refused", "<h{{ x }}></h1>", 2, "only in an attribute's quotes")
refused("{{ }} in an end tag is refused", "<p></p{{ x }}>", 2, "holds its name only")
refused("{{ }} in place of an attribute is refused", "<p {{ x }}></p>", 2,
  "only in an attribute's quotes")
refused("{{ }} inside an attribute name is refused", '<p da{{ x }}="y"></p>', 2,
  "only in an attribute's quotes")
refused("{{ }} in a comment is refused", "<!-- {{ x }} -->", 2, "cannot stand in a comment")
refused("{{ }} in a doctype is refused", "<!doctype {{ x }}>", 2, "cannot stand in a doctype")
refused("a block in a comment is refused", "<!-- {% if x %}{% end %} -->", 2,
  "cannot stand in a comment")
refused("a script with content is refused", '<script src="/a.js">alert(1)</script>', 2,
  "<script> with content")
refused("a script with a value is refused", '<script src="/a.js">{{ x }}</script>', 2,
  "<script> with content")
refused("a script with a block is refused", '<script src="/a.js">{% if x %}{% end %}</script>', 2,
  "<script> with content")
refused("a script without src is refused", "<script></script>", 2, "without src=")
refused("a script in an SVG is refused", '<svg><script src="/a"></script></svg>', 2, "<script>")
refused("a style element is refused", "<style>p{}</style>", 2, "<style> is refused")
refused("an element of raw text is refused", "<xmp></xmp>", 2, "<xmp> is refused")
refused("a style attribute is refused", '<p STYLE="color: red"></p>', 2, "style= is refused")
refused("an event attribute is refused", '<p onclick="a()"></p>', 2, "onclick= is refused")
refused("an event attribute in upper case is refused", '<p ONCLICK="a()"></p>', 2,
  "onclick= is refused")
refused("an event attribute within a condition is refused",
  '<p{% if x %} onload="a()"{% end %}></p>', 2, "onload= is refused")
refused("srcdoc is refused", '<object srcdoc="a"></object>', 2, "srcdoc= is refused")
refused("a javascript: URL is refused", '<a href="javascript:a()">a</a>', 2,
  "javascript: are refused")
refused("a javascript: URL in disguise is refused", '<a href=" JaVaScript:a()">a</a>', 2,
  "javascript: are refused")
refused("a URL's scheme written with entities is refused", '<a href="java&#115;cript:a()">a</a>', 2,
  "must not hold &")
refused("a javascript: URL in two pieces is refused",
  '<a href="java{% if x %}script:a(){% end %}">a</a>', 2, "javascript: are refused")
refused("a data: URL is refused", '<img src="data:x">', 2, "data: are refused")
refused("a value as a URL's scheme is refused", '<a href="{{ x }}:a">a</a>', 2,
  "where a URL's scheme is")
refused("a scheme after a condition is refused",
  '<a href="{% if x %}java{% else %}b{% end %}script:a">a</a>', 2, "where a URL's scheme is")
refused("a value that may or may not begin a URL is refused",
  '<a href="{% if x %}/a{% end %}{{ y }}">a</a>', 2, "depends on a condition")
refused("a loop's value that may or may not begin a URL is refused",
  '<a href="{% for x in v->y %}{{ x }}{% end %}">a</a>', 2, "depends on a condition")
refused("a value in srcset is refused", '<img srcset="{{ x }}">', 2, "must be literal")
refused("a value in a refresh is refused", '<meta http-equiv="refresh" content="0;url={{ x }}">', 2,
  "must be literal")
refused("an unclosed tag is refused", "<p></p>\n<b>\n", 5, "<b> of line 3 is not closed")
refused("a tag closed by another is refused", "<p><b></p></b>", 2, "</p> does not match <b>")
refused("an end tag without a tag is refused", "</p>", 2, "closes nothing")
refused("a tag opened in a block and not closed there is refused", "{% if x %}<p>{% end %}</p>", 2,
  "not closed in this block")
refused("a tag opened in one branch is refused", "{% if x %}<p>{% else %}{% end %}", 2,
  "not closed in this block")
refused("a tag closed in a block only is refused", "<p>{% if x %}</p><p>{% end %}</p>", 2,
  "opened outside of this block")
refused("a loop that opens tags is refused", "{% for x in v->y %}\n<li>{% end %}", 3,
  "<li> of line 3 is not closed")
refused("a block that ends a tag it did not begin is refused", "<p{% if x %}>a{% end %}</p>", 2,
  "not closed in this block")
refused("a block that ends an attribute it did not begin is refused",
  '<p class="{% if x %}a"{% end %}></p>', 2, "begins in one place")
refused("a block that changes the attribute is refused",
  '<p id="{% if x %}" class="{% end %}"></p>', 2, "begins in one place")
refused("a block that leaves a tag open is refused", "{% if x %}<p {% end %}></p>", 2,
  "begins in one place")
refused("an attribute glued to another is refused", '<p id="a"class="b"></p>', 2,
  "white space is missing")
refused("an attribute glued to a block is refused", "<p{% if x %} a{% end %}b></p>", 2,
  "white space is missing")
refused("an attribute that a loop would glue to itself is refused",
  "<p {% for x in v->y %}a{% end %}></p>", 2, "white space is missing")
accepted("a loop may add attributes", '<p{% for x in v->y %} data-a="{{ x }}"{% end %}></p>')
refused("a comment that ends sooner than it seems is refused", "<!--> <b> -->", 2, "end at once")
refused("a comment with another end is refused", "<!-- --!> <b> -->", 2, "--!> ends a comment")
refused("a value given behind a block is refused", '<p a{% if x %} b{% end %}="c"></p>', 2,
  "'=' cannot stand inside")
refused("a slash that closes nothing is refused", "<p/>", 2, "not closed by its slash")
refused("a bare < is refused", "<p>a < b</p>", 2, "written &lt;")
refused("an unfinished tag is refused", "<p", 3, "not finished")
refused("an unfinished attribute is refused", '<p class="a', 3, "not finished")
refused("an unfinished comment is refused", "<!-- a", 3, "not finished")
refused("an unclosed textarea is refused", "<textarea>{{ x }}<b>", 3,
  "<textarea> of line 2 is not closed")
refused("an include in an attribute is refused", '<p class="{% include a(v) %}"></p>', 2,
  "only between tags")
refused("a slot in an attribute is refused", '<p class="{% slot a 1 %}"></p>', 2,
  "only between tags")
refused("a template comment inside a tag is refused", "<p da{# #}ta></p>", 2, "only between tags")

-- ---- layouts ----

-- A page in a layout is the C of the page with all of it written out, but for the constant.
local function whole(text)
  local is_good, words, c = compile(text)
  return is_good and c:gsub("#line[^\n]*\n", ""):gsub("[^\n]*\\* ?top = [^\n]*\n", "") or words
end
local layouts = [[
{% layout frame(const char *top) %}
<html><head><title>{{ top }}</title>{% hole head %}</head>
<body>
{% hole body %}
</body></html>
{% end %}
{% layout column(const char *name) in frame(name) %}
<main>
{% hole body %}
</main>
{% end %}
]]
local framed = whole(layouts .. [[
{% page a(const char *top_of) in frame(top_of) %}
{% fill head %}<script src="/a.js"></script>{% end %}
<h1>{{ top_of }}</h1>
{% end %}
]])
local written = whole([[
{% page a(const char *top_of) %}
<html><head><title>{{ top }}</title><script src="/a.js"></script></head>
<body>
<h1>{{ top_of }}</h1>
</body></html>
{% end %}
]])
t.ok(framed == written, "a page in a layout is the page with the layout written out", framed)
local nested = whole(layouts .. "{% page a(int x) in column(\"n\") %}\n{{ x }}\n{% end %}\n")
t.ok(nested:find("<main>", 1, true) and nested:find("</main>", 1, true)
  and not nested:find("hole", 1, true), "a layout stands in another, and an empty hole is nothing",
  nested)
refused_whole("a layout that is not there is refused", "{% page a() in b() %}\n{% end %}", 1,
  "no layout 'b'")
refused_whole("a layout with too few arguments is refused",
  layouts .. "{% page a() in frame() %}\n{% end %}", 12, "has 1 arguments")
refused_whole("a page's name that its layout has too is refused",
  layouts .. "{% page a(const char *top) in frame(top) %}\n{% end %}", 12, "a name of the layout")
refused_whole("a fill behind text is refused",
  layouts .. "{% page a() in frame(0) %}\nx{% fill head %}y{% end %}\n{% end %}", 13,
  "stands first")
refused_whole("a fill without a layout is refused",
  "{% page a() %}\n{% fill head %}y{% end %}\n{% end %}", 2, "stands first")
refused_whole("a hole filled twice is refused",
  layouts .. "{% page a() in frame(0) %}\n" .. ("{% fill head %}{% end %}\n"):rep(2) .. "{% end %}",
  14, "filled twice")
refused("a hole outside of a layout is refused", "{% hole body %}", 2, "only a layout has holes")
refused_whole("HTML a layout leaves open is refused where the page ends",
  "{% layout b() %}<p>{% hole body %}{% end %}\n{% page a() in b() %}x\n{% end %}", 3, "p")

-- ---- refusals of the template language ----

refused("an if without end is refused", "{% if x %}", 1, "has no end")
refused_whole("a page without end is refused", "\n{% page a() %}\n", 2, "this page has no end")
refused_whole("an end too many is refused", "{% page a() %}{% end %}\n{% end %}", 2,
  "only a page, part or layout")
refused("a page within a page is refused", "{% page b() %}", 2, "'page' cannot stand here")
refused("an else without if is refused", "{% else %}", 2, "'else' cannot stand here")
refused("a second else is refused", "{% if x %}{% else %}\n{% else %}{% end %}", 3,
  "'else' cannot stand here")
refused("an elif without condition is refused", "{% if x %}{% elif %}{% end %}", 2,
  "elif without a condition")
refused("an if without condition is refused", "{% if %}{% end %}", 2, "needs more than its name")
refused("words behind end are refused", "{% if x %}{% end if %}", 2, "'if' behind end")
refused("an unknown directive is refused", "{% while x %}{% end %}", 2, "'while' cannot stand here")
refused("an empty value is refused", "{{ }}", 2, "holds nothing")
refused("an unfinished value is refused", "<p>{{ x </p>", 2, "{{ without }}")
refused("an unfinished directive is refused", "{% if x", 2, "{% without %}")
refused("an unfinished template comment is refused", "{# x ", 2, "{# without #}")
refused("a for without list is refused", "{% for x %}{% end %}", 2, "`for name in list`")
refused("a for over a call is refused", "{% for x in f(1) %}{% end %}", 2, "is no list")
refused("a let without type is refused", "{% let x = 1 %}", 2, "`let name = expression as type`")
refused("a slot without id is refused", "{% slot x %}", 2, "`slot name id`")
refused("an include without arguments is refused", "{% include x %}", 2,
  "`include part(arguments)`")
refused("an include of nothing is refused", "\n{% include nobody() %}", 3,
  "no page or part 'nobody'")
refused_whole("text outside of a page is refused", "{% page a() %}{% end %}\n\nx", 3,
  "text outside")
refused_whole("a value outside of a page is refused", "{{ x }}", 1, "text outside")
refused_whole("two parts of one name are refused",
  "{% page a() %}{% end %}\n{% part a() %}{% end %}", 2, "stands also at a.html:1")
refused_whole("a part named by a C keyword is refused", "{% part for() %}{% end %}", 1, "C keyword")
refused_whole("an argument named out is refused", "{% part a(int out) %}{% end %}", 1,
  "argument named out")
refused_whole("an argument without type is refused", "{% part a(v) %}{% end %}", 1,
  "no argument with type")
refused_whole("a file without pages is refused", "{# x #}\n", 1, "holds no page")
ok, said = t.run(t.root, "lua5.4 " .. tool .. " out")
t.ok(not ok and said:find("usage:", 1, true), "missing arguments show the usage", said)

t.done()
