#pragma once
/* What the importers of references share: this process reads and makes commands; children with a
 * connection each send them as fast as the clerk answers, since it commits what many ask in one go.
 * An import may be begun again: what is there already is not added twice. */
#include "board/clerk/tools.h"

#include <sys/types.h>

enum {
    SENDERS = 64, /* what is asked at once is one commit: of 24, half of the time went into those */
    FAULTS_SHOWN = 20,
    IMPORT_ARENA_SIZE = 64 * 1024 * 1024,
};
struct import {
    int jobs, outcomes;
    pid_t children[SENDERS];
    const char *what;    /* what is counted: "references" */
    int64_t done, fresh; /* taken; of these, not there before */
    int64_t empty, broken, sent;
    int64_t start_us, shown_us;
    double share_from, share_part; /* of all the work: what was before this file, what it is */
    struct lines lines;
    struct arena arena; /* of one line */
};

/* False, said why: no clerk is serving. */
bool import_open(struct import *im, const char *what);
void import_close(struct import *im);
void senders_start(struct import *im);
/* Wait for all that was sent. False: a sender broke off. */
bool senders_end(struct import *im);
/* Send what brings something in; `place` is named if the clerk refuses it. */
void reference_send(struct import *im, int64_t place, const struct command_reference_add *c);
void comment_send(struct import *im, int64_t place, const struct command_reference_comment *c);
void topic_send(struct import *im, int64_t place, const struct command_reference_topic *c);
/* Row or line `place` cannot be taken: said, counted, and left out. */
void line_broken(struct import *im, int64_t place, const char *why);
void progress_show(struct import *im);

/* "2017-01-31T10:00:00" (what follows is not read), or the day alone, in UTC; 0: it is none. */
int64_t import_time_ms(struct text iso);
/* At most `most` bytes, cut between words. */
struct text words_cut(struct text text, size_t most);
/* Markdown that fits a posting, cut with a note that the source has the whole. */
struct text body_fit(struct arena *arena, struct text markdown);
