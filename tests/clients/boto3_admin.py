"""The tutorial's administration through boto3, and what the application may and may not do afterwards.

Runs under `latchkey exec`; ENDPOINT names the endpoint to use (HTTP or HTTPS, with verification on)."""
import base64
import json
import os
import sys
import urllib.parse
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = os.environ.get("ENDPOINT") or os.environ["AWS_ENDPOINT_URL"]
CONFIG = Config(retries={"max_attempts": 1})
ALIAS = "alias/qe-boto3-" + ENDPOINT.split(":")[0]
checks = 0


def client(service, **credentials):
    return boto3.client(service, endpoint_url=ENDPOINT, config=CONFIG, **credentials)


def check(condition, what):
    global checks
    checks += 1
    if not condition:
        sys.exit(f"FAILED: {what}")


def refused(call, code, contains="", status=None):
    try:
        call()
    except ClientError as error:
        seen = error.response["Error"]
        check(seen["Code"] == code, f"code {seen['Code']} instead of {code}: {seen['Message']}")
        check(contains in seen["Message"], f"'{contains}' is not in '{seen['Message']}'")
        if status:
            check(error.response["ResponseMetadata"]["HTTPStatusCode"] == status, f"status of {code}")
        return
    sys.exit(f"FAILED: not refused with {code}")


kms, iam, sts = client("kms"), client("iam"), client("sts")
me = sts.get_caller_identity()
check(me["Arn"].endswith(":root"), "the bootstrap credentials are the account's root")
account = me["Account"]

# 1. The key.
key = kms.create_key(Description="qe tutorial", Tags=[{"TagKey": "app", "TagValue": "qe"}])["KeyMetadata"]
arn = key["Arn"]
check(arn.startswith(f"arn:aws:kms:us-east-1:{account}:key/"), arn)
check(key["KeySpec"] == "SYMMETRIC_DEFAULT" and key["KeyState"] == "Enabled", "a symmetric key, enabled")
kms.create_alias(AliasName=ALIAS, TargetKeyId=key["KeyId"])
check(kms.describe_key(KeyId=ALIAS)["KeyMetadata"]["Arn"] == arn, "found by its alias")
policy = json.loads(kms.get_key_policy(KeyId=arn, PolicyName="default")["Policy"])
check(policy["Statement"][0]["Principal"]["AWS"] == f"arn:aws:iam::{account}:root", "the default key policy")
check(kms.list_resource_tags(KeyId=arn)["Tags"] == [{"TagKey": "app", "TagValue": "qe"}], "tags")
check(ALIAS in [a["AliasName"] for p in kms.get_paginator("list_aliases").paginate(PaginationConfig={"PageSize": 1}) for a in p["Aliases"]], "paged aliases")
for _ in range(3):
    kms.create_key()
paged = [k for p in kms.get_paginator("list_keys").paginate(PaginationConfig={"PageSize": 2}) for k in p["Keys"]]
check(arn in [k["KeyArn"] for k in paged] and len(paged) == len({k["KeyId"] for k in paged}) >= 4, "paged keys")
other = kms.create_key()["KeyMetadata"]["Arn"]

# 2. The user and its access key.
iam.create_user(UserName="boto3-app", Path="/apps/")
access = iam.create_access_key(UserName="boto3-app")["AccessKey"]
secret = access["SecretAccessKey"]
check(len(access["AccessKeyId"]) == 20 and len(secret) == 40, "the access key's form")
check("SecretAccessKey" not in iam.list_access_keys(UserName="boto3-app")["AccessKeyMetadata"][0], "the secret is shown once")
iam.get_waiter("user_exists").wait(UserName="boto3-app")

# 3. The least-privilege policy.
minimum = {"Version": "2012-10-17",
           "Statement": [{"Effect": "Allow", "Action": ["kms:Encrypt", "kms:Decrypt"], "Resource": arn}]}
iam.put_user_policy(UserName="boto3-app", PolicyName="minimum", PolicyDocument=json.dumps(minimum))
check(iam.get_user_policy(UserName="boto3-app", PolicyName="minimum")["PolicyDocument"] == minimum, "the policy reads back")

# 4. The application.
credentials = dict(aws_access_key_id=access["AccessKeyId"], aws_secret_access_key=secret)
app = client("kms", **credentials)
check(client("sts", **credentials).get_caller_identity()["Arn"] == f"arn:aws:iam::{account}:user/apps/boto3-app", "who the application is")
blob = app.encrypt(KeyId=ALIAS, Plaintext=b"x" * 96)["CiphertextBlob"]
check(len(blob) == 96 + 152, "a ciphertext is 152 bytes longer than its plaintext")
opened = app.decrypt(CiphertextBlob=blob)
check(opened["Plaintext"] == b"x" * 96 and opened["KeyId"] == arn, "the key is found from the ciphertext")
bound = app.encrypt(KeyId=arn, Plaintext=b"y", EncryptionContext={"a": "bc"})["CiphertextBlob"]
refused(lambda: app.decrypt(CiphertextBlob=bound, EncryptionContext={"ab": "c"}), "InvalidCiphertextException", status=400)
check(app.decrypt(CiphertextBlob=bound, EncryptionContext={"a": "bc"})["Plaintext"] == b"y", "bound to the context")

# 5. Everything else is refused.
user_arn = f"arn:aws:iam::{account}:user/apps/boto3-app"
for name, call in {
    "kms:ScheduleKeyDeletion": lambda: app.schedule_key_deletion(KeyId=arn),
    "kms:DisableKey": lambda: app.disable_key(KeyId=arn),
    "kms:PutKeyPolicy": lambda: app.put_key_policy(KeyId=arn, PolicyName="default", Policy=json.dumps(policy)),
}.items():
    refused(call, "AccessDeniedException",
            f"User: {user_arn} is not authorized to perform: {name} on resource: {arn} because no identity-based policy allows the {name} action", 400)
refused(lambda: app.encrypt(KeyId=other, Plaintext=b"x"), "AccessDeniedException", f"kms:Encrypt on resource: {other}")
refused(lambda: client("iam", **credentials).create_user(UserName="x"), "AccessDenied",
        f"User: {user_arn} is not authorized to perform: iam:CreateUser on resource: arn:aws:iam::{account}:user/x because no identity-based policy allows the iam:CreateUser action", 403)
wrong = dict(aws_access_key_id=access["AccessKeyId"], aws_secret_access_key="wrong")
refused(lambda: client("kms", **wrong).encrypt(KeyId=arn, Plaintext=b"x"), "InvalidSignatureException", "does not match", 400)
refused(lambda: client("sts", **wrong).get_caller_identity(), "SignatureDoesNotMatch", "does not match", 403)
iam.update_access_key(UserName="boto3-app", AccessKeyId=access["AccessKeyId"], Status="Inactive")
refused(lambda: app.encrypt(KeyId=arn, Plaintext=b"x"), "UnrecognizedClientException", "The security token included in the request is invalid.", 400)
iam.update_access_key(UserName="boto3-app", AccessKeyId=access["AccessKeyId"], Status="Active")
app.encrypt(KeyId=arn, Plaintext=b"x")

# 6. The role.
trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": user_arn}, "Action": "sts:AssumeRole"}]}
role = iam.create_role(RoleName="boto3-role", AssumeRolePolicyDocument=json.dumps(trust))["Role"]
check(role["AssumeRolePolicyDocument"] == trust, "the trust policy reads back")
managed = iam.create_policy(PolicyName="boto3-minimum", PolicyDocument=json.dumps(minimum))["Policy"]["Arn"]
iam.attach_role_policy(RoleName="boto3-role", PolicyArn=managed)
session = client("sts", **credentials).assume_role(RoleArn=role["Arn"], RoleSessionName="s1")
token = session["Credentials"]
as_role = client("kms", aws_access_key_id=token["AccessKeyId"], aws_secret_access_key=token["SecretAccessKey"],
                 aws_session_token=token["SessionToken"])
check(as_role.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x" * 96, "the session decrypts")
refused(lambda: as_role.disable_key(KeyId=arn), "AccessDeniedException", f"User: arn:aws:sts::{account}:assumed-role/boto3-role/s1 is not authorized")
no_token = client("kms", aws_access_key_id=token["AccessKeyId"], aws_secret_access_key=token["SecretAccessKey"])
refused(lambda: no_token.decrypt(CiphertextBlob=blob), "UnrecognizedClientException")
refused(lambda: iam.delete_role(RoleName="boto3-role"), "DeleteConflict", "Cannot delete entity, must detach all policies first.", 409)

# The end: cleaning up, and nothing leaked.
iam.delete_access_key(UserName="boto3-app", AccessKeyId=access["AccessKeyId"])
refused(lambda: app.encrypt(KeyId=arn, Plaintext=b"x"), "UnrecognizedClientException")
iam.detach_role_policy(RoleName="boto3-role", PolicyArn=managed)
iam.delete_role(RoleName="boto3-role")
iam.delete_policy(PolicyArn=managed)
iam.delete_user_policy(UserName="boto3-app", PolicyName="minimum")
iam.delete_user(UserName="boto3-app")
refused(lambda: iam.get_user(UserName="boto3-app"), "NoSuchEntity", "The user with name boto3-app cannot be found.", 404)
for path in ("/_latchkey/requests", "/_latchkey/state"):
    text = urllib.request.urlopen(os.environ["LATCHKEY_URL"] + path).read().decode()
    for leak in (secret, urllib.parse.quote(secret, safe=""), base64.b64encode(b"x" * 96).decode(), base64.b64encode(secret.encode()).decode()):
        check(leak not in text, f"nothing secret in {path}")
print(f"boto3 over {ENDPOINT.split(':')[0]}: {checks} checks passed")
