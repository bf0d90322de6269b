#include "board/board.h"
#include "core/buf.h"

static const char *word_at(const char *const *words, size_t count, int64_t number)
{
    return number >= 0 && (uint64_t)number < count ? words[number] : "";
}

#define WORD_AT(words, number) word_at((words), sizeof(words) / sizeof(*(words)), (number))

const char *posting_kind_name(int64_t kind)
{
    static const char *const words[] = {"",       "question",  "case",      "observation",
                                        "answer", "reference", "reference", "comment"};
    return WORD_AT(words, kind);
}

const char *stance_name(int64_t stance)
{
    static const char *const words[] = {"", "corroborate", "dispute", "cannot say"};
    return WORD_AT(words, stance);
}

const char *patients_name(int64_t band)
{
    static const char *const words[] = {"none", "1 to 5", "6 to 20", "more than 20"};
    return WORD_AT(words, band);
}

const char *board_role_name(int64_t role)
{
    static const char *const words[] = {"", "physician", "sponsor", "admin"};
    return WORD_AT(words, role);
}

const char *sponsor_kind_name(int64_t kind)
{
    static const char *const words[SPONSOR_KINDS] = {
        "another sponsor",     "a company",   "a government body",
        "an insurer or payer", "an investor", "a research institution",
        "a society or charity"};
    return WORD_AT(words, kind);
}

const char *rule_state_name(int64_t state)
{
    static const char *const words[] = {"", "proposed", "active", "withdrawn", "superseded"};
    return WORD_AT(words, state);
}

const char *notice_kind_name(int64_t kind)
{
    static const char *const words[] = {"",     "answer", "solved", "topic", "decided",
                                        "rule", "other",  "level",  "vouch"};
    if (kind == NOTICE_OPINION)
        return "opinion";
    if (kind == NOTICE_CONTACT)
        return "contact";
    static const char *const of_texts[] = {"comment", "thanks", "mark"};
    if (kind >= NOTICE_COMMENT && kind <= NOTICE_MARK)
        return of_texts[kind - NOTICE_COMMENT];
    if (kind == NOTICE_MODERATED)
        return "moderated";
    if (kind == NOTICE_DUPLICATE)
        return "duplicate";
    return WORD_AT(words, kind);
}

const char *mark_name(int64_t mark)
{
    static const char *const words[] = {"", "outdated", "dangerous"};
    return WORD_AT(words, mark);
}

const char *flag_reason_words(int64_t reason)
{
    static const char *const words[] = {
        "",
        "It shows data of a patient.",
        "It advertises.",
        "It is off topic.",
        "It is rude.",
        "It is wrong, and dangerous.",
        "It was asked before.",
        "Another reason, in words.",
    };
    return WORD_AT(words, reason);
}

const char *moderation_outcome_words(int64_t outcome)
{
    static const char *const words[] = {
        "",
        "Kept",
        "Hidden",
        "Returned to its author",
        "Text removed",
        "Linked as a duplicate",
        "Merged with the older one",
        "Taken apart again",
    };
    return WORD_AT(words, outcome);
}

int64_t patients_least(int64_t band)
{
    static const int64_t least[] = {0, 1, 6, 21};
    return band >= 0 && band < 4 ? least[band] : 0;
}

static bool lower_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool topic_valid(struct text topic)
{
    if (topic.size < 2 || topic.size > TOPIC_SIZE_MAX)
        return false;
    if (topic.data[0] < 'a' || topic.data[0] > 'z' || topic.data[topic.size - 1] == '-')
        return false;
    for (size_t i = 0; i < topic.size; i++) {
        if (lower_or_digit(topic.data[i]))
            continue;
        if (topic.data[i] != '-' || topic.data[i - 1] == '-')
            return false;
    }
    return true;
}

/* One typed topic in its stored form: ASCII lower case, anything else between two words becomes one
 * '-'. */
static struct text topic_fold(struct arena *arena, struct text typed)
{
    char *out = arena_take(arena, typed.size + 1);
    size_t size = 0;
    for (size_t i = 0; i < typed.size; i++) {
        char c = typed.data[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (lower_or_digit(c))
            out[size++] = c;
        else if (size > 0 && out[size - 1] != '-')
            out[size++] = '-';
    }
    while (size > 0 && out[size - 1] == '-')
        size--;
    return (struct text){out, size};
}

static bool topics_have(struct text topics, struct text topic)
{
    struct text part;
    while (text_next(&topics, ' ', &part)) {
        if (text_equal(part, topic))
            return true;
    }
    return false;
}

const char *topics_read(struct arena *arena, struct text typed, struct text *topics)
{
    struct buf out;
    bool listed = false;
    size_t count = 0;
    for (size_t i = 0; i < typed.size; i++)
        listed = listed || typed.data[i] == ',' || typed.data[i] == '\n';
    buf_open(&out, arena, typed.size + 1);
    for (size_t start = 0, i = 0; i <= typed.size; i++) {
        bool cut = i == typed.size || typed.data[i] == ',' || typed.data[i] == '\n' ||
                   (!listed && typed.data[i] == ' ');
        if (!cut)
            continue;
        struct text topic = topic_fold(arena, (struct text){typed.data + start, i - start});
        start = i + 1;
        if (topic.size == 0 || topics_have(buf_done(&out), topic))
            continue;
        if (!topic_valid(topic))
            return "A topic has 2 to 40 letters, digits or hyphens and starts with a letter.";
        if (++count > TOPICS_MAX)
            return "At most five topics.";
        if (out.size > 0)
            buf_char(&out, ' ');
        buf_add(&out, topic.data, topic.size);
    }
    *topics = out.size > 0 ? buf_done(&out) : TEXT("");
    return NULL;
}

const char *pseudonym_fault(struct text pseudonym)
{
    if (pseudonym.size < PSEUDONYM_SIZE_MIN)
        return "A pseudonym has at least three characters.";
    if (pseudonym.size > PSEUDONYM_SIZE_MAX)
        return "A pseudonym has at most 40 characters.";
    for (size_t i = 0; i < pseudonym.size; i++) {
        char c = pseudonym.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        bool mark = c == ' ' || c == '.' || c == '-' || c == '_';
        if (i == 0 && !letter)
            return "A pseudonym starts with a letter.";
        if (!letter && !mark && !(c >= '0' && c <= '9'))
            return "A pseudonym has letters a to z, digits, blanks and . - _ only.";
        if (mark && (i + 1 == pseudonym.size || pseudonym.data[i + 1] == ' '))
            return "A pseudonym has no blank or mark at its end and no two blanks in a row.";
    }
    return NULL;
}
