/* Ending mails from a mail: the address is the permission, so that one click does it (RFC 8058) and
 * nobody has to sign in for it. Looking ends nothing: mail programs look by themselves. */
#include "fcgi/member/page_telling.h"

static struct text mails_words(int64_t kind)
{
    return kind == 4    ? TEXT("Mails about answers in your own threads")
           : kind == 5  ? TEXT("Mails that ask for your experience")
           : kind == 10 ? TEXT("Mails about new reports")
                        : TEXT("Mails about what you follow");
}

static enum result stop_show(struct request *r, struct reply *out, bool look)
{
    struct json *root;
    struct reply_mail_stopped reply = {0};
    struct view_mail_stop v = {.head = page_head(r, TEXT("Mails")), .token = r->name};
    struct command command = {.kind = COMMAND_MAIL_STOP};
    command.mail_stop = (struct command_mail_stop){.code = r->name, .look = look};
    enum result result = page_program(r, "clerk", &command, &root);
    if (result == OK)
        result = root != NULL ? reply_mail_stopped_read(root, r->arena, &reply) : BROKEN;
    json_close(root);
    if (result != OK)
        return result;
    v.words = mails_words(reply.kind);
    v.done = !look;
    return reply_view(r, out, mail_stop, &v);
}

enum result page_mail_stop(struct request *r, struct reply *out)
{
    return stop_show(r, out, true);
}

enum result page_mail_stop_post(struct request *r, struct reply *out)
{
    return stop_show(r, out, false);
}
