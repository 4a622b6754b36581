"""Faults that boto3 retries or reports, and the ways to credentials that its default chain knows: a web identity token file,
and an assumed role that is refreshed when the clock is moved.

Runs under `latchkey exec`; ENDPOINT names the endpoint to use (HTTP or HTTPS, with verification on)."""
import json
import os
import ssl
import sys
import tempfile
import urllib.request

import botocore.session
from botocore.config import Config
from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
from botocore.exceptions import ClientError, ConnectionClosedError, HTTPClientError, ResponseStreamingError

ENDPOINT = os.environ.get("ENDPOINT") or os.environ["AWS_ENDPOINT_URL"]
checks = 0


def check(condition, what):
    global checks
    checks += 1
    if not condition:
        sys.exit(f"FAILED: {what}")


def control(method, path, body=None):
    request = urllib.request.Request(f"{ENDPOINT}/_latchkey/{path}", method=method,
                                     data=None if body is None else json.dumps(body).encode())
    context = ssl.create_default_context(cafile=os.environ["AWS_CA_BUNDLE"]) if ENDPOINT.startswith("https") else None
    with urllib.request.urlopen(request, context=context) as answer:
        return json.load(answer)


def client(service, session=None, attempts=1):
    return (session or botocore.session.get_session()).create_client(
        service, endpoint_url=ENDPOINT, region_name="us-east-1",
        config=Config(retries={"mode": "standard", "total_max_attempts": attempts}))


def calls_of(action):
    return control("GET", f"requests?action={action}")["requests"]


# --- Faults ---
control("DELETE", "requests")
control("POST", "faults", {"action": "kms:ListKeys", "preset": "kms:throttling", "count": 2})
client("kms", attempts=3).list_keys()
seen = calls_of("kms:ListKeys")
check([entry["status"] for entry in seen] == [400, 400, 200], f"two throttles and an answer: {seen}")
check(seen[0]["error"]["code"] == "ThrottlingException" and seen[0]["fault"], "the journal names the fault")

control("DELETE", "faults")
control("POST", "faults", {"action": "kms:ListAliases", "preset": "connection-reset", "count": 1})
try:
    client("kms").list_aliases()
    sys.exit("FAILED: no reset")
except (ConnectionClosedError, HTTPClientError):
    check(True, "")
client("kms").list_aliases()

control("POST", "faults", {"action": "kms:GenerateRandom", "preset": "half-answer", "count": 1})
try:
    client("kms").generate_random(NumberOfBytes=1024)
    sys.exit("FAILED: the whole answer")
except (ConnectionClosedError, HTTPClientError, ResponseStreamingError):
    check(True, "")
control("POST", "faults", {"action": "iam:*", "preset": "iam:throttling", "count": 1})
try:
    client("iam").list_users()
    sys.exit("FAILED: not throttled")
except ClientError as error:
    check(error.response["Error"] == {"Code": "Throttling", "Message": "Rate exceeded", "Type": "Sender"}, str(error.response))
control("DELETE", "faults")

# --- A web identity token in a file, found by the default chain ---
iam, tag = client("iam"), "tls" if ENDPOINT.startswith("https") else "plain"
url = f"https://idp-{tag}.example.com"
provider = iam.create_open_id_connect_provider(Url=url, ClientIDList=["app"])["OpenIDConnectProviderArn"]
trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Federated": provider},
                                                 "Action": "sts:AssumeRoleWithWebIdentity",
                                                 "Condition": {"StringEquals": {f"idp-{tag}.example.com:sub": "me"}}}]}
role = iam.create_role(RoleName=f"web-{tag}", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
token = control("POST", "oidc/tokens", {"issuer": url, "claims": {"sub": "me", "aud": "app"}})["token"]
kept = {name: os.environ.pop(name) for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
with tempfile.NamedTemporaryFile("w", suffix=".jwt") as file:
    file.write(token)
    file.flush()
    os.environ.update({"AWS_WEB_IDENTITY_TOKEN_FILE": file.name, "AWS_ROLE_ARN": role, "AWS_ROLE_SESSION_NAME": "me"})
    who = client("sts").get_caller_identity()["Arn"]
    check(who.endswith(f":assumed-role/web-{tag}/me"), who)
    for name in ("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME"):
        del os.environ[name]
os.environ.update(kept)

# --- An assumed role whose credentials end under the moved clock ---
account = client("sts").get_caller_identity()["Account"]
trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}]}
name = f"worker-{tag}"
role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
source = botocore.session.get_session().get_credentials()


def sts_client(service, **more):
    return botocore.session.get_session().create_client(service, endpoint_url=ENDPOINT, region_name="us-east-1", **more)


fetcher = AssumeRoleCredentialFetcher(sts_client, source, role)
session = botocore.session.get_session()
session._credentials = DeferredRefreshableCredentials(method="assume-role", refresh_using=fetcher.fetch_credentials)
sts = client("sts", session)
check(f":assumed-role/{name}/" in sts.get_caller_identity()["Arn"], "the role's session")
first = session.get_credentials().get_frozen_credentials().access_key
control("PUT", "clock", {"advance": "PT2H"})
try:
    sts.get_caller_identity()
    sys.exit("FAILED: the session has not ended")
except ClientError as error:
    check(error.response["Error"]["Code"] == "ExpiredToken", str(error.response["Error"]))
control("PUT", "clock", {"release": True})
check(sts.get_caller_identity()["Account"] == account, "the session counts again")
print(f"boto3 harness over {tag}: {checks} checks")
