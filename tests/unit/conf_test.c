/* Settings and the state folder: what the file may say, and what stops a start. */
#include "core/conf.h"

#include "tests/support/scratch.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char state[600];

static int open_scratch(void **unused UNUSED)
{
    snprintf(state, sizeof(state), "%s", scratch_open());
    return 0;
}

static void write_conf(const char *text, size_t size)
{
    int fd = open(conf_path("curbside.conf"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0 && write(fd, text, size) == (ssize_t)size);
    close(fd);
}

static void open_again(void *unused UNUSED)
{
    conf_open(state);
}

static void assert_start(const char *text, int code)
{
    write_conf(text, strlen(text));
    int got = scratch_child(open_again, NULL);
    if (got != code)
        fail_msg("`%s` ended with %d", text, got);
}

static void every_setting_has_a_name_a_meaning_and_a_default_in_range(void **unused UNUSED)
{
    for (size_t i = 0; i < conf_setting_count; i++) {
        const struct setting *setting = &conf_settings[i];
        assert_non_null(strchr(setting->name, '.'));
        assert_true(strlen(setting->meaning) > 10);
        assert_non_null(setting->unit);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(setting->name, conf_settings[j].name);
        int64_t value = setting->fallback;
        if (setting->text_fallback != NULL)
            value = (int64_t)strlen(setting->text_fallback);
        assert_true(value >= setting->low && value <= setting->high);
    }
}

static void settings_not_in_the_file_have_their_defaults(void **unused UNUSED)
{
    assert_int_equal(conf_int("session.idle_minutes"), 30);
    assert_int_equal(conf_int("password.memory_mib"), 64);
    assert_true(text_is(conf_text("site.name"), "Curbside"));
}

static void the_file_overrides_with_blanks_and_comments_around(void **unused UNUSED)
{
    const char *text = "# comment\n\n  ledger.k=12  \r\nsite.name =  House of = words # two \n"
                       "smtp.host =\nhttp.port = 8081";
    write_conf(text, strlen(text));
    conf_open(state);
    assert_int_equal(conf_int("ledger.k"), 12);
    assert_int_equal(conf_int("http.port"), 8081);
    assert_string_equal(conf_text("site.name").data, "House of = words # two");
    assert_string_equal(conf_text("smtp.host").data, "");
    write_conf("", 0);
    conf_open(state);
    assert_int_equal(conf_int("ledger.k"), 11);
}

static void a_wrong_line_stops_the_start(void **unused UNUSED)
{
    assert_start("ledger.k = 12\n", 0);
    assert_start("ledger.kk = 12\n", 1);
    assert_start("ledger.k\n", 1);
    assert_start("= 12\n", 1);
    assert_start("ledger.k = 1\n", 1);
    assert_start("ledger.k = 1001\n", 1);
    assert_start("ledger.k = 12 # twelve\n", 1);
    assert_start("ledger.k = 12.0\n", 1);
    assert_start("ledger.k =\n", 1);
    assert_start("ledger.k = 12\nledger.k = 12\n", 1);
    assert_start("site.name =\n", 1);
    assert_start("site.name = \xff\n", 1);
    write_conf("ledger.k = 12\0\n", 15);
    assert_int_equal(scratch_child(open_again, NULL), 1);
    write_conf("", 0);
}

static void a_file_over_its_limit_stops_the_start(void **unused UNUSED)
{
    static char text[64 * 1024 + 1];
    memset(text, '\n', sizeof(text));
    write_conf(text, sizeof(text) - 1);
    assert_int_equal(scratch_child(open_again, NULL), 0);
    write_conf(text, sizeof(text));
    assert_int_equal(scratch_child(open_again, NULL), 1);
    write_conf("", 0);
}

static void ask(void *name)
{
    (void)conf_int(name);
}

static void asking_for_what_is_no_number_setting_stops_the_program(void **unused UNUSED)
{
    assert_int_equal(scratch_child(ask, "ledger.k"), 0);
    assert_int_equal(scratch_child(ask, "ledger.q"), 128 + SIGABRT);
    assert_int_equal(scratch_child(ask, "site.name"), 128 + SIGABRT);
}

static void paths_lie_below_the_absolute_state_folder(void **unused UNUSED)
{
    char expected[700];
    snprintf(expected, sizeof(expected), "%s/run/clerk.sock", state);
    assert_string_equal(conf_path("run/%s.sock", "clerk"), expected);
    assert_int_equal(conf_state()[0], '/');
    /* Sixteen of them may be in use at once. */
    const char *first = conf_path("%d", 0);
    for (int i = 1; i < 16; i++)
        conf_path("%d", i);
    assert_int_equal(first[strlen(first) - 1], '0');
}

static void folders_are_made_for_the_owner_and_group_alone(void **unused UNUSED)
{
    struct stat status;
    mode_t before = umask(0);
    assert_int_equal(stat(conf_folder("a/%s", "b"), &status), 0);
    umask(before);
    assert_int_equal(status.st_mode & 0777, 0750);
    const char *store = conf_store("board");
    assert_string_equal(store + strlen(state), "/board/board.db");
    assert_int_equal(stat(conf_path("board"), &status), 0);
    assert_true(S_ISDIR(status.st_mode));
}

static void open_file_as_state(void *unused UNUSED)
{
    conf_open(conf_path("curbside.conf"));
}

static void a_state_that_is_no_folder_stops_the_start(void **unused UNUSED)
{
    write_conf("", 0);
    assert_int_equal(scratch_child(open_file_as_state, NULL), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_setting_has_a_name_a_meaning_and_a_default_in_range),
        cmocka_unit_test(settings_not_in_the_file_have_their_defaults),
        cmocka_unit_test(the_file_overrides_with_blanks_and_comments_around),
        cmocka_unit_test(a_wrong_line_stops_the_start),
        cmocka_unit_test(a_file_over_its_limit_stops_the_start),
        cmocka_unit_test(asking_for_what_is_no_number_setting_stops_the_program),
        cmocka_unit_test(paths_lie_below_the_absolute_state_folder),
        cmocka_unit_test(folders_are_made_for_the_owner_and_group_alone),
        cmocka_unit_test(a_state_that_is_no_folder_stops_the_start),
    };
    return cmocka_run_group_tests(tests, open_scratch, NULL);
}
