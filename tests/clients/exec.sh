#!/usr/bin/env bash
# What `latchkey exec` promises the program it wraps: tests/clients/exec.sh LATCHKEY
set -euo pipefail
latchkey=$(realpath "$1")
unset SSL_CERT_FILE SSL_CERT_DIR CURL_CA_BUNDLE  # this machine's own may name others
here=$(cd "$(dirname "$0")" && pwd)
fixtures=$here/../../fixtures/examples
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

# A caller whose own configuration points at real AWS in every way there is.
mkdir home home/.aws
printf '[default]\naws_access_key_id = REAL\naws_secret_access_key = REAL\n' > home/.aws/credentials
dirty() {
  env -i PATH="$PATH" HOME="$work/home" LANG=C KEPT=yes AWS_PROFILE=real AWS_ACCESS_KEY_ID=REAL AWS_SECRET_ACCESS_KEY=REAL \
    AWS_SESSION_TOKEN=REAL AWS_ENDPOINT_URL_S3=https://real AWS_CONFIG_FILE=/real AWS_SHARED_CREDENTIALS_FILE=/real \
    AWS_ROLE_ARN=real AWS_WEB_IDENTITY_TOKEN_FILE=/real AWS_CONTAINER_CREDENTIALS_FULL_URI=http://real AWS_REGION=eu-real-1 \
    AWS_EC2_METADATA_DISABLED=true LATCHKEY_URL=http://old HTTPS_PROXY=http://corporate NO_PROXY=amazonaws.com "$@"
}
names() { tr '\0' '\n' | sed 's/=.*//' | LC_ALL=C sort | tr '\n' ' '; }
value() { tr '\0' '\n' < "$1" | sed -n "s/^$2=//p"; }

exported="AWS_ACCESS_KEY_ID AWS_CA_BUNDLE AWS_CONFIG_FILE AWS_DEFAULT_REGION AWS_EC2_METADATA_SERVICE_ENDPOINT AWS_ENDPOINT_URL \
AWS_ENDPOINT_URL_IAM AWS_ENDPOINT_URL_KMS AWS_ENDPOINT_URL_STS AWS_REGION AWS_SECRET_ACCESS_KEY AWS_SHARED_CREDENTIALS_FILE "
ours="LATCHKEY_CA LATCHKEY_URL LATCHKEY_URL_TLS NODE_EXTRA_CA_CERTS "

# --- The environment ---
dirty "$latchkey" exec -- env -0 > environment 2> summary
same "the names that the program finds" "${exported}HOME HTTPS_PROXY KEPT LANG ${ours/NODE*/}NODE_EXTRA_CA_CERTS NO_PROXY PATH " "$(names < environment)"
url=$(value environment AWS_ENDPOINT_URL)
for name in AWS_ENDPOINT_URL_KMS AWS_ENDPOINT_URL_IAM AWS_ENDPOINT_URL_STS AWS_EC2_METADATA_SERVICE_ENDPOINT LATCHKEY_URL; do
  same "$name" "$url" "$(value environment $name)"
done
same "the address over TLS" "${url/http:/https:}" "$(value environment LATCHKEY_URL_TLS)"
same "the access key" test "$(value environment AWS_ACCESS_KEY_ID)"
same "the secret" test "$(value environment AWS_SECRET_ACCESS_KEY)"
same "the region" us-east-1 "$(value environment AWS_REGION)"
same "the other region" us-east-1 "$(value environment AWS_DEFAULT_REGION)"
for name in AWS_CA_BUNDLE NODE_EXTRA_CA_CERTS; do same "$name" "$(value environment LATCHKEY_CA)" "$(value environment $name)"; done
same "the caller's proxy stays the caller's" http://corporate "$(value environment HTTPS_PROXY)"
same "the configuration files are empty" "0 0" \
  "$("$latchkey" exec -- sh -c 'echo $(cat "$AWS_CONFIG_FILE" | wc -c) $(cat "$AWS_SHARED_CREDENTIALS_FILE" | wc -c)' 2> /dev/null)"

dirty "$latchkey" exec --trust-system --region eu-west-1 -- env -0 > environment 2> /dev/null
same "the system's trust, where asked for" "$(value environment LATCHKEY_CA)" "$(value environment SSL_CERT_FILE)"
same "the region that was asked for" eu-west-1 "$(value environment AWS_REGION)"
dirty "$latchkey" exec --proxy -- env -0 > environment 2> /dev/null
for name in HTTPS_PROXY https_proxy; do same "$name" "$(value environment LATCHKEY_URL)" "$(value environment $name)"; done
for name in NO_PROXY no_proxy; do same "$name" localhost,127.0.0.1,::1 "$(value environment $name)"; done
dirty "$latchkey" exec --fixture "$fixtures/tutorial.json" --credentials qe-app -- env -0 > environment 2> /dev/null
same "a user's access key" AKIAQEAPP00000000001 "$(value environment AWS_ACCESS_KEY_ID)"
dirty "$latchkey" exec --fixture "$fixtures/role.json" --credentials role:qe-role -- env -0 > environment 2> /dev/null
same "a role has no access key" "" "$(value environment AWS_ACCESS_KEY_ID)$(value environment AWS_SECRET_ACCESS_KEY)"

# --- Streams and status ---
head -c 300000 /dev/urandom > input
"$latchkey" exec -- sh -c 'cat; head -c 1000 /dev/zero >&2' < input > output 2> errors
same "standard input and output pass through" "$(sha256sum < input)" "$(sha256sum < output)"
same "standard error passes through, then one line" "1000 latchkey: 0 calls, 0 denied" \
  "$(tr -cd '\0' < errors | wc -c) $(tr -d '\0' < errors)"
for status in 0 1 3 127 255; do
  seen=0
  "$latchkey" exec -- sh -c "exit $status" 2> /dev/null || seen=$?
  same "the exit status" $status $seen
done
for signal in TERM KILL SEGV; do
  seen=0
  "$latchkey" exec -- sh -c "kill -$signal \$\$" 2> /dev/null || seen=$?
  same "the status of a program that SIG$signal ends" $((128 + $(kill -l $signal))) $seen
done
seen=0
"$latchkey" exec -- ./no-such-program 2> errors || seen=$?
same "a program that is not there" "2 latchkey: exec: cannot run ./no-such-program: No such file or directory" "$seen $(cat errors)"

# --- Signals ---
mkfifo ready
for signal in TERM INT HUP QUIT USR1 USR2; do
  # A background job of a shell ignores SIGINT and SIGQUIT, and so would its children.
  env --default-signal "$latchkey" exec -- bash -c 'trap "echo caught; exit 7" '$signal'; echo ready > ready; while :; do read -r -t 0.05 <> /dev/zero || :; sleep 0.01; done' \
    > output 2> /dev/null &
  running=$!
  read -r line < ready
  kill -$signal $running
  seen=0
  wait $running || seen=$?
  same "SIG$signal reaches the program" "ready 7 caught" "$line $seen $(cat output)"
done

# --- The journal ---
call='curl -s -o /dev/null --aws-sigv4 aws:amz:us-east-1:kms --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" -H "X-Amz-Target: TrentService.$0" -H "Content-Type: application/x-amz-json-1.1" -d "$1" "$AWS_ENDPOINT_URL"'
"$latchkey" exec --fixture "$fixtures/tutorial.json" --credentials qe-app --journal journal.jsonl -- sh -c "$call; set -- '{\"KeyId\":\"alias/qe-master\",\"Plaintext\":\"AAAA\"}'; ${call/\$0/Encrypt}" ListKeys '{}' 2> errors
same "the summary" "latchkey: 2 calls, 1 denied, journal in journal.jsonl" "$(cat errors)"
same "the journal's lines" '"kms:ListKeys" "denied" "kms:Encrypt" "allowed" ' \
  "$(sed 's/.*"action":\("[^"]*"\).*"outcome":\("[^"]*"\).*/\1 \2/' journal.jsonl | tr '\n' ' ')"
seen=0
"$latchkey" exec --journal ./no/such/folder -- true 2> errors || seen=$?
same "a journal that cannot be kept" "1" "$([ $seen -ne 0 ] && grep -c 'cannot write' errors)"

# --- What one start encrypts, the next one decrypts ---
cat > seed.yaml <<EOF
Keys:
  Symmetric:
    Aes:
      - Metadata: {KeyId: bc436485-5092-42b8-92a3-0aa8b93536dc}
        BackingKeys: [5cdaead27fe7da2de47945d73cd6d79e36494e73802f3cd3869f1d2cb0b5d7a9]
Aliases:
  - {AliasName: alias/seeded, TargetKeyId: bc436485-5092-42b8-92a3-0aa8b93536dc}
EOF
kms() { "$latchkey" exec --fixture "$1" -- sh -c "${call/ -o \/dev\/null/}" "$2" "$3" 2> /dev/null; }
for fixture in "$fixtures/tutorial.json alias/qe-master" "$fixtures/two-accounts.json alias/shared" "seed.yaml alias/seeded"; do
  file=${fixture% *} account=000000000000
  [[ $fixture = *two-accounts* ]] && account=111122223333
  export LATCHKEY_ACCOUNT_ID=$account
  text=$(printf 'kept from %s' "$fixture" | base64 -w0)
  blob=$(kms "$file" Encrypt "{\"KeyId\":\"${fixture#* }\",\"Plaintext\":\"$text\"}" | sed 's/.*"CiphertextBlob":"\([^"]*\)".*/\1/')
  seen=$(kms "$file" Decrypt "{\"CiphertextBlob\":\"$blob\"}" | sed 's/.*"Plaintext":"\([^"]*\)".*/\1/')
  same "a ciphertext of an earlier start with $fixture" "$text" "$seen"
done
unset LATCHKEY_ACCOUNT_ID

# --- Programs that know nothing of endpoints ---
program=$here/no_endpoint.sh
for trust in "" --trust-system; do
  seen=$("$latchkey" exec --proxy $trust -- bash "$program" 2> errors) || { cat errors >&2; exit 1; }
  same "a program that only knows AWS's names ${trust:-with the CA named}" "KeyMetadata GetCallerIdentityResult ListUsersResult refused" "$seen"
done
# The refused CONNECT is in the journal, too.
same "its calls were answered here" "latchkey: 4 calls, 0 denied" "$(cat errors)"
for python in python3 /usr/bin/python3; do
  "$python" -c 'import boto3' 2> /dev/null || continue
  seen=$("$latchkey" exec --proxy -- "$python" "$here/no_endpoint.py" 2> errors) || { cat errors >&2; exit 1; }
  same "boto3 without an endpoint" "a data encryption key 000000000000 0" "$(echo $seen)"
  same "its calls, too" "latchkey: 5 calls, 0 denied" "$(cat errors)"
  break
done
# Everybody knows the secret of "test", so no page of another site may call anything.
code() { "$latchkey" exec -- bash -c 'curl -s -H "Origin: $0" "$LATCHKEY_URL/?Action=ListUsers&Version=2010-05-08"' "$1" 2> /dev/null | grep -o '<Code>[^<]*'; }
same "a page of another site" "<Code>MalformedHttpRequestException" "$(code https://evil.example)"
same "a page of this machine" "<Code>MissingAuthenticationToken" "$(code http://localhost:3000)"

# --- Who started it may have left it an ignored SIGCHLD ---
timeout 20 env --ignore-signal=CHLD "$latchkey" exec -- sh -c 'exit 7' 2> /dev/null || seen=$?
same "the end of the command is noticed" 7 "$seen"
same "the journal is not the command's" "" "$("$latchkey" exec --journal j.jsonl -- sh -c 'ls -l /proc/self/fd' 2> /dev/null | grep j.jsonl || true)"
echo "exec: $checks checks"
