#!/bin/bash
# test-seconds: 120
# The shipped rules on a simulated community with a known truth (ranking_world.py). Needs the simulator of the shared folder
# and Python 3.
if [ -z "${SHARED:-}" ] || [ ! -r "$SHARED/ranking-sim/sim.py" ] || ! command -v python3 >/dev/null; then
  echo "1..0 # SKIP no simulator"
  exit 0
fi
export PYTHONDONTWRITEBYTECODE=1
exec python3 tests/worlds/ranking_world.py test "$SHARED/ranking-sim" "${TEST_TMP:-$(mktemp -d)}"
