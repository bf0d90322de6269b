#pragma once
/* What others may know of ranking: the words for what rank.db holds. The pages read rank.db through
 * "schema/rank.h" (posting_scores, question_version, posting_why, member_why, rising_first,
 * trial_of ...), with the roles named there; nobody but the ranker writes it.
 *
 * What never happens: a score is not made again by a newer rule set; nothing in rank.db names a
 * voter; no earmark is an input. */
#include "core/bytes.h"

/* The one script the ranker runs: proposals of this name are its business (event rule_proposed),
 * all others are not. */
#define RANKING_RULE_NAME "rank/policy"

enum { RANKING_BANDS = 4 };
/* "new", "steady", "strong", "leading". */
const char *ranking_band_name(int64_t band);

enum trial_state { TRIAL_WAITING = 1, TRIAL_RUNNING, TRIAL_DONE, TRIAL_FAILED };
enum rule_set_state {
    RULE_SET_HOLDS = 1,
    RULE_SET_SUPERSEDED,
    RULE_SET_REFUSED,
    RULE_SET_PUT_ASIDE
};
