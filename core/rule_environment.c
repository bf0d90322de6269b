#include "core/rule_environment.h"
#include <assert.h>
#include <lauxlib.h>
#include <lualib.h>

enum { TABLE_DEPTH_MAX = 16 };

static const char *const base_names[] = {"assert", "error", "ipairs", "select", "tonumber", "type"};
static const char *const math_names[] = {"abs", "ceil", "exp",        "floor", "fmod",       "huge",
                                         "log", "max",  "maxinteger", "min",   "mininteger", "modf",
                                         "pi",  "sqrt", "tointeger",  "type",  "ult"};

static void copy_fields(lua_State *lua, const char *const *names, size_t count, int from, int to)
{
    for (size_t i = 0; i < count; i++) {
        int kind = lua_getfield(lua, from, names[i]);
        assert(kind != LUA_TNIL);
        lua_setfield(lua, to, names[i]);
    }
}

void rule_environment_push(lua_State *lua)
{
    luaL_requiref(lua, "_G", luaopen_base, 0);
    luaL_requiref(lua, "math", luaopen_math, 0);
    int base = lua_gettop(lua) - 1;
    lua_newtable(lua);
    copy_fields(lua, base_names, sizeof(base_names) / sizeof(*base_names), base, base + 2);
    lua_newtable(lua);
    copy_fields(lua, math_names, sizeof(math_names) / sizeof(*math_names), base + 1, base + 3);
    lua_setfield(lua, base + 2, "math");
    lua_pushvalue(lua, base + 2);
    lua_rawseti(lua, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
    lua_pushnil(lua);
    lua_setfield(lua, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    lua_replace(lua, base);
    lua_settop(lua, base);
}

static int refuse_write(lua_State *lua)
{
    return luaL_error(lua, "changes a table that outlives the call");
}

static int frozen_length(lua_State *lua)
{
    lua_pushinteger(lua, (lua_Integer)lua_rawlen(lua, lua_upvalueindex(1)));
    return 1;
}

static void freeze_value(lua_State *lua, int seen, int depth);

/* The table on top (kept there) becomes an empty one that reads from a copy and refuses writes: its
 * content goes on being seen by everyone who holds it, and nothing can change. */
static void freeze_table(lua_State *lua, int seen, int depth)
{
    int table = lua_gettop(lua);
    lua_newtable(lua);
    int content = table + 1;
    lua_pushnil(lua);
    while (lua_next(lua, table)) {
        freeze_value(lua, seen, depth + 1);
        lua_pushvalue(lua, -2);
        lua_insert(lua, -2);
        lua_rawset(lua, content);
        lua_pushvalue(lua, -1);
        lua_pushnil(lua);
        lua_rawset(lua, table); /* removing while walking is allowed */
    }
    lua_newtable(lua);
    lua_pushvalue(lua, content);
    lua_setfield(lua, -2, "__index");
    lua_pushcfunction(lua, refuse_write);
    lua_setfield(lua, -2, "__newindex");
    lua_pushvalue(lua, content);
    lua_pushcclosure(lua, frozen_length, 1);
    lua_setfield(lua, -2, "__len");
    lua_setmetatable(lua, table);
    lua_settop(lua, table);
}

/* Freeze everything that can be reached from the value on top of the stack, which stays there. */
static void freeze_value(lua_State *lua, int seen, int depth)
{
    int kind = lua_type(lua, -1);
    if (kind != LUA_TTABLE && kind != LUA_TFUNCTION)
        return;
    if (depth > TABLE_DEPTH_MAX)
        luaL_error(lua, "nests tables and functions too deep");
    luaL_checkstack(lua, 12, "tables nested too deep");
    if (lua_rawgetp(lua, seen, lua_topointer(lua, -1)) != LUA_TNIL) {
        lua_pop(lua, 1);
        return;
    }
    lua_pop(lua, 1);
    lua_pushboolean(lua, 1);
    lua_rawsetp(lua, seen, lua_topointer(lua, -2));
    if (kind == LUA_TTABLE) {
        freeze_table(lua, seen, depth);
        return;
    }
    for (int i = 1; lua_getupvalue(lua, -1, i); i++) {
        freeze_value(lua, seen, depth + 1);
        lua_pop(lua, 1);
    }
}

void rule_environment_freeze(lua_State *lua, int environment)
{
    int top = lua_gettop(lua);
    lua_newtable(lua);
    lua_pushvalue(lua, environment);
    freeze_value(lua, top + 1, 0);
    lua_settop(lua, top);
}
