#include "ledger/sign/quorum.h"

#include <string.h>

static const char *const no_line = "no line of a policy";

static size_t part_find(const struct quorum *policy, struct text name)
{
    for (size_t i = 0; i < policy->count; i++)
        if (text_equal(policy->parts[i].name, name))
            return i;
    return SIZE_MAX;
}

static bool word_next(struct text *rest, struct text *word)
{
    do
        if (!text_next(rest, ' ', word))
            return false;
    while (word->size == 0);
    return true;
}

/* A new part of this name, or NULL and why. */
static struct quorum_part *part_add(struct quorum *policy, struct text *rest, const char **why)
{
    struct text name;
    if (!word_next(rest, &name)) {
        *why = no_line;
        return NULL;
    }
    *why = "a name that is used before, or none";
    if (text_is(name, "none") || part_find(policy, name) != SIZE_MAX)
        return NULL;
    *why = "too many witnesses and groups";
    if (policy->count == QUORUM_PARTS_MAX)
        return NULL;
    struct quorum_part *part = &policy->parts[policy->count];
    *part = (struct quorum_part){.name = name};
    return part;
}

static const char *witness_read(struct arena *arena, struct quorum *policy, struct text rest)
{
    const char *why;
    struct text vkey;
    struct quorum_part *part = part_add(policy, &rest, &why);
    if (part == NULL)
        return why;
    if (!word_next(&rest, &vkey) || cosigner_read(arena, vkey, &part->cosigner) != OK)
        return "a witness without a key of its kind";
    for (size_t i = 0; i < policy->count; i++)
        if (policy->parts[i].member_count == 0 &&
            memcmp(policy->parts[i].cosigner.public_key, part->cosigner.public_key, 32) == 0)
            return "one key for two witnesses"; /* it would count twice */
    (void)word_next(&rest, &part->url);
    policy->count++;
    return rest.size == 0 ? NULL : no_line;
}

static const char *group_read(struct quorum *policy, struct text rest)
{
    const char *why;
    struct text need, name;
    int64_t number;
    struct quorum_part *part = part_add(policy, &rest, &why);
    if (part == NULL)
        return why;
    if (!word_next(&rest, &need))
        return no_line;
    while (word_next(&rest, &name)) {
        size_t member = part_find(policy, name);
        if (member == SIZE_MAX)
            return "a member that is not named above";
        if (part->member_count == QUORUM_MEMBERS_MAX)
            return "too many members";
        for (size_t i = 0; i < part->member_count; i++)
            if (part->members[i] == member)
                return "a member named twice";
        part->members[part->member_count++] = member;
    }
    if (part->member_count == 0)
        return "a group of nobody";
    if (text_is(need, "all"))
        part->need = part->member_count;
    else if (text_is(need, "any"))
        part->need = 1;
    else if (text_int(need, 1, (int64_t)part->member_count, &number))
        part->need = (size_t)number;
    else
        return "how many of a group: any, all, or a number it can reach";
    policy->count++;
    return NULL;
}

static const char *quorum_line_read(struct quorum *policy, struct text rest)
{
    struct text name, more;
    if (!word_next(&rest, &name) || word_next(&rest, &more))
        return no_line;
    policy->quorum = part_find(policy, name);
    return policy->quorum == SIZE_MAX && !text_is(name, "none") ? "a quorum that is not named above"
                                                                : NULL;
}

enum result quorum_read(struct arena *arena, struct text text, struct quorum *policy, int *line,
                        const char **why)
{
    struct text one, word;
    int quorums = 0;
    *policy = (struct quorum){.quorum = SIZE_MAX};
    *why = NULL;
    for (*line = 1; *why == NULL && text_next(&text, '\n', &one); ++*line) {
        struct text rest = text_trim(one);
        if (rest.size == 0 || rest.data[0] == '#' || !word_next(&rest, &word))
            continue;
        if (text_is(word, "log") && !policy->has_log) {
            policy->has_log = true;
            *why = note_key_read(arena, rest, &policy->log) == OK ? NULL : "no key of a log";
        } else if (text_is(word, "witness")) {
            *why = witness_read(arena, policy, rest);
        } else if (text_is(word, "group")) {
            *why = group_read(policy, rest);
        } else if (text_is(word, "quorum") && quorums++ == 0) {
            *why = quorum_line_read(policy, rest);
        } else {
            *why = no_line;
        }
    }
    if (*why == NULL && quorums == 0)
        *why = "no quorum line";
    else if (*why != NULL)
        --*line;
    return *why == NULL ? OK : INVALID;
}

bool quorum_holds(struct arena *arena, const struct quorum *policy, struct text note, size_t *count)
{
    bool holds[QUORUM_PARTS_MAX];
    size_t witnesses = 0;
    /* Members stand before their groups, so one pass is enough and no group holds itself. */
    for (size_t i = 0; i < policy->count; i++) {
        const struct quorum_part *part = &policy->parts[i];
        int64_t time_s;
        size_t have = 0;
        for (size_t j = 0; j < part->member_count; j++)
            have += holds[part->members[j]];
        holds[i] = part->member_count > 0
                       ? have >= part->need
                       : cosignature_find(arena, note, &part->cosigner, &time_s) == OK;
        witnesses += part->member_count == 0 && holds[i];
    }
    if (count != NULL)
        *count = witnesses;
    return policy->quorum == SIZE_MAX || holds[policy->quorum];
}
