/* What a text cites. One pass from the left; wherever a source may begin it is tried, and what was
 * taken is not looked at again, so the work is linear. */
#include "board/board.h"
#include "core/buf.h"

#include <string.h>
#include <strings.h>

enum { PUBMED_DIGITS_MAX = 8, DOI_PREFIX_MIN = 4, DOI_PREFIX_MAX = 9, DOI_SIZE_MAX = 200 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80) != 0;
}

static bool starts_any_case(struct text text, const char *prefix)
{
    size_t size = strlen(prefix);
    return text.size >= size && strncasecmp(text.data, prefix, size) == 0;
}

static struct text behind(struct text text, size_t size)
{
    return (struct text){text.data + size, text.size - size};
}

/* What ends no address: the marks of the sentence around it, and a bracket it did not open. */
static size_t end_trimmed(const char *data, size_t size)
{
    while (size > 0) {
        char last = data[size - 1];
        size_t open = 0, close = 0;
        if (last == ')' || last == ']') {
            for (size_t i = 0; i < size; i++) {
                open += data[i] == (last == ')' ? '(' : '[');
                close += data[i] == last;
            }
            if (close <= open)
                return size;
        } else if (last == '\0' || strchr(".,;:!?'\"*_", last) == NULL) {
            return size;
        }
        size--;
    }
    return 0;
}

/* Up to white space, a quote, an angle, or a bracket that was not opened inside. */
static size_t run_size(struct text text, size_t most)
{
    size_t size = 0;
    int depth = 0;
    while (size < text.size && size < most) {
        char c = text.data[size];
        if ((unsigned char)c <= ' ' || c == '"' || c == '<' || c == '>' || c == '`' || c == '|')
            break;
        depth += c == '(' || c == '[';
        depth -= c == ')' || c == ']';
        if (depth < 0)
            break;
        size++;
    }
    return end_trimmed(text.data, size);
}

static struct text lower(struct arena *arena, struct text text)
{
    char *out = arena_take(arena, text.size + 1);
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        out[i] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    return (struct text){out, text.size};
}

/* The number at the front, without leading zeros; 0 bytes taken when it is none. */
static size_t pubmed_take(struct text text, struct citation *out)
{
    size_t size = 0;
    while (size < text.size && is_digit(text.data[size]))
        size++;
    if (size == 0 || size > PUBMED_DIGITS_MAX || text.data[0] == '0')
        return 0;
    if (size < text.size && is_word(text.data[size]))
        return 0;
    *out = (struct citation){CITATION_PUBMED, {text.data, size}};
    return size;
}

/* 10.NNNN/anything (ISO 26324). */
static size_t doi_take(struct arena *arena, struct text text, struct citation *out)
{
    size_t digits = 3;
    if (!text_starts(text, "10."))
        return 0;
    while (digits < text.size && (is_digit(text.data[digits]) || text.data[digits] == '.'))
        digits++;
    if (digits - 3 < DOI_PREFIX_MIN || digits - 3 > DOI_PREFIX_MAX || digits >= text.size ||
        text.data[digits] != '/')
        return 0;
    size_t size = run_size(text, DOI_SIZE_MAX);
    if (size <= digits + 1 || !text_is_utf8(bytes_of(text.data, size)))
        return 0;
    *out = (struct citation){CITATION_DOI, lower(arena, (struct text){text.data, size})};
    return size;
}

/* An address that only leads to a PubMed id or a DOI is that. */
static struct citation address_meaning(struct arena *arena, struct text address)
{
    static const char *const pubmed[] = {"pubmed.ncbi.nlm.nih.gov/", "www.ncbi.nlm.nih.gov/pubmed/",
                                         "ncbi.nlm.nih.gov/pubmed/"};
    static const char *const doi[] = {"doi.org/", "dx.doi.org/", "www.doi.org/"};
    struct citation found;
    struct text rest = behind(address, starts_any_case(address, "https://") ? 8 : 7);
    for (size_t i = 0; i < sizeof(pubmed) / sizeof(*pubmed); i++) {
        struct text number = rest;
        if (!starts_any_case(rest, pubmed[i]))
            continue;
        number = behind(rest, strlen(pubmed[i]));
        size_t size = pubmed_take(number, &found);
        if (size > 0 &&
            (size == number.size || (size + 1 == number.size && number.data[size] == '/')))
            return found;
    }
    for (size_t i = 0; i < sizeof(doi) / sizeof(*doi); i++) {
        if (starts_any_case(rest, doi[i]) &&
            doi_take(arena, behind(rest, strlen(doi[i])), &found) > 0)
            return found;
    }
    return (struct citation){CITATION_ADDRESS, address};
}

static size_t address_take(struct arena *arena, struct text text, struct citation *out)
{
    size_t scheme = starts_any_case(text, "https://")  ? 8
                    : starts_any_case(text, "http://") ? 7
                                                       : 0;
    if (scheme == 0)
        return 0;
    size_t size = run_size(text, CITATION_SIZE_MAX + 1);
    struct text address = {text.data, size};
    if (size > CITATION_SIZE_MAX || size <= scheme || !is_word(text.data[scheme]) ||
        !text_is_utf8(text_bytes(address)))
        return 0;
    *out = address_meaning(arena, address);
    return size;
}

/* "PMID 123", "PMID: 123"; "doi:10.1/x", "doi 10.1/x". */
static size_t named_take(struct arena *arena, struct text text, struct citation *out)
{
    bool pubmed = starts_any_case(text, "pmid");
    if (!pubmed && !starts_any_case(text, "doi"))
        return 0;
    size_t at = pubmed ? 4 : 3, colons = 0;
    while (at < text.size && (text.data[at] == ' ' || (text.data[at] == ':' && colons++ == 0)))
        at++;
    if (at == text.size || at > 12)
        return 0;
    size_t size =
        pubmed ? pubmed_take(behind(text, at), out) : doi_take(arena, behind(text, at), out);
    return size > 0 ? at + size : 0;
}

static size_t source_take(struct arena *arena, struct text text, struct citation *out)
{
    switch (text.data[0]) {
    case 'p':
    case 'P':
    case 'd':
    case 'D':
        return named_take(arena, text, out);
    case 'h':
    case 'H':
        return address_take(arena, text, out);
    case '1':
        return doi_take(arena, text, out);
    default:
        return 0;
    }
}

static bool same(struct citation a, struct citation b)
{
    return a.kind == b.kind && text_equal(a.key, b.key);
}

size_t citations_find(struct arena *arena, struct text text, struct citation **list)
{
    struct citation *found = arena_array(arena, struct citation, CITATIONS_MAX);
    size_t count = 0, at = 0;
    while (at < text.size && count < CITATIONS_MAX) {
        bool may = at == 0 || !is_word(text.data[at - 1]);
        size_t size = may ? source_take(arena, behind(text, at), &found[count]) : 0;
        bool known = false;
        for (size_t i = 0; size > 0 && i < count; i++)
            known = known || same(found[i], found[count]);
        count += size > 0 && !known;
        at += size > 0 ? size : 1;
    }
    *list = found;
    return count;
}

bool citation_read(struct arena *arena, struct text typed, struct citation *out)
{
    struct text text = text_trim(typed);
    size_t size = 0;
    if (text.size == 0 || text.size > CITATION_SIZE_MAX)
        return false;
    size = source_take(arena, text, out);
    if (size == 0)
        size = pubmed_take(text, out);
    return size == text.size;
}

struct text citation_label(struct arena *arena, struct citation citation)
{
    const char *before = citation.kind == CITATION_PUBMED ? "PMID "
                         : citation.kind == CITATION_DOI  ? "doi:"
                                                          : "";
    return arena_format(arena, "%s%.*s", before, (int)citation.key.size, citation.key.data);
}

struct text citation_address(struct arena *arena, struct citation citation)
{
    struct buf out;
    if (citation.kind == CITATION_ADDRESS)
        return citation.key;
    buf_open(&out, arena, citation.key.size + 64);
    if (citation.kind == CITATION_PUBMED)
        buf_format(&out, "https://pubmed.ncbi.nlm.nih.gov/");
    else
        buf_format(&out, "https://doi.org/");
    for (size_t i = 0; i < citation.key.size; i++) {
        char c = citation.key.data[i];
        if (c == '/')
            buf_char(&out, c);
        else
            buf_url_part(&out, ((struct text){&citation.key.data[i], 1}));
    }
    return buf_done(&out);
}
