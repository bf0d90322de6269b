#include "core/conf.h"

#include "core/trace.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_SIZE_MAX = 64 * 1024, PATH_RING = 16, SETTINGS_MAX = 256 };

#define NUMBER(name, unit, low, high, fallback, meaning) \
    {                                                    \
        name, unit, meaning, low, high, fallback, NULL   \
    }
#define WORDS(name, low, high, fallback, meaning) \
    {                                             \
        name, "", meaning, low, high, 0, fallback \
    }

const struct setting conf_settings[] = {
    WORDS("site.name", 1, 60, "Curbside", "Name of the site in page titles and mails."),
    WORDS("site.url", 1, 200, "http://localhost:8080", "Address of the site in mails and exports."),
    NUMBER("http.port", "", 1, 65535, 8080, "Port nginx listens on when started by make run."),

    NUMBER("web.workers_login", "processes", 1, 16, 1, "Workers of the login pool."),
    NUMBER("web.workers_member", "processes", 1, 32, 4, "Workers of the member pool."),
    NUMBER("web.workers_sponsor", "processes", 1, 16, 1, "Workers of the sponsor pool."),
    NUMBER("web.workers_admin", "processes", 1, 16, 1, "Workers of the admin pool."),
    NUMBER("web.requests_per_worker", "requests", 1, 100000000, 100000,
           "A worker that has answered this many is replaced by a fresh one."),
    NUMBER("web.kept_mib", "MiB", 1, 1024, 8, "Memory for kept pages in each member worker."),
    NUMBER("web.request_seconds", "seconds", 1, 60, 9,
           "A worker that takes longer for one request is ended and replaced."),
    WORDS("web.peer_users", 0, 200, "www-data",
          "Users besides our own that may connect to the web sockets, separated by spaces."),

    NUMBER("rate.read_per_minute", "requests", 0, 1000000, 600,
           "Pages one member may read in a minute, in each worker; 0: no limit."),
    NUMBER("rate.post_per_minute", "requests", 0, 1000000, 20,
           "Forms one member may send in a minute, in each worker; 0: no limit."),
    NUMBER("rate.vote_per_minute", "requests", 0, 1000000, 60,
           "Votes one member may send in a minute, in each worker; 0: no limit."),
    NUMBER("rate.sign_in_per_minute", "requests", 0, 1000000, 10,
           "Sign-ins and applications from one address in a minute; 0: no limit."),

    NUMBER("session.idle_minutes", "minutes", 1, 1440, 30,
           "A physician's session ends after this long without a request."),
    NUMBER("session.idle_minutes_staff", "minutes", 1, 1440, 15,
           "A sponsor's or admin's session ends after this long without a request."),
    NUMBER("session.hours", "hours", 1, 168, 12, "A physician's session ends after this long."),
    NUMBER("session.hours_staff", "hours", 1, 168, 8,
           "A sponsor's or admin's session ends after this long."),
    NUMBER("session.touch_minutes", "minutes", 1, 60, 5,
           "How often a session in use is written down as used."),
    NUMBER("password.memory_mib", "MiB", 8, 1024, 64, "Memory of one Argon2id password hash."),
    NUMBER("password.passes", "passes", 1, 10, 2, "Passes of one Argon2id password hash."),
    NUMBER("password.niceness", "", 0, 19, 15,
           "Priority of hashing (nice(2)). Pages go first: signing in never slows them."),
    NUMBER("password.queue", "commands", 1, 1000, 20,
           "So many sign-ins may wait for a hash; more are told to come back."),
    NUMBER("password.per_minute", "commands", 1, 100000, 300,
           "So many sign-ins and applications the whole house takes in a minute."),

    WORDS("password.lists", 0, 400, "/usr/share/john/password.lst /usr/share/dict/cracklib-small",
          "Files of common passwords, one a line, by spaces; what is not there is left out."),
    NUMBER(
        "second.physician", "", 0, 1, 1,
        "1: a physician reads and writes only with a passkey or TOTP; 0: both are only offered."),
    NUMBER("second.staff", "", 0, 1, 1,
           "1: sponsors and admins work only with a passkey; 0: second factors are only offered."),
    NUMBER("confirm.passkey_hours", "hours", 0, 720, 24,
           "A passkey confirms money and rules only so long after it was added, of which its owner "
           "is told by mail."),

    WORDS("rule.worlds", 0, 200, "usual crowded market campaign",
          "Invented communities every changed policy is tried on (curbside ranking world list)."),
    NUMBER("rule.seeds", "worlds", 1, 10, 2, "How many of each of them."),
    NUMBER("rule.shadow_days", "days", 0, 90, 14,
           "How long a changed policy runs beside the one in force before it may replace it."),
    NUMBER("rule.month_trials", "proposals", 1, 1000, 6,
           "So many proposed rules of pay, in any 30 days, go through what closed months' earmarks "
           "were on; more wait: each tells admins a little of it."),
    NUMBER("rule.month_percent", "%", 1, 10000, 50,
           "A proposed rule that would have paid for closed months more than this above what they "
           "paid is refused."),

    NUMBER("clerk.batch_most", "commands", 1, 1024, 128,
           "At most this many commands share one commit."),
    NUMBER("posting.size_max", "bytes", 1024, 16384, 16384, "Longest text of a posting."),
    NUMBER("posting.per_day", "postings", 1, 10000, 50, "Postings of one member in one day."),
    NUMBER("comment.per_day", "comments", 1, 10000, 100, "Comments of one member in one day."),
    NUMBER("summary.per_day", "versions", 1, 10000, 50,
           "Versions of summaries that one member saves in one day."),
    NUMBER(
        "posting.hold_first", "postings", 0, 100, 1,
        "Until so many of a member's postings are shown, an admin looks at each first; 0: never."),
    NUMBER("sponsor.questions", "questions", 0, 100, 3,
           "Questions one sponsor may have waiting or standing from sponsor.question_days; 0: "
           "sponsors ask none."),
    NUMBER("sponsor.question_days", "days", 1, 366, 90,
           "The days over which sponsors' questions are counted."),
    NUMBER("sponsor.questions_share", "per mille", 1, 1000, 10,
           "Of all questions of those days, so many may be sponsors'; one may always be."),
    NUMBER("flag.per_day", "flags", 1, 1000, 20, "Postings one member may flag in one day."),
    NUMBER("safety.days", "business days", 1, 30, 1,
           "Until then the safety desk has judged a posting that names a watched product."),
    NUMBER("safety.holidays", "", 0, 1, 1,
           "1: federal holidays of the US are no business days; 0: an agreement counts them."),
    NUMBER("vote.per_day", "votes", 1, 10000000, 40, "Votes of one member in one day."),
    NUMBER("round.per_day", "rounds", 0, 1000, 3,
           "Live discussions one member may open in one day; 0: nobody opens any."),
    NUMBER("search.words_most", "words", 1, 64, 64, "Words of a query that are searched for."),
    NUMBER("search.rows", "rows", 1, 50, 20, "Results on one page."),
    NUMBER("search.candidates", "rows", 10, 10000, 400,
           "Best matches that are looked at more closely."),
    NUMBER("search.per_minute", "searches", 0, 1000000, 30,
           "Searches of one member in a minute, in each worker; 0: no limit."),

    NUMBER("earmark.tick_minutes", "minutes", 1, 1440, 10,
           "Commitments of earmarks are written in batches this far apart."),
    NUMBER("earmark.per_tick", "commitments", 1, 64, 4,
           "Commitments in each batch, real ones and dummies together."),
    NUMBER("earmark.audience", "members", 1, 100000, 50,
           "An earmark pays only with at least so many active members among whom its payees could "
           "have been. A month keeps the number its close began with."),
    WORDS("ledger.origin", 1, 100, "curbside.example/ledger",
          "First line of every checkpoint: the name of this log, never changed once used."),
    NUMBER("ledger.k", "payees", 2, 1000, 11,
           "Sponsors see what was paid only in groups of at least this many payees."),
    NUMBER("ledger.kept_back", "payees", 0, 1000, 12,
           "So many payees, on average and at random, are kept back before a group is shown; 0: "
           "none, and who knows all but one of a group's payees learns whether he was one."),
    NUMBER("ledger.close_bucket", "leaves", 8, 65536, 4096,
           "A period's close is padded to a multiple of this many leaves."),
    NUMBER("ledger.close_alone", "", 0, 1, 1,
           "1: a month is closed at the first batch of commitments after its end; 0: by an admin."),
    NUMBER("ledger.findings", "", 0, 1, 1,
           "1: a month is paid by what the ranker found out about its acts: rings earn nothing; 0: "
           "by the paymaster's own counts alone, and rules that ask for more pay nothing."),
    NUMBER("ledger.embargo_days", "days", 0, 3650, 90,
           "Commitments are opened to auditors this long after their period was closed."),
    NUMBER("ledger.fund_unit_cents", "cents", 1, 100000000, 100000,
           "Deposits of campaigns come in multiples of this, so that their sizes say little."),
    NUMBER("payout.threshold_cents", "cents", 1, 100000000, 5000,
           "A member's balance goes out with the next batch once it is at least this much."),
    NUMBER(
        "payout.hold_days", "days", 0, 365, 14,
        "A reward becomes payable so long after its month was closed; until then it may be taken "
        "back."),
    WORDS("payout.charities", 0, 1000, "",
          "Whom members may give to instead: key=Name; key=Name. Their accounts stand in the "
          "payees' file."),
    NUMBER("payout.charity_rail", "", 1, 2, 2, "How charities are paid: 1 pain001, 2 nacha."),
    NUMBER(
        "payout.two_admins", "", 0, 1, 1,
        "1: a batch is held when another admin confirms it; 0: the operator's word at the machine "
        "is enough."),
    NUMBER("money.two_admins", "", 0, 1, 1,
           "1: deposits, closes by hand, rewards taken back and taxes remitted wait for another "
           "admin; 0: they do not."),
    NUMBER("money.proposal_days", "days", 1, 90, 7,
           "What was proposed and nobody confirmed in so long expires."),
    NUMBER("key.two_admins", "", 0, 1, 1,
           "1: a sponsor's new signing key waits for an admin; 0: it holds at once."),
    NUMBER("payout.file_days", "days", 1, 365, 10,
           "A batch whose file was not noted after so long is given back to the members."),
    NUMBER("guardrail.day_cents", "cents", 0, INT64_C(1000000000000), 1000000,
           "Rewards of a month, for each of its days: above this, payouts stop; 0: never."),
    NUMBER("guardrail.top_percent", "%", 1, 100, 30,
           "Of a month's rewards, the most that may go to the one in a hundred members who get "
           "most, from a hundred payees on."),
    NUMBER("guardrail.linked_percent", "%", 1, 100, 25,
           "Of the votes that settle, the most that may depend on a link with the author."),
    NUMBER("guardrail.agreed_percent", "%", 0, 100, 70,
           "Of the audited postings, the least that votes must have judged as the audit did."),
    NUMBER("guardrail.covered_percent", "%", 0, 100, 50,
           "Of the answers and observations that settle, the least that independent votes must "
           "have judged."),
    NUMBER("guardrail.days", "days", 1, 365, 28, "These shares are of so many days up to today."),
    NUMBER("guardrail.least", "", 1, 1000000, 300,
           "Votes, and postings, that must have settled in these days before shares of them say "
           "anything."),
    NUMBER("guardrail.least_audits", "postings", 1, 10000, 20,
           "Audits there must be in these days before their agreement says anything."),
    WORDS("signer.peer_user", 0, 64, "",
          "User of the paymaster, if the signer runs under another; empty: they are one."),
    WORDS("witness.name", 0, 100, "",
          "Of a witness's own state folder: its name, which stands beside every cosignature."),
    NUMBER("witness.port", "", 0, 65535, 8642,
           "The port of 127.0.0.1 a witness answers on; 0: any that is free."),

    NUMBER("quiz.tries", "tries", 1, 100, 3, "Tries at the quiz one licence has within quiz.days."),
    NUMBER("quiz.tries_network", "tries", 1, 100000, 3,
           "Failed tries one network has within quiz.days."),
    NUMBER("quiz.days", "days", 1, 365, 30, "A try at the quiz counts for this long."),
    NUMBER("letter.days", "days", 1, 365, 60, "A code sent by letter is good for this long."),
    NUMBER("letter.again_days", "days", 1, 365, 14,
           "An applicant may ask for another letter after this long."),
    NUMBER("mail_code.minutes", "minutes", 5, 10080, 60,
           "A code mailed to an institution is good for this long."),
    NUMBER("code.misses", "tries", 1, 20, 5, "After so many wrong codes the right one is void."),
    NUMBER("vouch.budget", "members", 0, 1000, 5, "For so many one member may vouch."),
    NUMBER("vouch.asks", "members", 1, 50, 6, "So many colleagues one applicant may ask."),
    NUMBER("vouch.invitation_days", "days", 1, 365, 30, "An invitation is good for this long."),
    NUMBER("roster.grace_days", "days", 0, 365, 31,
           "A licence lapses so long after its last day when no newer list says anything else."),

    NUMBER("draft.days", "days", 1, 3650, 30,
           "A draft, or a picture no posting shows, is forgotten when nobody touched it so long."),
    NUMBER("draft.most", "drafts", 1, 1000, 100, "So many drafts one member may keep."),
    NUMBER("image.most", "pictures", 0, 8, 4, "So many pictures may stand in one posting."),
    NUMBER("rate.draft_per_minute", "requests", 0, 1000000, 60,
           "Drafts one member may save in a minute, in each worker; 0: no limit."),

    WORDS("smtp.host", 0, 200, "", "Mail relay; empty: mail is kept and not sent."),
    NUMBER("smtp.port", "", 1, 65535, 587, "Port of the mail relay."),
    WORDS("smtp.from", 0, 254, "", "Sender of all mail."),
    NUMBER("smtp.per_day", "mails", 0, 1000, 1,
           "Mails to one member in one day; more wait for the next one; 0: no limit."),
    NUMBER("mail.hour", "hour", 0, 23, 6, "The mails' day begins at this hour (UTC)."),
    NUMBER("opinion.members", "members", 0, 20, 5,
           "So many colleagues are asked for their experience when an asker wants it."),
    NUMBER("opinion.per_week", "questions", 0, 100, 2,
           "So often within seven days a member is asked for his experience."),
    NUMBER("smtp.retry_seconds", "seconds", 1, 3600, 30,
           "Wait after a relay was not there or refused a mail; doubles up to four hours."),

    WORDS("socket.peer_users", 0, 400, "",
          "Users besides our own and the next three that may send commands to clerk and "
          "paymaster, by spaces."),
    WORDS("socket.analyst_user", 0, 64, "curbside-analyst",
          "User besides our own that may tell the clerk of new reports: the analyst's."),
    WORDS("socket.ranker_user", 0, 64, "curbside-ranker",
          "User besides our own that may tell the clerk what a trial came to: the ranker's."),
    WORDS("socket.paymaster_user", 0, 64, "curbside-paymaster",
          "User besides our own that may tell the clerk what a trial on closed months came to: the "
          "paymaster's."),
    NUMBER("sandbox.kill", "", 0, 1, 0,
           "A refused system call fails (0) or ends the confined process (1)."),
    NUMBER("alive.seconds", "seconds", 1, 60, 5,
           "A program that has not been heard of for this long counts as down."),
};
const size_t conf_setting_count = sizeof(conf_settings) / sizeof(conf_settings[0]);
_Static_assert(sizeof(conf_settings) / sizeof(conf_settings[0]) <= SETTINGS_MAX, "raise it");

static struct {
    bool open;
    char state[PATH_MAX];
    char path[PATH_RING][PATH_MAX + 64];
    size_t path_next;
    char file[FILE_SIZE_MAX + 1]; /* text settings point into it */
    bool is_set[SETTINGS_MAX];
    int64_t number[SETTINGS_MAX];
    struct text words[SETTINGS_MAX];
} conf;

static size_t setting_find(struct text name)
{
    size_t i = 0;
    while (i < conf_setting_count && !text_is(name, conf_settings[i].name))
        i++;
    return i;
}

/* The setting a program asks for, by the name as it stands in its text. Commands ask for the same
 * few again and again: where each was found last is tried first. */
static size_t setting_asked(const char *name)
{
    enum { SLOTS = 64 };
    static uint8_t found[SLOTS];
    uint8_t *const slot = &found[(uintptr_t)name / 8 % SLOTS];
    assert(conf_setting_count <= UINT8_MAX);
    if (strcmp(conf_settings[*slot].name, name) != 0)
        *slot = (uint8_t)setting_find(text_of(name));
    assert(*slot < conf_setting_count);
    return *slot;
}

NORETURN PRINTF(2, 3) static void conf_die(int line, const char *format, ...)
{
    char reason[300];
    va_list list;
    va_start(list, format);
    int size = vsnprintf(reason, sizeof(reason), format, list);
    va_end(list);
    assert(size >= 0);
    trace_die("settings", "%s/curbside.conf:%d: %s", conf.state, line, reason);
}

static void conf_value(int line, size_t index, struct text value)
{
    const struct setting *setting = &conf_settings[index];
    long long low = setting->low, high = setting->high;
    if (conf.is_set[index])
        conf_die(line, "%s is set twice", setting->name);
    if (setting->text_fallback == NULL) {
        if (!text_int(value, setting->low, setting->high, &conf.number[index]))
            conf_die(line, "%s must be a whole number from %lld to %lld", setting->name, low, high);
    } else {
        bool fits = (int64_t)value.size >= setting->low && (int64_t)value.size <= setting->high;
        if (!fits || !text_is_utf8(text_bytes(value)))
            conf_die(line, "%s must be text of %lld to %lld bytes", setting->name, low, high);
        conf.words[index] = value;
        /* Behind the value lies white space, the line's end or the NUL behind the file. */
        conf.file[value.data - conf.file + (ptrdiff_t)value.size] = 0;
    }
    conf.is_set[index] = true;
}

static void conf_line(int line, struct text text)
{
    text = text_trim(text);
    if (text.size == 0 || text.data[0] == '#')
        return;
    const char *equals = memchr(text.data, '=', text.size);
    if (equals == NULL)
        conf_die(line, "expected `name = value`");
    size_t before = (size_t)(equals - text.data);
    struct text name = text_trim((struct text){text.data, before});
    struct text value = text_trim((struct text){equals + 1, text.size - before - 1});
    size_t index = setting_find(name);
    if (index == conf_setting_count)
        conf_die(line, "no setting is called `%.*s`", (int)(name.size < 60 ? name.size : 60),
                 name.data);
    conf_value(line, index, value);
}

static void conf_read(void)
{
    const char *path = conf_path("curbside.conf");
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return;
    ssize_t size = fd < 0 ? -1 : read(fd, conf.file, sizeof(conf.file));
    if (size < 0)
        trace_die("settings", "%s: cannot be read, error=%d", path, errno);
    close(fd);
    if (size > FILE_SIZE_MAX)
        trace_die("settings", "%s: longer than %d bytes", path, FILE_SIZE_MAX);
    if (memchr(conf.file, 0, (size_t)size) != NULL)
        trace_die("settings", "%s: holds a NUL byte", path);
    struct text rest = {conf.file, (size_t)size}, part;
    for (int line = 1; text_next(&rest, '\n', &part); line++)
        conf_line(line, part);
}

/* Absolute, because a program may be given its paths before it is confined or moved. */
static void conf_find_state(const char *state)
{
    if (state == NULL)
        state = getenv("STATE");
    if (state == NULL || *state == 0)
        state = "state";
    char here[PATH_MAX] = "";
    if (state[0] != '/' && getcwd(here, sizeof(here)) == NULL)
        trace_die("settings", "the working folder is gone, error=%d", errno);
    int size =
        snprintf(conf.state, sizeof(conf.state), "%s%s%s", here, state[0] == '/' ? "" : "/", state);
    if (size < 0 || (size_t)size >= sizeof(conf.state))
        trace_die("settings", "the name of the state folder is too long");
    while (size > 1 && conf.state[size - 1] == '/')
        conf.state[--size] = 0;
    struct stat status;
    if (stat(conf.state, &status) == 0 && !S_ISDIR(status.st_mode))
        trace_die("settings", "%s: is not a folder", conf.state);
}

void conf_open(const char *state_or_null)
{
    /* What is passed may be a path of the time before. */
    char *given = state_or_null == NULL ? NULL : strdup(state_or_null);
    assert(given != NULL || state_or_null == NULL);
    memset(&conf, 0, sizeof(conf));
    for (size_t i = 0; i < conf_setting_count; i++) {
        const struct setting *setting = &conf_settings[i];
        conf.number[i] = setting->fallback;
        conf.words[i] = text_of(setting->text_fallback);
        assert(setting->low <= setting->high);
        assert(setting->text_fallback != NULL ||
               (setting->fallback >= setting->low && setting->fallback <= setting->high));
    }
    conf_find_state(given);
    free(given);
    conf.open = true;
    conf_read();
}

int64_t conf_int(const char *name)
{
    assert(conf.open);
    size_t index = setting_asked(name);
    assert(conf_settings[index].text_fallback == NULL);
    return conf.number[index];
}

struct text conf_text(const char *name)
{
    assert(conf.open);
    size_t index = setting_asked(name);
    assert(conf_settings[index].text_fallback != NULL);
    return conf.words[index];
}

const char *conf_state(void)
{
    assert(conf.open);
    return conf.state;
}

PRINTF(1, 0) static char *path_make(const char *format, va_list list)
{
    assert(conf.open);
    char *path = conf.path[conf.path_next++ % PATH_RING];
    size_t room = sizeof(conf.path[0]);
    int head = snprintf(path, room, "%s/", conf.state);
    assert(head > 0 && (size_t)head < room);
    int tail = vsnprintf(path + head, room - (size_t)head, format, list);
    if (tail < 0 || (size_t)(head + tail) >= room)
        trace_die("settings", "a path below the state folder is too long");
    return path;
}

const char *conf_path(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    const char *path = path_make(format, list);
    va_end(list);
    return path;
}

static void folder_make(const char *path)
{
    if (mkdir(path, 0750) != 0 && errno != EEXIST && access(path, X_OK) != 0)
        trace_die("settings", "%s: cannot be made, error=%d", path, errno);
}

const char *conf_folder(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    char *path = path_make(format, list);
    va_end(list);
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        folder_make(path);
        *slash = '/';
    }
    folder_make(path);
    return path;
}

const char *conf_store(const char *store)
{
    conf_folder("%s", store);
    return conf_path("%s/%s.db", store, store);
}
