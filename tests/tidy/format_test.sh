# Layout is .clang-format's, Lua is luacheck-clean; each with a sample that must be refused. TAP.
set -u
cd "$(dirname "$0")/../.."
count=0
say() { # exit code, sentence
  count=$((count + 1))
  if [ "$1" -eq 0 ]; then echo "ok $count - $2"; else echo "not ok $count - $2"; fi
}
files() { git ls-files --cached --others --exclude-standard -- "$@" 2>/dev/null | sort -u | while read -r f; do [ -f "$f" ] && echo "$f"; done; }

bad=$(files '*.c' '*.h' | xargs -n 40 clang-format-14 --dry-run -Werror 2>&1 | grep -o '^[^:]*:[0-9]*' | cut -d: -f1 | sort -u)
[ -z "$bad" ]; say $? "C files are laid out as .clang-format says"
[ -n "$bad" ] && echo "$bad" | sed 's/^/# /'
printf 'int  f( void ){return 1;}\n' | clang-format-14 --dry-run -Werror --assume-filename=core/a.c >/dev/null 2>&1
[ $? -ne 0 ]; say $? "control: another layout is refused"

said=$(files '*.lua' | grep -v '^tests/rules/hostile/' | xargs luacheck --quiet --no-color --codes --max-line-length 160 2>&1)
code=$?
say $code "Lua files are luacheck clean"
[ $code -ne 0 ] && echo "$said" | tail -n 20 | sed 's/^/# /'
printf 'local unused = undefined_name\n' | luacheck --quiet - >/dev/null 2>&1
[ $? -ne 0 ]; say $? "control: an unused and an undefined name are refused"
echo "1..$count"
