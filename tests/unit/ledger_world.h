#pragma once
/* A small house for tests of the ledger: a state folder, a clock of ours, and a journal written
 * directly. Included by one test file each. */
#include <assert.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/clock.h"
#include "core/conf.h"
#include "core/json.h"
#include "core/seal.h"
#include "core/session.h"
#include "core/trace.h"
#include "ledger/audit/audit.h"
#include "ledger/earmark/envelope.h"
#include "ledger/log/file.h"
#include "ledger/desk/paymaster.h"
#include "tests/support/scratch.h"

enum { WORLD_MEMBERS = 30, WORLD_RULE_ACTIVE = 2 };

struct world {
    struct arena arena;
    struct log *journal;
    int64_t members[WORLD_MEMBERS];
    int64_t sponsor, admin;
    uint8_t sponsor_token[TOKEN_SIZE], admin_token[TOKEN_SIZE];
    uint8_t request; /* makes request ids */
    struct text reply;
};

static int64_t *world_clock;

/* 2026-03-02T09:00:00Z */
#define WORLD_START INT64_C(1772442000000)

/* Before the first scratch_open: the clock is mapped when that opens it. */
static UNUSED void world_clock_open(void)
{
    static char path[] = "/tmp/ledger-clock.XXXXXX";
    int fd = mkstemp(path);
    assert(fd >= 0 && ftruncate(fd, 8) == 0);
    world_clock = mmap(NULL, 8, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    assert(world_clock != MAP_FAILED);
    close(fd);
    *world_clock = WORLD_START;
    setenv("CURBSIDE_CLOCK", path, 1);
}

static UNUSED void world_settings(const char *state, const char *lines)
{
    char path[600];
    snprintf(path, sizeof path, "%s/curbside.conf", state);
    FILE *file = fopen(path, "w");
    assert(file != NULL && fputs(lines, file) >= 0);
    if (strstr(lines, "earmark.audience") == NULL) /* a world of a few members */
        assert(fputs("earmark.audience = 1\n", file) >= 0);
    assert(fputs("ledger.findings = 0\nsecond.physician = 0\nsecond.staff = 0\n"
                 "money.two_admins = 0\nkey.two_admins = 0\n",
                 file) >= 0);
    fclose(file);
    conf_open(state);
}

static UNUSED int64_t world_event(struct world *world, struct event event)
{
    size_t mark = world->arena.used;
    event.at_ms = *world_clock;
    assert_int_equal(log_begin(world->journal), OK);
    assert_int_equal(journal_append(world->journal, &world->arena, &event, NULL, 0), OK);
    assert_int_equal(log_commit(world->journal), OK);
    arena_reset(&world->arena, mark);
    return event.seq;
}

static UNUSED int64_t world_staff(struct world *world, int64_t role, uint8_t token[TOKEN_SIZE])
{
    struct event event = {.kind = EVENT_STAFF_ADDED};
    event.staff_added.pseudonym = TEXT("staff");
    event.staff_added.organisation = TEXT("house");
    event.staff_added.role = role;
    event.staff_added.credential = bytes_of("x", 1);
    int64_t id = world_event(world, event);
    struct event opened = {.kind = EVENT_SESSION_OPENED};
    opened.session_opened.member = id;
    opened.session_opened.role = role;
    opened.session_opened.expires_ms = *world_clock + 400 * (int64_t)DAY_MS;
    opened.session_opened.view_box = bytes_of("x", 1);
    seal_random(token, TOKEN_SIZE);
    session_digest(opened.session_opened.digest, token);
    world_event(world, opened);
    return id;
}

static UNUSED int64_t world_member(struct world *world)
{
    struct event event = {.kind = EVENT_MEMBER_APPLIED};
    event.member_applied.pseudonym = TEXT("member");
    event.member_applied.specialty = TEXT("cardiology");
    event.member_applied.credential = bytes_of("x", 1);
    int64_t id = world_event(world, event);
    struct event decided = {.kind = EVENT_MEMBER_DECIDED};
    decided.member_decided.member = id;
    decided.member_decided.by = world->admin;
    decided.member_decided.accepted = true;
    decided.member_decided.level = 3;
    decided.member_decided.reason = TEXT("");
    world_event(world, decided);
    return id;
}

static UNUSED int64_t world_posting(struct world *world, int64_t member, int64_t question)
{
    struct event event = {.kind = EVENT_POSTING_ADDED};
    struct event_posting_added *posting = &event.posting_added;
    posting->kind = question == 0 ? 1 : 4;
    posting->member = member;
    posting->question = question;
    posting->topics = posting->source = posting->url = posting->licence = TEXT("");
    return world_event(world, event);
}

static UNUSED void world_vote(struct world *world, int64_t posting, int64_t author, int64_t member,
                              int64_t stance)
{
    struct event event = {.kind = EVENT_VOTE_CAST};
    event.vote_cast.posting = posting;
    event.vote_cast.question = posting;
    event.vote_cast.member = member;
    event.vote_cast.author = author;
    event.vote_cast.stance = stance;
    event.vote_cast.patients = 1;
    world_event(world, event);
}

/* A fresh state with members, a sponsor and an admin. */
/* The house begins with rules that need nobody's findings, as houses of before did. */
static UNUSED void world_rules(struct world *world)
{
    static const char *const names[] = {"posting", "answer", "vote"};
    struct db *vault;
    assert_int_equal(
        db_open(&vault, &vault_store, conf_store("vault"), ROLE_PAYMASTER, DB_VAULT, 1000), OK);
    for (int i = 0; i < 3; i++) {
        struct bytes content;
        uint8_t sha256[32];
        const char *path = arena_format(&world->arena, "%s/reward/%s.lua",
                                        i == 0 ? "scripts" : "tests/rules", names[i])
                               .data;
        assert_int_equal(file_read(&world->arena, path, 65536, &content), OK);
        seal_sha256(sha256, content, NO_BYTES);
        assert_int_equal(vault_rule_add(vault, -1 - i,
                                        arena_format(&world->arena, "reward/%s", names[i]),
                                        (struct text){(const char *)content.data, content.size},
                                        bytes_of(sha256, 32), WORLD_RULE_ACTIVE, 0),
                         OK);
    }
    db_close(vault);
}

static UNUSED void world_open(struct world *world, const char *settings)
{
    *world = (struct world){0};
    world_settings(scratch_open(), settings);
    *world_clock = WORLD_START;
    arena_open(&world->arena, 64 << 20);
    assert_int_equal(log_open(&world->journal, "journal", LOG_APPEND, 1000), OK);
    world->admin = world_staff(world, 3, world->admin_token);
    world->sponsor = world_staff(world, 2, world->sponsor_token);
    for (size_t i = 0; i < WORLD_MEMBERS; i++)
        world->members[i] = world_member(world);
    world_rules(world);
}

static UNUSED void world_close(struct world *world)
{
    log_close(world->journal);
    arena_close(&world->arena);
}

/* Sessions end after minutes of idleness: keep the staff's awake. */
static UNUSED void world_awake(struct world *world)
{
    struct event seen = {.kind = EVENT_SESSION_SEEN};
    session_digest(seen.session_seen.digest, world->sponsor_token);
    world_event(world, seen);
    session_digest(seen.session_seen.digest, world->admin_token);
    world_event(world, seen);
}

/* Send a command as a member of staff (token NULL: the operator) and keep the reply. */
static UNUSED enum result world_ask(struct world *world, struct paymaster *paymaster,
                                    struct command *command, const uint8_t *token)
{
    struct buf message, reply;
    const char *action = session_action(command->kind);
    command->token = token == NULL ? TEXT("") : session_token_text(&world->arena, token);
    command->form =
        token == NULL || action == NULL ? TEXT("") : session_form(&world->arena, token, action);
    if (command->request[0] == 0)
        command->request[0] = ++world->request;
    world_awake(world);
    assert_int_equal(vault_follow(paymaster), OK);
    buf_open(&message, &world->arena, 1024);
    buf_open(&reply, &world->arena, 1024);
    command_write(&message, command);
    enum result result = paymaster_command(paymaster, buf_bytes(&message), token == NULL, &reply);
    world->reply = buf_done(&reply);
    arena_reset(&paymaster->arena, 0);
    return result;
}

/* A funded campaign that runs for a year; its id in hex. */
static UNUSED struct text world_campaign(struct world *world, struct paymaster *paymaster,
                                         int64_t cents)
{
    struct command open = {.kind = COMMAND_CAMPAIGN_OPEN}, fund = {.kind = COMMAND_CAMPAIGN_FUND};
    struct reply_opened opened;
    struct json *json;
    open.campaign_open.name = TEXT("campaign");
    open.campaign_open.product = TEXT("product");
    open.campaign_open.starts_ms = *world_clock;
    open.campaign_open.ends_ms = *world_clock + 300 * (int64_t)DAY_MS;
    open.campaign_open.deposit_cents = cents;
    assert_int_equal(world_ask(world, paymaster, &open, world->sponsor_token), OK);
    assert_int_equal(json_read(text_bytes(world->reply), &json), OK);
    assert_int_equal(reply_opened_read(json, &world->arena, &opened), OK);
    json_close(json);
    fund.campaign_fund.campaign = opened.id;
    fund.campaign_fund.amount_cents = cents;
    assert_int_equal(world_ask(world, paymaster, &fund, world->admin_token), OK);
    return opened.id;
}

/* The sponsor's own key, which only the test holds. */
static const uint8_t world_seed[KEY_SIZE] = {1, 2, 3};

static UNUSED struct envelope_slot world_slot(struct paymaster *paymaster, struct text campaign,
                                              int64_t target, int64_t kind, int64_t amount,
                                              int64_t cap)
{
    static const char *const rules[] = {"", "reward/posting", "reward/answer", "reward/vote"};
    struct vault_rule_current_row rule;
    int64_t month_s = clock_month_next(*world_clock) / 1000 - 1;
    struct envelope_slot slot = {.until_s = *world_clock / 1000 + 20 * (DAY_MS / 1000)};
    slot.terms = (struct earmark){.kind = (enum earmark_kind)kind,
                                  .target = target,
                                  .amount = amount,
                                  .cap = cap,
                                  .payees_max = kind == EARMARK_POSTING ? 1 : 50,
                                  .valid_from_s = *world_clock / 1000,
                                  .valid_to_s = slot.until_s < month_s ? slot.until_s : month_s};
    assert_true(campaign_id_read(&paymaster->arena, campaign, slot.terms.campaign));
    assert_int_equal(
        vault_rule_current(paymaster->vault, &paymaster->arena, text_of(rules[kind]), &rule), OK);
    memcpy(slot.terms.rule, rule.sha256.data, 32);
    return slot;
}

static UNUSED enum result world_key_add(struct world *world, struct paymaster *paymaster)
{
    struct command command = {.kind = COMMAND_SPONSOR_KEY_ADD};
    uint8_t public_key[32], secret_key[64];
    struct buf hex;
    seal_sign_keypair(public_key, secret_key, world_seed);
    buf_open(&hex, &world->arena, 80);
    buf_hex(&hex, bytes_of(public_key, 32));
    command.sponsor_key_add.public_key = buf_done(&hex);
    return world_ask(world, paymaster, &command, world->sponsor_token);
}

static UNUSED enum result world_seal(struct world *world, struct paymaster *paymaster,
                                     struct text campaign, struct envelope_slot slot)
{
    struct command command = {.kind = COMMAND_EARMARK_SEAL};
    command.earmark_seal.campaign = campaign;
    command.earmark_seal.envelope =
        envelope_seal(&world->arena, paymaster->box_public, world_seed, &slot, 1);
    return world_ask(world, paymaster, &command, world->sponsor_token);
}

static UNUSED enum result world_earmark(struct world *world, struct paymaster *paymaster,
                                        struct text campaign, int64_t target, int64_t kind,
                                        int64_t amount, int64_t cap)
{
    assert_int_equal(world_key_add(world, paymaster), OK); /* again it is the same key */
    return world_seal(world, paymaster, campaign,
                      world_slot(paymaster, campaign, target, kind, amount, cap));
}

static UNUSED enum result world_period(struct world *world, struct paymaster *paymaster,
                                       const char *name)
{
    struct command command = {.kind = COMMAND_PERIOD_CLOSE};
    command.period_close.period = text_of(name);
    return world_ask(world, paymaster, &command, NULL);
}

/* Questions by the first five members, three earmarks, and a month of votes and answers. */
struct month {
    struct text campaign;
    int64_t questions[5];
};

static UNUSED void month_begin(struct world *world, struct paymaster *paymaster,
                               struct month *month, bool earmarked)
{
    for (size_t i = 0; i < 5; i++)
        month->questions[i] = world_posting(world, world->members[i], 0);
    month->campaign = world_campaign(world, paymaster, 500000);
    if (earmarked) {
        int64_t *q = month->questions;
        assert_int_equal(world_earmark(world, paymaster, month->campaign, q[0], 3, 1000, 50000),
                         OK);
        assert_int_equal(world_earmark(world, paymaster, month->campaign, q[1], 1, 5000, 5000), OK);
        assert_int_equal(world_earmark(world, paymaster, month->campaign, q[2], 2, 3000, 9000), OK);
    }
    *world_clock += 601 * 1000;
    assert_int_equal(commit_tick(paymaster), OK);
}

static UNUSED void month_live(struct world *world, const struct month *month)
{
    for (size_t i = 6; i < WORLD_MEMBERS; i++) {
        *world_clock += DAY_MS / 4;
        world_vote(world, month->questions[0], world->members[0], world->members[i],
                   i % 3 == 0 ? 2 : 1);
        world_vote(world, month->questions[1], world->members[1], world->members[i], 1);
        if (i % 8 == 0) {
            int64_t answer = world_posting(world, world->members[i], month->questions[2]);
            for (size_t j = 6; j < 14; j++)
                if (j != i)
                    world_vote(world, answer, world->members[i], world->members[j], 1);
        }
    }
    *world_clock = clock_month_next(WORLD_START) + 3600 * 1000;
}

static UNUSED void sound(void)
{
    struct audit_report report;
    enum result result = audit_run(&report, NULL);
    if (report.check != NULL)
        print_message("leaf %lld %s: %s\n", (long long)report.leaf, report.check, report.what);
    assert_int_equal(result, OK);
    assert_null(report.check);
}

static UNUSED uint64_t size_of(struct paymaster *paymaster)
{
    return writer_size(&paymaster->writer);
}
