#!/bin/bash
# Every reader of foreign bytes (parsers.c) has seeds for `make fuzz`, and takes them; a fault it once had stands among them.
set -u
program=${BUILD:-build}/tests/fuzz/parsers
count=0
ok() { # sentence, then a command
  count=$((count + 1))
  if "${@:2}" >/dev/null 2>"$TEST_TMP/said"; then echo "ok $count - $1"; else
    echo "not ok $count - $1"
    sed 's/^/# /' "$TEST_TMP/said" | head -n 20
  fi
}
takes() { "$program" "$1" tests/fuzz/seeds/"$1"/*; }
for reader in $("$program"); do ok "the reader of $reader takes its seeds" takes "$reader"; done
named() { [ "$("$program" | sort)" = "$(ls tests/fuzz/seeds | sort)" ]; }
ok "every reader has seeds, and all seeds a reader" named
refuses() { ! "$program" nobody tests/fuzz/seeds/json/small; }
ok "a reader that is none is a usage error (control)" refuses
echo "1..$count"
