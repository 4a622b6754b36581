#!/usr/bin/env bash
# The tutorial's administration through the AWS CLI. Runs under `latchkey exec`; over HTTP, then over HTTPS.
set -euo pipefail

expect() {  # expect TEXT COMMAND...: the command fails and says TEXT
  local text=$1 output
  shift
  if output=$("$@" 2>&1); then echo "FAILED: not refused: $*"; exit 1; fi
  case "$output" in *"$text"*) ;; *) echo "FAILED: '$text' is not in: $output"; exit 1 ;; esac
}
same() { [ "$1" = "$2" ] || { echo "FAILED: '$1' is not '$2'"; exit 1; }; }

account=$(aws sts get-caller-identity --query Account --output text)
same "$(aws sts get-caller-identity --query Arn --output text)" "arn:aws:iam::$account:root"
key=$(aws kms create-key --description "cli" --query KeyMetadata.Arn --output text)
aws kms create-alias --alias-name alias/qe-cli --target-key-id "$key"
same "$(aws kms describe-key --key-id alias/qe-cli --query KeyMetadata.Arn --output text)" "$key"
aws iam create-user --user-name cli-app > /dev/null
aws iam wait user-exists --user-name cli-app
trust='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}'
for role in cli-a cli-b; do aws iam create-role --role-name $role --assume-role-policy-document "$trust" > /dev/null; done
aws iam wait role-exists --role-name cli-b
same "$(aws iam list-roles --page-size 1 --query 'Roles[].RoleName' --output text | tr '\t\n' '  ' | sed 's/ $//')" "cli-a cli-b"
read -r id secret < <(aws iam create-access-key --user-name cli-app --query 'AccessKey.[AccessKeyId,SecretAccessKey]' --output text)
policy="{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"kms:Encrypt\",\"kms:Decrypt\"],\"Resource\":\"$key\"}]}"
aws iam put-user-policy --user-name cli-app --policy-name minimum --policy-document "$policy"
same "$(aws iam get-user-policy --user-name cli-app --policy-name minimum --query 'PolicyDocument.Statement[0].Resource' --output text)" "$key"

export AWS_ACCESS_KEY_ID=$id AWS_SECRET_ACCESS_KEY=$secret
same "$(aws sts get-caller-identity --query Arn --output text)" "arn:aws:iam::$account:user/cli-app"
printf hello > "$WORK/plain"
for url in "$LATCHKEY_URL" "$LATCHKEY_URL_TLS"; do
  blob=$(aws --endpoint-url "$url" kms encrypt --key-id alias/qe-cli --plaintext "fileb://$WORK/plain" --query CiphertextBlob --output text)
  printf %s "$blob" | base64 -d > "$WORK/blob"
  plain=$(aws --endpoint-url "$url" kms decrypt --ciphertext-blob "fileb://$WORK/blob" --query Plaintext --output text)
  same "$(printf %s "$plain" | base64 -d)" hello
done
expect "AccessDeniedException" aws kms disable-key --key-id "$key"
expect "is not authorized to perform: iam:CreateUser on resource: arn:aws:iam::$account:user/x because no identity-based policy allows the iam:CreateUser action" aws iam create-user --user-name x
AWS_SECRET_ACCESS_KEY=wrong expect "SignatureDoesNotMatch" aws sts get-caller-identity
echo "aws cli: passed"
