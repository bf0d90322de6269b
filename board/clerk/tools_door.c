#include "board/clerk/tools.h"

#include <stdio.h>

enum { TOOL_ARENA_SIZE = 64 * 1024 * 1024 };

int member_match(void)
{
    struct arena arena;
    enum result result = OK;
    int64_t after = 0, looked = 0, raised = 0;
    arena_open(&arena, TOOL_ARENA_SIZE);
    do {
        struct command command = {.kind = COMMAND_APPLICATIONS_MATCH};
        struct reply_applications_matched reply = {0};
        struct bytes bytes = NO_BYTES;
        struct json *json = NULL;
        arena_reset(&arena, 0);
        command.applications_match.after = after;
        result = clerk_ask(&arena, &command, &bytes);
        if (result == OK)
            result = json_read(bytes, &json);
        if (result == OK)
            result = reply_applications_matched_read(json, &arena, &reply);
        json_close(json);
        looked += reply.looked;
        raised += reply.raised;
        after = reply.last;
    } while (result == OK && after > 0);
    if (result == OK)
        printf("%lld wait, %lld raised by the lists\n", (long long)looked, (long long)raised);
    else
        fprintf(stderr, "curbside-clerk: the clerk did not answer (%s)\n", result_name(result));
    arena_close(&arena);
    return result == OK ? 0 : 1;
}
