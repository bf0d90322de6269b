/* Markdown to markup: what a physician may use, what an attacker tries, and a random mix of both.
 */
#include "core/text.h"

#include <ctype.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;

static int open_arena(void **state UNUSED)
{
    arena_open(&arena, 16 << 20);
    return 0;
}

static const char *made(const char *markdown)
{
    struct html html;
    arena_reset(&arena, 0);
    assert_int_equal(text_markdown(&arena, text_of(markdown), &html), OK);
    return arena_text(&arena, html.markup).data;
}

#define MAKES(markdown, expected) assert_string_equal(made(markdown), expected)
#define REL "\" rel=\"nofollow ugc noopener\">"

static void the_usual_marks_become_markup(void **state UNUSED)
{
    MAKES("", "");
    MAKES("*a* **b** `c`", "<p><em>a</em> <strong>b</strong> <code>c</code></p>\n");
    MAKES("a\nb  \nc", "<p>a\nb<br>\nc</p>\n");
    MAKES("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n");
    MAKES("3. a\n\n4. b", "<ol start=\"3\">\n<li><p>a</p>\n</li>\n<li><p>b</p>\n</li>\n</ol>\n");
    MAKES("> a", "<blockquote>\n<p>a</p>\n</blockquote>\n");
    MAKES("    x<y\n", "<pre><code>x&lt;y\n</code></pre>\n");
    MAKES("a\n\n***\n", "<p>a</p>\n<hr>\n");
}

static void headings_begin_at_the_third_level_and_end_at_the_sixth(void **state UNUSED)
{
    MAKES("# a\n## b\n##### c\n###### d", "<h3>a</h3>\n<h4>b</h4>\n<h6>c</h6>\n<h6>d</h6>\n");
}

static void links_say_that_we_do_not_vouch_for_them(void **state UNUSED)
{
    MAKES("[a](https://b/?c=d&e=f)", "<p><a href=\"https://b/?c=d&amp;e=f" REL "a</a></p>\n");
    MAKES("[a](/q/5 \"t\\\"<\")", "<p><a href=\"/q/5\" title=\"t&quot;&lt;" REL "a</a></p>\n");
    MAKES("<x@y.z>", "<p><a href=\"mailto:x@y.z" REL "x@y.z</a></p>\n");
}

static void links_that_could_run_lose_their_address_and_keep_their_words(void **state UNUSED)
{
    static const char *const urls[] = {
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "java&#9;script:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///x",
        "//evil.example",
        "&#106;avascript:alert(1)",
        "javascript&colon;alert(1)",
        "&#1;javascript:x",
        "\\\\\\\\evil.example",
        "/&#92;evil.example",
    };
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        char markdown[200];
        snprintf(markdown, sizeof(markdown), "[word](%s)", urls[i]);
        if (strcmp(made(markdown), "<p>word</p>\n") != 0)
            fail_msg("%s made %s", markdown, made(markdown));
    }
}

static void images_become_links(void **state UNUSED)
{
    MAKES("![a](/b.png)", "<p><a href=\"/b.png" REL "a</a></p>\n");
    MAKES("![](/b.png)", "<p><a href=\"/b.png" REL "image</a></p>\n");
    MAKES("[![a](/b.png)](/c)", "<p><a href=\"/c" REL "a</a></p>\n");
    MAKES("![a [b](/c) d](/e)", "<p><a href=\"/e" REL "a b d</a></p>\n");
}

#define ID "1200x800-abcdefghijklmnopabcdefghijklmn"
#define SHOWN(alt)                                                             \
    "<img src=\"/image/" ID "/small\" width=\"640\" height=\"427\" alt=\"" alt \
    "\" loading=\"lazy\">"

static void pictures_of_ours_are_shown_with_their_words(void **state UNUSED)
{
    MAKES("![a rash](image:" ID ")",
          "<p><a class=\"image\" href=\"/image/" ID "\">" SHOWN("a rash") "</a></p>\n");
    /* Whatever stands between the brackets is words. */
    MAKES("![a *red* `rash` <b> \"](image:" ID ")",
          "<p><a class=\"image\" href=\"/image/" ID
          "\">" SHOWN("a red rash &lt;b&gt; &quot;") "</a></p>\n");
    /* Inside of a link it is no link itself. */
    MAKES("[![a](image:" ID ")](https://a.example)",
          "<p><a href=\"https://a.example" REL SHOWN("a") "</a></p>\n");
}

static void what_is_no_picture_of_ours_is_never_fetched(void **state UNUSED)
{
    static const char *const others[] = {
        "image:" ID "x",
        "image:1200x801-abcdefghijklmnopabcdefghijklmq",
        "image:1700x800-abcdefghijklmnopabcdefghijklmn",
        "image:01x800-abcdefghijklmnopabcdefghijklmn",
        "image:0x0-abcdefghijklmnopabcdefghijklmn",
        "image:-1x5-abcdefghijklmnopabcdefghijklmn",
        "image:../image/x",
        "image:",
        "IMAGE:" ID,
        "https://a.example/x.png",
        "//a.example/x.png",
        "/image/" ID,
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        char text[200];
        (void)snprintf(text, sizeof text, "![a](%s)", others[i]);
        assert_null(strstr(made(text), "<img"));
    }
    assert_null(strstr(made("![](image:" ID ")"), "<img")); /* nobody would know what it shows */
}

static void the_pictures_of_a_text_are_counted_and_their_faults_told(void **state UNUSED)
{
    struct text_image images[2];
    size_t count;
    const char *fault;
    struct text many = TEXT("![a](image:" ID ") ![b](https://a.example/x) `![c](image:" ID
                            ")`\n\n> ![d](image:" ID ")\n\n![e](image:" ID ")");
    assert_int_equal(text_images(&arena, many, 2, images, &count, &fault), OK);
    assert_int_equal(count, 3);
    assert_null(fault);
    assert_true(text_is(images[1].id, ID));
    assert_true(text_is(images[1].words, "d"));
    assert_int_equal(text_images(&arena, TEXT("![](image:" ID ")"), 2, images, &count, &fault), OK);
    assert_non_null(strstr(fault, "in words"));
    assert_int_equal(text_images(&arena, TEXT("![a](image:x)"), 2, images, &count, &fault), OK);
    assert_non_null(strstr(fault, "not one of ours"));
    assert_int_equal(text_images(&arena, TEXT("no picture"), 2, images, &count, &fault), OK);
    assert_int_equal(count, 0);
}

static struct text without(const char *markdown)
{
    return text_image_without(&arena, text_of(markdown), TEXT(ID));
}

static void a_picture_is_taken_out_of_a_text_and_all_else_stays(void **state UNUSED)
{
    assert_true(text_is(without("Before.\n\n![a \\[red\\] rash](image:" ID ")\n\nAfter."),
                        "Before.\n\nAfter."));
    assert_true(text_is(without("![a [b] c](image:" ID ")"), ""));
    assert_true(text_is(without("See ![a](image:" ID ") and ![a](image:" ID ")."), "See  and ."));
    /* What only looks like one stays. */
    static const char *const others[] = {
        "![a](image:8x8-abcdefghijklmnopabcdefghijklmn)",
        "[a](image:" ID ")",
        "](image:" ID ")",
        "\\![a](image:" ID ")",
        "![a\\](image:" ID ")",
        "no picture",
        "",
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_true(text_is(without(others[i]), others[i]));
}

static void what_looks_like_html_is_shown_and_not_obeyed(void **state UNUSED)
{
    MAKES("Na <normal and K >high, p <0.05", "<p>Na &lt;normal and K &gt;high, p &lt;0.05</p>\n");
    MAKES("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n");
    MAKES("a <img src=x onerror=y> b", "<p>a &lt;img src=x onerror=y&gt; b</p>\n");
    MAKES("&lt;b&gt; &amp; &quot;", "<p>&lt;b&gt; &amp; \"</p>\n");
    MAKES("<!-- a -->", "<p>&lt;!-- a --&gt;</p>\n");
}

static void too_much_and_ill_formed_text_is_refused(void **state UNUSED)
{
    static char text[POSTING_SIZE_MAX + 1];
    struct html html;
    memset(text, 'a', sizeof(text));
    struct text whole = {text, sizeof(text) - 1}, over = {text, sizeof(text)};
    assert_int_equal(text_markdown(&arena, whole, &html), OK);
    assert_int_equal(text_markdown(&arena, over, &html), TOO_MUCH);
    assert_null(html.markup.data);
    assert_int_equal(text_markdown(&arena, TEXT("a\xff"), &html), INVALID);
    assert_int_equal(text_markdown(&arena, TEXT("a\0b"), &html), INVALID);
    assert_int_equal(text_markdown(&arena, NO_TEXT, &html), INVALID);
}

/* --- no input makes anything but our few tags, rightly nested, with their fixed attributes --- */

static bool pass(const char **at, const char *word)
{
    size_t size = strlen(word);
    bool there = strncmp(*at, word, size) == 0;
    *at += there ? size : 0;
    return there;
}

static bool pass_value(const char **at)
{
    while (**at != 0 && strchr("\"<>'", **at) == NULL)
        ++*at;
    return pass(at, "\"");
}

static bool pass_attributes(const char **at, const char *tag)
{
    if (strcmp(tag, "a") == 0)
        return pass(at, " href=\"") && strncasecmp(*at, "javascript", 10) != 0 && pass_value(at) &&
               (!pass(at, " title=\"") || pass_value(at)) &&
               pass(at, " rel=\"nofollow ugc noopener\"");
    if (strcmp(tag, "ol") == 0 && pass(at, " start=\"")) {
        while (isdigit((unsigned char)**at))
            ++*at;
        return pass(at, "\"");
    }
    return true;
}

static bool is_safe(const char *at)
{
    static const char *const tags[] = {"blockquote", "strong", "code", "pre", "em", "ul",
                                       "ol",         "li",     "h3",   "h4",  "h5", "h6",
                                       "hr",         "br",     "p",    "a"};
    const char *open[64];
    size_t depth = 0;
    while (*at != 0) {
        if (*at == '&' && !(pass(&at, "&amp;") || pass(&at, "&lt;") || pass(&at, "&gt;")))
            return false;
        if (*at != '<') {
            at += *at != 0 && *at != '&';
            continue;
        }
        at++;
        bool ends = pass(&at, "/");
        size_t i = 0;
        while (i < 16 && !(strncmp(at, tags[i], strlen(tags[i])) == 0 &&
                           strchr(" >", at[strlen(tags[i])]) != NULL))
            i++;
        if (i == 16 || *at == 0)
            return false;
        at += strlen(tags[i]);
        if ((!ends && !pass_attributes(&at, tags[i])) || !pass(&at, ">"))
            return false;
        bool empty = strcmp(tags[i], "hr") == 0 || strcmp(tags[i], "br") == 0;
        if (ends && (depth == 0 || strcmp(open[--depth], tags[i]) != 0))
            return false;
        if (!ends && !empty && depth == 64)
            return false;
        if (!ends && !empty)
            open[depth++] = tags[i];
    }
    return depth == 0;
}

static void the_checker_itself_refuses_what_is_unsafe(void **state UNUSED)
{
    static const char *const bad[] = {
        "<script>",
        "<p>",
        "</p>",
        "<p><em></p></em>",
        "<p onclick=x>",
        "<a href=\"x\">y</a>",
        "a & b",
        "<",
        "<a href=\"javascript:x\" rel=\"nofollow ugc noopener\">a</a>",
        "<img src=\"x\">",
        "<pp></pp>",
        "<ol start=\"x\"></ol>",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(is_safe(bad[i]));
    assert_true(is_safe("<p>a &amp; <a href=\"x\" rel=\"nofollow ugc noopener\">b</a><br></p>"));
}

static void random_mixes_of_markdown_and_html_stay_safe(void **state UNUSED)
{
    static const char *const pieces[] = {
        "*",     "**",          "_",         "`",        "```\n",    "[",        "](",
        ")",     "![",          "]",         "[a]",      ": ",       "\n",       "\n\n",
        "> ",    "- ",          "1. ",       "# ",       "    ",     "a",        "<b>",
        "</",    "<",           ">",         "\"",       "'",        "&",        "&lt;",
        "&#60;", "javascript:", "x:",        "/q",       "http://a", "<a href=", "onclick=",
        "-->",   "<!--",        "\\",        "\xc3\xa4", "---\n",    "[a]: ",    "=== \n",
        "~~~\n", "<?",          "<![CDATA[", "]]>",      " \"t\"",   "<x@y.z>",  "  \n",
        "\t",
    };
    static char text[POSTING_SIZE_MAX];
    uint64_t bits = 88172645463325252;
    for (int round = 0; round < 6000; round++) {
        size_t size = 0, limit = 20 + (size_t)round % 300 * (round % 50 == 0 ? 50 : 1);
        while (size < limit) {
            bits ^= bits << 13, bits ^= bits >> 7, bits ^= bits << 17;
            const char *piece = pieces[bits % (sizeof(pieces) / sizeof(pieces[0]))];
            memcpy(text + size, piece, strlen(piece));
            size += strlen(piece);
        }
        text[size] = 0;
        const char *markup = made(text);
        if (!is_safe(markup))
            fail_msg("%s\nmade\n%s", text, markup);
        assert_true(strlen(markup) <= 32 * size + 8192);
    }
}

static void no_small_text_becomes_a_large_page(void **state UNUSED)
{
    static const char *const pieces[] = {
        ">", ">>>>>>>>>>>>>>>>\n\n", "- ", "-\n", "[a](/)", "<a@b.c>", "\"&", "*a ", "![[]()"};
    static char text[POSTING_SIZE_MAX + 1];
    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        size_t step = strlen(pieces[i]), size = 0;
        for (; size + step <= POSTING_SIZE_MAX; size += step)
            memcpy(text + size, pieces[i], step);
        text[size] = 0;
        assert_true(strlen(made(text)) <= 32 * size + 8192);
    }
    /* One long definition, used very often. */
    size_t size = (size_t)snprintf(text, sizeof(text), "[a]: /%08000d\n\n", 7);
    for (; size + 3 < POSTING_SIZE_MAX; size += 3)
        memcpy(text + size, "[a]", 4);
    const char *markup = made(text);
    assert_true(strlen(markup) <= 32 * size + 8192);
    assert_non_null(strstr(markup, "<a href="));
}

static const char *excerpt(const char *markdown, size_t characters)
{
    return text_excerpt(&arena, text_of(markdown), characters).data;
}

static void excerpts_are_plain_words(void **state UNUSED)
{
    assert_string_equal(excerpt("# A *b*\n\n- [c](/d)\n- e  f\n", 99), "A b c e f");
    assert_string_equal(excerpt("a\nb\n\n    c <d>\n", 99), "a b c <d>");
    assert_string_equal(excerpt("", 10), "");
    assert_string_equal(excerpt("a\xff", 10), "");
    assert_string_equal(text_excerpt(&arena, NO_TEXT, 5).data, "");
}

static void excerpts_are_cut_behind_a_word_and_say_so(void **state UNUSED)
{
    assert_string_equal(excerpt("one two three", 13), "one two three");
    assert_string_equal(excerpt("one two three", 12), "one two…");
    assert_string_equal(excerpt("one two three", 8), "one two…");
    assert_string_equal(excerpt("one two three", 7), "one…");
    assert_string_equal(excerpt("unbreakable", 4), "unb…");
    assert_string_equal(excerpt("\xc3\xa4\xc3\xa4\xc3\xa4", 3), "\xc3\xa4\xc3\xa4\xc3\xa4");
    assert_string_equal(excerpt("\xc3\xa4\xc3\xa4\xc3\xa4", 2), "\xc3\xa4…");
    assert_string_equal(excerpt("ab", 1), "…");
    for (size_t most = 1; most < 60; most++)
        assert_true(text_characters(text_of(excerpt(
                        "Recurrent *syncope* after **switching**, in a patient \xf0\x9f\x98\x80 x",
                        most))) <= most);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_usual_marks_become_markup),
        cmocka_unit_test(headings_begin_at_the_third_level_and_end_at_the_sixth),
        cmocka_unit_test(links_say_that_we_do_not_vouch_for_them),
        cmocka_unit_test(links_that_could_run_lose_their_address_and_keep_their_words),
        cmocka_unit_test(images_become_links),
        cmocka_unit_test(pictures_of_ours_are_shown_with_their_words),
        cmocka_unit_test(what_is_no_picture_of_ours_is_never_fetched),
        cmocka_unit_test(the_pictures_of_a_text_are_counted_and_their_faults_told),
        cmocka_unit_test(a_picture_is_taken_out_of_a_text_and_all_else_stays),
        cmocka_unit_test(what_looks_like_html_is_shown_and_not_obeyed),
        cmocka_unit_test(too_much_and_ill_formed_text_is_refused),
        cmocka_unit_test(the_checker_itself_refuses_what_is_unsafe),
        cmocka_unit_test(random_mixes_of_markdown_and_html_stay_safe),
        cmocka_unit_test(no_small_text_becomes_a_large_page),
        cmocka_unit_test(excerpts_are_plain_words),
        cmocka_unit_test(excerpts_are_cut_behind_a_word_and_say_so),
    };
    return cmocka_run_group_tests(tests, open_arena, NULL);
}
