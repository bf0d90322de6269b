/* What was decided at the door, for members: the day, the kind of reason, how many admins. */
#include "fcgi/page/page_parts.h"

#include "core/clock.h"
#include "schema/board.h"

enum { DECISIONS_SHOWN = 50 };

const struct field fields_decisions[] = {
    PAGE_FIELD_BEFORE,
    {.name = NULL},
};

static const char *what_words(struct text what)
{
    return text_is(what, "let_in")        ? "Let in"
           : text_is(what, "turned_away") ? "Turned away"
                                          : "Place closed";
}

static const char *why_words(struct text why)
{
    static const struct {
        const char *why, *words;
    } all[] = {
        {"letter", "The code of a letter to the practice was typed."},
        {"mail", "The code of a mail to an institution was typed."},
        {"vouched", "Two members vouched."},
        {"restored", "The place was given back."},
        {"lapsed", "The licence is no longer active."},
        {"deactivated", "The NPI was deactivated."},
        {"excluded", "On the list of excluded persons."},
        {"withdrawn", "The word it rested on was withdrawn."},
        {"other", "In an admin's own words."},
    };
    const struct decision_preset *preset = decision_preset_find(why);
    if (preset != NULL)
        return preset->words;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (text_is(why, all[i].why))
            return all[i].words;
    return "";
}

enum result page_decisions(struct request *r, struct reply *out)
{
    static const char *const by[] = {"the house's rules", "one admin", "two admins"};
    struct board_decisions_row *rows;
    size_t count = 0;
    struct view_decisions v = {.head = page_head(r, TEXT("Decisions at the door"))};
    enum result result = board_decisions(request_store(r, WEB_BOARD), r->arena,
                                         request_int(r, "before"), DECISIONS_SHOWN, &rows, &count);
    if (result != OK)
        return result;
    v.rows = arena_array(r->arena, struct view_decision, count + 1);
    for (size_t i = 0; i < count; i++)
        v.rows[v.rows_count++] = (struct view_decision){
            .day = clock_day(r->arena, rows[i].day_ms),
            .what = text_of(what_words(rows[i].what)),
            .why = text_of(why_words(rows[i].why)),
            .who = text_of(rows[i].admins >= 0 && rows[i].admins <= 2 ? by[rows[i].admins] : ""),
        };
    v.next = count == DECISIONS_SHOWN ? rows[count - 1].id : 0;
    return reply_view(r, out, decisions, &v);
}
