#!/usr/bin/env bash
# A program without any endpoint option: it knows AWS's own host names, and a proxy from its environment.
set -euo pipefail
unset "${!AWS_ENDPOINT_URL@}" "${!LATCHKEY_@}"
[ -n "${SSL_CERT_FILE:-}" ] || export CURL_CA_BUNDLE=$AWS_CA_BUNDLE
call() { curl -sS --fail-with-body --aws-sigv4 "aws:amz:us-east-1:$1" --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" "${@:2}"; }

call kms https://kms.us-east-1.amazonaws.com/ -H 'X-Amz-Target: TrentService.CreateKey' \
  -H 'Content-Type: application/x-amz-json-1.1' -d '{}' | grep -o KeyMetadata | head -1 | tr '\n' ' '
call sts https://sts.us-east-1.amazonaws.com/ -d 'Action=GetCallerIdentity&Version=2011-06-15' |
  grep -o GetCallerIdentityResult | head -1 | tr '\n' ' '
call iam https://iam.amazonaws.com/ -d 'Action=ListUsers&Version=2010-05-08' | grep -o ListUsersResult | head -1 | tr '\n' ' '
# Nothing else can be reached: the emulator opens no connection.
curl -s https://example.com/ > /dev/null && echo reached || echo refused
