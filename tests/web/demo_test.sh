#!/bin/bash
# The community that `make run` begins with is made by the running programs, and none of its acts is refused. test-seconds: 120
set -u
demo=${BUILD:-build}/bin/curbside-demo
failed=0
tell() { # name, whether it holds
  if [ "$2" = 1 ]; then echo "ok - $1"; else echo "not ok - $1"; failed=1; fi
}
echo 1..3
"$demo" --state "$TEST_TMP/state" build >"$TEST_TMP/said" 2>&1
made=$?
[ "$made" = 0 ] && grep -q "the community stands: [0-9]* acts, 0 refused" "$TEST_TMP/said" && [ -s "$TEST_TMP/state/journal/journal.db" ] && whole=1 || { whole=0; sed 's/^/# /' "$TEST_TMP/said" | tail -n 5; }
tell "the demo's community stands, and no act of it was refused" "$whole"
"${BUILD:-build}/bin/curbside" --state "$TEST_TMP/state" ledger verify 2>/dev/null | grep -q '^sound: .* transfers' && sound=1 || sound=0
tell "its ledger is sound, with money that has moved" "$sound"
sed '0,/"type": "vote"/s//"type": "void"/' demo/community.jsonl >"$TEST_TMP/bad.jsonl"
"$demo" --state "$TEST_TMP/other" build "$TEST_TMP/bad.jsonl" >/dev/null 2>&1
[ $? != 0 ] && [ ! -e "$TEST_TMP/other" ] && refused=1 || refused=0
tell "one with an act nobody knows is not made, and nothing is left of it (control)" "$refused"
exit $failed
