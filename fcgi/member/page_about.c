/* What everybody may know of the house; says the same to all. */
#include "fcgi/page/page_parts.h"

enum result page_about(struct request *r, struct reply *out)
{
    static const struct {
        const char *name, *title;
    } topics[] = {
        {"ranking", "How ranking works"}, {"sponsors", "Who sponsors, and what they see"},
        {"ledger", "The public ledger"},  {"privacy", "Privacy"},
        {"api", "For programs"},          {"receipt", "Verify a payment"},
    };
    for (size_t i = 0; i < sizeof topics / sizeof topics[0]; i++) {
        if (!text_is(r->name, topics[i].name))
            continue;
        struct view_about v = {.head = page_head(r, text_of(topics[i].title)), .topic = r->name};
        return reply_view(r, out, about, &v);
    }
    return NOT_FOUND;
}
