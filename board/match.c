#include "board/match.h"

#include "core/buf.h"
#include "schema/roster.h"

#include <string.h>

const char *advice_name(enum advice advice)
{
    return advice == ADVICE_ACCEPT ? "accept" : advice == ADVICE_REVIEW ? "review" : "reject";
}

bool npi_valid(struct text npi)
{
    if (npi.size != 10)
        return false;
    int sum = 24; /* the Luhn sum of the prefix 80840 (45 CFR 162.406; ISO/IEC 7812 card form) */
    for (size_t i = 0; i < 10; i++) {
        if (npi.data[i] < '0' || npi.data[i] > '9')
            return false;
        int digit = npi.data[i] - '0';
        if (i % 2 == 0) {
            digit *= 2;
            digit = digit > 9 ? digit - 9 : digit;
        }
        sum += digit;
    }
    return sum % 10 == 0;
}

/* Latin letters beyond ASCII and the two ways people write them: "Müller" is found as Muller and as
 * Mueller. */
struct letter {
    const char *utf8;
    const char *narrow;
    const char *wide;
};
static const struct letter letters[] = {
    {"ä", "a", "ae"}, {"à", "a", "a"},  {"á", "a", "a"},  {"â", "a", "a"},   {"ã", "a", "a"},
    {"å", "a", "aa"}, {"ā", "a", "a"},  {"ă", "a", "a"},  {"ą", "a", "a"},   {"æ", "a", "ae"},
    {"ç", "c", "c"},  {"ć", "c", "c"},  {"č", "c", "c"},  {"ď", "d", "d"},   {"đ", "d", "dj"},
    {"ð", "d", "d"},  {"è", "e", "e"},  {"é", "e", "e"},  {"ê", "e", "e"},   {"ë", "e", "e"},
    {"ē", "e", "e"},  {"ė", "e", "e"},  {"ę", "e", "e"},  {"ě", "e", "e"},   {"ğ", "g", "g"},
    {"ì", "i", "i"},  {"í", "i", "i"},  {"î", "i", "i"},  {"ï", "i", "i"},   {"ī", "i", "i"},
    {"ı", "i", "i"},  {"ł", "l", "l"},  {"ľ", "l", "l"},  {"ñ", "n", "n"},   {"ń", "n", "n"},
    {"ň", "n", "n"},  {"ò", "o", "o"},  {"ó", "o", "o"},  {"ô", "o", "o"},   {"õ", "o", "o"},
    {"ö", "o", "oe"}, {"ő", "o", "o"},  {"ø", "o", "oe"}, {"œ", "o", "oe"},  {"ř", "r", "r"},
    {"ś", "s", "s"},  {"š", "s", "s"},  {"ş", "s", "s"},  {"ș", "s", "s"},   {"ß", "ss", "ss"},
    {"ť", "t", "t"},  {"ț", "t", "t"},  {"ţ", "t", "t"},  {"þ", "th", "th"}, {"ù", "u", "u"},
    {"ú", "u", "u"},  {"û", "u", "u"},  {"ü", "u", "ue"}, {"ū", "u", "u"},   {"ů", "u", "u"},
    {"ű", "u", "u"},  {"ý", "y", "y"},  {"ÿ", "y", "y"},  {"ź", "z", "z"},   {"ż", "z", "z"},
    {"ž", "z", "z"},  {"Ä", "a", "ae"}, {"À", "a", "a"},  {"Á", "a", "a"},   {"Â", "a", "a"},
    {"Ã", "a", "a"},  {"Å", "a", "aa"}, {"Ā", "a", "a"},  {"Ă", "a", "a"},   {"Ą", "a", "a"},
    {"Æ", "a", "ae"}, {"Ç", "c", "c"},  {"Ć", "c", "c"},  {"Č", "c", "c"},   {"Ď", "d", "d"},
    {"Đ", "d", "dj"}, {"Ð", "d", "d"},  {"È", "e", "e"},  {"É", "e", "e"},   {"Ê", "e", "e"},
    {"Ë", "e", "e"},  {"Ē", "e", "e"},  {"Ė", "e", "e"},  {"Ę", "e", "e"},   {"Ě", "e", "e"},
    {"Ğ", "g", "g"},  {"Ì", "i", "i"},  {"Í", "i", "i"},  {"Î", "i", "i"},   {"Ï", "i", "i"},
    {"Ī", "i", "i"},  {"İ", "i", "i"},  {"Ł", "l", "l"},  {"Ľ", "l", "l"},   {"Ñ", "n", "n"},
    {"Ń", "n", "n"},  {"Ň", "n", "n"},  {"Ò", "o", "o"},  {"Ó", "o", "o"},   {"Ô", "o", "o"},
    {"Õ", "o", "o"},  {"Ö", "o", "oe"}, {"Ő", "o", "o"},  {"Ø", "o", "oe"},  {"Œ", "o", "oe"},
    {"Ř", "r", "r"},  {"Ś", "s", "s"},  {"Š", "s", "s"},  {"Ş", "s", "s"},   {"Ș", "s", "s"},
    {"Ť", "t", "t"},  {"Ț", "t", "t"},  {"Ţ", "t", "t"},  {"Þ", "th", "th"}, {"Ù", "u", "u"},
    {"Ú", "u", "u"},  {"Û", "u", "u"},  {"Ü", "u", "ue"}, {"Ū", "u", "u"},   {"Ů", "u", "u"},
    {"Ű", "u", "u"},  {"Ý", "y", "y"},  {"Ź", "z", "z"},  {"Ż", "z", "z"},   {"Ž", "z", "z"},
};

static const struct letter *letter_at(struct text text, size_t at)
{
    for (size_t i = 0; i < sizeof(letters) / sizeof(*letters); i++) {
        size_t size = strlen(letters[i].utf8);
        if (text.size - at >= size && memcmp(text.data + at, letters[i].utf8, size) == 0)
            return &letters[i];
    }
    return NULL;
}

/* Endings and titles that lists put in or leave out. Compared as whole folded words. */
static bool word_is_suffix(const char *word, size_t size)
{
    static const char *const suffixes[] = {"jr", "sr", "ii", "iii", "iv", "md", "do", "phd", "dr"};
    for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++) {
        if (strlen(suffixes[i]) == size && memcmp(word, suffixes[i], size) == 0)
            return true;
    }
    return false;
}

/* A word ends at `out->size`, having begun at `start`: drop it if it is a suffix behind a name. */
static size_t word_end(struct buf *out, size_t start)
{
    if (start > 0 && word_is_suffix(out->data + start, out->size - start))
        out->size = start;
    return out->size;
}

/* Only letters and digits, lower case, joined. Hyphens join two words of one name; blanks end a
 * word. */
static struct text name_fold(struct arena *arena, struct text name, bool wide)
{
    struct buf out;
    size_t start = 0;
    buf_open(&out, arena, name.size * 2 + 1);
    for (size_t i = 0; i < name.size; i++) {
        char c = name.data[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
            buf_char(&out, c);
        } else if (c == ' ' || c == ',') {
            start = word_end(&out, start);
        } else if ((unsigned char)c >= 0x80) {
            const struct letter *letter = letter_at(name, i);
            const char *plain = letter == NULL ? "?" : wide ? letter->wide : letter->narrow;
            buf_add(&out, plain, strlen(plain));
            while (i + 1 < name.size && ((unsigned char)name.data[i + 1] & 0xC0) == 0x80)
                i++;
        }
    }
    word_end(&out, start);
    return buf_done(&out);
}

bool names_match(struct arena *arena, struct text a, struct text b)
{
    for (int way = 0; way < 4; way++) {
        struct text x = name_fold(arena, a, way & 1), y = name_fold(arena, b, way & 2);
        if (x.size > 0 && text_equal(x, y))
            return true;
    }
    return false;
}

/* Licence numbers: lists differ in blanks, hyphens, case and leading zeros. */
static struct text number_fold(struct arena *arena, struct text number)
{
    struct text folded = name_fold(arena, number, false);
    while (folded.size > 1 && folded.data[0] == '0')
        folded = (struct text){folded.data + 1, folded.size - 1};
    return folded;
}

/* Allopathic & Osteopathic Physicians: every NUCC code of that grouping starts with 20, and no
 * other does. */
static bool code_is_physician(struct text code)
{
    return text_starts(code, "20");
}

static bool profession_is_physician(struct text profession)
{
    return text_is(profession, "MED") || text_is(profession, "MD") || text_is(profession, "DO");
}

struct matching {
    struct db *roster;
    struct arena *arena;
    const struct application *application;
    struct text today;
    struct match *match;
    struct buf findings;
    bool name_found; /* under this NPI's registered or other name */
};

static void finding(struct matching *m, enum advice advice, const char *reason, const char *words)
{
    if (advice > m->match->advice ||
        (advice == m->match->advice && advice != ADVICE_ACCEPT && m->match->reason == NULL)) {
        m->match->advice = advice;
        m->match->reason = reason;
    }
    size_t size = strlen(words);
    if (m->findings.size + size + 1 > 400)
        return;
    if (m->findings.size > 0)
        buf_char(&m->findings, '\n');
    buf_add(&m->findings, words, size);
}

static bool name_is(struct matching *m, struct text first, struct text last)
{
    return names_match(m->arena, m->application->first_name, first) &&
           names_match(m->arena, m->application->last_name, last);
}

/* The provider's taxonomy codes: a physician's among them, and a licence that agrees with the one
 * named. */
static enum result match_taxonomies(struct matching *m)
{
    struct roster_provider_taxonomies_row *rows;
    size_t count;
    bool physician = false, listed = false, same = false;
    struct text number = number_fold(m->arena, m->application->licence);
    enum result result =
        roster_provider_taxonomies(m->roster, m->arena, m->application->npi, &rows, &count);
    if (result != OK)
        return result;
    for (size_t i = 0; i < count; i++) {
        physician = physician || (rows[i].main && code_is_physician(rows[i].code));
        if (!text_equal(rows[i].state, m->application->state) || rows[i].number.size == 0)
            continue;
        listed = true;
        same = same || text_equal(number, number_fold(m->arena, rows[i].number));
    }
    if (!physician)
        finding(m, ADVICE_REJECT, "not_physician", "The NPI is registered for another profession.");
    if (listed && !same)
        finding(m, ADVICE_REJECT, "license_mismatch",
                "The NPI is registered with another licence number of this state.");
    return OK;
}

static enum result match_provider(struct matching *m)
{
    struct roster_list_get_row list;
    struct roster_provider_get_row row;
    enum result result = roster_list_get(m->roster, m->arena, TEXT("nppes"), &list);
    if (result == NOT_FOUND) {
        finding(m, ADVICE_REVIEW, "no_list", "No NPI list has been imported.");
        return OK;
    }
    if (result == OK)
        result = roster_provider_get(m->roster, m->arena, m->application->npi, &row);
    if (result == NOT_FOUND) {
        finding(m, ADVICE_REJECT, "unknown_npi", "The NPI is not in the list.");
        return OK;
    }
    if (result != OK)
        return result;
    if (row.deactivated.size > 0 && row.reactivated.size == 0) {
        finding(m, ADVICE_REJECT, "deactivated", "The NPI was deactivated.");
        return OK; /* a deactivated row holds nothing else */
    }
    if (row.entity != 1) {
        finding(m, ADVICE_REJECT, "organisation", "The NPI belongs to an organisation.");
        return OK;
    }
    struct text first = row.other_first_name.size > 0 ? row.other_first_name : row.first_name;
    bool other = row.other_last_name.size > 0 && name_is(m, first, row.other_last_name);
    m->name_found = other || name_is(m, row.first_name, row.last_name);
    if (!m->name_found)
        finding(m, ADVICE_REJECT, "name_mismatch", "The NPI is registered under another name.");
    else if (other)
        finding(m, ADVICE_ACCEPT, "ok", "The NPI is registered under this as another name.");
    return match_taxonomies(m);
}

static void match_licence(struct matching *m, const struct roster_licences_get_row *row)
{
    bool named =
        name_is(m, row->first_name, row->last_name) ||
        (row->former_last_name.size > 0 && name_is(m, row->first_name, row->former_last_name));
    /* A former name known to the NPI's list is enough: the licence number ties the two rows
     * together. */
    if (!named && !m->name_found)
        finding(m, ADVICE_REJECT, "name_mismatch", "The licence stands under another name.");
    if (row->expires.size > 0 && row->expires.size == m->today.size &&
        memcmp(row->expires.data, m->today.data, m->today.size) < 0)
        finding(m, ADVICE_REJECT, "expired", "The licence has expired.");
    if (!text_is(row->status, "Active"))
        finding(m, ADVICE_REVIEW, "status", "The licence is not listed as active.");
    if (row->discipline.size > 0)
        finding(m, ADVICE_REVIEW, "disciplined", "The board lists a disciplinary action.");
}

static enum result match_licences(struct matching *m)
{
    struct roster_list_get_row list;
    struct roster_licences_get_row *rows;
    size_t count, chosen = SIZE_MAX;
    struct text name = arena_format(m->arena, "board:%.*s", (int)m->application->state.size,
                                    m->application->state.data);
    enum result result = roster_list_get(m->roster, m->arena, name, &list);
    if (result == NOT_FOUND) {
        finding(m, ADVICE_REVIEW, "no_list", "No list of this state's board has been imported.");
        return OK;
    }
    if (result == OK)
        result = roster_licences_get(m->roster, m->arena, m->application->state,
                                     m->application->licence, &rows, &count);
    if (result != OK)
        return result;
    for (size_t i = 0; i < count; i++) {
        if (profession_is_physician(rows[i].profession))
            chosen = i;
    }
    if (count == 0)
        finding(m, ADVICE_REJECT, "license_mismatch", "The board does not list this licence.");
    else if (chosen == SIZE_MAX)
        finding(m, ADVICE_REJECT, "not_physician", "The licence is for another profession.");
    else
        match_licence(m, &rows[chosen]);
    return OK;
}

enum result match_application(struct db *roster, struct arena *arena,
                              const struct application *application, struct text today,
                              struct match *match)
{
    struct matching m = {.roster = roster,
                         .arena = arena,
                         .application = application,
                         .today = today,
                         .match = match};
    enum result result = OK;
    *match = (struct match){ADVICE_ACCEPT, NULL, NO_TEXT};
    buf_open(&m.findings, arena, 400);
    if (!npi_valid(application->npi))
        finding(&m, ADVICE_REJECT, "bad_check", "The NPI's check digit is wrong.");
    else if (roster == NULL)
        finding(&m, ADVICE_REVIEW, "no_list", "No list has been imported.");
    else
        result = match_provider(&m);
    if (result == OK && roster != NULL)
        result = match_licences(&m);
    if (result == OK && m.findings.size == 0)
        finding(&m, ADVICE_ACCEPT, "ok", "Name, NPI and licence agree with the lists.");
    if (match->reason == NULL)
        match->reason = "ok";
    match->findings = buf_done(&m.findings);
    return result;
}
