#!/bin/bash
# test-seconds: 120
# The shipped rules on simulated communities with a known truth, through `ranking replay`: members rank by expertise, right
# answers stand first, and the money goes to who earned it. Needs the simulator of the shared folder and Python 3.
set -u
sim=${SHARED:-}/ranking-sim/sim.py
ranker=${BUILD:-build}/bin/curbside-ranker
work=${TEST_TMP:-$(mktemp -d)}
export PYTHONDONTWRITEBYTECODE=1
if [ -z "${SHARED:-}" ] || [ ! -r "$sim" ] || ! command -v python3 >/dev/null; then
  echo "1..0 # SKIP no simulator"
  exit 0
fi

# Play a world (preset, seed, options of replay) and print the named figures, in order.
figures() {
  local preset=$1 seed=$2 options=$3
  shift 3
  "$ranker" replay "$work/$preset" $options >&2 &&
    python3 "$sim" eval "$preset" "$seed" "$work/$preset" | awk -v names="$*" '
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

python3 "$sim" gen default 4 "$work/default"
check 1 "members rank by expertise and right answers stand first" 'a >= .65 && b >= .865 && c <= .05 && d <= .13' \
  $(figures default 4 "" rho auc cheat10 badtop)
sum=$(cat "$work"/default/{snapshots,answer_scores,payouts}.tsv | sha256sum)
check 2 "money goes to who earned it" 'a <= .055 && b <= .01 && c >= .64 && d <= .3' \
  $(figures default 4 "" leak leak_ring cover roi_lazy_v)
if [ "$sum" = "$(cat "$work"/default/{snapshots,answer_scores,payouts}.tsv | sha256sum)" ]; then
  echo "ok 3 - two replays give the same bytes"
else
  echo "not ok 3 - two replays give the same bytes"
fi
sed 's/^function link(.*/function link(...) do return 1.0 end/; /^examples/,$d' scripts/rank/policy.lua >"$work/blind.lua"
check 4 "control: rules that are blind to links fail the same limits" 'a < .65 || b < .865 || c > .055 || d > .01' \
  $(figures default 4 "--rules $work/blind.lua" rho auc leak leak_ring)
if python3 - "$work/default" <<'END'
import os, subprocess, sys
folder = sys.argv[1]
ranker = os.environ.get("BUILD", "build") + "/bin/curbside-ranker"
def votes(): return open(folder + "/votes.tsv").read().splitlines()
def paid():
    subprocess.run([ranker, "replay", folder], check=True, stdout=subprocess.DEVNULL)
    rows = [line.split("\t") for line in open(folder + "/payouts.tsv").read().splitlines()[1:]]
    return {(a, m): x for a, m, role, x in rows if role == "v"}
before, lines, flipped = paid(), votes(), 0
own = {key for key in list(before)[::97]}
for i, line in enumerate(lines[1:], 1):
    day, voter, answer, value = line.split("\t")
    if (answer, voter) in own:
        lines[i] = "\t".join((day, voter, answer, str(-int(value))))
        flipped += 1
        break
open(folder + "/votes.tsv", "w").write("\n".join(lines) + "\n")
after = paid()
sys.exit(not (flipped and all(before.get((answer, v)) == after.get((answer, v)) for a, v in before if a == answer)))
END
then
  echo "ok 5 - who turns a vote round is paid the same for it"
else
  echo "not ok 5 - who turns a vote round is paid the same for it"
fi
echo 1..5
