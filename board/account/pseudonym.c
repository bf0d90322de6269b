#include "board/account/pseudonym.h"

#include "board/roster/match.h"
#include "core/buf.h"

#include <string.h>

enum { NAME_PART_MIN = 3, NAME_INSIDE_MIN = 5 };

/* Words that would be taken for the house speaking. */
static const char *const reserved[] = {
    "admin",    "administrator", "curbside",  "moderator", "moderation",   "support",
    "staff",    "system",        "root",      "official",  "operator",     "sponsor",
    "helpdesk", "postmaster",    "webmaster", "security",  "formermember",
};

static char look_of(char c)
{
    static const char from[] = "01i5qu", to[] = "ollsgv";
    const char *at = c == 0 ? NULL : strchr(from, c);
    return at == NULL ? c : to[at - from];
}

struct text pseudonym_look(struct arena *arena, struct text pseudonym)
{
    char *out = arena_take(arena, pseudonym.size + 1);
    size_t size = 0;
    for (size_t i = 0; i < pseudonym.size; i++) {
        char c = pseudonym.data[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (c == ' ' || c == '.' || c == '-' || c == '_')
            continue;
        bool digit = c >= '0' && c <= '9';
        char before = size > 0 ? out[size - 1] : 0;
        c = look_of(c);
        if ((c == 'n' && before == 'r') || (c == 'n' && before == 'n'))
            out[size - 1] = 'm'; /* rn, nn */
        else if (c == 'v' && before == 'v')
            out[size - 1] = 'w';
        else if (c == 'l' && before == 'c')
            out[size - 1] = 'd'; /* cl */
        else if (c != before || digit)
            out[size++] = c; /* doubled letters are easily overlooked */
    }
    return (struct text){out, size};
}

/* Letters and digits in lower case, one word; for comparing with the words of a pseudonym. */
static struct text word_fold(struct arena *arena, struct text word)
{
    char *out = arena_take(arena, word.size + 1);
    size_t size = 0;
    for (size_t i = 0; i < word.size; i++) {
        char c = word.data[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if ((c >= 'a' && c <= 'z') || (c & 0x80) != 0)
            out[size++] = c;
    }
    return (struct text){out, size};
}

static bool text_inside(struct text text, struct text part)
{
    return part.size > 0 && memmem(text.data, text.size, part.data, part.size) != NULL;
}

/* The words of a pseudonym: at blanks and marks, and where small letters meet capitals. */
static bool word_next(struct text *rest, struct text *word)
{
    size_t from = 0;
    while (from < rest->size && strchr(" .-_", rest->data[from]) != NULL)
        from++;
    size_t to = from;
    while (to < rest->size && strchr(" .-_", rest->data[to]) == NULL) {
        bool small = to > from && rest->data[to - 1] >= 'a' && rest->data[to - 1] <= 'z';
        if (small && rest->data[to] >= 'A' && rest->data[to] <= 'Z')
            break;
        to++;
    }
    *word = (struct text){rest->data + from, to - from};
    *rest = (struct text){rest->data + to, rest->size - to};
    return word->size > 0;
}

static bool names_whole(struct arena *arena, struct text pseudonym, struct text a, struct text b)
{
    return names_match(arena, pseudonym,
                       arena_format(arena, "%.*s%.*s", (int)a.size, a.data, (int)b.size, b.data));
}

bool pseudonym_is_own(struct arena *arena, struct text pseudonym, struct text first_name,
                      struct text last_name)
{
    struct text whole = word_fold(arena, pseudonym);
    const struct text names[] = {first_name, last_name};
    struct text initial = text_cut(first_name, 1);
    if (names_whole(arena, pseudonym, first_name, last_name) ||
        names_whole(arena, pseudonym, last_name, first_name) ||
        names_whole(arena, pseudonym, initial, last_name) ||
        names_whole(arena, pseudonym, last_name, initial))
        return true;
    for (size_t i = 0; i < 2; i++) {
        struct text rest = names[i], part;
        while (text_next(&rest, ' ', &part)) {
            struct text folded = word_fold(arena, part), words = pseudonym, word;
            if (folded.size >= NAME_INSIDE_MIN && i == 1 && text_inside(whole, folded))
                return true;
            while (folded.size >= NAME_PART_MIN && word_next(&words, &word)) {
                if (names_match(arena, word, part))
                    return true;
            }
        }
    }
    return false;
}

bool pseudonym_is_reserved(struct arena *arena, struct text pseudonym)
{
    struct text look = pseudonym_look(arena, pseudonym);
    for (size_t i = 0; i < sizeof(reserved) / sizeof(*reserved); i++) {
        struct text want = pseudonym_look(arena, text_of(reserved[i]));
        struct text rest = pseudonym, word;
        if (text_equal(look, want))
            return true;
        while (word_next(&rest, &word)) {
            if (text_equal(pseudonym_look(arena, word), want))
                return true;
        }
    }
    return false;
}
