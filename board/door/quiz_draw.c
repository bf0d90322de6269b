#include "board/door/quiz.h"

#include "board/roster/name.h"
#include "core/clock.h"
#include "schema/roster.h"

#include <string.h>

enum {
    SCHOOLS_MOST = 400,
    DECADE = 5, /* years to either side */
    YEARS_MOST = 200,
    PLACE_WINDOWS = 4,
    PLACE_LOOK = 4000, /* providers looked through in each window */
    PLACES_MOST = 150,
    YEAR_EVER = 9999,
};

/* A choice that is the same each time for one licence, and that nobody without the key foresees. */
struct draw {
    const struct keyring *keys;
    const uint8_t *digest;
    int64_t step;
};

static uint64_t draw_below(struct draw *draw, uint64_t bound)
{
    const struct bytes key = bytes_of(draw->keys->door_key, KEY_SIZE);
    uint8_t step[8], id[ID_SIZE];
    const struct bytes parts[] = {text_bytes(TEXT("draw")), bytes_of(draw->digest, DIGEST_SIZE),
                                  bytes_of(step, sizeof(step))};
    uint64_t number;
    draw->step++;
    for (size_t i = 0; i < sizeof(step); i++)
        step[i] = (uint8_t)((uint64_t)draw->step >> (8 * i));
    seal_id(id, &key, parts, 3);
    memcpy(&number, id, sizeof(number));
    return number % bound;
}

static int text_order(struct text a, struct text b)
{
    int order = memcmp(a.data, b.data, a.size < b.size ? a.size : b.size);
    return order != 0 ? order : a.size < b.size ? -1 : a.size > b.size;
}

/* Into its place in the order; false when it is there already. */
static bool option_add(struct quiz_question *question, struct text option)
{
    size_t at = 0;
    if (question->count == QUIZ_OPTIONS)
        return false;
    while (at < question->count && text_order(question->options[at], option) < 0)
        at++;
    if (at < question->count && text_equal(question->options[at], option))
        return false;
    memmove(&question->options[at + 1], &question->options[at],
            (question->count - at) * sizeof(question->options[0]));
    question->options[at] = option;
    question->count++;
    return true;
}

static void question_close(struct quiz_question *question, bool known, struct text truth)
{
    question->right = QUIZ_NONE;
    for (size_t i = 0; i < question->count && known; i++) {
        if (text_equal(question->options[i], truth))
            question->right = (uint8_t)i;
    }
}

/* As it stands in an option: one line, not too long. */
static struct text option_text(struct text text)
{
    return text_cut(text, 120);
}

/* One of these, as often as its weight says, which then weighs nothing. */
static size_t weighted_take(struct draw *draw, int64_t *weights, size_t count)
{
    uint64_t all = 0;
    for (size_t i = 0; i < count; i++)
        all += (uint64_t)weights[i];
    uint64_t at = draw_below(draw, all > 0 ? all : 1);
    for (size_t i = 0; i < count; i++) {
        if (at < (uint64_t)weights[i]) {
            weights[i] = 0;
            return i;
        }
        at -= (uint64_t)weights[i];
    }
    return SIZE_MAX;
}

/* Schools are drawn as often as they occur, so that a common one among the options says little. */
static enum result schools_fill(struct db *roster, struct arena *arena, struct draw *draw,
                                struct text state, int64_t low, int64_t high,
                                struct quiz_question *question)
{
    struct roster_decoy_schools_row *rows;
    size_t count = 0, taken = 0;
    enum result result =
        roster_decoy_schools(roster, arena, state, low, high, SCHOOLS_MOST, &rows, &count);
    if (result != OK)
        return result;
    int64_t *weights = arena_array(arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++)
        weights[i] = rows[i].licences;
    for (size_t i = 0; i < count && question->count < QUIZ_OPTIONS && taken != SIZE_MAX; i++) {
        taken = weighted_take(draw, weights, count);
        if (taken != SIZE_MAX)
            (void)option_add(question, option_text(rows[taken].school));
    }
    return OK;
}

static enum result ask_school(struct db *roster, struct arena *arena, struct draw *draw,
                              struct text state, const struct quiz_truth *truth, int64_t year,
                              struct quiz_question *question)
{
    question->fact = TEXT("school");
    if (truth->known)
        (void)option_add(question, option_text(truth->school));
    enum result result =
        schools_fill(roster, arena, draw, state, year - DECADE, year + DECADE, question);
    if (result == OK) /* a small list: schools of all years */
        result = schools_fill(roster, arena, draw, state, 0, YEAR_EVER, question);
    question_close(question, truth->known, option_text(truth->school));
    return result;
}

/* A year as this state's physicians have them, for a licence without one. */
static enum result year_draw(struct db *roster, struct arena *arena, struct draw *draw,
                             struct text state, int64_t *year)
{
    struct roster_decoy_years_row *rows;
    size_t count = 0;
    enum result result =
        roster_decoy_years(roster, arena, state, 1900, YEAR_EVER, YEARS_MOST, &rows, &count);
    if (result != OK)
        return result;
    if (count == 0)
        return NOT_FOUND;
    int64_t *weights = arena_array(arena, int64_t, count);
    for (size_t i = 0; i < count; i++)
        weights[i] = rows[i].licences;
    *year = rows[weighted_take(draw, weights, count)].graduation_year;
    return OK;
}

/* Years in blocks that lie the same for everybody: where the right one stands in its block tells
 * nothing. */
static void ask_year(struct arena *arena, int64_t now_ms, const struct quiz_truth *truth,
                     int64_t year, struct quiz_question *question)
{
    int64_t last = clock_date(now_ms).year;
    question->fact = TEXT("graduation");
    while (last - QUIZ_OPTIONS >= year)
        last -= QUIZ_OPTIONS;
    for (int64_t i = 0; i < QUIZ_OPTIONS; i++)
        (void)option_add(question, arena_format(arena, "%lld", (long long)(last - i)));
    question_close(question, truth->known, arena_format(arena, "%lld", (long long)year));
}

/* The number and its neighbours; how many of them are below is drawn, so that its place says
 * nothing. */
static enum result ask_number(struct db *roster, struct arena *arena, struct draw *draw,
                              const struct application *a, const struct quiz_truth *truth,
                              struct quiz_question *question)
{
    struct roster_decoy_numbers_below_row *below;
    struct roster_decoy_numbers_above_row *above;
    size_t below_count = 0, above_count = 0;
    struct text key = licence_key(arena, a->licence);
    size_t wanted = (size_t)draw_below(draw, QUIZ_OPTIONS);
    question->fact = TEXT("licence");
    (void)option_add(question, option_text(key));
    enum result result = roster_decoy_numbers_below(roster, arena, a->state, key, QUIZ_OPTIONS,
                                                    &below, &below_count);
    if (result == OK)
        result = roster_decoy_numbers_above(roster, arena, a->state, key, QUIZ_OPTIONS, &above,
                                            &above_count);
    if (result != OK)
        return result;
    for (size_t i = 0; i < below_count && i < wanted; i++)
        (void)option_add(question, option_text(licence_key(arena, below[i].number)));
    for (size_t i = 0; i < above_count; i++)
        (void)option_add(question, option_text(licence_key(arena, above[i].number)));
    for (size_t i = wanted; i < below_count; i++) /* only when there were too few above */
        (void)option_add(question, option_text(licence_key(arena, below[i].number)));
    question_close(question, truth->known, option_text(key));
    return OK;
}

static struct text place_text(struct arena *arena, struct text zip, struct text city)
{
    int size = zip.size > 5 ? 5 : (int)zip.size;
    return option_text(arena_format(arena, "%.*s %.*s", size, zip.data, (int)city.size, city.data));
}

/* Practices of other physicians in the same state, from a few places of the list. */
static enum result ask_place(struct db *roster, struct arena *arena, struct draw *draw,
                             const struct application *a, const struct quiz_truth *truth,
                             struct quiz_question *question)
{
    struct roster_decoy_places_row *rows[PLACE_WINDOWS];
    size_t counts[PLACE_WINDOWS] = {0}, all = 0;
    struct text state = truth->known ? truth->place_state : a->state;
    struct text right = truth->known ? place_text(arena, truth->zip, truth->city) : NO_TEXT;
    enum result result = OK;
    question->fact = TEXT("practice");
    if (truth->known)
        (void)option_add(question, right);
    for (size_t i = 0; i < PLACE_WINDOWS && result == OK; i++) {
        int64_t from = i == 0 ? 0 : 1000000000 + (int64_t)draw_below(draw, 1000000000);
        result = roster_decoy_places(roster, arena, from, state, PLACE_LOOK, PLACES_MOST, &rows[i],
                                     &counts[i]);
        all += counts[i];
    }
    for (size_t i = 0; i < 40 * QUIZ_OPTIONS && all > 0 && result == OK; i++) {
        size_t at = (size_t)draw_below(draw, all), window = 0;
        while (at >= counts[window])
            at -= counts[window++];
        if (question->count < QUIZ_OPTIONS)
            (void)option_add(question,
                             place_text(arena, rows[window][at].zip, rows[window][at].city));
    }
    question_close(question, truth->known, right);
    return result;
}

enum result quiz_truth(struct db *roster, struct arena *arena,
                       const struct application *application, struct quiz_truth *truth)
{
    struct roster_licence_get_row *rows;
    struct roster_provider_address_row address;
    size_t count = 0;
    *truth = (struct quiz_truth){.school = TEXT("")};
    enum result result = roster_licence_get(
        roster, arena, application->state, licence_key(arena, application->licence), &rows, &count);
    if (result != OK)
        return result;
    bool licence = count > 0 && rows[0].physician != 0 && rows[0].gone == 0 &&
                   rows[0].school.size > 0 && rows[0].graduation_year > 0;
    if (licence) {
        truth->school = rows[0].school;
        truth->number = rows[0].number;
        truth->graduation_year = rows[0].graduation_year;
    }
    result = roster_provider_address(roster, arena, application->npi, &address);
    if (result == OK) {
        truth->zip = address.zip;
        truth->city = address.city;
        truth->place_state = address.state;
        truth->known = licence && address.zip.size >= 5;
    }
    return result == NOT_FOUND ? OK : result;
}

enum result quiz_draw(struct db *roster, struct arena *arena, const struct keyring *keys,
                      const uint8_t digest[DIGEST_SIZE], const struct application *a,
                      const struct quiz_truth *truth, int64_t now_ms, struct quiz *quiz)
{
    struct draw draw = {keys, digest, 0};
    int64_t year = 0, ways = 1;
    memset(quiz, 0, sizeof(*quiz));
    enum result result = year_draw(roster, arena, &draw, a->state, &year);
    if (result != OK)
        return result;
    if (truth->known)
        year = truth->graduation_year;
    quiz->count = 4;
    result = ask_school(roster, arena, &draw, a->state, truth, year, &quiz->questions[0]);
    ask_year(arena, now_ms, truth, year, &quiz->questions[1]);
    if (result == OK)
        result = ask_number(roster, arena, &draw, a, truth, &quiz->questions[2]);
    if (result == OK)
        result = ask_place(roster, arena, &draw, a, truth, &quiz->questions[3]);
    quiz->known = truth->known;
    for (size_t i = 0; i < quiz->count; i++) {
        ways *= i == 2 ? 1 : (int64_t)quiz->questions[i].count;
        quiz->known = quiz->known && quiz->questions[i].right != QUIZ_NONE;
    }
    quiz->known = quiz->known && ways >= QUIZ_WAYS_LEAST;
    for (size_t i = 0; i < quiz->count && !quiz->known; i++)
        quiz->questions[i].right = QUIZ_NONE;
    return result;
}
