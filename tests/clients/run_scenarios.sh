#!/usr/bin/env bash
# What `latchkey run` does with several files: tests/clients/run_scenarios.sh LATCHKEY
set -euo pipefail
latchkey=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
checks=0

# same WHAT WANTED SEEN
same() {
  checks=$((checks + 1))
  [ "$2" = "$3" ] && return
  printf 'FAILED: %s\nwanted: %s\nseen:   %s\n' "$1" "$2" "$3" >&2
  exit 1
}

user='{"latchkey":1,"accounts":{"000000000000":{"users":[{"UserName":"u","AccessKeys":[{"AccessKeyId":"AKIAUUUUUUUUUUUUUUUU","SecretAccessKey":"s"}]}]}}}'
for name in a b c d; do
  code=AccessDeniedException
  [ $name = b ] && code=Other
  cat > $name.json <<EOF
{"latchkey-scenario": 1, "name": "scenario $name", "fixtures": [$user], "steps": [
  {"identity": "u", "access_key_id": "AKIAUUUUUUUUUUUUUUUU", "secret_access_key": "s"},
  {"call": "kms:ListKeys", "as": "u", "expect": {"error": {"code": "$code"}}},
  {"journal": {"outcome": "denied"}, "expect": {"count": 1, "last": {"principal": {"\$contains": "user/u"}}}},
  {"call": "iam:CreateUser", "input": {"UserName": "$name"}},
  {"call": "iam:ListUsers", "expect": {"answer": {"Users": {"\$length": 2}}}}]}
EOF
done
untimed() { sed -E 's/\([0-9.]+ s\)//; s/time="[0-9.]+"//'; }

seen=0
"$latchkey" run --junit one.xml a.json b.json c.json d.json > one || seen=$?
same "one fails" 1 $seen
seen=0
"$latchkey" run --jobs 3 --junit many.xml a.json b.json c.json d.json > many || seen=$?
same "one fails among many" 1 $seen
same "the lines come in the same order" "$(untimed < one)" "$(untimed < many)"
same "and so does JUnit's document" "$(untimed < one.xml)" "$(untimed < many.xml)"
same "suites" 4 "$(grep -c '<testsuite ' many.xml)"
same "failures" 1 "$(grep -c '<failure' many.xml)"
same "a failure shows what was wanted and seen, and why" 1 \
  "$(grep -A2 'error.code: wanted "Other"' many | tr '\n' ' ' | grep -c 'seen   "AccessDeniedException".*why: User u has no policy')"
same "those that are picked" "scenario c: 5 steps, 5 passed " "$("$latchkey" run --filter 'scenario c' ./*.json | tail -1 | untimed)"
seen=0
"$latchkey" run --jobs 2 --endpoint http://127.0.0.1:1 a.json 2> errors || seen=$?
same "emulators elsewhere are used in turn" "2 latchkey: run: --jobs is for emulators of their own, not with --endpoint" "$seen $(cat errors)"
seen=0
"$latchkey" run --jobs 0 a.json 2> errors || seen=$?
same "no jobs" "2 latchkey: run: --jobs needs a number from 1 to 256, not '0'" "$seen $(cat errors)"
echo '{"latchkey-scenario": 1, "steps": [{"cal": "kms:ListKeys"}]}' > wrong.json
seen=0
"$latchkey" run --jobs 2 a.json wrong.json > output 2> errors || seen=$?
same "a file that is no scenario is found before the first runs" "2 0 1" \
  "$seen $(wc -l < output) $(grep -c 'wrong.json: steps\[0\]: is no step' errors)"

# Against an emulator that runs already, with a reset before each file.
same "elsewhere" "scenario d: 5 steps, 5 passed " \
  "$("$latchkey" exec -- sh -c '"$0" run --reset --endpoint "$LATCHKEY_URL" a.json c.json d.json' "$latchkey" 2> /dev/null | tail -1 | untimed)"
# A signal ends the program of a step as well, although that leads a process group of its own.
echo '{"latchkey-scenario": 1, "steps": [{"run": ["sh", "-c", "echo $$ > pid; exec sleep 60"]}]}' > long.json
"$latchkey" run long.json > /dev/null 2>&1 & runner=$!
until [ -s pid ]; do sleep 0.02; done
kill -TERM $runner
seen=0
wait $runner || seen=$?
same "the signal's status" 143 "$seen"
for _ in $(seq 100); do  # it is somebody else's child by now
  kill -0 "$(cat pid)" 2> /dev/null || break
  grep -q '^State:.Z' "/proc/$(cat pid)/status" 2> /dev/null && break
  sleep 0.02
done
same "the step's program has ended" "gone" "$(grep -q '^State:.[^Z]' "/proc/$(cat pid)/status" 2> /dev/null || echo gone)"
# Half of the input is no success.
seen=0
"$latchkey" simulate - < . > /dev/null 2>&1 || seen=$?
same "an input that cannot be read" 2 "$seen"
seen=0
"$latchkey" --version > /dev/full 2> /dev/null || seen=$?
same "an output that cannot be written" 2 "$seen"
echo "run: $checks checks"
