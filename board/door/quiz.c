#include "board/door/quiz.h"

#include "board/roster/name.h"
#include "core/clock.h"
#include "core/conf.h"
#include "schema/roster.h"

#include <arpa/inet.h>
#include <string.h>

/* --- a quiz as it is kept: lines of fact, right answer, number of options, options --- */

static struct bytes quiz_write(struct arena *arena, const struct quiz *quiz)
{
    struct buf out;
    buf_open(&out, arena, 16384);
    for (size_t i = 0; i < quiz->count; i++) {
        const struct quiz_question *q = &quiz->questions[i];
        buf_format(&out, "%.*s\n%d\n%zu\n", (int)q->fact.size, q->fact.data, q->right, q->count);
        for (size_t k = 0; k < q->count; k++) {
            buf_add(&out, q->options[k].data, q->options[k].size);
            buf_char(&out, '\n');
        }
    }
    return buf_bytes(&out);
}

static bool line_int(struct text *rest, int64_t high, int64_t *out)
{
    struct text line;
    return text_next(rest, '\n', &line) && text_int(line, 0, high, out);
}

static bool quiz_read(struct bytes plain, struct quiz *quiz)
{
    struct text rest = {(const char *)plain.data, plain.size};
    memset(quiz, 0, sizeof(*quiz));
    while (rest.size > 0) {
        struct quiz_question *q = &quiz->questions[quiz->count++];
        int64_t right = 0, count = 0;
        if (quiz->count > QUIZ_QUESTIONS_MAX || !text_next(&rest, '\n', &q->fact) ||
            !line_int(&rest, QUIZ_NONE, &right) || !line_int(&rest, QUIZ_OPTIONS, &count))
            return false;
        q->right = (uint8_t)right;
        q->count = (size_t)count;
        for (size_t i = 0; i < q->count; i++) {
            if (!text_next(&rest, '\n', &q->options[i]))
                return false;
        }
    }
    return true;
}

/* --- whose, and how often --- */

static void licence_digest(struct work *work, const struct application *a,
                           uint8_t digest[DIGEST_SIZE])
{
    keyring_door_digest(&work->clerk->keys, "quiz", a->state, licence_key(work->arena, a->licence),
                        digest);
}

/* Neighbours in a network are one to us: 256 addresses of version 4, a site's of version 6. */
static void network_digest(struct work *work, struct text address, uint8_t digest[DIGEST_SIZE])
{
    uint8_t raw[16] = {0};
    struct text words = arena_text(work->arena, address);
    struct buf hex;
    buf_open(&hex, work->arena, 16);
    if (inet_pton(AF_INET, words.data, raw) == 1)
        buf_hex(&hex, bytes_of(raw, 3));
    else if (inet_pton(AF_INET6, words.data, raw) == 1)
        buf_hex(&hex, bytes_of(raw, 6));
    keyring_door_digest(&work->clerk->keys, "network", buf_done(&hex), TEXT(""), digest);
}

static int64_t tries_since(const struct work *work)
{
    return work->clerk->now_ms - conf_int("quiz.days") * DAY_MS;
}

static enum result tries_left(struct work *work, const uint8_t digest[DIGEST_SIZE], int64_t most,
                              int64_t *left, int64_t *from_ms)
{
    int64_t count = 0, first_ms = 0;
    enum result result = keyring_quiz_tries(&work->clerk->keys, work->arena, digest,
                                            tries_since(work), most, &count, &first_ms);
    *left = most - count;
    *from_ms = *left > 0 ? 0 : first_ms + conf_int("quiz.days") * DAY_MS;
    return result;
}

enum result quiz_tries_left(struct work *work, const struct application *application, int64_t *left,
                            int64_t *from_ms)
{
    uint8_t digest[DIGEST_SIZE];
    licence_digest(work, application, digest);
    return tries_left(work, digest, conf_int("quiz.tries"), left, from_ms);
}

enum result quiz_offered(struct work *work, struct text state, bool *offered)
{
    struct db *roster = clerk_roster(work->clerk);
    struct roster_quiz_material_row row = {0};
    enum result result = OK;
    if (roster != NULL)
        result = roster_quiz_material(roster, work->arena, state, QUIZ_OPTIONS, &row);
    *offered = result == OK && row.schools >= QUIZ_OPTIONS;
    return result == NOT_FOUND ? OK : result;
}

/* --- the commands --- */

/* Who may be asked, and what he said of himself. */
static enum result quiz_may(struct work *work, struct text network, struct application *a,
                            int64_t *left)
{
    uint8_t digest[DIGEST_SIZE];
    int64_t at_ms = 0, from_ms = 0, network_left = 0;
    bool offered = false;
    if (work->actor.role != BOARD_PHYSICIAN || work->actor.state != MEMBER_WAITING)
        return REFUSED;
    if (work->actor.level > 0)
        return problem(work, CONFLICT, "", "You have passed the quiz already.");
    enum result result =
        keyring_application_get(&work->clerk->keys, work->arena, work->actor.member, a, &at_ms);
    if (result == OK)
        result = quiz_offered(work, a->state, &offered);
    if (result == OK && !offered)
        return problem(work, CONFLICT, "",
                       "The lists of your state hold too little for a quiz. An admin looks at "
                       "your application instead.");
    if (result == OK)
        result = quiz_tries_left(work, a, left, &from_ms);
    network_digest(work, network, digest);
    if (result == OK)
        result = tries_left(work, digest, conf_int("quiz.tries_network"), &network_left, &from_ms);
    if (result == OK && (*left <= 0 || network_left <= 0))
        return problem(work, TOO_OFTEN, "",
                       "No try is left for now: for this licence, or from this network. An admin "
                       "looks at your application all the same.");
    return result;
}

/* The licence's quiz as it was last asked. NOT_FOUND: it was not. */
static enum result quiz_kept(struct work *work, const uint8_t licence[DIGEST_SIZE],
                             struct quiz *quiz, bool *known)
{
    struct bytes plain;
    enum result result = keyring_quiz_get(&work->clerk->keys, work->arena, licence, known, &plain);
    return result == OK && !quiz_read(plain, quiz) ? BROKEN : result;
}

/* The licence's quiz: kept, or drawn now. One that nobody could pass is drawn anew once the lists
 * know the licence; looking that up takes the same steps for all. */
static enum result quiz_take(struct work *work, const struct application *a, struct quiz *quiz)
{
    struct clerk *clerk = work->clerk;
    struct db *roster = clerk_roster(clerk);
    struct quiz_truth truth;
    uint8_t digest[DIGEST_SIZE], seed[DIGEST_SIZE];
    bool known = false;
    licence_digest(work, a, digest);
    enum result result = quiz_truth(roster, work->arena, a, &truth);
    if (result != OK)
        return result;
    result = quiz_kept(work, digest, quiz, &known);
    if ((result == OK && (known || !truth.known)) || (result != OK && result != NOT_FOUND))
        return result;
    /* One draw for a licence that is known, another for one that is not: neither tells of the
     * other. */
    keyring_door_digest(&clerk->keys, truth.known ? "known" : "unknown", a->state,
                        licence_key(work->arena, a->licence), seed);
    result = quiz_draw(roster, work->arena, &clerk->keys, seed, a, &truth, clerk->now_ms, quiz);
    if (result != OK)
        return result;
    return keyring_quiz_put(&clerk->keys, work->arena, digest, quiz->known,
                            quiz_write(work->arena, quiz));
}

enum result quiz_run(struct work *work)
{
    struct application a;
    struct quiz quiz;
    struct reply_quiz reply = {0};
    enum result result = quiz_may(work, work->command->quiz.network, &a, &reply.tries_left);
    if (result == OK)
        result = quiz_take(work, &a, &quiz);
    if (result != OK)
        return result;
    reply.questions = arena_array(work->arena, struct record_quiz_question, QUIZ_QUESTIONS_MAX);
    reply.questions_count = quiz.count;
    for (size_t i = 0; i < quiz.count; i++) {
        const struct quiz_question *q = &quiz.questions[i];
        struct record_quiz_question *out = &reply.questions[i];
        out->fact = q->fact;
        out->options = arena_array(work->arena, struct record_quiz_option, QUIZ_OPTIONS);
        out->options_count = q->count;
        for (size_t k = 0; k < q->count; k++)
            out->options[k].words = q->options[k];
    }
    reply_quiz_write(&work->reply, &reply);
    return OK;
}

/* Every question answered, and how many wrongly: all are compared, whatever the first says. */
static bool answers_read(struct text answers, const struct quiz *quiz, unsigned *wrong)
{
    struct text part;
    size_t at = 0;
    *wrong = 0;
    while (text_next(&answers, ' ', &part)) {
        int64_t answer = 0;
        if (at == quiz->count ||
            !text_int(part, 0, (int64_t)quiz->questions[at].count - 1, &answer))
            return false;
        *wrong |= (unsigned)answer ^ quiz->questions[at].right;
        at++;
    }
    return at == quiz->count;
}

enum result quiz_answer_run(struct work *work)
{
    const struct command_quiz_answer *c = &work->command->quiz_answer;
    struct keyring *keys = &work->clerk->keys;
    struct application a;
    struct quiz quiz;
    struct reply_quiz_answered reply = {.passed = false};
    uint8_t licence[DIGEST_SIZE], network[DIGEST_SIZE];
    unsigned wrong = 1;
    int64_t left = 0;
    bool raised = false, known = false;
    enum result result = quiz_may(work, c->network, &a, &left);
    if (result != OK)
        return result;
    /* What he read is what he answers; the lists are not asked, so their time tells nothing. */
    licence_digest(work, &a, licence);
    result = quiz_kept(work, licence, &quiz, &known);
    if (result == NOT_FOUND)
        result = quiz_take(work, &a, &quiz);
    if (result != OK)
        return result;
    if (!answers_read(c->answers, &quiz, &wrong))
        return problem(work, INVALID, "", "Answer every question; this was no try.");
    network_digest(work, c->network, network);
    result = keyring_quiz_tried(keys, licence, work->clerk->now_ms, tries_since(work));
    if (result == OK && wrong != 0)
        result = keyring_quiz_tried(keys, network, work->clerk->now_ms, tries_since(work));
    reply.passed = wrong == 0;
    if (result == OK && reply.passed)
        result = level_move(work, work->actor.member, 1, "quiz", 0);
    if (result == OK && reply.passed)
        result = level_by_lists(work, work->actor.member, &raised);
    if (result == OK)
        reply_quiz_answered_write(&work->reply, &reply);
    return result;
}
