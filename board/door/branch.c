#include "board/door/door.h"

#include <string.h>

/* The tree of who vouched for whom, and what hangs on one of them. */
enum { EDGES_MOST = 100000, NODES_MOST = 200 };

struct tree {
    struct desk_vouch_edges_row *edges; /* by voucher */
    size_t edge_count;
    int64_t *found; /* members of a branch, the root first */
    size_t found_count;
};

enum result vouch_edges_read(struct work *work, struct desk_vouch_edges_row **rows, size_t *count)
{
    return desk_vouch_edges(work->clerk->desk, work->arena, EDGES_MOST, rows, count);
}

/* The first edge of this voucher. */
static size_t edge_first(const struct tree *tree, int64_t voucher)
{
    size_t low = 0, high = tree->edge_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (tree->edges[middle].voucher < voucher)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool found_has(const struct tree *tree, int64_t member)
{
    for (size_t i = 0; i < tree->found_count; i++) {
        if (tree->found[i] == member)
            return true;
    }
    return false;
}

/* Whom the root's word carries: all it vouched for whose place rests on vouches, and all they did.
 * Who has proved himself another way stays, and so do those he vouched for. */
static enum result branch_find(struct work *work, struct tree *tree, int64_t root)
{
    enum result result = OK;
    tree->found_count = 0;
    tree->found[tree->found_count++] = root;
    for (size_t at = 0; at < tree->found_count && result == OK; at++) {
        int64_t voucher = tree->found[at];
        for (size_t i = edge_first(tree, voucher);
             i < tree->edge_count && tree->edges[i].voucher == voucher && result == OK; i++) {
            struct desk_standing_of_row row;
            size_t mark = work->arena->used;
            result = desk_standing_of(work->clerk->desk, work->arena, tree->edges[i].member, &row);
            bool rests = result == OK && text_is(row.why, "vouched");
            arena_reset(work->arena, mark);
            if (rests && !found_has(tree, tree->edges[i].member))
                tree->found[tree->found_count++] = tree->edges[i].member;
        }
    }
    return result;
}

static enum result tree_open(struct work *work, struct tree *tree)
{
    enum result result = vouch_edges_read(work, &tree->edges, &tree->edge_count);
    if (result == OK)
        tree->found = arena_array(work->arena, int64_t, tree->edge_count + 1);
    return result;
}

static int64_t vouchers_of(const struct tree *tree, int64_t member)
{
    int64_t count = 0;
    for (size_t i = 0; i < tree->edge_count; i++)
        count += tree->edges[i].member == member;
    return count;
}

static enum result node_fill(struct work *work, struct tree *tree, int64_t member, int64_t depth,
                             struct record_tree_node *node)
{
    struct desk_standing_of_row row;
    struct desk_proposal_get_row proposal;
    enum result result = desk_standing_of(work->clerk->desk, work->arena, member, &row);
    if (result == OK)
        result = branch_find(work, tree, member);
    if (result != OK)
        return result;
    *node = (struct record_tree_node){
        .member = member,
        .pseudonym = row.pseudonym,
        .depth = depth,
        .level = row.level,
        .why = row.why,
        .pioneer = row.pioneer != 0,
        .vouchers = vouchers_of(tree, member),
        .at_ms = row.at_ms,
        .branch = (int64_t)tree->found_count,
        .proposed_by = TEXT(""),
        .proposed_reason = TEXT(""),
    };
    result = desk_proposal_get(work->clerk->desk, work->arena, PROPOSAL_BRANCH, member, &proposal);
    if (result == NOT_FOUND)
        result =
            desk_proposal_get(work->clerk->desk, work->arena, PROPOSAL_RESTORE, member, &proposal);
    if (result != OK)
        return result == NOT_FOUND ? OK : result;
    node->proposed_by = proposal.pseudonym;
    node->proposed_reason = proposal.reason;
    node->own_proposal = proposal.by == work->actor.member;
    return OK;
}

/* Depth first, each member once: below the first who vouched for him. `stack` holds what is still
 * to be shown. */
static enum result tree_walk(struct work *work, struct tree *tree, int64_t root,
                             struct reply_vouch_tree *reply)
{
    struct {
        int64_t member, depth;
    } *stack = arena_take(work->arena, (tree->edge_count + 1) * sizeof(*stack));
    size_t size = 0;
    enum result result = OK;
    stack[size].member = root;
    stack[size++].depth = 0;
    while (size > 0 && result == OK && reply->nodes_count < NODES_MOST) {
        int64_t member = stack[--size].member, depth = stack[size].depth;
        bool shown = false;
        for (size_t i = 0; i < reply->nodes_count; i++)
            shown = shown || reply->nodes[i].member == member;
        if (shown)
            continue;
        result = node_fill(work, tree, member, depth, &reply->nodes[reply->nodes_count]);
        if (result == OK)
            reply->nodes_count++;
        size_t first = edge_first(tree, member), end = first;
        while (end < tree->edge_count && tree->edges[end].voucher == member)
            end++;
        for (size_t i = end; i > first && size <= tree->edge_count; i--) {
            stack[size].member = tree->edges[i - 1].member;
            stack[size++].depth = depth + 1;
        }
    }
    return result;
}

static enum result tree_withdrawn(struct work *work, struct tree *tree,
                                  struct reply_vouch_tree *reply)
{
    struct desk_withdrawn_row *rows;
    size_t count = 0;
    enum result result = desk_withdrawn(work->clerk->desk, work->arena, NODES_MOST, &rows, &count);
    for (size_t i = 0; i < count && result == OK && reply->nodes_count < NODES_MOST; i++) {
        result = node_fill(work, tree, rows[i].member, 0, &reply->nodes[reply->nodes_count]);
        if (result == OK)
            reply->nodes_count++;
    }
    return result;
}

enum result vouch_tree_run(struct work *work)
{
    struct reply_vouch_tree reply = {0};
    struct desk_vouch_roots_row *roots;
    struct tree tree = {0};
    size_t count = 0;
    enum result result = tree_open(work, &tree);
    if (result == OK)
        result = desk_vouch_roots(work->clerk->desk, work->arena, NODES_MOST, &roots, &count);
    if (result != OK)
        return result;
    reply.members = (int64_t)tree.edge_count;
    reply.nodes = arena_array(work->arena, struct record_tree_node, NODES_MOST);
    for (size_t i = 0; i < count && result == OK; i++)
        result = tree_walk(work, &tree, roots[i].member, &reply);
    if (result == OK)
        result = tree_withdrawn(work, &tree, &reply);
    if (result == OK)
        reply_vouch_tree_write(&work->reply, &reply);
    return result;
}

/* OK: another admin proposed it, who is *first. NOT_FOUND: nobody has; STALE: it was this one. */
static enum result proposal_find(struct work *work, int64_t kind, int64_t member, int64_t *id,
                                 int64_t *first)
{
    struct desk_proposal_get_row row;
    enum result result = desk_proposal_get(work->clerk->desk, work->arena, kind, member, &row);
    if (result != OK)
        return result;
    *id = row.id;
    *first = row.by;
    return row.by == work->actor.member ? STALE : OK;
}

static void waits_reply(struct work *work, bool waits)
{
    const struct reply_decided reply = {.waits = waits};
    reply_decided_write(&work->reply, &reply);
}

/* The root's own proof and that of all who rest on its word are void; quiz and lists still hold. */
static enum result branch_lower(struct work *work, const struct tree *tree, int64_t root)
{
    enum result result = OK;
    for (size_t i = 0; i < tree->found_count && result == OK; i++) {
        struct desk_member_get_row row;
        result = desk_member_get(work->clerk->desk, work->arena, tree->found[i], &row);
        if (result == OK && (row.level >= BOARD_LEVEL_OPEN || tree->found[i] == root))
            result = level_move(work, tree->found[i], 2, "withdrawn", work->actor.member);
    }
    return result;
}

enum result branch_withdraw_run(struct work *work)
{
    struct clerk *clerk = work->clerk;
    const struct command_branch_withdraw *c = &work->command->branch_withdraw;
    struct event event = {.kind = EVENT_BRANCH_WITHDRAWN};
    struct event_branch_withdrawn *e = &event.branch_withdrawn;
    struct desk_standing_of_row row;
    struct tree tree = {0};
    int64_t first = 0;
    request_put(work, e->request);
    enum result result = desk_standing_of(clerk->desk, work->arena, c->member, &row);
    if (result == OK && (row.state != MEMBER_IN || row.level < BOARD_LEVEL_OPEN))
        return problem(work, CONFLICT, "", "This member is not in.");
    if (result == OK)
        result = tree_open(work, &tree);
    if (result == OK)
        result = branch_find(work, &tree, c->member);
    if (result == OK)
        result = proposal_find(work, PROPOSAL_BRANCH, c->member, &e->proposal, &first);
    if (result == STALE)
        return problem(work, CONFLICT, "",
                       "You have proposed this yourself; another admin must agree.");
    if (result == NOT_FOUND) {
        struct event propose = {.kind = EVENT_BRANCH_PROPOSED};
        propose.branch_proposed = (struct event_branch_proposed){
            .root = c->member, .by = work->actor.member, .reason = c->reason};
        request_put(work, propose.branch_proposed.request);
        waits_reply(work, true);
        return clerk_record(clerk, &propose, NULL, 0);
    }
    if (result != OK)
        return result;
    e->root = c->member;
    e->by = work->actor.member;
    e->members = (int64_t)tree.found_count;
    result = clerk_record(clerk, &event, NULL, 0);
    if (result == OK)
        result = branch_lower(work, &tree, c->member);
    waits_reply(work, false);
    return result;
}

enum result member_restore_run(struct work *work)
{
    struct clerk *clerk = work->clerk;
    const struct command_member_restore *c = &work->command->member_restore;
    struct desk_standing_of_row row = {0};
    int64_t id = 0, first = 0;
    enum result result = desk_standing_of(clerk->desk, work->arena, c->member, &row);
    bool out = row.state == MEMBER_IN && row.level < BOARD_LEVEL_OPEN &&
               (text_is(row.why, "withdrawn") || text_is(row.why, "restored"));
    if (result == OK && !out)
        return problem(work, CONFLICT, "", "Only who was withdrawn can be restored.");
    if (result == OK)
        result = proposal_find(work, PROPOSAL_RESTORE, c->member, &id, &first);
    if (result == STALE)
        return problem(work, CONFLICT, "",
                       "You have proposed this yourself; another admin must agree.");
    if (result == NOT_FOUND) {
        struct event propose = {.kind = EVENT_DECISION_PROPOSED};
        propose.decision_proposed = (struct event_decision_proposed){.member = c->member,
                                                                     .by = work->actor.member,
                                                                     .preset = TEXT("restored"),
                                                                     .advice = TEXT(""),
                                                                     .reason = c->reason};
        request_put(work, propose.decision_proposed.request);
        waits_reply(work, true);
        return clerk_record(clerk, &propose, NULL, 0);
    }
    waits_reply(work, false);
    return result == OK
               ? level_move(work, c->member, BOARD_LEVEL_OPEN, "restored", work->actor.member)
               : result;
}
