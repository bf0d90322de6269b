#include "core/map.h"

#include <assert.h>
#include <lauxlib.h>
#include <lua.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What one reading works on; reached from Lua's callbacks through the allocator's argument. */
struct reading {
    struct map *map;
    struct arena *arena;
    struct text script;
    size_t memory;
    char path[MAP_PATH_MAX + 1];
    size_t path_size;
};

static void *memory_take(void *self, void *old, size_t old_size, size_t size)
{
    struct reading *reading = self;
    if (old == NULL)
        old_size = 0; /* Lua passes the kind of object here */
    if (size == 0) {
        free(old);
        reading->memory -= old_size;
        return NULL;
    }
    if (size > old_size && reading->memory + (size - old_size) > MAP_MEMORY_MAX)
        return NULL;
    void *taken = realloc(old, size);
    if (taken != NULL)
        reading->memory = reading->memory - old_size + size;
    return taken;
}

static void steps_spent(lua_State *lua, lua_Debug *activation)
{
    (void)activation;
    luaL_error(lua, "takes too many steps");
}

static void entry_add(lua_State *lua, struct reading *reading)
{
    struct map *map = reading->map;
    size_t size = 0;
    const char *data = NULL;
    if (lua_type(lua, -1) == LUA_TBOOLEAN) {
        data = lua_toboolean(lua, -1) ? "true" : "false";
        size = strlen(data);
    } else {
        data = lua_tolstring(lua, -1, &size); /* a copy of the number on the stack becomes text */
    }
    if (map->count == MAP_ENTRIES_MAX)
        luaL_error(lua, "holds more than %d values", MAP_ENTRIES_MAX);
    if (!text_is_utf8(bytes_of(data, size)))
        luaL_error(lua, "%s is not UTF-8 text", reading->path);
    map->entries[map->count++] = (struct map_entry){
        arena_text(reading->arena, (struct text){reading->path, reading->path_size}),
        arena_text(reading->arena, (struct text){data, size})};
}

/* The key below the value on top joins the path; what it was before comes back from the caller. */
static void path_add(lua_State *lua, struct reading *reading)
{
    size_t size = 0;
    char number[32];
    const char *key = number;
    if (lua_isinteger(lua, -2)) {
        size = (size_t)snprintf(number, sizeof(number), "%lld", (long long)lua_tointeger(lua, -2));
    } else if (lua_type(lua, -2) == LUA_TSTRING) {
        key = lua_tolstring(lua, -2, &size);
    } else {
        luaL_error(lua, "%s has a key that is neither a word nor a place", reading->path);
    }
    if (reading->path_size + size + 1 > MAP_PATH_MAX || memchr(key, 0, size) != NULL)
        luaL_error(lua, "%s has a key that is too long", reading->path);
    if (reading->path_size > 0)
        reading->path[reading->path_size++] = '.';
    memcpy(reading->path + reading->path_size, key, size);
    reading->path_size += size;
    reading->path[reading->path_size] = 0;
}

static void table_read(lua_State *lua, struct reading *reading, int depth)
{
    size_t mark = reading->path_size;
    luaL_checkstack(lua, 8, "tables nested too deep");
    for (lua_pushnil(lua); lua_next(lua, -2) != 0; lua_pop(lua, 1)) {
        path_add(lua, reading);
        int kind = lua_type(lua, -1);
        if (kind == LUA_TTABLE && depth < MAP_DEPTH_MAX)
            table_read(lua, reading, depth + 1);
        else if (kind == LUA_TSTRING || kind == LUA_TNUMBER || kind == LUA_TBOOLEAN)
            entry_add(lua, reading);
        else
            luaL_error(lua, "%s is neither text nor number nor a table of them", reading->path);
        reading->path_size = mark;
        reading->path[mark] = 0;
    }
}

static int read_protected(lua_State *lua)
{
    struct reading *reading = lua_touserdata(lua, 1);
    lua_settop(lua, 0);
    if (luaL_loadbufferx(lua, reading->script.data, reading->script.size, "=map", "t") != LUA_OK)
        return lua_error(lua);
    lua_sethook(lua, steps_spent, LUA_MASKCOUNT, MAP_STEPS_MAX);
    lua_call(lua, 0, 1);
    lua_sethook(lua, NULL, 0, 0);
    if (lua_type(lua, -1) != LUA_TTABLE)
        return luaL_error(lua, "does not return a table");
    table_read(lua, reading, 1);
    return 0;
}

static int entry_compare(const void *a, const void *b)
{
    const struct map_entry *x = a, *y = b;
    size_t size = x->path.size < y->path.size ? x->path.size : y->path.size;
    int order = memcmp(x->path.data, y->path.data, size);
    if (order != 0)
        return order;
    return x->path.size < y->path.size ? -1 : x->path.size > y->path.size;
}

/* "map:12: text" becomes "line 12: text"; one printable line. */
static struct text why_make(struct arena *arena, lua_State *lua)
{
    const char *message = lua_type(lua, -1) == LUA_TSTRING ? lua_tostring(lua, -1)
                                                           : "takes more than 1 MiB of memory";
    bool placed = strncmp(message, "map:", 4) == 0;
    struct text why =
        arena_format(arena, "%s%.300s", placed ? "line " : "", placed ? message + 4 : message);
    char *end = strpbrk((char *)(uintptr_t)why.data, "\r\n");
    if (end != NULL)
        why.size = (size_t)(end - why.data);
    return text_is_utf8(text_bytes(why)) ? why : TEXT("is not valid");
}

enum result map_read(struct map *map, struct arena *arena, struct text script, struct text *why)
{
    struct reading reading = {.map = map, .arena = arena, .script = script};
    *why = NO_TEXT;
    *map = (struct map){arena_array(arena, struct map_entry, MAP_ENTRIES_MAX), 0};
    if (script.size > MAP_TEXT_MAX) {
        *why = TEXT("is longer than 64 KiB");
        return INVALID;
    }
    lua_State *lua = lua_newstate(memory_take, &reading);
    assert(lua != NULL);
    lua_pushcfunction(lua, read_protected);
    lua_pushlightuserdata(lua, &reading);
    int status = lua_pcall(lua, 1, 0, 0);
    if (status != LUA_OK)
        *why = why_make(arena, lua);
    lua_close(lua);
    if (status != LUA_OK)
        return INVALID;
    qsort(map->entries, map->count, sizeof(*map->entries), entry_compare);
    return OK;
}

struct text map_get(const struct map *map, const char *path)
{
    const struct map_entry wanted = {.path = text_of(path)};
    const struct map_entry *found = map->count == 0 ? NULL
                                                    : bsearch(&wanted, map->entries, map->count,
                                                              sizeof(*map->entries), entry_compare);
    return found == NULL ? NO_TEXT : found->value;
}

struct text map_at(const struct map *map, const char *path, size_t place)
{
    char whole[MAP_PATH_MAX + 32];
    int size = snprintf(whole, sizeof(whole), "%s.%zu", path, place);
    assert(size > 0 && (size_t)size < sizeof(whole));
    return map_get(map, whole);
}

bool map_has(const struct map *map, const char *path)
{
    size_t size = strlen(path);
    for (size_t i = 0; i < map->count; i++) {
        struct text at = map->entries[i].path;
        if (text_starts(at, path) && (at.size == size || at.data[size] == '.'))
            return true;
    }
    return false;
}
