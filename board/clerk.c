/* curbside-clerk: serves commands (`serve`), and the operator's verbs around it. */
#include "board/roster/roster.h"
#include "board/search/vocab.h"

#include "core/clock.h"
#include "core/conf.h"
#include "core/trace.h"

#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

static void progress_show(int64_t cursor)
{
    trace_info("catching_up", "cursor=%lld", (long long)cursor);
}

static int serve(void)
{
    static struct clerk clerk;
    const struct rlimit no_core = {0, 0};
    int status = 1;
    /* Applications, keys and addresses pass through this memory: none of it may end in a file. */
    if (setrlimit(RLIMIT_CORE, &no_core) != 0 || prctl(PR_SET_DUMPABLE, 0) != 0)
        trace_die("start", "reason=core");
    hasher_open(&clerk.hasher); /* before any store: children hold nothing of them */
    imager_open(&clerk.imager);
    enum result result = vocab_make();
    if (result == OK)
        result = clerk_open(&clerk);
    if (result == OK)
        result = clerk_catch_up(&clerk, progress_show);
    if (result == OK)
        result = keyring_sweep(&clerk.keys, clerk.desk, &clerk.scratch);
    if (result == OK)
        status = clerk_serve(&clerk);
    else
        trace_fail("start", "result=%s", result_name(result));
    clerk_close(&clerk);
    return status;
}

struct verb {
    const char *words;     /* one or two */
    const char *arguments; /* for the usage */
    const char *meaning;
};
static const struct verb verbs[] = {
    {"serve", "", "serve commands until SIGTERM"},
    {"status", "", "position, waiting applications and work done of the clerk that serves"},
    {"rebuild", "", "fold the journal anew into fresh board.db and desk.db"},
    {"digest", "", "print store, rows and content digest of board.db and desk.db"},
    {"check", "", "compare the search index with the texts"},
    {"roster import", "LIST FILE [--as-of DAY] [--scope full|update] [--shrink yes]",
     "import a public list: nppes, leie or board:XX; CSV or tabs, plain or gzip"},
    {"roster match", "FILE [--today DAY]", "what the lists say about a file of applications"},
    {"roster recheck", "", "lower who lapsed, was deactivated or excluded; raise who is back"},
    {"roster suspicions", "", "members whom the exclusion list may mean by name: a queue"},
    {"roster decide", "MEMBER ENTRY excluded|another", "what a person found out about one of them"},
    {"specialties load", "FILE", "the specialties members choose among: a NUCC taxonomy CSV"},
    {"pubmed import", "FILE...",
     "titles for references: PubMed XML or MEDLINE/nbib text, plain or gzip"},
    {"import medquad", "FILE [--unanswered keep]",
     "import MedQuAD answers (.jsonl or .jsonl.gz) as references; keep: also pointers to answers "
     "that stay with their publisher"},
    {"import stackexchange", "FOLDER [--site HOST] [--points N]",
     "import a Stack Exchange dump (Posts.xml ...) as references; answers with N points (1) or "
     "accepted"},
    {"import jsonl", "FILE [--name SOURCE]",
     "import questions and answers of any source, one JSON object a line (board/README.md)"},
    {"search batch", "[--top COUNT] [--cap off] [--warm COUNT] < QUERIES",
     "id<TAB>text lines in, id<TAB>rank<TAB>source id<TAB>score out; off: however long it takes; "
     "the first COUNT are neither printed nor timed"},
    {"vocab load", "KIND FILE",
     "load a table of medical words: abbreviations, brands or synonyms (.tsv, .gz)"},
    {"vocab list", "", "how many words of each kind are loaded"},
    {"search similar", "[--top COUNT] [--warm COUNT] < TITLES",
     "the same, as for a title being typed"},
    {"staff add", "PSEUDONYM sponsor|admin [--organisation NAME] [--email ADDRESS]",
     "add a sponsor's or admin's account; the password comes on standard input"},
    {"member list", "", "all members, one a line"},
    {"member match", "", "after an import: what the lists say now of those who wait"},
    {"member unlock", "MEMBER", "take the second factors of a member away who has lost them all"},
    {"member tax-form", "MEMBER refused|accepted", "what the tax office says of a member's form"},
    {"identity keygen", "FOLDER", "make the offline key pair, on the machine that keeps it"},
    {"identity open", "STORE --key FILE --member MEMBER|all --reason WHY",
     "open sealed identities of a copy of identity.db, and write down who did and why"},
    {"identity payees", "STORE --key FILE --list FILE --reason WHY",
     "print the accounts of the members of a bank batch, as the payees' file has them"},
    {"identity tax-forms", "STORE --key FILE --list FILE --reason WHY",
     "print the tax forms of the members of a list"},
    {"identity report", "STORE FOLDER --key FILE --reason WHY",
     "join FOLDER/list with who its members are, laid out by FOLDER/map, into FOLDER/1.csv ..."},
    {"identity audit", "STORE", "check the record of what was opened"},
    {"text blank", "SEQ PART", "blank a text for good (0 title or script, 1 body)"},
    {"journal verify", "", "recompute the whole chain; exit 1 names the first entry that fails"},
    {"journal show", "[--after SEQ] [--most COUNT]", "events as JSON, one a line"},
    {"guard check", "", "patient data in texts: {\"id\",\"text\"} lines in, places out"},
    {"guard rules", "", "print the built-in rules of the patient-data check"},
    {"guard test", "FILE", "try a file of such rules on its own cases"},
    {"guard reload", "[FILE]", "try the rules in FILE, or those in force, and put them in force"},
    {"guard reset", "", "back to the built-in rules"},
    {"help", "", "this"},
};

static int help(FILE *out)
{
    for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
        fprintf(out, "%s%s%s\t%s\n", verbs[i].words, verbs[i].arguments[0] != 0 ? " " : "",
                verbs[i].arguments, verbs[i].meaning);
    return 0;
}

static int usage(void)
{
    fprintf(stderr, "usage: curbside-clerk [--state DIR] VERB ...\n");
    (void)help(stderr);
    return 2;
}

enum { POSITIONALS_MAX = 64 };
/* The verbs' arguments: positional ones in order, options as --name value. */
struct arguments {
    const char *positional[POSITIONALS_MAX];
    size_t positional_count;
    const char *names[4], *values[4];
    size_t option_count;
};

static bool arguments_read(struct arguments *a, int count, char **words)
{
    memset(a, 0, sizeof(*a));
    for (int i = 0; i < count; i++) {
        bool option = strncmp(words[i], "--", 2) == 0;
        if (option && (i + 1 == count || a->option_count == 4))
            return false;
        if (option) {
            a->names[a->option_count] = words[i] + 2;
            a->values[a->option_count++] = words[++i];
        } else if (a->positional_count == POSITIONALS_MAX) {
            return false;
        } else {
            a->positional[a->positional_count++] = words[i];
        }
    }
    return true;
}

static const char *option(const struct arguments *a, const char *name, const char *fallback)
{
    for (size_t i = 0; i < a->option_count; i++) {
        if (strcmp(a->names[i], name) == 0)
            return a->values[i];
    }
    return fallback;
}

/* Exactly these positionals, and no option but those named. */
static bool shaped_three(const struct arguments *a, size_t positionals, const char *first,
                         const char *second, const char *third)
{
    const char *const names[] = {first, second, third};
    for (size_t i = 0; i < a->option_count; i++) {
        bool known = false;
        for (size_t j = 0; j < 3; j++)
            known = known || (names[j] != NULL && strcmp(a->names[i], names[j]) == 0);
        if (!known)
            return false;
    }
    return a->positional_count == positionals;
}

static bool shaped(const struct arguments *a, size_t positionals, const char *first,
                   const char *second)
{
    return shaped_three(a, positionals, first, second, NULL);
}

static int roster_import_verb(const struct arguments *a)
{
    const struct import_ask ask = {.list = a->positional[0],
                                   .path = a->positional[1],
                                   .as_of = option(a, "as-of", NULL),
                                   .scope = option(a, "scope", NULL),
                                   .shrink = option(a, "shrink", NULL)};
    return roster_import(&ask);
}

static int journal_show_verb(const struct arguments *a)
{
    int64_t after = 0, most = INT64_MAX;
    if (!text_int(text_of(option(a, "after", "0")), 0, INT64_MAX, &after) ||
        !text_int(text_of(option(a, "most", "1000")), 1, INT64_MAX, &most))
        return usage();
    return journal_show(after, most);
}

static int text_blank_verb(const struct arguments *a)
{
    int64_t seq = 0, part = 0;
    if (!text_int(text_of(a->positional[0]), 1, INT64_MAX, &seq) ||
        !text_int(text_of(a->positional[1]), 0, 3, &part))
        return usage();
    return text_blank(seq, part);
}

/* -1: none of them, or not used like this. */
static int guard_verb(const char *verb, const struct arguments *a)
{
    if (strcmp(verb, "guard check") == 0 && shaped(a, 0, NULL, NULL))
        return guard_check_lines();
    if (strcmp(verb, "guard rules") == 0 && shaped(a, 0, NULL, NULL))
        return guard_rules_print();
    if (strcmp(verb, "guard test") == 0 && shaped(a, 1, NULL, NULL))
        return guard_test(a->positional[0]);
    if (strcmp(verb, "guard reload") == 0 && (shaped(a, 0, NULL, NULL) || shaped(a, 1, NULL, NULL)))
        return guard_reload(a->positional[0]);
    if (strcmp(verb, "guard reset") == 0 && shaped(a, 0, NULL, NULL))
        return guard_reset();
    return -1;
}

static int roster_decide_verb(const struct arguments *a)
{
    int64_t member = 0;
    if (!text_int(text_of(a->positional[0]), 1, INT64_MAX, &member))
        return usage();
    return roster_suspicion_decide(member, a->positional[1], a->positional[2]);
}

static int search_verb(const struct arguments *a, bool similar)
{
    int64_t top = 0, warm = 0;
    if (!text_int(text_of(option(a, "top", "10")), 1, SEARCH_HITS_MAX, &top) ||
        !text_int(text_of(option(a, "warm", "0")), 0, INT64_MAX, &warm))
        return usage();
    const char *cap = option(a, "cap", "on");
    const bool all = strcmp(cap, "off") == 0;
    if (!all && strcmp(cap, "on") != 0)
        return usage();
    return search_batch(similar, all, top, warm);
}

static int import_medquad_verb(const struct arguments *a)
{
    const char *unanswered = option(a, "unanswered", "leave");
    const bool keep = strcmp(unanswered, "keep") == 0;
    if (!keep && strcmp(unanswered, "leave") != 0)
        return usage();
    return import_medquad(a->positional[0], keep);
}

/* Verbs about what is searched and with which words; -1: none of these. */
static int find_verb_run(const char *verb, const struct arguments *a)
{
    if (strcmp(verb, "import medquad") == 0 && shaped(a, 1, "unanswered", NULL))
        return import_medquad_verb(a);
    if (strcmp(verb, "vocab load") == 0 && shaped(a, 2, NULL, NULL))
        return vocab_load(a->positional[0], a->positional[1]);
    if (strcmp(verb, "vocab list") == 0 && shaped(a, 0, NULL, NULL))
        return vocab_list();
    if (strcmp(verb, "search batch") == 0 && shaped_three(a, 0, "top", "cap", "warm"))
        return search_verb(a, false);
    if (strcmp(verb, "search similar") == 0 && shaped_three(a, 0, "top", "cap", "warm"))
        return search_verb(a, true);
    return -1;
}

static int identity_open_verb(const struct arguments *a)
{
    const char *whom = option(a, "member", "");
    int64_t member = 0;
    if (strcmp(whom, "all") != 0 && !text_int(text_of(whom), 1, INT64_MAX, &member))
        return usage();
    return identity_open(a->positional[0], option(a, "key", ""), member, option(a, "reason", NULL));
}

static int member_unlock_verb(const struct arguments *a)
{
    int64_t member = 0;
    return text_int(text_of(a->positional[0]), 1, INT64_MAX, &member) ? member_unlock(member)
                                                                      : usage();
}

static int tax_form_verb(const struct arguments *a)
{
    int64_t member = 0;
    bool refused = strcmp(a->positional[1], "refused") == 0;
    if (!text_int(text_of(a->positional[0]), 1, INT64_MAX, &member) ||
        (!refused && strcmp(a->positional[1], "accepted") != 0))
        return usage();
    return tax_form_refuse(member, refused);
}

static int identity_payees_verb(const struct arguments *a, bool tax)
{
    return identity_payees(a->positional[0], option(a, "key", ""), option(a, "list", ""), tax,
                           option(a, "reason", NULL));
}

/* Verbs about persons and their accounts; -1: none of these. */
static int person_verb_run(const char *verb, const struct arguments *a)
{
    if (strcmp(verb, "member unlock") == 0 && shaped(a, 1, NULL, NULL))
        return member_unlock_verb(a);
    if (strcmp(verb, "member tax-form") == 0 && shaped(a, 2, NULL, NULL))
        return tax_form_verb(a);
    if (strcmp(verb, "identity payees") == 0 && shaped_three(a, 1, "key", "list", "reason"))
        return identity_payees_verb(a, false);
    if (strcmp(verb, "identity tax-forms") == 0 && shaped_three(a, 1, "key", "list", "reason"))
        return identity_payees_verb(a, true);
    if (strcmp(verb, "identity report") == 0 && shaped(a, 2, "key", "reason"))
        return identity_report(a->positional[0], option(a, "key", ""), a->positional[1],
                               option(a, "reason", NULL));
    if (strcmp(verb, "specialties load") == 0 && shaped(a, 1, NULL, NULL))
        return specialties_load(a->positional[0]);
    if (strcmp(verb, "identity keygen") == 0 && shaped(a, 1, NULL, NULL))
        return identity_keygen(a->positional[0]);
    if (strcmp(verb, "identity open") == 0 && a->positional_count == 1 && a->option_count == 3)
        return identity_open_verb(a);
    if (strcmp(verb, "identity audit") == 0 && shaped(a, 1, NULL, NULL))
        return identity_audit(a->positional[0]);
    return -1;
}

/* Verbs that bring references in; -1: none of these. */
static int import_verb_run(const char *verb, const struct arguments *a)
{
    int64_t points = 0;
    if (strcmp(verb, "import jsonl") == 0 && shaped(a, 1, "name", NULL))
        return import_jsonl(a->positional[0], option(a, "name", NULL));
    if (strcmp(verb, "import stackexchange") == 0 && shaped(a, 1, "site", "points") &&
        text_int(text_of(option(a, "points", "1")), -1000, 1000000, &points))
        return import_stackexchange(a->positional[0], option(a, "site", NULL), points);
    return -1;
}

static int verb_run(const char *verb, const struct arguments *a)
{
    int status = person_verb_run(verb, a);
    if (status < 0)
        status = find_verb_run(verb, a);
    if (status >= 0)
        return status;
    if (strcmp(verb, "serve") == 0 && shaped(a, 0, NULL, NULL))
        return serve();
    if (strcmp(verb, "status") == 0 && shaped(a, 0, NULL, NULL))
        return clerk_status();
    if (strcmp(verb, "rebuild") == 0 && shaped(a, 0, NULL, NULL))
        return fold_rebuild();
    if (strcmp(verb, "digest") == 0 && shaped(a, 0, NULL, NULL))
        return fold_digest();
    if (strcmp(verb, "check") == 0 && shaped(a, 0, NULL, NULL))
        return fold_check();
    if (strcmp(verb, "roster import") == 0 && shaped_three(a, 2, "as-of", "scope", "shrink"))
        return roster_import_verb(a);
    if (strcmp(verb, "roster match") == 0 && shaped(a, 1, "today", NULL))
        return roster_match(a->positional[0], option(a, "today", NULL));
    if (strcmp(verb, "roster recheck") == 0 && shaped(a, 0, NULL, NULL))
        return roster_recheck();
    if (strcmp(verb, "roster suspicions") == 0 && shaped(a, 0, NULL, NULL))
        return roster_suspicions();
    if (strcmp(verb, "roster decide") == 0 && shaped(a, 3, NULL, NULL))
        return roster_decide_verb(a);
    if (strcmp(verb, "pubmed import") == 0 && a->positional_count > 0 && a->option_count == 0)
        return pubmed_import(a->positional, a->positional_count);
    if (strcmp(verb, "staff add") == 0 && shaped(a, 2, "organisation", "email"))
        return staff_add(a->positional[0], a->positional[1], option(a, "organisation", ""),
                         option(a, "email", ""));
    if (strcmp(verb, "member match") == 0 && shaped(a, 0, NULL, NULL))
        return member_match();
    if (strcmp(verb, "member list") == 0 && shaped(a, 0, NULL, NULL))
        return member_list();
    if (strcmp(verb, "text blank") == 0 && shaped(a, 2, NULL, NULL))
        return text_blank_verb(a);
    if (strcmp(verb, "journal verify") == 0 && shaped(a, 0, NULL, NULL))
        return journal_verify_verb();
    if (strcmp(verb, "journal show") == 0 && shaped(a, 0, "after", "most"))
        return journal_show_verb(a);
    status = import_verb_run(verb, a);
    if (status < 0)
        status = guard_verb(verb, a);
    return status >= 0 ? status : usage();
}

/* The verb of this table that these words begin with: its two words if it has two. */
static const char *verb_find(int count, char **words, int *used)
{
    char both[64];
    for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++) {
        bool two = strchr(verbs[i].words, ' ') != NULL;
        if (two && count < 2)
            continue;
        int size = two ? snprintf(both, sizeof(both), "%s %s", words[0], words[1])
                       : snprintf(both, sizeof(both), "%s", words[0]);
        if (size > 0 && (size_t)size < sizeof(both) && strcmp(both, verbs[i].words) == 0) {
            *used = two ? 2 : 1;
            return verbs[i].words;
        }
    }
    return NULL;
}

int main(int count, char **words)
{
    struct arguments arguments;
    const char *state = NULL;
    int at = 1, used = 0;
    trace_open("clerk");
    if (count > 2 && strcmp(words[1], "--state") == 0) {
        state = words[2];
        at = 3;
    }
    const char *verb = at < count ? verb_find(count - at, words + at, &used) : NULL;
    if (verb == NULL || !arguments_read(&arguments, count - at - used, words + at + used))
        return usage();
    if (strcmp(verb, "help") == 0)
        return help(stdout);
    conf_open(state);
    clock_open();
    seal_open();
    return verb_run(verb, &arguments);
}
