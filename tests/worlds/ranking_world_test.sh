#!/bin/bash
# test-seconds: 120
# The first rule set on simulated communities with a known truth: members rank by expertise, right answers stand first.
# Needs the simulator of the shared folder and Python 3; skipped without them.
set -u
sim=${SHARED:-}/ranking-sim/sim.py
tool=${BUILD:-build}/tests/worlds/ranking_world
work=${TEST_TMP:-$(mktemp -d)}
export PYTHONDONTWRITEBYTECODE=1
if [ -z "${SHARED:-}" ] || [ ! -r "$sim" ] || ! command -v python3 >/dev/null; then
  echo "1..0 # SKIP no simulator"
  exit 0
fi

# Play a world (preset, seed[, script]) and print the named figures, in order.
figures() { # preset, seed, script or "", names...
  local preset=$1 seed=$2 script=$3
  shift 3
  python3 "$sim" gen "$preset" "$seed" "$work" >&2 && "$tool" "$work" $script >&2 &&
    python3 "$sim" eval "$preset" "$seed" "$work" | awk -v names="$*" '
      { value[$1] = $2 } END { n = split(names, name, " "); for (i = 1; i <= n; i++) printf "%s ", value[name[i]] }'
}
check() { # number, sentence, condition over a b c d, values...
  local number=$1 sentence=$2 condition=$3
  shift 3
  if echo "$@" | awk "NF == 4 { a = \$1; b = \$2; c = \$3; d = \$4; good = ($condition) } END { exit !good }"; then
    echo "ok $number - $sentence"
  else
    echo "not ok $number - $sentence"
    echo "# $condition with $*"
  fi
}

check 1 "members rank by expertise and right answers stand first" 'a >= .66 && b >= .855 && c <= .05 && d <= .145' \
  $(figures default 4 "" rho auc cheat10 badtop)
check 2 "with twice as many cheats it still holds" 'a >= .54 && b >= .77 && c <= .12 && d <= .25' \
  $(figures hard 4 "" rho auc cheat10 badtop)
sed 's/^function link(.*/function link(...) do return 1.0 end/; /^examples/,$d' scripts/rank/policy.lua >"$work/blind.lua"
check 3 "control: rules that are blind to links fail the same limits" 'a < .66 || b < .855 || c > .05 || d > .145' \
  $(figures default 4 "$work/blind.lua" rho auc cheat10 badtop)
echo 1..3
