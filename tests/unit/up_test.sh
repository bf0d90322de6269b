#!/bin/bash
# `curbside up` and its neighbours, over programs that only pretend: what is tested is the raising, not the house.
# test-seconds: 120
set -u
bin=$TEST_TMP/bin state=$TEST_TMP/state log=$TEST_TMP/up.log
mkdir -p "$bin" "$state/run"
cp "$BUILD/bin/curbside" "$bin/"
number=0
is() { # what, got, expected
  number=$((number + 1))
  if [ "$2" = "$3" ]; then echo "ok $number - $1"; else echo "not ok $number - $1"; echo "# got '$2', expected '$3'"; fi
}
wait_for() { # up to 10 s
  for _ in $(seq 100); do eval "$1" >/dev/null 2>&1 && return 0; sleep 0.1; done
  return 1
}

# A program: notes when it starts and ends, beats once a second, ends on SIGTERM. Its `digest` is what the file $state/digest says.
cat >"$bin/pretend" <<'END'
#!/bin/bash
name=$(basename "$0"); name=${name#curbside-}
while [ "${1-}" ] ; do
  case $1 in
  --state) state=$2; shift ;;
  --pool) name=$name-$2; shift ;;
  *) verb=$1; shift; break ;;
  esac
  shift
done
case $verb in
help) printf 'verify\tcheck everything\nstaff add\tadd somebody\n'; exit 0 ;;
digest) printf '%s\t%s\t%s\n' "$name" 3 "$(cat "$state/digest" 2>/dev/null || echo same)"; exit 0 ;;
rebuild) [ -e "$state/rebuild-differs" ] && echo other >"$state/digest"; exit 0 ;;
serve) ;;
*) echo "$name got: $verb $*"; exit 3 ;;
esac
echo "$name start" >>"$state/order"
[ "$name" = analyst ] && [ -e "$state/analyst-fails" ] && exit 4
trap 'echo "$name stop" >>"$state/order"; exit 0' TERM
trap 'echo "$name roll" >>"$state/order"' HUP
echo "a message of $name"
while :; do touch "$state/run/$name.alive"; sleep 0.2 & wait $!; done
END
chmod +x "$bin/pretend"
for p in clerk paymaster ranker analyst postman web; do ln -s pretend "$bin/curbside-$p"; done
touch "$state/order"
up() { "$bin/curbside" --state "$state" up --no-nginx >"$log" 2>&1 & supervisor=$!; }

"$bin/curbside" nonsense >/dev/null 2>&1; is "an unknown verb is refused with exit code 2" $? 2
"$bin/curbside" --sate x up >/dev/null 2>&1; is "an unknown option is refused with exit code 2" $? 2
"$bin/curbside" --state "$state" up --fast >/dev/null 2>&1; is "an unknown option of a verb is refused with exit code 2" $? 2
is "a word of another program reaches it without that word" "$("$bin/curbside" --state "$state" ledger show 5)" "paymaster got: show 5"
is "a word that is the program's own verb is kept" "$("$bin/curbside" --state "$state" staff remove x)" "clerk got: staff remove x"
"$bin/curbside" --state "$state" ledger show >/dev/null; is "the program's exit code is ours" $? 3
help=$("$bin/curbside" --state "$state" help)
is "help gathers the programs' verbs under the words that lead to them" "$(grep -c '^  ledger verify  *check everything$' <<<"$help")" 1
is "help shows a kept verb as it is" "$(grep -c '^  staff add  *add somebody$' <<<"$help")" 1
echo 'alive.seconds = 4' >"$state/curbside.conf"
is "settings shows what the state folder's file says" "$("$bin/curbside" --state "$state" settings | grep '^alive')" "alive.seconds = 4 seconds"
echo 'alive.seconds = 400' >"$state/curbside.conf"
"$bin/curbside" --state "$state" settings >/dev/null 2>&1; is "a setting out of its range stops the start" $? 1
rm "$state/curbside.conf"
"$bin/curbside" --state "$state" stop >/dev/null 2>&1; is "stop says so when nothing is up" $? 1

up
wait_for "grep -q 'everything is up' $log"; is "everything comes up" $? 0
is "the clerk comes first" "$(head -n 1 "$state/order")" "clerk start"
is "the web comes last" "$(tail -n 4 "$state/order" | grep -c '^web-')" 4
is "messages go into a log for each program" "$(cat "$state/log/ranker.log")" "a message of ranker"
"$bin/curbside" --state "$state" up --no-nginx >/dev/null 2>&1; is "a second up on the same state is refused" $? 1
"$bin/curbside" --state "$state" rebuild >/dev/null 2>&1; is "a rebuild while up is refused" $? 1
"$bin/curbside" --state "$state" status >"$TEST_TMP/status"; is "status is content" $? 0
is "status names every program as up" "$(grep -cE '^[a-z-]+ +up ' "$TEST_TMP/status")" 9
pid=$(cat "$state/run/ranker.pid")
is "each program leads a process group of its own" "$(ps -o pgid= -p "$pid" | tr -d ' ')" "$pid"

kill -9 "$pid"
wait_for "[ \"\$(cat $state/run/ranker.pid)\" != $pid ] && kill -0 \"\$(cat $state/run/ranker.pid)\""; is "a program that was killed is raised again" $? 0
kill -HUP "$supervisor"
wait_for "[ \$(grep -c roll $state/order) -ge 4 ]"; sleep 0.3
is "SIGHUP rolls the web pools" "$(grep roll "$state/order" | sort | tr '\n' ' ')" "web-admin roll web-login roll web-member roll web-sponsor roll "
kill -STOP "$(cat "$state/run/analyst.pid")"
sleep 6.5
"$bin/curbside" --state "$state" status >"$TEST_TMP/status"; is "status is not content when a program hangs" $? 1
is "status names the program that hangs" "$(grep -cE '^analyst +silent' "$TEST_TMP/status")" 1
kill -CONT "$(cat "$state/run/analyst.pid")"

: >"$state/order"
"$bin/curbside" --state "$state" stop; is "stop stops it" $? 0
wait "$supervisor"; is "the supervisor ends with 0" $? 0
is "the web stops first" "$(head -n 4 "$state/order" | grep -c '^web-.* stop')" 4
is "the clerk stops last" "$(tail -n 1 "$state/order")" "clerk stop"
is "no process is noted any more" "$(ls "$state"/run/*.pid 2>/dev/null | wc -l)" 0
is "nothing is left running" "$(pgrep -f "$bin/" | wc -l)" 0

touch "$state/analyst-fails"; : >"$state/order"
up
sleep 2.2
starts=$(grep -c 'analyst start' "$state/order")
is "a program that fails at once is not raised without a pause" "$([ "$starts" -ge 3 ] && [ "$starts" -le 8 ] && echo fine || echo "$starts starts")" fine
kill -9 "$supervisor"; wait "$supervisor" 2>/dev/null
wait_for "[ \$(pgrep -f $bin/ | wc -l) -eq 0 ]"; is "programs do not outlive a supervisor that was killed" $? 0
rm "$state/analyst-fails"

out=$("$bin/curbside" --state "$state" rebuild --check); is "a rebuild to equal content is content" $? 0
is "and says so" "$(tail -n 1 <<<"$out")" "every fold rebuilt to equal content"
touch "$state/rebuild-differs"
out=$("$bin/curbside" --state "$state" rebuild --check); is "a rebuild to other content is not" $? 1
is "and names the store" "$(grep -c '^clerk .*DIFFERS' <<<"$out")" 1
echo "1..$number"
