#include "core/db_inside.h"

/* A column as text in the arena; NO_TEXT for NULL. False for anything else: SQLite itself writes
 * nothing but these two, yet takes bytes for text where it reads them. */
static bool column_text(struct db_statement *st, size_t column, struct arena *arena,
                        struct text *text)
{
    char type;
    const struct bytes value = db_raw_value(st, column, &type);
    *text = NO_TEXT;
    if (type == 't')
        *text = arena_text(arena, (struct text){(const char *)value.data, value.size});
    return type == 't' || type == 'n';
}

enum result db_objects(struct db *db, struct arena *arena, size_t most, struct db_object **objects,
                       size_t *count)
{
    *objects = arena_array(arena, struct db_object, most + 1);
    *count = 0;
    struct db_statement *const st =
        db_raw(db, "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name");
    enum result result;
    while ((result = db_step(st)) == ROW && *count < most) {
        struct db_object *const object = &(*objects)[(*count)++];
        if (!column_text(st, 0, arena, &object->type) ||
            !column_text(st, 1, arena, &object->name) ||
            !column_text(st, 2, arena, &object->table) ||
            !column_text(st, 3, arena, &object->sql)) {
            result = BROKEN;
            break;
        }
    }
    db_raw_close(st);
    return result == ROW ? TOO_MUCH : result;
}
