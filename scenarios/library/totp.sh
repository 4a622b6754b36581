#!/usr/bin/env bash
# The six digits (RFC 6238) of a virtual MFA device: totp.sh BASE64_OF_BASE32_SEED TIME
# Base32StringSeed is base32 that the API hands out as base64.
set -euo pipefail
seed=$(base64 -d <<< "$1" | base32 -d | od -An -v -tx1 | tr -d ' \n')
step=$(printf '%016x' $(($(date -u -d "$2" +%s) / 30)))
mac=$(printf '%b' "$(sed 's/../\\x&/g' <<< "$step")" | openssl dgst -sha1 -mac HMAC -macopt "hexkey:$seed" -r | cut -d ' ' -f 1)
offset=$((16#${mac:39:1} * 2))
printf '%06d' $(((16#${mac:offset:8} & 16#7fffffff) % 1000000))
