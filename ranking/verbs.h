#pragma once
/* The verbs that need no house: rules against tables and against invented communities. Each is
 * given its words and returns an exit code; 2: not understood. */
#include "core/log.h"

/* A rule script of at most RULE_TEXT_MAX bytes (one more is kept, so that more is refused); absent,
 * with a word on standard error, when it cannot be read. */
struct text verbs_file_read(struct arena *arena, const char *path);
/* DIR [--rules FILE] [--pay FILE] */
int verbs_replay(struct arena *arena, int count, char **words);
/* PRESET SEED DIR [--members N] [--votes N], or `list` */
int verbs_world(struct arena *arena, int count, char **words);
/* PRESET,... SEEDS [--rules FILE] [--pay FILE] */
int verbs_simulate(struct arena *arena, int count, char **words);
/* Replay the whole journal in memory and print what it cost. */
int verbs_bench(struct arena *arena, struct log *journal, struct text script);
