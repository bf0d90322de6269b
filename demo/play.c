#include "demo/play.h"

#include "core/buf.h"
#include "core/clock.h"
#include "core/json.h"
#include "core/seal.h"
#include "core/session.h"
#include "ledger/ledger.h"
#include "schema/command.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { TRIES_MAX = 50, TRY_WAIT_US = 100 * 1000, SIGNED_IN_MAX_MS = 20 * HOUR_MS };

static struct player *player_of(struct play *play, struct text pseudonym)
{
    for (size_t i = 0; i < play->player_count; i++)
        if (play->players[i].pseudonym.size == pseudonym.size &&
            memcmp(play->players[i].pseudonym.data, pseudonym.data, pseudonym.size) == 0)
            return &play->players[i];
    assert(play->player_count < PLAYERS_MAX);
    struct player *player = &play->players[play->player_count++];
    *player = (struct player){.pseudonym = pseudonym};
    return player;
}

static int64_t id_of(const struct play *play, struct text key)
{
    for (size_t i = 0; i < play->key_count; i++)
        if (text_equal(play->keys[i], key))
            return play->ids[i];
    return 0;
}

static enum result ask(struct play *play, struct caller *caller, const struct player *player,
                       struct command *command, struct bytes *reply)
{
    uint64_t number = ++play->requests;
    struct bytes parts[] = {{(const uint8_t *)"demo request", 12},
                            {(const uint8_t *)&number, sizeof(number)}};
    seal_id(command->request, NULL, parts, 2);
    command->token = TEXT("");
    command->form = TEXT("");
    if (player != NULL) {
        command->token = player->token;
        uint8_t token[TOKEN_SIZE];
        const char *action = session_action(command->kind);
        if (action != NULL && session_token_read(player->token, token))
            command->form = session_form(&play->scratch, token, action);
    }
    struct buf buf;
    buf_open(&buf, &play->scratch, 1024);
    command_write(&buf, command);
    enum result result = BUSY;
    for (int i = 0; i < TRIES_MAX && (result == BUSY || result == UNKNOWN); i++) {
        if (i > 0)
            usleep(TRY_WAIT_US);
        result = caller_ask(caller, &play->scratch, buf_bytes(&buf), reply);
    }
    return result;
}

static enum result sign_in(struct play *play, struct player *player)
{
    int64_t now_ms = *play->clock_ms;
    struct bytes reply;
    if (player->token.size > 0 && now_ms - player->signed_in_ms < SIGNED_IN_MAX_MS)
        return OK;
    struct command command = {.kind = COMMAND_SIGN_IN};
    command.sign_in.name = player->pseudonym;
    command.sign_in.password = play->password;
    enum result result = ask(play, &play->clerk, NULL, &command, &reply);
    if (result != OK)
        return result;
    struct json *root = NULL;
    struct reply_signed_in signed_in;
    result = json_read(reply, &root);
    if (result == OK)
        result = reply_signed_in_read(root, play->arena, &signed_in);
    json_close(root);
    if (result != OK)
        return result;
    player->token = signed_in.token;
    player->member = signed_in.member;
    player->role = signed_in.role;
    player->signed_in_ms = now_ms;
    return OK;
}

static struct player *staff_of_role(struct play *play, int64_t role)
{
    for (size_t i = 0; i < play->player_count; i++)
        if (play->players[i].role == role)
            return sign_in(play, &play->players[i]) == OK ? &play->players[i] : NULL;
    return NULL;
}

static enum result created_id(struct play *play, struct bytes reply, int64_t *id)
{
    struct json *root = NULL;
    struct reply_created created;
    enum result result = json_read(reply, &root);
    if (result == OK)
        result = reply_created_read(root, &play->scratch, &created);
    json_close(root);
    if (result == OK)
        *id = created.id;
    return result;
}

static enum result act_staff(struct play *play, const struct act *act)
{
    struct bytes reply;
    struct command command = {.kind = COMMAND_STAFF_ADD};
    command.staff_add.pseudonym = act->by;
    command.staff_add.password = play->password;
    command.staff_add.role = act->number;
    command.staff_add.organisation = act->organisation;
    command.staff_add.email =
        arena_format(&play->scratch, "staff%zu@demo.example", play->player_count);
    player_of(play, act->by)->role = act->number;
    return ask(play, &play->clerk, NULL, &command, &reply);
}

static enum result act_join(struct play *play, const struct act *act)
{
    struct bytes reply;
    struct command command = {.kind = COMMAND_JOIN};
    struct command_join *join = &command.join;
    join->pseudonym = act->by;
    join->password = play->password;
    join->email = arena_format(&play->scratch, "member%zu@demo.example", play->player_count);
    join->first_name = act->first_name;
    join->last_name = act->last_name;
    join->npi = act->npi;
    join->licence = act->licence;
    join->state = act->state;
    join->specialty = act->specialty;
    join->show_specialty = true;
    enum result result = ask(play, &play->clerk, NULL, &command, &reply);
    if (result != OK || act->waits)
        return result;
    struct player *player = player_of(play, act->by);
    result = sign_in(play, player); /* applicants may sign in: that tells the member's id */
    if (result != OK)
        return result;
    struct player *admin = staff_of_role(play, 3);
    if (admin == NULL)
        return REFUSED;
    command = (struct command){.kind = COMMAND_MEMBER_DECIDE};
    command.member_decide.member = player->member;
    command.member_decide.accepted = true;
    command.member_decide.preset = TEXT("reached");
    command.member_decide.reason = TEXT("Licence and NPI agree with the lists; letter answered.");
    return ask(play, &play->clerk, admin, &command, &reply);
}

static enum result act_posting(struct play *play, const struct act *act, struct player *player)
{
    struct bytes reply;
    struct command command = {.kind = COMMAND_ASK};
    if (act->kind == ACT_POSTING) {
        command.ask.kind = act->number;
        command.ask.title = act->title;
        command.ask.body = act->body;
        command.ask.topics = act->topics;
        command.ask.options = act->options.size > 0 ? act->options : NO_TEXT;
        command.ask.has_setting = act->setting > 0;
        command.ask.setting = act->setting;
        command.ask.has_seen = act->seen > 0;
        command.ask.seen = act->seen;
        command.ask.from_month = act->from_month;
        command.ask.to_month = act->to_month;
    } else {
        command.kind = COMMAND_ANSWER;
        command.answer.question = id_of(play, act->on);
        command.answer.body = act->body;
    }
    int64_t id = 0;
    enum result result = ask(play, &play->clerk, player, &command, &reply);
    if (result == OK)
        result = created_id(play, reply, &id);
    if (result != OK)
        return result;
    assert(play->key_count < KEYS_MAX);
    play->keys[play->key_count] = act->key;
    play->ids[play->key_count++] = id;
    return OK;
}

static void act_on_thread(struct play *play, const struct act *act, int64_t on,
                          struct command *command)
{
    switch ((int)act->kind) {
    case ACT_VOTE:
        *command = (struct command){
            .kind = COMMAND_VOTE,
            .vote = {.posting = on, .stance = act->number, .patients = act->patients}};
        return;
    case ACT_CHOICE:
        *command = (struct command){.kind = COMMAND_POLL_CHOOSE,
                                    .poll_choose = {.question = on, .choice = act->number}};
        return;
    case ACT_RATING:
        *command = (struct command){.kind = COMMAND_QUESTION_RATE,
                                    .question_rate = {.question = on,
                                                      .importance = act->importance,
                                                      .relevance = act->relevance}};
        return;
    default:
        *command = (struct command){.kind = COMMAND_SOLVE,
                                    .solve = {.question = on,
                                              .solved = true,
                                              .how = act->how.size > 0 ? act->how : NO_TEXT,
                                              .has_answer = act->answer.size > 0,
                                              .answer = id_of(play, act->answer),
                                              .has_study = act->study,
                                              .study = act->study}};
    }
}

static enum result act_by_member(struct play *play, const struct act *act)
{
    struct bytes reply;
    struct player *player = player_of(play, act->by);
    enum result result = sign_in(play, player);
    if (result != OK)
        return result;
    if (act->kind == ACT_POSTING || act->kind == ACT_ANSWER)
        return act_posting(play, act, player);
    struct command command;
    int64_t on = id_of(play, act->on);
    act_on_thread(play, act, on, &command);
    return on == 0 ? NOT_FOUND : ask(play, &play->clerk, player, &command, &reply);
}

enum result play_act(struct play *play, const struct act *act)
{
    enum result result;
    arena_reset(&play->scratch, 0);
    if (act->at_ms > *play->clock_ms)
        *play->clock_ms = act->at_ms;
    if (act->kind == ACT_STAFF)
        result = act_staff(play, act);
    else if (act->kind == ACT_JOIN)
        result = act_join(play, act);
    else
        result = act_by_member(play, act);
    if (result != OK) {
        play->refused++;
        fprintf(stderr, "demo: %.*s %.*s: %s\n", (int)act->by.size, act->by.data,
                (int)(act->key.size > 0 ? act->key.size : act->on.size),
                act->key.size > 0 ? act->key.data : act->on.data, result_name(result));
    }
    return result == BUSY || result == UNKNOWN || result == BROKEN ? result : OK;
}

enum result play_campaign(struct play *play, int64_t ends_ms)
{
    struct bytes reply;
    arena_reset(&play->scratch, 0);
    struct player *sponsor = staff_of_role(play, 2), *admin = staff_of_role(play, 3);
    if (sponsor == NULL || admin == NULL)
        return REFUSED;
    struct command command = {.kind = COMMAND_CAMPAIGN_OPEN};
    command.campaign_open.name = TEXT("What works in practice");
    command.campaign_open.product = TEXT("Independent education, no product");
    command.campaign_open.starts_ms = *play->clock_ms;
    command.campaign_open.ends_ms = ends_ms;
    command.campaign_open.deposit_cents = 500000;
    enum result result = ask(play, &play->paymaster, sponsor, &command, &reply);
    if (result != OK)
        return result;
    struct json *root = NULL;
    struct reply_opened opened;
    result = json_read(reply, &root);
    if (result == OK)
        result = reply_opened_read(root, play->arena, &opened);
    json_close(root);
    if (result != OK)
        return result;
    play->campaign = opened.id;
    command = (struct command){.kind = COMMAND_CAMPAIGN_FUND};
    command.campaign_fund.campaign = opened.id;
    command.campaign_fund.amount_cents = 500000;
    return ask(play, &play->paymaster, admin, &command, &reply);
}

static const char sponsored_title[] =
    "What makes you stop an oral anticoagulant within three months?";
static const char sponsored_body[] =
    "We fund education on anticoagulation and would like to teach what is needed. When you stop "
    "one soon after it was begun, what was the reason, as you have seen it: bleeding, cost, a "
    "procedure, the patient's own wish?";

enum { KEPT = 1 }; /* as in the command posting_decide */

enum result play_sponsored(struct play *play)
{
    struct bytes reply;
    int64_t id = 0;
    arena_reset(&play->scratch, 0);
    struct player *sponsor = staff_of_role(play, 2), *admin = staff_of_role(play, 3);
    if (sponsor == NULL || admin == NULL)
        return REFUSED;
    struct command command = {.kind = COMMAND_TOPIC_DESCRIBE};
    command.topic_describe.topic = TEXT("anticoagulation");
    command.topic_describe.excerpt = TEXT("Which anticoagulant, for whom, how long, at what dose.");
    command.topic_describe.body = TEXT("");
    enum result result = ask(play, &play->clerk, admin, &command, &reply);
    if (result != OK)
        return result;
    command = (struct command){.kind = COMMAND_SPONSOR_ASK};
    command.sponsor_ask.title = text_of(sponsored_title);
    command.sponsor_ask.body = text_of(sponsored_body);
    command.sponsor_ask.topics = TEXT("anticoagulation");
    result = ask(play, &play->clerk, sponsor, &command, &reply);
    if (result == OK)
        result = created_id(play, reply, &id);
    if (result != OK)
        return result;
    command = (struct command){.kind = COMMAND_POSTING_DECIDE};
    command.posting_decide.posting = id;
    command.posting_decide.outcome = KEPT;
    command.posting_decide.words = TEXT("");
    return ask(play, &play->clerk, admin, &command, &reply);
}

/* The demo's sponsor signs with a key anybody can read: nothing here is secret. */
static const uint8_t demo_seed[KEY_SIZE] = "the demo's sponsor signs so";

enum result play_earmark(struct play *play, const char *key, int kind, int64_t cents,
                         int64_t cap_cents, int64_t valid_to_ms)
{
    struct bytes reply;
    struct json *root;
    struct reply_earmark_terms terms;
    arena_reset(&play->scratch, 0);
    struct player *sponsor = staff_of_role(play, 2);
    int64_t target = id_of(play, text_of(key));
    if (sponsor == NULL || target == 0)
        return NOT_FOUND;
    struct command command = {.kind = COMMAND_EARMARK_TERMS};
    enum result result = ask(play, &play->paymaster, sponsor, &command, &reply);
    if (result == OK)
        result = json_read(reply, &root);
    if (result != OK)
        return result;
    result = reply_earmark_terms_read(root, &play->scratch, &terms);
    json_close(root);
    if (result != OK)
        return result;
    struct ledger_wish wish = {.campaign = play->campaign,
                               .box_key = terms.box_key,
                               .rule = terms.rules[kind - 1].sha256,
                               .target = target,
                               .kind = kind,
                               .amount_cents = cents,
                               .cap_cents = cap_cents,
                               .payees_max = kind == 1 ? 1 : 50,
                               .from_ms = *play->clock_ms,
                               .until_ms = valid_to_ms};
    struct text public_key, envelope;
    if (!ledger_wish_seal(play->arena, &wish, demo_seed, &public_key, &envelope))
        return INVALID;
    command = (struct command){.kind = COMMAND_SPONSOR_KEY_ADD};
    command.sponsor_key_add.public_key = public_key;
    result = ask(play, &play->paymaster, sponsor, &command, &reply);
    if (result != OK)
        return result;
    command = (struct command){.kind = COMMAND_EARMARK_SEAL};
    command.earmark_seal.campaign = play->campaign;
    command.earmark_seal.envelope = envelope;
    return ask(play, &play->paymaster, sponsor, &command, &reply);
}

enum result play_period_close(struct play *play, struct text period)
{
    struct bytes reply;
    arena_reset(&play->scratch, 0);
    struct player *admin = staff_of_role(play, 3);
    if (admin == NULL)
        return REFUSED;
    struct command command = {.kind = COMMAND_PERIOD_CLOSE};
    command.period_close.period = period;
    return ask(play, &play->paymaster, admin, &command, &reply);
}

enum result play_tick(struct play *play)
{
    struct bytes reply;
    arena_reset(&play->scratch, 0);
    struct command command = {.kind = COMMAND_LEDGER_TICK};
    return ask(play, &play->paymaster, NULL, &command, &reply);
}

void play_sign_out_all(struct play *play)
{
    for (size_t i = 0; i < play->player_count; i++) {
        struct bytes reply;
        struct command command = {.kind = COMMAND_SIGN_OUT};
        arena_reset(&play->scratch, 0);
        if (play->players[i].token.size > 0)
            (void)!ask(play, &play->clerk, &play->players[i], &command, &reply);
    }
}

void play_open(struct play *play, struct arena *arena, volatile int64_t *clock_ms,
               struct text password)
{
    *play = (struct play){.arena = arena, .clock_ms = clock_ms, .password = password};
    play->clerk = (struct caller){.program = "clerk", .fd = -1, .wait_ms = 10000};
    play->paymaster = (struct caller){.program = "paymaster", .fd = -1, .wait_ms = 60000};
    arena_open(&play->scratch, 4 * 1024 * 1024);
}

void play_close(struct play *play)
{
    caller_close(&play->clerk);
    caller_close(&play->paymaster);
    arena_close(&play->scratch);
}
