#include "fcgi/route.h"

#include <assert.h>
#include <string.h>

#include "fcgi/pages.h"

enum { NAME_SIZE_MAX = 40, KEY_SIZE_HEX = 32 };
#define ID_MAX INT64_C(9007199254740992) /* 2^53: what JSON readers hold exactly */

const char *const pool_names[POOL_COUNT] = {"login", "member", "sponsor", "admin"};

/* clang-format off */
const struct route route_table[] = {
    /* method      pattern      pool         who          effect rate        fields page         again */
    {METHOD_GET,  "/healthz",   POOL_LOGIN,  WHO_ANYONE,  READS, RATE_READ,  NULL,  page_health, NULL},

    {METHOD_GET,  "/",                  POOL_MEMBER, WHO_MEMBER,    READS,  RATE_READ,   fields_front,    page_front,       NULL},
    {METHOD_GET,  "/q/:id",             POOL_MEMBER, WHO_MEMBER,    READS,  RATE_READ,   NULL,            page_question,    NULL},
    {METHOD_GET,  "/ask",               POOL_MEMBER, WHO_PHYSICIAN, READS,  RATE_READ,   fields_ask_form, page_ask,         NULL},
    {METHOD_POST, "/ask",               POOL_MEMBER, WHO_PHYSICIAN, WRITES, RATE_POST,   fields_ask,      page_ask_post,    page_ask_again},
    {METHOD_GET,  "/similar",           POOL_MEMBER, WHO_MEMBER,    READS,  RATE_READ,   fields_similar,  page_similar,     NULL},
    {METHOD_POST, "/preview",           POOL_MEMBER, WHO_PHYSICIAN, READS,  RATE_READ,   fields_preview,  page_preview,     NULL},
    {METHOD_POST, "/q/:id/answer",      POOL_MEMBER, WHO_PHYSICIAN, WRITES, RATE_POST,   fields_answer,   page_answer_post, page_answer_again},
    {METHOD_POST, "/p/:id/vote",        POOL_MEMBER, WHO_PHYSICIAN, WRITES, RATE_VOTE,   fields_vote,     page_vote_post,   NULL},
    {METHOD_POST, "/q/:id/solved",      POOL_MEMBER, WHO_PHYSICIAN, WRITES, RATE_POST,   fields_solved,   page_solved_post, NULL},
    {METHOD_GET,  "/search",            POOL_MEMBER, WHO_MEMBER,    READS,  RATE_SEARCH, fields_search,   page_search,      NULL},
    {METHOD_GET,  "/t/:name",           POOL_MEMBER, WHO_MEMBER,    READS,  RATE_READ,   fields_topic,    page_topic,       NULL},
    {METHOD_POST, "/topic/:name/follow", POOL_MEMBER, WHO_PHYSICIAN, WRITES, RATE_POST,  fields_follow,   page_follow_post, NULL},
    {METHOD_GET,  "/m/:id",             POOL_MEMBER, WHO_MEMBER,    READS,  RATE_READ,   fields_member,   page_member,      NULL},
    {METHOD_GET,  "/why/posting/:id",   POOL_MEMBER, WHO_MEMBER,    READS,  RATE_READ,   NULL,            page_why_posting, NULL},
    {METHOD_GET,  "/why/member/:id",    POOL_MEMBER, WHO_MEMBER,    READS,  RATE_READ,   NULL,            page_why_member,  NULL},
    {METHOD_GET,  "/earnings",          POOL_MEMBER, WHO_PHYSICIAN, READS,  RATE_READ,   NULL,            page_earnings,    NULL},
    {METHOD_GET,  "/earnings/:id/receipt", POOL_MEMBER, WHO_PHYSICIAN, READS, RATE_READ, fields_receipt,  page_receipt,     NULL},
    {METHOD_GET,  "/notices",           POOL_MEMBER, WHO_PHYSICIAN, READS,  RATE_READ,   NULL,            page_notices,     NULL},
    {METHOD_POST, "/notices/seen",      POOL_MEMBER, WHO_PHYSICIAN, WRITES, RATE_POST,   fields_seen,     page_seen_post,   NULL},

    {METHOD_GET,  "/login",             POOL_LOGIN,  WHO_ANYONE,    READS,  RATE_READ,    fields_login_form, page_login,     NULL},
    {METHOD_POST, "/login",             POOL_LOGIN,  WHO_ANYONE,    WRITES, RATE_SIGN_IN, fields_login,    page_login_post,  page_login_again},
    {METHOD_POST, "/logout",            POOL_LOGIN,  WHO_ANYONE,    WRITES, RATE_POST,    NULL,            page_logout_post, page_logout_again},
    {METHOD_GET,  "/join",              POOL_LOGIN,  WHO_ANYONE,    READS,  RATE_READ,    NULL,            page_join,        NULL},
    {METHOD_POST, "/join",              POOL_LOGIN,  WHO_ANYONE,    WRITES, RATE_SIGN_IN, fields_join,     page_join_post,   page_join_again},
    {METHOD_GET,  "/waiting",           POOL_MEMBER, WHO_WAITING,   READS,  RATE_READ,    NULL,            page_waiting,     NULL},
    {METHOD_GET,  "/about/:name",       POOL_MEMBER, WHO_ANYONE,    READS,  RATE_READ,    NULL,            page_about,       NULL},

    {METHOD_GET,  "/sponsor",           POOL_SPONSOR, WHO_SPONSOR,  READS,  RATE_READ,    NULL,             page_sponsor,         NULL},
    {METHOD_GET,  "/sponsor/campaigns", POOL_SPONSOR, WHO_SPONSOR,  READS,  RATE_READ,    NULL,             page_campaigns,       NULL},
    {METHOD_POST, "/sponsor/campaigns", POOL_SPONSOR, WHO_SPONSOR,  WRITES, RATE_POST,    fields_campaigns, page_campaigns_post,  page_campaigns_again},
    {METHOD_GET,  "/sponsor/campaign/:key", POOL_SPONSOR, WHO_SPONSOR, READS, RATE_READ,  fields_campaign,  page_campaign,        NULL},
    {METHOD_POST, "/sponsor/campaign/:key/earmark", POOL_SPONSOR, WHO_SPONSOR, WRITES, RATE_POST, fields_earmark, page_earmark_post, page_earmark_again},
    {METHOD_GET,  "/sponsor/totals",    POOL_SPONSOR, WHO_SPONSOR,  READS,  RATE_READ,    NULL,             page_totals,          NULL},

    {METHOD_GET,  "/admin",             POOL_ADMIN,  WHO_ADMIN,     READS,  RATE_READ,    NULL,              page_admin,         NULL},
    {METHOD_GET,  "/admin/members",     POOL_ADMIN,  WHO_ADMIN,     READS,  RATE_READ,    fields_members,    page_members,       NULL},
    {METHOD_POST, "/admin/member/:id",  POOL_ADMIN,  WHO_ADMIN,     WRITES, RATE_POST,    fields_decide,     page_decide_post,   page_members_again},
    {METHOD_GET,  "/admin/rules",       POOL_ADMIN,  WHO_ADMIN,     READS,  RATE_READ,    fields_rules_form, page_rules,         NULL},
    {METHOD_POST, "/admin/rules",       POOL_ADMIN,  WHO_ADMIN,     WRITES, RATE_POST,    fields_rules,      page_rules_post,    page_rules_again},
    {METHOD_GET,  "/admin/rule/:id",    POOL_ADMIN,  WHO_ADMIN,     READS,  RATE_READ,    NULL,              page_rule,          NULL},
    {METHOD_POST, "/admin/rule/:id/approve",  POOL_ADMIN, WHO_ADMIN, WRITES, RATE_POST,   NULL,              page_approve_post,  page_rule_again},
    {METHOD_POST, "/admin/rule/:id/withdraw", POOL_ADMIN, WHO_ADMIN, WRITES, RATE_POST,   fields_withdraw,   page_withdraw_post, page_rule_again},
    {METHOD_GET,  "/admin/ledger",      POOL_ADMIN,  WHO_ADMIN,     READS,  RATE_READ,    fields_ledger,     page_ledger,        NULL},
    {METHOD_POST, "/admin/fund",        POOL_ADMIN,  WHO_ADMIN,     WRITES, RATE_POST,    fields_fund,       page_fund_post,     page_ledger_again},
    {METHOD_POST, "/admin/period",      POOL_ADMIN,  WHO_ADMIN,     WRITES, RATE_POST,    fields_period,     page_period_post,   page_ledger_again},
    {METHOD_GET,  "/admin/status",      POOL_ADMIN,  WHO_ADMIN,     READS,  RATE_READ,    NULL,              page_status,        NULL},
};
/* clang-format on */
const size_t route_count = sizeof route_table / sizeof route_table[0];

const struct route_hooks route_hooks = {page_hook_open, page_hook_fill, page_hook_fault};

const char *who_name(enum who who)
{
    static const char *const names[] = {
        [WHO_ANYONE] = "anyone",   [WHO_WAITING] = "waiting", [WHO_PHYSICIAN] = "physician",
        [WHO_SPONSOR] = "sponsor", [WHO_ADMIN] = "admin",     [WHO_MEMBER] = "member",
    };
    return names[who];
}

const char *rate_name(enum rate rate)
{
    static const char *const names[RATE_COUNT] = {
        [RATE_READ] = "read", [RATE_SEARCH] = "search",   [RATE_POST] = "post",
        [RATE_VOTE] = "vote", [RATE_SIGN_IN] = "sign_in",
    };
    return names[rate];
}

static bool is_name(struct text part)
{
    for (size_t i = 0; i < part.size; i++) {
        char c = part.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
            return false;
    }
    return part.size > 0 && part.size <= NAME_SIZE_MAX;
}

static bool is_key(struct text part)
{
    for (size_t i = 0; i < part.size; i++)
        if (!((part.data[i] >= 'a' && part.data[i] <= 'f') ||
              (part.data[i] >= '0' && part.data[i] <= '9')))
            return false;
    return part.size == KEY_SIZE_HEX;
}

/* One part of the path against one of the pattern; fills what ":" parts stand for. */
static bool part_fits(struct text want, struct text part, int64_t *id, struct text *name)
{
    if (want.size == 0 || want.data[0] != ':')
        return text_equal(want, part);
    if (text_is(want, ":id"))
        return part.size > 0 && part.data[0] != '0' && part.data[0] != '-' &&
               text_int(part, 1, ID_MAX, id);
    *name = part;
    if (text_is(want, ":key"))
        return is_key(part);
    assert(text_is(want, ":name"));
    return is_name(part);
}

static bool path_fits(const char *pattern, struct text path, int64_t *id, struct text *name)
{
    struct text want_rest = text_of(pattern + 1);
    struct text rest = {path.data + 1, path.size - 1};
    if (want_rest.size == 0 || rest.size == 0)
        return want_rest.size == rest.size;
    if (rest.data[rest.size - 1] == '/')
        return false;
    struct text want, part;
    while (text_next(&want_rest, '/', &want))
        if (!text_next(&rest, '/', &part) || !part_fits(want, part, id, name))
            return false;
    return !text_next(&rest, '/', &part);
}

enum result route_find(enum pool pool, struct request *r, const struct route **route,
                       const char **allow)
{
    *allow = NULL;
    for (size_t i = 0; i < route_count; i++) {
        const struct route *row = &route_table[i];
        int64_t id = 0;
        struct text name = NO_TEXT;
        if (row->pool != pool || !path_fits(row->pattern, r->path, &id, &name))
            continue;
        if (row->method != r->method) {
            *allow = *allow ? "GET, HEAD, POST" : row->method == METHOD_POST ? "POST" : "GET, HEAD";
            continue;
        }
        *allow = NULL;
        r->id = id;
        r->name = name;
        *route = row;
        return OK;
    }
    return *allow ? REFUSED : NOT_FOUND;
}
