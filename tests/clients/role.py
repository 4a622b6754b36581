"""The role's credentials from instance metadata (the default chain) and from the container's endpoint.

Runs under `latchkey exec --credentials role:qe-role --fixture ...`."""
import os
import sys

import botocore.session

if os.environ.get("AWS_ACCESS_KEY_ID"):
    sys.exit("FAILED: credentials are exported")


def who():
    session = botocore.session.get_session()
    return session.create_client("sts", region_name="us-east-1", endpoint_url=os.environ["LATCHKEY_URL"]).get_caller_identity()["Arn"], session.get_credentials().method


arn, method = who()
if ":assumed-role/qe-role/" not in arn or method != "iam-role":
    sys.exit(f"FAILED: {arn} by {method}")
os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = os.environ["LATCHKEY_URL"] + "/_latchkey/credentials/qe-role"
os.environ["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "any"
arn, method = who()
if ":assumed-role/qe-role/" not in arn or method != "container-role":
    sys.exit(f"FAILED: {arn} by {method}")
print("boto3 with a role from instance metadata and from the container's endpoint: ok")
