#pragma once
/* What `curbside ledger openings` gives an auditor, for tests. */
#include "tests/unit/ledger_world.h"

#include <fcntl.h>
#include <unistd.h>

#include "ledger/log/file.h"
#include "ledger/desk/tools.h"

/* What a verb prints. */
static UNUSED struct text printed_of(struct arena *arena, int (*verb)(void))
{
    char path[600];
    struct bytes content;
    snprintf(path, sizeof path, "%s", conf_path("printed"));
    fflush(stdout);
    int kept = dup(1), fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(kept >= 0 && fd >= 0 && dup2(fd, 1) == 1);
    int status = verb();
    fflush(stdout);
    assert_true(dup2(kept, 1) == 1);
    close(kept);
    close(fd);
    assert_int_equal(status, 0);
    assert_int_equal(file_read(arena, path, 1 << 24, &content), OK);
    return (struct text){(const char *)content.data, content.size};
}

static UNUSED struct text openings_of(struct arena *arena)
{
    return printed_of(arena, tool_openings);
}
