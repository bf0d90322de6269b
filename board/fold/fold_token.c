#include "board/account/account.h"
#include "board/account/payee.h"

#include "schema/board.h"
#include "schema/desk.h"

/* What the events of personal tokens do to board.db and desk.db. As in the two folds that call
 * this: no clock, settings or chance. */

enum result fold_board_token(struct db *db, const struct event *event, bool *known)
{
    const struct event_token_made *made = &event->token_made;
    enum result result = OK;
    *known = true;
    switch ((int)event->kind) {
    case EVENT_TOKEN_MADE:
        result = board_tokens_over(db, made->member, event->at_ms);
        THEN(result, board_token_add(db, event->seq, bytes_of(made->digest, DIGEST_SIZE),
                                     made->member, made->scopes, made->expires_ms, made->view_box));
        return result;
    case EVENT_TOKEN_USED:
        return board_token_used_set(db, event->token_used.token, event->token_used.day_ms);
    case EVENT_TOKEN_ENDED:
        return board_token_remove(db, event->token_ended.token);
    default:
        *known = false;
        return OK;
    }
}

enum result fold_desk_token(struct db *db, const struct event *event, bool *known)
{
    const struct event_token_made *made = &event->token_made;
    enum result result = OK;
    *known = true;
    switch ((int)event->kind) {
    case EVENT_TOKEN_MADE:
        result = request_keep(db, made->request, event->seq);
        THEN(result, desk_tokens_over(db, made->member, event->at_ms));
        THEN(result,
             desk_token_add(db, event->seq, bytes_of(made->digest, DIGEST_SIZE), made->member,
                            made->scopes, event->at_ms, made->expires_ms, made->box));
        THEN(result, desk_mail_put(db, event->seq * NOTICES_PER_EVENT, made->member,
                                   MAIL_TOKEN_MADE, 0, event->at_ms, 0));
        return result;
    case EVENT_TOKEN_USED:
        return desk_token_used_set(db, event->token_used.token, event->token_used.day_ms);
    case EVENT_TOKEN_ENDED:
        return desk_token_remove(db, event->token_ended.token);
    default:
        return fold_desk_payee(db, event, known);
    }
}
