#pragma once
/* What the board offers the pages: the words for kinds and stances, the rules for topics and
 * pseudonyms, the check for patient data, and search. Reading lists and postings goes through the
 * statements of schema/board/query ("schema/board.h").
 *
 * Nothing here writes or keeps secrets; everything works on a read-only board.db.
 * Memory comes from the caller's arena, except for the two handles (guard, search), which are
 * opened once a process and live until it ends. */
#include "core/db.h"
#include "core/seal.h"

/* --- words --- */

/* A reference is ONE posting: its title is the source's question, its body the source's answer.
 * FURTHER is kept for sources that give several answers to one question; no import makes it today.
 */
enum posting_kind {
    POSTING_QUESTION = 1,
    POSTING_CASE,
    POSTING_OBSERVATION,
    POSTING_ANSWER,
    POSTING_REFERENCE,
    POSTING_FURTHER,
    POSTING_COMMENT /* no posting: what moderation calls a comment */
};
enum stance { STANCE_NONE = 0, STANCE_CORROBORATE, STANCE_DISPUTE, STANCE_CANNOT_SAY };
enum board_role { BOARD_PHYSICIAN = 1, BOARD_SPONSOR, BOARD_ADMIN };
enum notice_kind {
    NOTICE_ANSWER = 1,
    NOTICE_SOLVED,
    NOTICE_TOPIC,
    NOTICE_DECIDED,
    NOTICE_RULE,
    NOTICE_OTHER,
    NOTICE_LEVEL,          /* the reader's assurance level has changed */
    NOTICE_VOUCH,          /* somebody asks the reader to vouch */
    NOTICE_MODERATED = 14, /* an admin has looked at a posting of the reader's */
    NOTICE_DUPLICATE = 15, /* a colleague says that the reader's question was asked before */
    NOTICE_COMMENT = 16,   /* somebody commented on a posting of the reader's */
    NOTICE_THANKS = 17,    /* at most one a day */
    NOTICE_MARK = 18,      /* a posting of the reader's was marked as outdated or dangerous */
    NOTICE_OPINION = 19,   /* the reader's experience is sought */
    NOTICE_CONTACT = 20,   /* the maker of a product would like to ask the reader */
    NOTICE_SPONSORED = 21, /* to a sponsor, by mail alone: his question was looked at */
};
enum rule_state { RULE_PROPOSED = 1, RULE_ACTIVE, RULE_WITHDRAWN, RULE_SUPERSEDED };
/* What the clerk was told of a proposal's trial. */
enum rule_trial { RULE_TRIAL_NONE, RULE_TRIAL_PASSED, RULE_TRIAL_FAILED };
/* The hash of an operation on a rule (core/operation.h): what is to be done, on which proposal, of
 * which rule, with exactly which script. A second admin's passkey signs it. */
#define RULE_APPROVE "rule/approve"
#define RULE_ROLLBACK "rule/rollback"
/* Which rules run in the shadow of the one in force before they are approved: those of standing and
 * of pay. What a rule of pay promises is bound to the earmarks placed after it. */
bool rule_needs_shadow(struct text name);
void rule_operation(uint8_t digest[DIGEST_SIZE], const char *what, int64_t proposal,
                    struct text name, struct text script);
enum { BOARD_LEVEL_OPEN = 3 }; /* the assurance level that opens what members wrote */

/* What a sponsor is, as authors are told who asks who read their postings' reports. */
enum sponsor_kind {
    SPONSOR_UNSAID = 0,
    SPONSOR_COMPANY,
    SPONSOR_GOVERNMENT,
    SPONSOR_PAYER,
    SPONSOR_INVESTOR,
    SPONSOR_RESEARCH,
    SPONSOR_SOCIETY,
    SPONSOR_KINDS
};

/* Lower-case words for a person; "" for a number outside the list. */
const char *posting_kind_name(int64_t kind); /* "question" ... */
const char *stance_name(int64_t stance);     /* "corroborate", "dispute", "cannot say" */
const char *patients_name(int64_t band);     /* "none", "1 to 5", "6 to 20", "more than 20" */
const char *board_role_name(int64_t role);   /* "physician", "sponsor", "admin" */
const char *sponsor_kind_name(int64_t kind); /* "a company" ... */
const char *rule_state_name(int64_t state);  /* "proposed" ... */
/* "answer", "solved", "topic", "decided", "rule", "other", "level", "vouch" */
const char *notice_kind_name(int64_t kind);
int64_t patients_least(int64_t band); /* the lower bound a band adds to a total: 0, 1, 6, 21 */

/* --- kinds of threads (kinds_words.c) --- */

/* Where an observation was made. */
enum workplace {
    SETTING_CLINIC = 1,
    SETTING_HOSPITAL,
    SETTING_EMERGENCY,
    SETTING_INTENSIVE,
    SETTING_OTHER
};
/* How far a question or case is; a case study is a solved case its author marks as one. */
enum thread_solved { THREAD_UNSOLVED = 0, THREAD_SOLVED, THREAD_STUDY };
enum {
    POLL_OPTIONS_MIN = 2,
    POLL_OPTIONS_MAX = 6,
    POLL_OPTION_SIZE_MAX = 150, /* bytes */
    POLL_SIZE_MAX = 1000,       /* of all of them as typed */
    SOLUTION_SIZE_MAX = 2000,   /* bytes of how something was solved */
    RATING_MAX = 5,
    RATINGS_SHOWN_FROM = 3 /* a mean of fewer is not shown */
};
const char *workplace_name(int64_t setting); /* "clinic", "hospital", "emergency department" ... */
/* A case's answer options as a person types them, one a line, into the stored form (one a line, no
 * blank ones). NULL, or why they cannot be taken. Nothing typed: no options. */
const char *poll_options_read(struct arena *arena, struct text typed, struct text *options,
                              int64_t *count);
/* NULL when an observation may be of these months ("2026-03" or ""); else why not. */
const char *months_fault(struct arena *arena, struct text from, struct text to, int64_t now_ms);
/* "March to August 2025", "since March 2025", "until March 2025", "March 2025" or "". */
struct text months_words(struct arena *arena, struct text from, struct text to);

enum {
    TOPICS_MAX = 5, /* of one thread */
    TOPIC_SIZE_MAX = 40,
    TOPICS_FOLLOWED_MAX = 40,
    PSEUDONYM_SIZE_MIN = 3, /* bytes */
    PSEUDONYM_SIZE_MAX = 40,
    PASSWORD_SIZE_MIN = 10,
    TITLE_SIZE_MIN = 10,
    TITLE_SIZE_MAX = 200,
};

/* One topic: a-z, 0-9 and single '-' inside, 2 to 40 characters, starting with a letter. */
bool topic_valid(struct text topic);
/* Topics as a person types them ("Atrial fibrillation, syncope") into the stored form
 * ("atrial-fibrillation syncope"): lower case, separated by commas, new lines or, if there is
 * neither, blanks; doubles dropped. NULL, or why they cannot be taken. */
const char *topics_read(struct arena *arena, struct text typed, struct text *topics);
/* NULL when a pseudonym may be used; else why not, for a person. Letters, digits, blank, '.', '-',
 * '_'; starts with a letter. */
const char *pseudonym_fault(struct text pseudonym);

/* --- the check for patient data ---
 * Rules as data (scripts/guard/patient.rules; the operator's own copy in STATE/board/guard.rules
 * takes its place, is read again when it changes, and never replaces rules that work if it is
 * broken). First guard of three (a person reads, peers flag). BLOCK: cannot be posted. WARN: the
 * person is shown the place and a more general form and decides. HINT: shown, asks nothing. */

enum guard_level { GUARD_HINT = 1, GUARD_WARN, GUARD_BLOCK };
const char *guard_level_name(enum guard_level level); /* "hint", "warn", "block" */
struct guard_finding {
    enum guard_level level;
    const char *rule;    /* its category: "ssn", "phone", "email", "mrn", "date" ... */
    const char *message; /* for a person: what it is and what to write instead; until the next
                            guard_check */
    size_t start, size;  /* bytes of the text given */
    struct text instead; /* a more general form to put in its place ("March 2024"); absent if there
                            is none */
};
enum { GUARD_FINDINGS_MAX = 500 };
struct guard;                   /* opaque: the compiled patterns */
struct guard *guard_open(void); /* once a process; exits if the built-in rules do not work */
void guard_close(struct guard *guard);
/* Findings in order of place, at most GUARD_FINDINGS_MAX, the strictest first to be kept; one place
 * is reported once, by the strictest rule. Returns how many BLOCK. A text that makes a pattern run
 * out of steps is blocked by a finding "unreadable". */
size_t guard_check(struct guard *guard, struct arena *arena, struct text text,
                   struct guard_finding **findings, size_t *count);

/* --- search ---
 * What is typed is words, with "phrases", -words to leave out, beginnings* and filters (topic:
 * author: state: kind: since:); whatever is none of these is only words, and no FTS5 syntax gets
 * through. The rarest words lead, as long as the postings they stand in stay below a share of all:
 * so the work is bounded at any size and for any question. FTS5 finds the postings, weigh.c keeps
 * the best by BM25, and the best are looked at once more, title against question (cover.c). A word
 * that stands nowhere is looked for as it was probably meant (repair.c); words mean what an
 * operator's tables say as well (vocab.c). Document frequencies and lengths are read when first
 * needed and kept in the handle. */

struct search;                  /* opaque: a db and what was counted */
enum { SEARCH_MAP_MIB = 1024 }; /* so much of board.db is mapped, of address space (db_map) */
struct search *search_open(struct db *board);
/* Medical words for it (the store vocab), NULL: none. Borrowed. */
void search_vocab_set(struct search *search, struct db *vocab);
/* Look at every posting that holds a word of the query, in the index's own lists, however long that
 * takes: for measuring what the cap and the packed lists cost. */
void search_all_set(struct search *search);
void search_close(struct search *search);

struct search_hit {
    int64_t question; /* the thread */
    int64_t posting;  /* the posting of it that matched best */
    int64_t kind;     /* of the thread */
    double score;     /* higher is better; comparable only within one answer */
    int64_t member;   /* who opened the thread; 0 for references */
    struct text pseudonym, title, excerpt, source, topics;
    int64_t solved, answers, at_ms;
    struct text snippet; /* plain text; the bytes 2 and 3 stand around the words found; of
                            search_answer alone */
};
enum { SEARCH_HITS_MAX = 50, SEARCH_QUERY_SIZE_MAX = 4000 };
enum { SEARCH_FACETS_MAX = 40, SEARCH_READINGS_MAX = 4, SEARCH_OTHERS_MAX = 5 };
struct search_facet {
    struct text name;
    int64_t count; /* threads */
};
/* An abbreviation, what it was taken for, and what else it can mean. */
struct search_reading {
    struct text word, meaning, others[SEARCH_OTHERS_MAX];
    size_t other_count;
};
struct search_answer {
    struct search_hit *hits;
    size_t count;
    size_t matches; /* threads the facets count: the best hundred at most */
    struct search_facet topics[SEARCH_FACETS_MAX], kinds[SEARCH_FACETS_MAX],
        states[SEARCH_FACETS_MAX];
    size_t topic_count, kind_count, state_count;
    struct text repaired; /* what was looked for instead of what was typed; absent: as typed */
    bool loosened;        /* a phrase stood nowhere: its words were looked for */
    struct search_reading readings[SEARCH_READINGS_MAX];
    size_t reading_count;
};
/* The search with this filter ("topic", "state", "kind", "author", "since") set to `value` in place
 * of what it was; absent or empty: without it. */
struct text search_refine(struct arena *arena, struct text query, const char *filter,
                          struct text value);
/* What the filter is set to; absent: not at all. */
struct text search_filter(struct arena *arena, struct text query, const char *filter);
/* Everything a page of results shows. `exact`: words are taken as they were typed. */
MUST_USE enum result search_answer(struct search *search, struct arena *arena, struct text words,
                                   size_t most, bool exact, struct search_answer *answer);
/* Threads that answer `words`, best first, at most `most` (up to SEARCH_HITS_MAX). No words or no
 * matches: OK and count 0. BUSY, BROKEN as the store says. `words` beyond SEARCH_QUERY_SIZE_MAX
 * bytes are ignored. No snippets. */
MUST_USE enum result search_threads(struct search *search, struct arena *arena, struct text words,
                                    size_t most, struct search_hit **hits, size_t *count);
/* The same for a title being typed: the last word also matches as a beginning (from three letters
 * on), no snippets. */
MUST_USE enum result search_similar(struct search *search, struct arena *arena, struct text title,
                                    size_t most, struct search_hit **hits, size_t *count);

/* --- the door --- */

/* What an applicant lets a voucher see of him: bits. */
enum vouch_fact {
    VOUCH_NAME = 1,
    VOUCH_SPECIALTY = 2,
    VOUCH_STATE = 4,
    VOUCH_PLACE = 8,
    VOUCH_SCHOOL = 16,
    VOUCH_NPI = 32,
};
/* A kind of reason for a decision on an application. */
struct decision_preset {
    const char *name; /* one word: "document" */
    bool accepted;
    const char *words; /* "A licence, diploma or staff card was seen." */
};
const struct decision_preset *decision_presets(size_t *count);
/* NULL for a word that is none. */
const struct decision_preset *decision_preset_find(struct text name);
/* Why a level changed (the word of member_level_set), said to the member; "" for another word. */
const char *level_why_words(struct text why);

/* --- what a text cites --- */

enum citation_kind { CITATION_PUBMED = 1, CITATION_DOI, CITATION_ADDRESS };
enum { CITATIONS_MAX = 20, CITATION_SIZE_MAX = 500 };
struct citation {
    int64_t kind;
    struct text key; /* the number; the DOI in lower case; the address */
};
/* In the order of first mention, each once, at most CITATIONS_MAX: "PMID 123", "PMID: 123",
 * "doi:10.1000/x", "10.1000/x", addresses; those of PubMed and doi.org count as what they lead to.
 * Linear in the text. */
size_t citations_find(struct arena *arena, struct text text, struct citation **list);
/* One source as typed into a field of its own: as above, and a bare number is a PubMed id. False:
 * it is none, or more than one. */
bool citation_read(struct arena *arena, struct text typed, struct citation *out);
struct text citation_label(struct arena *arena, struct citation citation); /* "PMID 123" ... */
struct text citation_address(struct arena *arena, struct citation citation);

enum mark_kind { MARK_OUTDATED = 1, MARK_DANGEROUS };
const char *mark_name(int64_t mark); /* "outdated", "dangerous" */
enum { COMMENT_CHARACTERS_MAX = 600, NOTE_SIZE_MAX = 200 };

/* --- a thread's summary ---
 * Plain sentences in paragraphs. Each ends with the sources it rests on, in brackets: "[57]" is the
 * thread's posting of that number, "[PMID 123]", "[doi:10.1000/x]" and "[https://...]" are read as
 * above. So no sentence stands without a source, and each version keeps its own. */

enum { SUMMARY_SIZE_MAX = 6000, SUMMARY_SENTENCES_MAX = 60, SUMMARY_SOURCES_MAX = 60 };
struct summary_source {
    int64_t posting; /* 0: `citation` */
    struct citation citation;
};
struct summary_sentence {
    struct text words;   /* without its brackets, trimmed */
    size_t sources[8];   /* places in the list of sources */
    size_t source_count; /* at least 1 */
    bool ends_paragraph;
};
struct summary {
    struct summary_sentence *sentences;
    size_t sentence_count;
    struct summary_source *sources; /* in the order of first mention, each once */
    size_t source_count;
};
/* NULL, or why it is no summary, for a person. */
const char *summary_read(struct arena *arena, struct text body, struct summary *summary);

/* --- moderation --- */

enum flag_reason {
    FLAG_NONE,
    FLAG_PATIENT,
    FLAG_ADVERTISING,
    FLAG_OFF_TOPIC,
    FLAG_RUDE,
    FLAG_DANGEROUS,
    FLAG_DUPLICATE,
    FLAG_OTHER,
    FLAG_REASONS
};
/* How a withheld posting stands. Those decided have the number of their outcome. */
enum hold_state { HOLD_NONE, HOLD_WAITS, HOLD_HIDDEN, HOLD_RETURNED, HOLD_REMOVED };
enum moderation_outcome {
    OUTCOME_KEPT = 1,
    OUTCOME_HIDDEN = HOLD_HIDDEN,
    OUTCOME_RETURNED = HOLD_RETURNED,
    OUTCOME_REMOVED = HOLD_REMOVED,
    OUTCOME_LINKED,
    OUTCOME_MERGED,
    OUTCOME_UNMERGED
};
/* --- safety --- */

/* What the desk found in a posting that names a watched product: all four minimum items; no adverse
 * event; one of the four is missing and may come. */
enum sighting_outcome { SIGHTING_CASE = 1, SIGHTING_NONE, SIGHTING_INCOMPLETE, SIGHTING_OUTCOMES };
enum contact_state { CONTACT_NONE, CONTACT_ASKED, CONTACT_AGREED, CONTACT_DECLINED };
/* The end of the `days`th business day behind the day of at_ms, which is day zero: Monday to
 * Friday, UTC; with `holidays` without the eleven of the US federal government (5 U.S.C. 6103, and
 * Executive Order 11582 for those on a weekend). */
int64_t business_due_ms(int64_t at_ms, int64_t days, bool holidays);

/* A sentence for a person: "It shows data of a patient."; "" for FLAG_NONE and what is none. */
const char *flag_reason_words(int64_t reason);
/* "Kept", "Hidden", "Returned to its author", "Text removed", "Linked as a duplicate" ... */
const char *moderation_outcome_words(int64_t outcome);
