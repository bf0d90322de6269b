/* How many of a member's votes of today can still earn. Of a rule that is the same for everybody
 * and of the member's own votes, so it tells nothing of what is promised on any posting. It stands
 * beside what was earned and never beside a vote: nobody is to vote for the sake of a number. */
#include "fcgi/page/page_settled.h"

#include "core/json.h"
#include "schema/command.h"

enum { METER_WIDTH = 100 };

/* Votes of today as the clerk counts them; below zero: it does not answer now. */
static int64_t votes_ask(struct request *r)
{
    struct command command = {.kind = COMMAND_VOTES_TODAY};
    struct reply_votes_today reply = {.votes = -1};
    struct bytes bytes = NO_BYTES;
    struct json *root = NULL;
    if (!page_may_ask(r) || request_command_soon(r, &command, &bytes) != OK ||
        json_read(bytes, &root) != OK)
        return -1;
    if (reply_votes_today_read(root, r->arena, &reply) != OK)
        reply.votes = -1;
    json_close(root);
    return reply.votes;
}

enum result page_allowance_load(struct request *r, struct view_allowance *v)
{
    struct statement_allowance_get_row rule;
    *v = (struct view_allowance){.most = 0};
    enum result result = statement_allowance_get(request_store(r, WEB_STATEMENT), r->arena, &rule);
    if (result == NOT_FOUND || (result == OK && rule.day_most == 0))
        return OK;
    if (result != OK)
        return result;
    const int64_t votes = votes_ask(r);
    v->most = rule.day_most;
    v->known = votes >= 0;
    v->used = votes < 0 ? 0 : votes < v->most ? votes : v->most;
    v->beyond = votes > v->most ? votes - v->most : 0;
    v->width = v->used * METER_WIDTH / v->most;
    return OK;
}
