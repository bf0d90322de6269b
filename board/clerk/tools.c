#include "board/clerk/tools.h"

#include "core/conf.h"
#include "core/session.h"
#include "schema/board.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { TOOL_ARENA_SIZE = 64 * 1024 * 1024, MEMBERS_PAGE = 500 };

enum result clerk_ask(struct arena *arena, struct command *command, struct bytes *reply)
{
    struct caller caller = {.program = "clerk", .fd = -1, .wait_ms = 15000};
    struct buf buf;
    if (command->token.data == NULL)
        command->token = TEXT("");
    if (command->form.data == NULL)
        command->form = TEXT("");
    seal_random(command->request, sizeof(command->request));
    buf_open(&buf, arena, 1024);
    command_write(&buf, command);
    enum result result = caller_ask(&caller, arena, buf_bytes(&buf), reply);
    caller_close(&caller);
    return result;
}

/* Say how it went; what the clerk found wrong, if it said. */
static int told(enum result result, struct arena *arena, struct bytes reply)
{
    struct reply_problem fault;
    struct json *json = NULL;
    if (result == OK)
        return 0;
    if (result == BUSY) {
        fprintf(stderr, "curbside-clerk: no clerk is serving this state (curbside up)\n");
    } else if (reply.size > 0 && json_read(reply, &json) == OK &&
               reply_problem_read(json, arena, &fault) == OK) {
        fprintf(stderr, "curbside-clerk: %s: %.*s\n", result_name(result), (int)fault.reason.size,
                fault.reason.data);
    } else {
        fprintf(stderr, "curbside-clerk: %s\n", result_name(result));
    }
    json_close(json);
    return 1;
}

/* One line of standard input, without its end. */
static struct text line_read(struct arena *arena, size_t most)
{
    char *line = arena_take(arena, most + 1);
    size_t size = 0;
    while (size < most && read(STDIN_FILENO, line + size, 1) == 1 && line[size] != '\n')
        size++;
    return (struct text){line, size};
}

int staff_add(const char *pseudonym, const char *role, const char *organisation, const char *email)
{
    struct command command = {.kind = COMMAND_STAFF_ADD};
    struct arena arena;
    struct bytes reply = NO_BYTES;
    bool sponsor = strcmp(role, "sponsor") == 0;
    if (!sponsor && strcmp(role, "admin") != 0) {
        fprintf(stderr, "curbside-clerk: the role is sponsor or admin\n");
        return 2;
    }
    arena_open(&arena, TOOL_ARENA_SIZE);
    if (isatty(STDIN_FILENO))
        fprintf(stderr, "Password: ");
    command.staff_add = (struct command_staff_add){.pseudonym = text_of(pseudonym),
                                                   .password = line_read(&arena, 200),
                                                   .role = sponsor ? BOARD_SPONSOR : BOARD_ADMIN,
                                                   .organisation = text_of(organisation),
                                                   .email = text_of(email)};
    int status = told(clerk_ask(&arena, &command, &reply), &arena, reply);
    if (status == 0)
        printf("%s is in as %s\n", pseudonym, role);
    arena_close(&arena);
    return status;
}

int text_blank(int64_t seq, int64_t part)
{
    struct command command = {.kind = COMMAND_TEXT_BLANK};
    struct arena arena;
    struct bytes reply = NO_BYTES;
    arena_open(&arena, TOOL_ARENA_SIZE);
    command.text_blank = (struct command_text_blank){.seq = seq, .part = part};
    int status = told(clerk_ask(&arena, &command, &reply), &arena, reply);
    arena_close(&arena);
    return status;
}

int member_unlock(int64_t member)
{
    struct command command = {.kind = COMMAND_FACTORS_CLEAR};
    struct arena arena;
    struct bytes reply = NO_BYTES;
    arena_open(&arena, TOOL_ARENA_SIZE);
    command.factors_clear.member = member;
    int status = told(clerk_ask(&arena, &command, &reply), &arena, reply);
    arena_close(&arena);
    return status;
}

int tax_form_refuse(int64_t member, bool refused)
{
    struct command command = {.kind = COMMAND_TAX_FORM_REFUSE};
    struct arena arena;
    struct bytes reply = NO_BYTES;
    arena_open(&arena, TOOL_ARENA_SIZE);
    command.tax_form_refuse.member = member;
    command.tax_form_refuse.refused = refused;
    int status = told(clerk_ask(&arena, &command, &reply), &arena, reply);
    arena_close(&arena);
    return status;
}

int clerk_status(void)
{
    struct command command = {.kind = COMMAND_STATUS};
    struct reply_clerk_status s;
    struct arena arena;
    struct bytes reply = NO_BYTES;
    struct json *json = NULL;
    arena_open(&arena, TOOL_ARENA_SIZE);
    enum result result = clerk_ask(&arena, &command, &reply);
    int status = told(result, &arena, reply);
    if (status == 0 && json_read(reply, &json) == OK &&
        reply_clerk_status_read(json, &arena, &s) == OK)
        printf("head %lld\nboard %lld\ndesk %lld\nwaiting %lld\nbatches %lld\ncommands %lld\n",
               (long long)s.head, (long long)s.board_cursor, (long long)s.desk_cursor,
               (long long)s.waiting, (long long)s.batches, (long long)s.commands);
    json_close(json);
    arena_close(&arena);
    return status;
}

int member_list(void)
{
    struct db *db = NULL;
    struct arena arena;
    int64_t after = 0;
    size_t count = 1;
    enum result result = db_open(&db, &board_store, conf_store("board"), ROLE_OPERATOR, DB_READ, 0);
    arena_open(&arena, TOOL_ARENA_SIZE);
    while (result == OK && count > 0) {
        struct board_members_list_row *rows;
        arena_reset(&arena, 0);
        result = board_members_list(db, &arena, after, MEMBERS_PAGE, &rows, &count);
        for (size_t i = 0; i < count && result == OK; i++) {
            after = rows[i].id;
            printf("%lld\t%.*s\t%s\t%lld\t%lld\t%lld\n", (long long)rows[i].id,
                   (int)rows[i].pseudonym.size, rows[i].pseudonym.data,
                   board_role_name(rows[i].role), (long long)rows[i].level,
                   (long long)rows[i].postings, (long long)rows[i].answers);
        }
    }
    if (result != OK)
        fprintf(stderr, "curbside-clerk: board.db cannot be read: %s\n", result_name(result));
    if (db != NULL)
        db_close(db);
    arena_close(&arena);
    return result == OK ? 0 : 1;
}

static struct log *journal_read_open(void)
{
    struct log *journal = NULL;
    enum result result = log_open(&journal, "journal", LOG_READ, 0);
    if (result == OK)
        return journal;
    fprintf(stderr, "curbside-clerk: the journal cannot be read: %s\n", result_name(result));
    return NULL;
}

int journal_verify_verb(void)
{
    struct arena arena;
    struct log *journal = journal_read_open();
    int64_t bad = 0, head = 0;
    uint8_t digest[DIGEST_SIZE];
    const char *why = "";
    if (journal == NULL)
        return 1;
    arena_open(&arena, TOOL_ARENA_SIZE);
    enum result result = journal_verify(journal, &arena, NULL, &bad, &why);
    if (result == OK)
        result = log_head(journal, &head, digest);
    if (result == OK)
        printf("journal sound, %lld entries\n", (long long)head);
    else
        printf("journal broken at entry %lld: %s\n", (long long)bad, why);
    log_close(journal);
    arena_close(&arena);
    return result == OK ? 0 : 1;
}

int journal_show(int64_t after, int64_t most)
{
    struct arena arena;
    struct log *journal = journal_read_open();
    enum result result = OK;
    size_t count = 1;
    if (journal == NULL)
        return 1;
    arena_open(&arena, TOOL_ARENA_SIZE);
    while (result == OK && count > 0 && most > 0) {
        struct log_entry *entries;
        arena_reset(&arena, 0);
        result =
            log_read(journal, &arena, after, most < 100 ? (size_t)most : 100, &entries, &count);
        for (size_t i = 0; i < count && result == OK; i++) {
            printf("%lld\t%.*s\n", (long long)entries[i].seq, (int)entries[i].body.size,
                   (const char *)entries[i].body.data);
            after = entries[i].seq;
            most--;
        }
    }
    log_close(journal);
    arena_close(&arena);
    return result == OK ? 0 : 1;
}
