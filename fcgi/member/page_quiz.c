/* The quiz at the door. What is asked comes from the clerk; which answer is right never does. */
#include "fcgi/page/page_doors.h"

#include "fcgi/guard.h"

#define ANSWER(field_name, words)                                                       \
    {                                                                                   \
        .name = (field_name), .type = FIELD_INT, .low = 0, .high = 23, .label = (words) \
    }
const struct field fields_quiz[] = {
    ANSWER("school", "The medical school"),
    ANSWER("graduation", "The year of graduation"),
    ANSWER("licence", "The licence number"),
    ANSWER("practice", "The practice"),
    {.name = NULL},
};
/* In the order in which the clerk asks. */
static const struct {
    const char *fact, *words, *hint;
} asked[] = {
    {"school", "Where did you graduate in medicine?", "As your state's board writes it"},
    {"graduation", "In which year?", "Of graduation"},
    {"licence", "What is your licence number?", "Without blanks, dashes and leading zeros"},
    {"practice", "Where do you practise?", "ZIP and place, as NPPES has it"},
};
enum { ASKED = sizeof asked / sizeof asked[0] };

static void question_fill(struct request *r, const struct record_quiz_question *question,
                          struct view_quiz *v)
{
    struct view_quiz_question *q = &v->questions[v->questions_count];
    int64_t chosen = -1;
    for (size_t i = 0; i < ASKED; i++) {
        if (!text_is(question->fact, asked[i].fact))
            continue;
        *q = (struct view_quiz_question){.name = question->fact,
                                         .words = text_of(asked[i].words),
                                         .hint = text_of(asked[i].hint)};
        v->questions_count++;
    }
    q->options = arena_array(r->arena, struct view_quiz_option, question->options_count + 1);
    if (r->fields == fields_quiz)
        (void)text_int(request_typed(r, q->name.data), 0, 23, &chosen);
    for (size_t i = 0; i < question->options_count; i++)
        q->options[q->options_count++] =
            (struct view_quiz_option){(int64_t)i, question->options[i].words, chosen == (int64_t)i};
}

static enum result quiz_show(struct request *r, struct reply *out)
{
    struct json *root;
    struct reply_quiz quiz;
    struct command command = {.kind = COMMAND_QUIZ};
    struct view_quiz v = {.head = page_head(r, TEXT("Quiz"))};
    if (!page_may_ask(r))
        return r->why;
    command.quiz.network = text_cut(r->remote, 45);
    enum result result = page_program(r, "clerk", &command, &root);
    if (result == OK)
        result = root != NULL ? reply_quiz_read(root, r->arena, &quiz) : BROKEN;
    json_close(root);
    if (result == INVALID || result == TOO_OFTEN) /* the waiting room says why */
        return reply_redirect(r, out, "/waiting");
    if (result != OK)
        return result;
    v.form = guard_form(r, out, "/waiting/quiz");
    v.request = guard_request_id(r);
    v.last = quiz.tries_left == 1;
    v.tries = v.last ? TEXT("This is the last try for now.")
                     : arena_format(r->arena, "%lld tries are left.", (long long)quiz.tries_left);
    v.questions = arena_array(r->arena, struct view_quiz_question, ASKED + 1);
    for (size_t i = 0; i < quiz.questions_count && v.questions_count < ASKED; i++)
        question_fill(r, &quiz.questions[i], &v);
    page_form_problems(r, "school graduation licence practice", &v.problems, &v.problems_count);
    return reply_view(r, out, quiz, &v);
}

enum result page_quiz(struct request *r, struct reply *out)
{
    if (r->reader.role != BOARD_PHYSICIAN || r->reader.level > 0)
        return reply_redirect(r, out, "%s", page_home(r->reader.role, r->reader.level));
    return quiz_show(r, out);
}

enum result page_quiz_again(struct request *r, struct reply *out)
{
    if (r->reader.role != BOARD_PHYSICIAN || r->reader.level > 0 || r->why == TOO_OFTEN)
        return r->why;
    return quiz_show(r, out);
}

enum result page_quiz_post(struct request *r, struct reply *out)
{
    struct json *root;
    struct reply_quiz_answered answered;
    struct buf answers;
    struct command command = {.kind = COMMAND_QUIZ_ANSWER};
    buf_open(&answers, r->arena, 40);
    for (size_t i = 0; i < ASKED; i++)
        buf_format(&answers, "%s%lld", i > 0 ? " " : "", (long long)request_int(r, asked[i].fact));
    command.quiz_answer.answers = buf_done(&answers);
    command.quiz_answer.network = text_cut(r->remote, 45);
    enum result result = page_program(r, "clerk", &command, &root);
    if (result == OK)
        result = root != NULL ? reply_quiz_answered_read(root, r->arena, &answered) : UNKNOWN;
    json_close(root);
    if (result != OK)
        return result;
    return reply_redirect(r, out, "/waiting?done=%d", answered.passed ? 5 : 4);
}
