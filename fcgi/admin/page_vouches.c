/* The tree of vouches, for admins: who may vouch, who vouched for whom, and withdrawing a branch,
 * which takes two. */
#include "fcgi/page/page_doors.h"

#include "core/clock.h"
#include "fcgi/guard.h"

enum { DONE_PIONEER = 1, DONE_PROPOSED, DONE_WITHDRAWN, DONE_RESTORED };

const struct field fields_vouches[] = {
    {.name = "done",
     .type = FIELD_INT,
     .low = DONE_PIONEER,
     .high = DONE_RESTORED,
     .optional = true,
     .label = "What was before"},
    {.name = NULL},
};
const struct field fields_pioneer[] = {
    {.name = "pseudonym",
     .type = FIELD_LINE,
     .low = 1,
     .high = PSEUDONYM_SIZE_MAX,
     .label = "The member"},
    {.name = "reason", .type = FIELD_LINE, .low = 1, .high = 400, .label = "The reason"},
    {.name = "pioneer", .type = FIELD_INT, .low = 0, .high = 1, .label = "The choice"},
    {.name = NULL},
};
const struct field fields_branch[] = {
    {.name = "reason", .type = FIELD_LINE, .low = 1, .high = 400, .label = "The reason"},
    {.name = NULL},
};

static struct view_tree_node node_view(struct request *r, const struct record_tree_node *node)
{
    return (struct view_tree_node){
        .member = node->member,
        .pseudonym = node->pseudonym,
        .depth = node->depth,
        .level = node->level,
        .why = node->why,
        .pioneer = node->pioneer,
        .vouchers = node->vouchers,
        .on = node->at_ms > 0 ? clock_day(r->arena, node->at_ms) : TEXT(""),
        .branch = node->branch,
        .proposed_by = arena_text(r->arena, node->proposed_by),
        .proposed_reason = node->proposed_reason,
        .own_proposal = node->own_proposal,
        .withdrawn = text_is(node->why, "withdrawn"),
        .reason = r->why != OK && r->id == node->member ? request_typed(r, "reason") : TEXT(""),
    };
}

static enum result vouches_show(struct request *r, struct reply *out, struct text notice)
{
    struct json *root;
    struct reply_vouch_tree tree = {0};
    struct command command = {.kind = COMMAND_VOUCH_TREE};
    struct view_vouches v = {.head = page_head(r, TEXT("Vouching")), .notice = notice};
    if (!page_may_ask(r))
        return r->why;
    enum result result = page_program(r, "clerk", &command, &root);
    if (result == OK)
        result = root != NULL ? reply_vouch_tree_read(root, r->arena, &tree) : BROKEN;
    json_close(root);
    if (result != OK)
        return result;
    v.branch_form = guard_form(r, out, "/admin/branch/:id");
    v.restore_form = guard_form(r, out, "/admin/restore/:id");
    v.pioneer_form = guard_form(r, out, "/admin/pioneers");
    v.request = guard_request_id(r);
    v.members = tree.members;
    v.pseudonym = request_typed(r, "pseudonym");
    v.reason = r->id == 0 ? request_typed(r, "reason") : TEXT("");
    v.nodes = arena_array(r->arena, struct view_tree_node, tree.nodes_count + 1);
    v.withdrawn = arena_array(r->arena, struct view_tree_node, tree.nodes_count + 1);
    for (size_t i = 0; i < tree.nodes_count; i++) {
        struct view_tree_node node = node_view(r, &tree.nodes[i]);
        if (node.withdrawn)
            v.withdrawn[v.withdrawn_count++] = node;
        else
            v.nodes[v.nodes_count++] = node;
    }
    page_form_problems(r, r->id == 0 ? "pseudonym reason" : "", &v.problems, &v.problems_count);
    return reply_view(r, out, vouches, &v);
}

enum result page_vouches(struct request *r, struct reply *out)
{
    static const char *const notices[] = {
        "", "That is so now.", "Proposed. Nothing has changed: another admin must agree.",
        "Withdrawn. All whose place rested on that word are in the waiting room now.", "Restored."};
    return vouches_show(r, out, text_of(notices[request_int(r, "done")]));
}

enum result page_vouches_again(struct request *r, struct reply *out)
{
    return vouches_show(r, out, TEXT(""));
}

enum result page_pioneer_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_PIONEER_SET};
    command.pioneer_set.pseudonym = request_text(r, "pseudonym");
    command.pioneer_set.reason = request_text(r, "reason");
    command.pioneer_set.pioneer = request_int(r, "pioneer") == 1;
    enum result result = page_program_done(r, "clerk", &command);
    return result == OK ? reply_redirect(r, out, "/admin/vouches?done=%d", DONE_PIONEER) : result;
}

/* What takes two admins: the first is told that it waits. */
static enum result two_post(struct request *r, struct reply *out, struct command *command, int done)
{
    struct json *root;
    struct reply_decided decided = {.waits = false};
    enum result result = page_program(r, "clerk", command, &root);
    if (result == OK && root != NULL)
        result = reply_decided_read(root, r->arena, &decided);
    json_close(root);
    if (result != OK)
        return result;
    return reply_redirect(r, out, "/admin/vouches?done=%d", decided.waits ? DONE_PROPOSED : done);
}

enum result page_branch_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_BRANCH_WITHDRAW};
    command.branch_withdraw.member = r->id;
    command.branch_withdraw.reason = request_text(r, "reason");
    return two_post(r, out, &command, DONE_WITHDRAWN);
}

enum result page_restore_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_MEMBER_RESTORE};
    command.member_restore.member = r->id;
    command.member_restore.reason = request_text(r, "reason");
    return two_post(r, out, &command, DONE_RESTORED);
}
