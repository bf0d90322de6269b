#include "board/board.h"

/* What admins decide for, most often. The members' log of decisions shows the kind, never an
 * admin's own words: those could name somebody. */
static const struct decision_preset presets[] = {
    {"document", true, "A licence, diploma or staff card was seen."},
    {"known", true, "Known in person to an admin."},
    {"reached", true, "Reached at the practice the list names."},
    {"explained", true, "The difference is explained: a former name, a new licence."},
    {"mismatch", false, "What was given is not what the lists say."},
    {"not_physician", false, "Not licensed as a physician."},
    {"not_active", false, "The licence is not active."},
    {"other_person", false, "The licence is somebody else's."},
};

const struct decision_preset *decision_presets(size_t *count)
{
    *count = sizeof(presets) / sizeof(*presets);
    return presets;
}

const struct decision_preset *decision_preset_find(struct text name)
{
    for (size_t i = 0; i < sizeof(presets) / sizeof(*presets); i++) {
        if (text_is(name, presets[i].name))
            return &presets[i];
    }
    return NULL;
}

/* As a sentence for the member it concerns. */
const char *level_why_words(struct text why)
{
    static const struct {
        const char *why, *words;
    } all[] = {
        {"quiz", "You passed the quiz."},
        {"roster", "The public lists agree with your application."},
        {"letter", "You typed the code from our letter."},
        {"mail", "You typed the code we mailed to your institution."},
        {"document", "An admin saw a document of yours."},
        {"vouched", "Two colleagues vouched for you."},
        {"restored", "You were restored."},
        {"lapsed", "Your licence is no longer active in the board's list."},
        {"deactivated", "Your NPI was deactivated."},
        {"excluded", "You stand on the list of excluded persons."},
        {"withdrawn", "The word of colleagues your place rested on was withdrawn."},
    };
    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
        if (text_is(why, all[i].why))
            return all[i].words;
    }
    return "";
}
