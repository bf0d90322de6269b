-- Is compiled code itself, as far as the first byte says.
Lua
