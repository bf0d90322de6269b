#include "board/roster/match.h"

#include "core/buf.h"
#include "schema/roster.h"

#include <string.h>

enum { FINDINGS_SIZE = 400 };

/* How a name that was given stands to one that is listed. */
enum naming { NAME_OTHER, NAME_PART, NAME_VARIANT, NAME_SAME };

/* What the lists hold about one application: everything the rules look at. */
struct facts {
    bool check_wrong;
    bool nppes_here, board_here; /* those lists were imported */
    struct roster_provider_get_row provider;
    bool provider_here;
    bool physician, main_physician, main_other; /* among the codes the NPI is registered with */
    bool same_number, other_number;             /* with this or another licence of this state */
    enum naming npi_name;
    struct roster_licence_get_row licence; /* a physician's, if the board lists one */
    size_t licences;                       /* under this number, whatever profession */
    bool licence_here;                     /* one of them is a physician's */
    enum naming licence_name;
    bool lists_agree; /* the board names whom the NPI's list names */
    bool excluded, excluded_name;
    struct text today;
};

static bool before(struct text day, struct text other)
{
    return day.size == 10 && other.size == 10 && memcmp(day.data, other.data, 10) < 0;
}

/* --- the rules, in their order --- */

static bool check_wrong(const struct facts *f)
{
    return f->check_wrong;
}
static bool no_nppes(const struct facts *f)
{
    return !f->check_wrong && !f->nppes_here;
}
static bool no_board(const struct facts *f)
{
    return !f->check_wrong && f->nppes_here && !f->board_here;
}
static bool npi_unknown(const struct facts *f)
{
    return f->nppes_here && !f->provider_here;
}
static bool npi_deactivated(const struct facts *f)
{
    return f->provider_here && f->provider.kind == PROVIDER_DEACTIVATED;
}
static bool npi_organisation(const struct facts *f)
{
    return f->provider_here && f->provider.kind == PROVIDER_ORGANISATION;
}
static bool npi_other_profession(const struct facts *f)
{
    return f->provider_here && (f->provider.kind == PROVIDER_OTHER ||
                                (f->provider.kind == PROVIDER_PHYSICIAN && !f->physician));
}
static bool npi_is_physician(const struct facts *f)
{
    return f->provider_here && f->provider.kind == PROVIDER_PHYSICIAN && f->physician;
}
static bool npi_excluded(const struct facts *f)
{
    return f->excluded;
}
static bool npi_named_otherwise(const struct facts *f)
{
    return npi_is_physician(f) && f->npi_name == NAME_OTHER;
}
/* Two persons of one name: the NPI of one, the licence of the other. */
static bool two_of_one_name(const struct facts *f)
{
    return npi_is_physician(f) && f->npi_name != NAME_OTHER && f->other_number && !f->same_number &&
           f->licence_here && f->licence_name != NAME_OTHER;
}
static bool npi_other_licence(const struct facts *f)
{
    return npi_is_physician(f) && f->other_number && !f->same_number;
}
static bool licence_unknown(const struct facts *f)
{
    return f->board_here && f->licences == 0;
}
static bool licence_other_profession(const struct facts *f)
{
    return f->board_here && f->licences > 0 && !f->licence_here;
}
/* A former name that the NPI's list knows is enough: the number ties the two rows together. */
static bool licence_named_otherwise(const struct facts *f)
{
    bool tied = npi_is_physician(f) && f->npi_name != NAME_OTHER && f->same_number;
    return f->licence_here && f->licence_name == NAME_OTHER && !(tied && f->lists_agree);
}
static bool licence_ended(const struct facts *f)
{
    return f->licence_here &&
           (before(f->licence.expires, f->today) || text_is(f->licence.status, "expired"));
}
static bool status_is(const struct facts *f, const char *status)
{
    return f->licence_here && text_is(f->licence.status, status);
}
static bool licence_revoked(const struct facts *f)
{
    return status_is(f, "revoked") || status_is(f, "unlicensed");
}
static bool licence_suspended(const struct facts *f)
{
    return status_is(f, "suspended");
}
static bool licence_deceased(const struct facts *f)
{
    return status_is(f, "deceased");
}
static bool licence_inactive(const struct facts *f)
{
    return status_is(f, "inactive") || status_is(f, "retired");
}
static bool licence_disciplined(const struct facts *f)
{
    return f->licence_here && f->licence.discipline.size > 0;
}
static bool licence_not_active(const struct facts *f)
{
    return status_is(f, "military") || status_is(f, "unknown");
}
static bool name_excluded(const struct facts *f)
{
    return f->excluded_name && !f->excluded;
}
static bool not_listed_any_more(const struct facts *f)
{
    return (f->licence_here && f->licence.gone != 0) || (f->provider_here && f->provider.gone != 0);
}
static bool name_in_part(const struct facts *f)
{
    return (npi_is_physician(f) && f->npi_name == NAME_PART) ||
           (f->licence_here && f->licence_name == NAME_PART);
}
static bool second_profession(const struct facts *f)
{
    return npi_is_physician(f) && f->main_other && !f->main_physician;
}
static bool not_tied(const struct facts *f)
{
    return npi_is_physician(f) && f->licence_here && !f->same_number && !f->other_number;
}

/* The first that rejects decides; if none does, the first that asks for a review. Words are for the
 * admin: all that hold are shown. */
static const struct rule {
    const char *reason;
    enum advice advice;
    bool (*holds)(const struct facts *facts);
    const char *words;
} rules[] = {
    {"bad_check", ADVICE_REJECT, check_wrong, "The NPI's check digit is wrong."},
    {"no_list", ADVICE_REVIEW, no_nppes, "No NPI list has been imported."},
    {"no_list", ADVICE_REVIEW, no_board, "No list of this state's board has been imported."},
    {"unknown_npi", ADVICE_REJECT, npi_unknown, "The NPI is not in the list."},
    {"deactivated", ADVICE_REJECT, npi_deactivated, "The NPI was deactivated."},
    {"organisation", ADVICE_REJECT, npi_organisation, "The NPI belongs to an organisation."},
    {"not_physician", ADVICE_REJECT, npi_other_profession,
     "The NPI is registered for another profession."},
    {"excluded", ADVICE_REJECT, npi_excluded, "The NPI is on the federal exclusion list."},
    {"name_mismatch", ADVICE_REJECT, npi_named_otherwise,
     "The NPI is registered under another name."},
    {"homonym", ADVICE_REJECT, two_of_one_name,
     "The NPI and the licence belong to two persons of this name."},
    {"license_mismatch", ADVICE_REJECT, npi_other_licence,
     "The NPI is registered with another licence number of this state."},
    {"license_mismatch", ADVICE_REJECT, licence_unknown, "The board does not list this licence."},
    {"not_physician", ADVICE_REJECT, licence_other_profession,
     "The licence is for another profession."},
    {"name_mismatch", ADVICE_REJECT, licence_named_otherwise,
     "The licence stands under another name."},
    {"deceased", ADVICE_REJECT, licence_deceased, "The board lists the holder as deceased."},
    {"revoked", ADVICE_REJECT, licence_revoked, "The licence was revoked."},
    {"suspended", ADVICE_REJECT, licence_suspended, "The licence is suspended."},
    {"expired", ADVICE_REJECT, licence_ended, "The licence has expired."},
    {"inactive", ADVICE_REJECT, licence_inactive, "The licence is not active."},
    {"disciplined", ADVICE_REVIEW, licence_disciplined, "The board lists a disciplinary action."},
    {"status", ADVICE_REVIEW, licence_not_active, "The licence has a status of its own."},
    {"excluded_name", ADVICE_REVIEW, name_excluded,
     "Someone of this name and state is on the federal exclusion list."},
    {"unlisted", ADVICE_REVIEW, not_listed_any_more,
     "The newest list does not have this any more."},
    {"name_part", ADVICE_REVIEW, name_in_part, "Only a part of the listed name was given."},
    {"second_profession", ADVICE_REVIEW, second_profession,
     "The NPI's main registration is for another profession."},
    {"not_tied", ADVICE_REVIEW, not_tied,
     "The NPI is registered without a licence of this state: nothing ties the two together."},
};

/* --- names --- */

static bool first_names_match(struct arena *arena, struct text given, struct text first,
                              struct text middle)
{
    struct text both = arena_format(arena, "%.*s %.*s", (int)first.size, first.data,
                                    (int)middle.size, middle.data);
    struct text initial = middle.size > 0 ? text_cut(both, first.size + 2) : both;
    return names_match(arena, given, first) || names_match(arena, given, both) ||
           names_match(arena, given, initial);
}

/* Whether `part` is one of several words or hyphenated parts of `whole`. */
static bool name_has_part(struct arena *arena, struct text whole, struct text part)
{
    size_t start = 0, parts = 0;
    bool found = false;
    for (size_t i = 0; i <= whole.size; i++) {
        if (i < whole.size && whole.data[i] != ' ' && whole.data[i] != '-')
            continue;
        if (i > start) {
            parts++;
            found = found || names_match(arena, part, (struct text){whole.data + start, i - start});
        }
        start = i + 1;
    }
    return found && parts > 1;
}

static enum naming name_stands(struct arena *arena, const struct application *a, struct text first,
                               struct text middle, struct text last)
{
    if (last.size == 0 || !first_names_match(arena, a->first_name, first, middle))
        return NAME_OTHER;
    if (text_equal(a->first_name, first) && text_equal(a->last_name, last))
        return NAME_SAME;
    if (names_match(arena, a->last_name, last))
        return NAME_VARIANT;
    return name_has_part(arena, last, a->last_name) || name_has_part(arena, a->last_name, last)
               ? NAME_PART
               : NAME_OTHER;
}

static enum naming best(enum naming a, enum naming b)
{
    return a > b ? a : b;
}

/* Under its name, or a former or professional one, which is a variant however it is written. */
static enum naming name_or_other(struct arena *arena, const struct application *a,
                                 struct text first, struct text middle, struct text last,
                                 struct text other_first, struct text other_last)
{
    enum naming name = name_stands(arena, a, first, middle, last);
    enum naming other =
        name_stands(arena, a, other_first.size > 0 ? other_first : first, middle, other_last);
    return best(name, other == NAME_SAME ? NAME_VARIANT : other);
}

/* --- gathering --- */

bool taxonomy_is_physician(struct text code)
{
    return text_starts(code, "20"); /* every NUCC code of that grouping does, and no other */
}

bool taxonomy_next(struct text *rest, struct taxonomy *taxonomy)
{
    struct text line, parts[4] = {TEXT(""), TEXT(""), TEXT(""), TEXT("")};
    if (!text_next(rest, '\n', &line))
        return false;
    for (size_t i = 0; i < 4 && text_next(&line, '\t', &parts[i]); i++)
        ;
    *taxonomy = (struct taxonomy){parts[0], parts[1], parts[2], text_is(parts[3], "Y")};
    return true;
}

static void facts_taxonomies(struct facts *f, struct arena *arena, const struct application *a)
{
    struct text rest = f->provider.taxonomies, key = licence_key(arena, a->licence);
    struct taxonomy taxonomy;
    while (taxonomy_next(&rest, &taxonomy)) {
        bool physician = taxonomy_is_physician(taxonomy.code);
        f->physician = f->physician || physician;
        f->main_physician = f->main_physician || (physician && taxonomy.main);
        f->main_other = f->main_other || (!physician && taxonomy.main);
        if (!text_equal(taxonomy.state, a->state) || taxonomy.number.size == 0)
            continue;
        bool same = text_equal(key, licence_key(arena, taxonomy.number));
        f->same_number = f->same_number || same;
        f->other_number = f->other_number || !same;
    }
}

static enum result facts_provider(struct facts *f, struct db *roster, struct arena *arena,
                                  const struct application *a)
{
    struct roster_list_get_row list;
    enum result result = roster_list_get(roster, arena, TEXT("nppes"), &list);
    if (result != OK)
        return result == NOT_FOUND ? OK : result;
    f->nppes_here = true;
    result = roster_provider_get(roster, arena, a->npi, &f->provider);
    if (result != OK)
        return result == NOT_FOUND ? OK : result;
    const struct roster_provider_get_row *p = &f->provider;
    f->provider_here = true;
    f->npi_name = name_or_other(arena, a, p->first_name, p->middle_name, p->last_name,
                                p->other_first_name, p->other_last_name);
    facts_taxonomies(f, arena, a);
    return OK;
}

static void facts_licence_row(struct facts *f, struct arena *arena, const struct application *a)
{
    const struct roster_licence_get_row *c = &f->licence;
    const struct roster_provider_get_row *p = &f->provider;
    f->licence_here = true;
    f->licence_name = name_or_other(arena, a, c->first_name, c->middle_name, c->last_name,
                                    c->first_name, c->former_name);
    if (!f->provider_here)
        return;
    const struct application listed = {c->first_name, c->last_name, a->npi,
                                       a->licence,    a->state,     TEXT("")};
    f->lists_agree = name_or_other(arena, &listed, p->first_name, p->middle_name, p->last_name,
                                   p->other_first_name, p->other_last_name) >= NAME_VARIANT;
}

static enum result facts_licence(struct facts *f, struct db *roster, struct arena *arena,
                                 const struct application *a)
{
    struct roster_list_get_row list;
    struct roster_licence_get_row *rows;
    struct text name = arena_format(arena, "board:%.*s", (int)a->state.size, a->state.data);
    enum result result = roster_list_get(roster, arena, name, &list);
    if (result != OK)
        return result == NOT_FOUND ? OK : result;
    f->board_here = true;
    result = roster_licence_get(roster, arena, a->state, licence_key(arena, a->licence), &rows,
                                &f->licences);
    for (size_t i = 0; i < f->licences && result == OK; i++) {
        enum naming so_far = f->licence_name;
        if (rows[i].physician == 0)
            continue;
        const struct roster_licence_get_row kept = f->licence;
        bool first = !f->licence_here, agreed = f->lists_agree;
        f->licence = rows[i];
        facts_licence_row(f, arena, a);
        if (first || f->licence_name > so_far)
            continue;
        f->licence = kept; /* an earlier one bears the name at least as well */
        f->licence_name = so_far;
        f->lists_agree = agreed;
    }
    return result;
}

static bool day_given(struct text day)
{
    return day.size == 10;
}

static enum result facts_exclusion(struct facts *f, struct db *roster, struct arena *arena,
                                   const struct application *a)
{
    struct roster_exclusions_of_npi_row *rows;
    size_t count = 0;
    enum result result = roster_exclusions_of_npi(roster, arena, a->npi, &rows, &count);
    for (size_t i = 0; i < count && result == OK; i++)
        f->excluded = f->excluded || !day_given(rows[i].reinstated);
    for (int wide = 0; wide < 2 && result == OK; wide++) {
        struct roster_exclusions_of_name_row *named;
        struct text key = name_key(arena, a->first_name, a->last_name, wide != 0);
        result = roster_exclusions_of_name(roster, arena, key, a->state, &named, &count);
        for (size_t i = 0; i < count && result == OK; i++) {
            int64_t born = 0;
            bool year = text_int(text_cut(named[i].born, 4), 1800, 2200, &born);
            bool other = year && f->licence_here && f->licence.birth_year > 0 &&
                         f->licence.birth_year != born;
            f->excluded_name = f->excluded_name ||
                               (named[i].npi == 0 && !other && !day_given(named[i].reinstated));
        }
    }
    return result;
}

static enum result facts_gather(struct facts *f, struct db *roster, struct arena *arena,
                                const struct application *a)
{
    if (!npi_valid(a->npi)) {
        f->check_wrong = true;
        return OK;
    }
    if (roster == NULL)
        return OK;
    enum result result = facts_provider(f, roster, arena, a);
    if (result == OK)
        result = facts_licence(f, roster, arena, a);
    if (result == OK)
        result = facts_exclusion(f, roster, arena, a);
    return result;
}

/* --- the advice --- */

const char *advice_name(enum advice advice)
{
    return advice == ADVICE_ACCEPT ? "accept" : advice == ADVICE_REVIEW ? "review" : "reject";
}

static void finding_add(struct buf *findings, const char *words)
{
    size_t size = strlen(words);
    if (findings->size + size + 1 > FINDINGS_SIZE)
        return;
    if (findings->size > 0)
        buf_char(findings, '\n');
    buf_add(findings, words, size);
}

enum result match_application(struct db *roster, struct arena *arena,
                              const struct application *application, struct text today,
                              struct match *match)
{
    struct facts facts = {.today = today};
    struct buf findings;
    *match = (struct match){ADVICE_ACCEPT, NULL, NO_TEXT};
    buf_open(&findings, arena, FINDINGS_SIZE);
    enum result result = facts_gather(&facts, roster, arena, application);
    if (result != OK)
        return result;
    for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
        if (!rules[i].holds(&facts))
            continue;
        if (rules[i].advice > match->advice) {
            match->advice = rules[i].advice;
            match->reason = rules[i].reason;
        }
        finding_add(&findings, rules[i].words);
    }
    bool same = facts.licence_name == NAME_SAME; /* NPPES writes everything in capitals */
    if (match->reason == NULL) {
        match->reason = same ? "ok" : "ok_variant";
        finding_add(&findings, same ? "Name, NPI and licence agree with the lists."
                                    : "NPI and licence agree with the lists, the name but for its "
                                      "spelling or as a former one.");
    }
    match->findings = buf_done(&findings);
    return OK;
}
