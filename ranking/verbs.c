#include "ranking/verbs.h"
#include "core/clock.h"
#include "core/rule.h"
#include "core/seal.h"
#include "ranking/pay.h"
#include "ranking/replay.h"
#include "ranking/simulate.h"
#include "ranking/world.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { MEMBERS_MAX = 1 << 24 };

struct text verbs_file_read(struct arena *arena, const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return NO_TEXT;
    }
    char *data = arena_take(arena, RULE_TEXT_MAX + 2);
    size_t size = fread(data, 1, RULE_TEXT_MAX + 1, file);
    fclose(file);
    return (struct text){data, size};
}

/* Pairs `--rules FILE`, `--pay FILE`; where `kind` is asked for, `--kind posting|answer|vote`. */
static int scripts_take(struct arena *arena, int count, char **words, struct text *rules,
                        struct text *pay, enum pay_kind *kind)
{
    *rules = policy_first_script();
    *pay = pay_first_script();
    for (int i = 0; i + 1 < count; i += 2) {
        if (kind && strcmp(words[i], "--kind") == 0) {
            *kind = pay_kind_of(arena_format(arena, "reward/%s", words[i + 1]));
            if (*kind == PAY_NO_KIND)
                return 2;
            continue;
        }
        struct text *script = strcmp(words[i], "--rules") == 0 ? rules
                              : strcmp(words[i], "--pay") == 0 ? pay
                                                               : NULL;
        if (!script)
            return 2;
        *script = verbs_file_read(arena, words[i + 1]);
        if (!script->data)
            return 1;
    }
    return count % 2 == 0 ? 0 : 2;
}

int verbs_replay(struct arena *arena, int count, char **words)
{
    struct text rules, pay;
    int failed = count < 1 ? 2 : scripts_take(arena, count - 1, words + 1, &rules, &pay, NULL);
    return failed ? failed : replay_folder(words[0], rules, pay);
}

int verbs_simulate(struct arena *arena, int count, char **words)
{
    struct text rules, pay;
    enum pay_kind kind = PAY_NO_KIND;
    int failed = count < 2 ? 2 : scripts_take(arena, count - 2, words + 2, &rules, &pay, &kind);
    return failed ? failed : simulate_verb(arena, words[0], words[1], rules, kind, pay);
}

static int presets_list(void)
{
    size_t count;
    const struct world_preset *preset = world_presets(&count);
    for (size_t i = 0; i < count; i++)
        printf("%s\t%s\n", preset[i].name, preset[i].meaning);
    return 0;
}

int verbs_world(struct arena *arena, int count, char **words)
{
    int64_t seed, members = 0, votes = 0;
    (void)arena;
    if (count == 1 && strcmp(words[0], "list") == 0)
        return presets_list();
    if (count < 3 || count % 2 == 0 || !text_int(text_of(words[1]), 0, INT64_MAX, &seed))
        return 2;
    for (int i = 3; i < count; i += 2) {
        bool of_members = strcmp(words[i], "--members") == 0;
        if ((!of_members && strcmp(words[i], "--votes") != 0) ||
            !text_int(text_of(words[i + 1]), 1, of_members ? MEMBERS_MAX : WORLD_VOTES_MAX,
                      of_members ? &members : &votes))
            return 2;
    }
    return world_write(words[0], (uint64_t)seed, (int)members, (double)votes, words[2]);
}

int verbs_bench(struct arena *arena, struct log *journal, struct text script)
{
    static struct ranking ranking;
    struct text why_not;
    int64_t head = 0;
    uint8_t sum[DIGEST_SIZE];
    enum result result = log_head(journal, &head, sum);
    if (result == OK)
        result = ranking_open(&ranking, NULL, journal, arena, script, &why_not);
    int64_t start = clock_steady_us();
    if (result == OK)
        result = ranking_replay(&ranking, arena, head, NULL);
    int64_t took = clock_steady_us() - start;
    if (result != OK) {
        fprintf(stderr, "bench: %s\n", result_name(result));
        return 1;
    }
    const struct counters *counters = &ranking.counters;
    double votes = counters->votes.count > 0 ? counters->votes.count : 1;
    printf("ranking_events %lld events\n", (long long)head);
    printf("ranking_votes %d votes\n", (int)counters->votes.count);
    printf("ranking_us_per_vote %.2f us\n", (double)took / votes);
    printf("ranking_us_per_event %.2f us\n", (double)took / (head > 0 ? (double)head : 1));
    printf("ranking_calls_per_vote %.1f calls\n", (double)ranking.policy.calls / votes);
    printf("ranking_memory_kib %zu KiB\n", counters_memory(counters) / 1024);
    ranking_close(&ranking);
    return 0;
}
