#pragma once
/* What a settled answer and its votes earn, by the rules of scripts/reward/settled.lua. The rules
 * give shares; the amounts are made here, in whole millionths, and never come to more than the two
 * pots. For replays, where earmarks are a public file: the house pays by the paymaster alone. */
#include "ranking/score.h"

struct pay {
    struct rule_set *rules;
};
/* One payment. micro: millionths of the pots' unit, > 0. */
typedef void pay_sink(void *self, int32_t posting, int32_t member, bool is_author, int64_t micro);

/* The script the program brings along. */
struct text pay_first_script(void);
MUST_USE enum result pay_open(struct pay *pay, struct arena *arena, struct text script,
                              struct text *why);
void pay_close(struct pay *pay);
/* A posting that settles now with these odds (struct ranking: settled). INVALID and *why when a
 * rule fails or gives a share outside of 0..1. */
MUST_USE enum result pay_settled(struct pay *pay, struct ranking *ranking, int32_t posting,
                                 double odds, int64_t author_micro, int64_t voters_micro,
                                 pay_sink *sink, void *self, const char **why);
/* What pay_author and pay_vote of three arguments are given, in the order of scripts/README.md: as
 * things are, while the posting settles. No fact of a vote holds a direction. */
void pay_author_facts(struct ranking *ranking, int32_t posting, double odds, double facts[4]);
void pay_vote_facts(struct ranking *ranking, const struct vote_facts *vote, double facts[3]);
