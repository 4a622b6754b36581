"""Credentials that end while a program runs: boto3 gets new ones by itself, by every way it has, when the emulator's clock
has passed their end. And the ways in from outside: a web identity token file, a SAML response. Then waiters and paginators.

Runs under `latchkey exec --fixture fixtures/examples/role.json --credentials role:qe-role`."""
import datetime
import json
import os
import sys
import tempfile
import urllib.request

import botocore.credentials
import botocore.session
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError, WaiterError

URL = os.environ["LATCHKEY_URL"]
DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data", "saml")
ROOT = botocore.credentials.Credentials("test", "test")
checks = 0


def check(condition, what):
    global checks
    checks += 1
    if not condition:
        sys.exit(f"FAILED: {what}")


def control(method, path, body):
    request = urllib.request.Request(URL + path, json.dumps(body).encode(), method=method)
    return json.loads(urllib.request.urlopen(request).read() or b"{}")


def session_with(credentials):
    session = botocore.session.get_session()
    session._credentials = credentials
    return session


def client(service, credentials, **more):
    return session_with(credentials).create_client(service, endpoint_url=URL, region_name="us-east-1", **more)


def frozen_before(seconds):
    """The emulator's time such that what it makes for so many seconds ends in two minutes of real time. The SDK, which goes by
    real time, then asks for new credentials before each use; old ones still work until the emulator's clock is moved."""
    now = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=seconds - 120)
    control("PUT", "/_latchkey/clock", {"freeze": now.strftime("%Y-%m-%dT%H:%M:%SZ")})


def survives(name, credentials, seconds, before_second=lambda: None):
    first = credentials.get_frozen_credentials()
    sts = client("sts", credentials)
    arn = sts.get_caller_identity()["Arn"]
    control("PUT", "/_latchkey/clock", {"advance": f"PT{seconds}S"})
    old = botocore.credentials.Credentials(first.access_key, first.secret_key, first.token)
    try:
        client("sts", old, config=Config(retries={"max_attempts": 0})).get_caller_identity()
        sys.exit(f"FAILED: {name}: the first credentials have not ended")
    except ClientError as error:
        check(error.response["Error"]["Code"] == "ExpiredToken", f"{name}: {error}")
    before_second()
    check(sts.get_caller_identity()["Arn"] == arn, f"{name}: the same session after its end")
    check(credentials.get_frozen_credentials().access_key != first.access_key, f"{name}: new credentials")


def fetched(fetcher, method):
    return botocore.credentials.DeferredRefreshableCredentials(fetcher.fetch_credentials, method)


# 1. AssumeRole, refreshed by the SDK.
ROLE = "arn:aws:iam::000000000000:role/second"
frozen_before(3600)
creator = lambda service, **more: client(service, ROOT)
survives("assume-role", fetched(botocore.credentials.AssumeRoleCredentialFetcher(
    creator, ROOT, ROLE, extra_args={"RoleSessionName": "boto3"}), "assume-role"), 3600)

# 2. A web identity token file, written anew before the second use as Kubernetes does.
iam = client("iam", ROOT)
issuer = "https://idp.example.com"
provider = iam.create_open_id_connect_provider(Url=issuer, ClientIDList=["sts.amazonaws.com"])["OpenIDConnectProviderArn"]
trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Federated": provider}, "Action": "sts:AssumeRoleWithWebIdentity",
         "Condition": {"StringEquals": {"idp.example.com:sub": "app"}}}]}
pod = iam.create_role(RoleName="pod", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
with tempfile.NamedTemporaryFile("w+", suffix=".jwt") as file:
    def write_token():
        token = control("POST", "/_latchkey/oidc/tokens", {"issuer": issuer, "claims": {"sub": "app", "aud": "sts.amazonaws.com"}})["token"]
        file.seek(0)
        file.truncate()
        file.write(token)
        file.flush()

    frozen_before(3600)
    write_token()
    loader = botocore.credentials.FileWebIdentityTokenLoader if hasattr(botocore.credentials, "FileWebIdentityTokenLoader") else None
    load = loader(file.name) if loader else lambda: open(file.name).read()
    anonymous = lambda service, config=None, **more: botocore.session.get_session().create_client(
        service, endpoint_url=URL, region_name="us-east-1", config=Config(signature_version=UNSIGNED))
    survives("web identity", fetched(botocore.credentials.AssumeRoleWithWebIdentityCredentialFetcher(
        anonymous, load, pod, extra_args={"RoleSessionName": "boto3"}), "assume-role-with-web-identity"), 3600, write_token)

# 3. Instance metadata and the container's endpoint: six hours. What comes from instance metadata and ends soon botocore keeps
# for some minutes longer than it is good for; that time is taken from it here.
frozen_before(6 * 3600)
role = botocore.session.get_session().get_credentials()
survives("instance metadata", role, 6 * 3600, lambda: setattr(role, "_expiry_time", datetime.datetime.now(datetime.timezone.utc)))
os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = URL + "/_latchkey/credentials/qe-role"
frozen_before(6 * 3600)
survives("container", botocore.session.get_session().get_credentials(), 6 * 3600)

# 4. A SAML response.
control("PUT", "/_latchkey/clock", {"freeze": "2030-01-01T00:00:00Z"})
with open(os.path.join(DATA, "metadata.xml")) as metadata, open(os.path.join(DATA, "response.txt")) as response:
    saml = iam.create_saml_provider(Name="idp", SAMLMetadataDocument=metadata.read())["SAMLProviderArn"]
    trust["Statement"][0].update({"Principal": {"Federated": saml}, "Action": ["sts:AssumeRoleWithSAML", "sts:TagSession"],
                                  "Condition": {"StringEquals": {"saml:sub": "alice"}}})
    role = iam.create_role(RoleName="from-saml", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    answer = anonymous("sts").assume_role_with_saml(RoleArn=role, PrincipalArn=saml, SAMLAssertion=response.read())
check(answer["Subject"] == "alice" and answer["AssumedRoleUser"]["Arn"].endswith(":assumed-role/from-saml/alice"), "who comes by SAML")
control("PUT", "/_latchkey/clock", {"release": True})

# 5. Waiters and paginators.
for waiter, create, given in (
        ("user_exists", lambda: iam.create_user(UserName="w"), {"UserName": "w"}),
        ("role_exists", lambda: iam.create_role(RoleName="w", AssumeRolePolicyDocument=json.dumps(trust)), {"RoleName": "w"}),
        ("instance_profile_exists", lambda: iam.create_instance_profile(InstanceProfileName="w"), {"InstanceProfileName": "w"})):
    try:
        iam.get_waiter(waiter).wait(WaiterConfig={"Delay": 0, "MaxAttempts": 2}, **given)
        sys.exit(f"FAILED: {waiter} before there is one")
    except WaiterError:
        pass
    create()
    iam.get_waiter(waiter).wait(WaiterConfig={"Delay": 0, "MaxAttempts": 1}, **given)
    check(True, waiter)
ALLOW = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:ListKeys", "Resource": "*"}]})
policy = iam.create_policy(PolicyName="w", PolicyDocument=ALLOW)["Policy"]["Arn"]
iam.get_waiter("policy_exists").wait(PolicyArn=policy, WaiterConfig={"Delay": 0, "MaxAttempts": 1})
iam.create_group(GroupName="w")
iam.add_user_to_group(GroupName="w", UserName="w")
for kind in ("user", "group", "role"):
    name = {f"{kind.capitalize()}Name": "w"}
    for i in range(3):
        getattr(iam, f"put_{kind}_policy")(PolicyName=f"p{i}", PolicyDocument=ALLOW, **name)
    getattr(iam, f"attach_{kind}_policy")(PolicyArn=policy, **name)
GIVEN = {"get_group": {"GroupName": "w"}, "list_entities_for_policy": {"PolicyArn": policy}, "list_policy_versions": {"PolicyArn": policy},
         "list_attached_group_policies": {"GroupName": "w"}, "list_group_policies": {"GroupName": "w"},
         "list_attached_role_policies": {"RoleName": "w"}, "list_role_policies": {"RoleName": "w"}, "list_role_tags": {"RoleName": "w"},
         "list_instance_profiles_for_role": {"RoleName": "w"}, "list_instance_profile_tags": {"InstanceProfileName": "w"},
         "list_policy_tags": {"PolicyArn": policy}, "list_saml_provider_tags": {"SAMLProviderArn": saml},
         "list_open_id_connect_provider_tags": {"OpenIDConnectProviderArn": provider},
         "simulate_custom_policy": {"PolicyInputList": [ALLOW], "ActionNames": ["kms:ListKeys", "kms:Decrypt"]},
         "simulate_principal_policy": {"PolicySourceArn": "arn:aws:iam::000000000000:user/w", "ActionNames": ["kms:ListKeys", "kms:Decrypt"]}}
OF_USER = ("list_attached_user_policies", "list_user_policies", "list_groups_for_user", "list_access_keys", "list_mfa_devices",
           "list_signing_certificates", "list_ssh_public_keys", "list_user_tags", "list_service_specific_credentials")
ELSEWHERE = {"list_mfa_device_tags", "list_server_certificate_tags"}  # of things that are not here
pages = walked = 0
waiters = json.loads(json.dumps(botocore.session.get_session().get_waiter_model("iam").waiter_names))
model = botocore.session.get_session().get_paginator_model("iam")
for operation in sorted(model._paginator_config):
    method = botocore.xform_name(operation)
    if method in ELSEWHERE:
        continue
    given = GIVEN.get(method, {"UserName": "w"} if method in OF_USER else {})
    whole = [item for page in iam.get_paginator(method).paginate(**given) for key in page if isinstance(page[key], list) for item in page[key]]
    one = []
    for page in iam.get_paginator(method).paginate(PaginationConfig={"PageSize": 1}, **given):
        lists = [page[key] for key in page if isinstance(page[key], list)]
        check(sum(len(items) for items in lists) <= 1, f"{operation}: a page of one")
        one += [item for items in lists for item in items]
        pages += 1
    check(sorted(map(repr, one)) == sorted(map(repr, whole)), f"{operation}: pages of one are the whole list")
    walked += 1
print(f"boto3: credentials refreshed in four ways, SAML, {len(waiters)} waiters, {walked} paginators in {pages} pages of one; {checks} checks passed")
