#pragma once
/* The quiz at the door: what somebody who is the licence's holder knows at once, and somebody who
 * is not has to look up or guess. A licence's quiz is drawn once, by a key and not by chance, and
 * then kept: who asks again, from another account or after another import, is shown the very same,
 * so that nothing can be learned from what changes.
 *
 * A licence nobody has, or of which the lists say too little, is drawn like any other; none of its
 * options is right. Right answers never leave the clerk. */
#include "board/door/door.h"

enum {
    QUIZ_QUESTIONS_MAX = 6,
    QUIZ_OPTIONS = 24,
    QUIZ_NONE = 255,
    /* Of the facts that the application does not give away (all but the licence number), so many
     * ways to answer at least: three tries then pass by chance once in 3,000. */
    QUIZ_WAYS_LEAST = 9000,
};
struct quiz_question {
    struct text fact; /* school, graduation, licence, practice */
    struct text options[QUIZ_OPTIONS];
    size_t count;
    uint8_t right; /* QUIZ_NONE: none of them */
};
struct quiz {
    struct quiz_question questions[QUIZ_QUESTIONS_MAX];
    size_t count;
    bool known; /* it can be passed */
};

/* --- quiz_draw.c --- */
/* What the lists hold of the applicant; absent what they do not. */
struct quiz_truth {
    struct text school, number, zip, city, place_state;
    int64_t graduation_year;
    bool known; /* all of it is there */
};
MUST_USE enum result quiz_truth(struct db *roster, struct arena *arena,
                                const struct application *application, struct quiz_truth *truth);
/* Draw the quiz of the licence under `digest` (keyring_door_digest). NOT_FOUND: the lists hold
 * nothing to draw from. */
MUST_USE enum result quiz_draw(struct db *roster, struct arena *arena, const struct keyring *keys,
                               const uint8_t digest[DIGEST_SIZE],
                               const struct application *application,
                               const struct quiz_truth *truth, int64_t now_ms, struct quiz *quiz);
