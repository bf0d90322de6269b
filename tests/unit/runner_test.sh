#!/bin/bash
# tests/run and tests/packages, tried in a small project of their own.
set -u
home=$PWD
number=0
is() { # what, got, expected
  number=$((number + 1))
  if [ "$2" = "$3" ]; then echo "ok $number - $1"; else echo "not ok $number - $1"; echo "# got '$2', expected '$3'"; fi
}
project=$TEST_TMP/project
mkdir -p "$project/tests/unit" "$project/build/tests"
cp tests/run tests/packages "$project/tests/"
cd "$project" || exit 1
export BUILD=build
script() { cat >"tests/unit/$1"; }

script good_test.sh <<<'echo "ok 1 - it works"; echo "ok 2 - it works too"'
out=$(tests/run); code=$?
is "sound tests end with 0" "$code" 0
is "the last line counts them" "$(tail -n 1 <<<"$out")" "2 passed, 0 failed"

script skip_test.sh <<<'echo "ok 1 - not here # SKIP no shared folder"; echo "ok 2 - here"'
is "a skipped test is counted apart" "$(tests/run | tail -n 1)" "3 passed, 0 failed, 1 skipped"
rm tests/unit/skip_test.sh

script bad_test.sh <<<'echo "ok 1 - fine"; echo "not ok 2 - the sky is green"'
out=$(tests/run); code=$?
is "a failing test ends with 1" "$code" 1
is "its sentence is shown" "$(grep -c '^ *the sky is green$' <<<"$out")" 1
is "and counted" "$(tail -n 1 <<<"$out")" "3 passed, 1 failed"

script bad_test.sh <<<'echo "ok 1 - fine"; exit 3'
is "a test that ends badly fails though it reported only success" "$(tests/run | tail -n 1)" "3 passed, 1 failed"
script bad_test.sh <<<'exit 0'
is "a test that reports nothing fails" "$(tests/run | tail -n 1)" "2 passed, 1 failed"
script bad_test.sh <<<'# test-seconds: 1
echo "ok 1 - began"; sleep 30'
is "a test that takes too long is stopped and fails" "$(tests/run | tail -n 1)" "3 passed, 1 failed"
rm tests/unit/bad_test.sh
touch tests/unit/missing_test.c
is "a test that was not built fails" "$(tests/run | tail -n 1)" "2 passed, 1 failed"
printf '#!/bin/sh\necho "ok 1 - built"\n' >build/tests/missing_test; chmod +x build/tests/missing_test
is "a built test runs" "$(tests/run unit | tail -n 1)" "1 passed, 0 failed"
script tmp_test.sh <<<'[ -d "$TEST_TMP" ] && touch "$TEST_TMP/x" && echo "ok 1 - $TEST_TMP"'
is "every test has a folder of its own" "$(tests/run tests/unit/tmp_test.sh | tail -n 1)" "1 passed, 0 failed"
script left_test.sh <<<'sleep 300 & echo $! >left; echo "ok 1 - left something running"'
tests/run tests/unit/left_test.sh >/dev/null
sleep 0.2
is "what a test leaves running is ended" "$(ps -o stat= -p "$(cat left)" | grep -v Z)" ""
rm tests/unit/left_test.sh

# --- packages: over an apt-get and a dpkg-query that only note what they were asked ---
mkdir pretended
cat >packages.txt <<<'[build]
here-already
[run]
missing-one
has-command sh
[test]
missing-two'
printf '#!/bin/sh\ncase "$*" in *here-already*) echo installed;; *) exit 1;; esac\n' >pretended/dpkg-query
printf '#!/bin/sh\necho "$*" >>asked\n' >pretended/apt-get
printf '#!/bin/sh\necho 0\n' >pretended/id
chmod +x pretended/*
PATH=$PWD/pretended:$PATH
tests/packages build; is "nothing is installed when nothing is missing" "$(cat asked 2>/dev/null)" ""
tests/packages build run >/dev/null
is "only what is missing in the named sections is installed" "$(cat asked)" "install -y --no-install-recommends missing-one"
rm asked
printf '#!/bin/sh\necho 1000\n' >pretended/id
printf '#!/bin/sh\necho sudo >>asked\nexec "$@"\n' >pretended/sudo; chmod +x pretended/sudo
tests/packages build; is "no rights are asked for when nothing is missing" "$(cat asked 2>/dev/null)" ""
tests/packages test >/dev/null; is "who is not root uses sudo" "$(head -n 1 asked)" "sudo"
cd "$home" || exit 1
echo "1..$number"
