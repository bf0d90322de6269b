#pragma once
/* What the pages around signing in share. Pages only. */
#include "fcgi/page/page_doors.h"

/* The word nginx has for the device; absent when it has none. */
struct text page_device(const struct request *r);
/* The page for the second step, behind a right password. */
MUST_USE enum result page_second(struct request *r, struct reply *out,
                                 const struct reply_signed_in *in, struct text next);
/* Sets the session's cookie and goes on to `next`, or to the first page of this role. */
MUST_USE enum result page_signed_in(struct request *r, struct reply *out,
                                    const struct reply_signed_in *in, struct text next);
MUST_USE enum result page_go_on(struct request *r, struct reply *out, struct text next,
                                int64_t role, int64_t level);
