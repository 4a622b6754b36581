"""A boto3 program that knows AWS's own names only: it drops the endpoints that it is given. Prints what it was answered."""
import os

for name in [name for name in os.environ if name.startswith("AWS_ENDPOINT_URL")]:
    del os.environ[name]

import boto3  # noqa: E402: the environment comes first

kms = boto3.client("kms")
assert kms.meta.endpoint_url == "https://kms.us-east-1.amazonaws.com", kms.meta.endpoint_url
key = kms.create_key()["KeyMetadata"]["Arn"]
wrapped = kms.encrypt(KeyId=key, Plaintext=b"a data encryption key")["CiphertextBlob"]
print(kms.decrypt(CiphertextBlob=wrapped)["Plaintext"].decode())
print(boto3.client("sts").get_caller_identity()["Account"])
print(len(boto3.client("iam").list_users()["Users"]))
