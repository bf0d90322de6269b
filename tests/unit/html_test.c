/* HTML from elsewhere as Markdown: what is kept, what is dropped, and that nothing in it becomes
 * markup that it was not. Links core and board. */
#include "board/import/html.h"
#include "core/seal.h"
#include "core/text.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;

static int open_all(void **state)
{
    (void)state;
    (void)scratch_open();
    arena_open(&arena, 32 << 20);
    return 0;
}

static void becomes(const char *html, const char *want)
{
    struct text got = html_markdown(&arena, text_of(html), TEXT("https://host.example"));
    if (!text_is(got, want))
        fail_msg("%s\n became %.*s\n not    %s", html, (int)got.size, got.data, want);
}

static void line_becomes(const char *line, const char *want)
{
    struct text got = line_markdown(&arena, text_of(line));
    struct html html;
    assert_int_equal(text_markdown(&arena, got, &html), OK);
    if (!text_is(text_trim(html.markup), want))
        fail_msg("%s\n became %.*s\n not    %s", line, (int)html.markup.size, html.markup.data,
                 want);
}

static void a_comments_line_stays_one_paragraph(void **state)
{
    (void)state;
    line_becomes("@dr. who: *why* `a < b`?",
                 "<p>@dr. who: <em>why</em> <code>a &lt; b</code>?</p>");
    line_becomes("# one", "<p># one</p>");
    line_becomes("- one", "<p>- one</p>");
    line_becomes("12. one", "<p>12. one</p>");
    line_becomes("> one\nand - two", "<p>&gt; one and - two</p>");
    line_becomes("``` one", "<p>``` one</p>");
    line_becomes("2 mg < 3 mg <script>x</script>",
                 "<p>2 mg &lt; 3 mg &lt;script&gt;x&lt;/script&gt;</p>");
    line_becomes(
        "![seen](https://x.example/p.png)",
        "<p>!<a href=\"https://x.example/p.png\" rel=\"nofollow ugc noopener\">seen</a></p>");
    line_becomes("", "");
}

static void what_markdown_has_is_kept(void **state)
{
    (void)state;
    becomes("<p>One</p>\n\n<p>two  three</p>", "One\n\ntwo three");
    becomes("<p>a <strong>strong</strong> and <em>soft</em> word</p>",
            "a **strong** and *soft* word");
    becomes("<p><b> spaced </b>out</p>", "**spaced** out");
    becomes("<ul><li>one</li><li><p>two</p></li></ul>", "- one\n- two");
    becomes("<ol><li>one</li>\n<li>two</li></ol>", "1. one\n2. two");
    becomes("<ul><li>one<ul><li>inner</li></ul></li><li>two</li></ul>",
            "- one\n\n  - inner\n- two");
    becomes("<blockquote><p>said</p><p>more</p></blockquote><p>after</p>",
            "> said\n>\n> more\n\nafter");
    becomes("<h2>Head</h2><p>text</p>", "## Head\n\ntext");
    becomes("<p>line<br>next</p>", "line\\\nnext");
    becomes("<p>see <a href=\"/q/1\">this</a> and <a href='https://x.example/a b'>that</a></p>",
            "see [this](<https://host.example/q/1>) and [that](<https://x.example/a%20b>)");
    becomes("<p>use <code>a`b</code></p>", "use ``a`b``");
    becomes("<pre><code>x &lt; 1\n  y\n</code></pre><p>z</p>", "```\nx < 1\n  y\n```\n\nz");
    becomes("10<sup>9</sup>/L of H<sub>2</sub>O", "10^9/L of H2O");
}

static void what_it_has_not_loses_its_tags_and_keeps_its_words(void **state)
{
    (void)state;
    becomes("<p>a<script>alert(1)</script>b<style>p{}</style>c</p>", "abc");
    becomes("<table><tr><td>dose</td><td>5 mg</td></tr><tr><td>x</td></tr></table>",
            "dose 5 mg\nx");
    becomes("<p><a href=\"javascript:alert(1)\">click</a></p>", "click");
    becomes("<p><img src=\"https://x.example/i.png\" alt=\"an ECG\"></p>",
            "[image: an ECG](<https://x.example/i.png>)");
    becomes("<p><span onclick=\"x>y\">words</span><!-- not <b>this</b> --></p>", "words");
    becomes("&copy; 5&nbsp;mg &micro;g &#8805; 3 &nothing; &#x41; &#0;",
            "© 5 mg µg ≥ 3 \\&nothing; A \xef\xbf\xbd");
}

static void nothing_becomes_markup_that_it_was_not(void **state)
{
    (void)state;
    becomes("<p>*not* _this_ [or](that) `nor` #x</p>",
            "\\*not\\* \\_this\\_ \\[or\\](that) \\`nor\\` #x");
    becomes("<p># no head</p><p>- no list</p><p>12. none</p><p>&gt; no quote</p>",
            "\\# no head\n\n\\- no list\n\n12\\. none\n\n\\> no quote");
    becomes("<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>", "\\<script\\>alert(1)\\</script\\>");
    becomes("a < b and c > d", "a \\< b and c \\> d");
    becomes("<p>broken <b>bold</p><p>next</p>", "broken **bold**\n\nnext");
    becomes("<b", "\\<b");
    becomes("", "");
}

static void plain_text_stays_as_it_is(void **state)
{
    (void)state;
    struct text got = plain_markdown(&arena, TEXT("1. *first*\nsame\n\n- second"));
    assert_true(text_is(got, "1\\. \\*first\\* same\n\n\\- second"));
}

/* Whatever it is given, the text is valid, without control characters, and of bounded size. */
static void any_bytes_give_some_text(void **state)
{
    static const char *const parts[] = {
        "<", ">",    "</",  "p",    "ul",   "li", "blockquote", "pre", "code", "&",
        ";", "#",    "b",   "\"",   "=",    "\n", " ",          "a",   "href", "*",
        "`", "<!--", "-->", "<ol>", "<li>", "é",  "<br>",       "x",
    };
    (void)state;
    for (int round = 0; round < 20000; round++) {
        char html[400] = "";
        size_t size = 0;
        for (uint64_t i = seal_random_below(40); i-- > 0;) {
            const char *part = parts[seal_random_below(sizeof(parts) / sizeof(*parts))];
            memcpy(html + size, part, strlen(part));
            size += strlen(part);
        }
        arena_reset(&arena, 0);
        struct text got = html_markdown(&arena, (struct text){html, size}, TEXT(""));
        struct html shown;
        assert_true(text_is_utf8(text_bytes(got)));
        assert_true(got.size < 40 * size + 200);
        if (got.size > 0)
            assert_int_equal(text_markdown(&arena, got, &shown), OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_comments_line_stays_one_paragraph),
        cmocka_unit_test(what_markdown_has_is_kept),
        cmocka_unit_test(what_it_has_not_loses_its_tags_and_keeps_its_words),
        cmocka_unit_test(nothing_becomes_markup_that_it_was_not),
        cmocka_unit_test(plain_text_stays_as_it_is),
        cmocka_unit_test(any_bytes_give_some_text),
    };
    return cmocka_run_group_tests(tests, open_all, NULL);
}
