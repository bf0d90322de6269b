/* Every statement of every store against the tables its migrations make. */
#include "core/conf.h"
#include "core/db.h"
#include "schema/board.h"
#include "schema/book.h"
#include "schema/desk.h"
#include "schema/identity.h"
#include "schema/log.h"
#include "schema/pad.h"
#include "schema/rank.h"
#include "schema/release.h"
#include "schema/roster.h"
#include "schema/signal.h"
#include "schema/statement.h"
#include "schema/vault.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static const struct store *const stores[] = {
    &log_store,  &board_store, &desk_store,      &identity_store, &roster_store, &rank_store,
    &book_store, &vault_store, &statement_store, &release_store,  &pad_store,    &signal_store};
enum { STORES = sizeof stores / sizeof stores[0] };

static void every_statement_fits_the_tables_its_migrations_make(void **state UNUSED)
{
    (void)scratch_open();
    for (size_t i = 0; i < STORES; i++) {
        const char *name;
        struct db *db;
        assert_int_equal(
            db_open(&db, stores[i], conf_store(stores[i]->name), ROLE_OPERATOR, DB_FOLD, 0), OK);
        const enum result result = db_prepare_check(db, &name);
        if (result != OK)
            print_error("%s: %s\n", stores[i]->name, name);
        assert_int_equal(result, OK);
        db_close(db);
    }
}

/* The web reads; whatever a page asks for, no statement of its roles changes a store. */
static void no_statement_of_the_web_writes(void **state UNUSED)
{
    const uint32_t web = 1U << ROLE_WEB_LOGIN | 1U << ROLE_WEB_MEMBER | 1U << ROLE_WEB_SPONSOR |
                         1U << ROLE_WEB_ADMIN;
    size_t seen = 0;
    for (size_t i = 0; i < STORES; i++)
        for (size_t j = 0; j < stores[i]->statement_count; j++) {
            const struct statement *const statement = &stores[i]->statements[j];
            if ((statement->roles & web) == 0)
                continue;
            seen++;
            assert_true(strncmp(statement->sql, "SELECT", 6) == 0 ||
                        strncmp(statement->sql, "WITH", 4) == 0);
        }
    assert_true(seen > 10);
}

/* What the design keeps from the web: the desk, the vault, the book, identities, and both logs. */
static void the_web_has_no_statement_on_what_it_must_not_see(void **state UNUSED)
{
    static const struct store *const closed[] = {&log_store,    &desk_store, &identity_store,
                                                 &roster_store, &book_store, &vault_store};
    const uint32_t web = 1U << ROLE_WEB_LOGIN | 1U << ROLE_WEB_MEMBER | 1U << ROLE_WEB_SPONSOR |
                         1U << ROLE_WEB_ADMIN;
    for (size_t i = 0; i < sizeof closed / sizeof closed[0]; i++)
        for (size_t j = 0; j < closed[i]->statement_count; j++)
            if (strncmp(closed[i]->statements[j].name, "cursor_", 7) != 0)
                assert_int_equal(closed[i]->statements[j].roles & web, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_statement_fits_the_tables_its_migrations_make),
        cmocka_unit_test(no_statement_of_the_web_writes),
        cmocka_unit_test(the_web_has_no_statement_on_what_it_must_not_see),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
