/* The groups of the ask form that belong to one kind of thread. */
#include "fcgi/member/page_kinds.h"

#include "schema/command.h"

enum { CHOICES_MAX = 6 };

static void choices(struct request *r, const char *field, const char *const *words, size_t count,
                    struct view_choice **list)
{
    int64_t chosen = 0;
    (void)text_int(request_typed(r, field), 0, (int64_t)count - 1, &chosen);
    *list = arena_array(r->arena, struct view_choice, CHOICES_MAX);
    for (size_t i = 0; i < count; i++)
        (*list)[i] = (struct view_choice){
            .value = (int64_t)i, .words = text_of(words[i]), .chosen = (int64_t)i == chosen};
}

struct view_ask_kind page_ask_kind(struct request *r, struct text options)
{
    static const char *const settings[] = {
        "not said", "Clinic", "Hospital", "Emergency department", "Intensive care", "Other"};
    static const char *const seen[] = {"not said", "1–5", "6–20", "over 20"};
    struct view_ask_kind v = {
        .options = options,
        .settings_count = sizeof settings / sizeof settings[0],
        .seen_count = sizeof seen / sizeof seen[0],
        .from_month = request_typed(r, "from_month"),
        .to_month = request_typed(r, "to_month"),
        .bad_options = page_field_bad(r, "options"),
        .bad_setting = page_field_bad(r, "setting"),
        .bad_months = page_field_bad(r, "from_month") || page_field_bad(r, "to_month"),
    };
    choices(r, "setting", settings, v.settings_count, &v.settings);
    choices(r, "seen", seen, v.seen_count, &v.seen);
    return v;
}

bool page_ask_kind_read(struct request *r, struct command_ask *ask)
{
    struct text options;
    int64_t count = 0;
    const char *why = poll_options_read(r->arena, request_text(r, "options"), &options, &count);
    if (why == NULL && count > 0 && ask->kind != POSTING_CASE)
        why = "Only a case has answers to choose from: make it a case, or take them out.";
    if (why != NULL)
        request_fault_add(r, "options", "%s", why);
    ask->options = count > 0 ? options : NO_TEXT;
    ask->setting = request_int(r, "setting");
    ask->has_setting = ask->setting > 0;
    ask->seen = request_int(r, "seen");
    ask->has_seen = ask->seen > 0;
    ask->from_month = request_text(r, "from_month");
    ask->to_month = request_text(r, "to_month");
    bool observed =
        ask->has_setting || ask->has_seen || ask->from_month.size > 0 || ask->to_month.size > 0;
    if (!observed)
        ask->from_month = ask->to_month = NO_TEXT;
    const char *months =
        observed ? months_fault(r->arena, ask->from_month, ask->to_month, r->now_ms) : NULL;
    if (months != NULL)
        request_fault_add(r, "from_month", "%s", months);
    bool mixed = observed && ask->kind != POSTING_OBSERVATION;
    if (mixed)
        request_fault_add(r, "setting",
                          "Setting, patients and months belong to an observation: make it one, or "
                          "take them out.");
    return why == NULL && months == NULL && !mixed;
}
