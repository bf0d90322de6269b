#pragma once
/* What the pages about telling have in common. Pages only. */
#include "fcgi/page/page_doors.h"

enum { PAGE_FEED_TOPICS = 1, PAGE_FEED_SEARCH, PAGE_FEED_OWN }; /* kinds of feeds */
enum { PAGE_NEWS_TOPIC = 1, PAGE_NEWS_SEARCH, PAGE_NEWS_THREAD };

/* All that the reader follows and what is new in it, as the clerk says. */
MUST_USE enum result page_following(struct request *r, struct reply_following *reply);
