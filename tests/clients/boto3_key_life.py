"""Rotation, import of key material with the openssl program, and multi-Region keys through boto3.

Runs under `latchkey exec`; ENDPOINT names the endpoint to use (HTTP or HTTPS, with verification on)."""
import datetime
import json
import os
import subprocess
import sys
import tempfile
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = os.environ.get("ENDPOINT") or os.environ["AWS_ENDPOINT_URL"]
checks = 0


def kms_in(region):
    return boto3.client("kms", endpoint_url=ENDPOINT, region_name=region, config=Config(retries={"max_attempts": 1}))


def check(condition, what):
    global checks
    checks += 1
    if not condition:
        sys.exit(f"FAILED: {what}")


def refused(call, code, contains=""):
    try:
        call()
    except ClientError as error:
        seen = error.response["Error"]
        check(seen["Code"] == code and contains in seen["Message"], f"{seen} instead of {code} {contains}")
        return
    sys.exit(f"FAILED: not refused with {code}")


def clock(body):
    request = urllib.request.Request(os.environ["LATCHKEY_URL"] + "/_latchkey/clock", method="PUT",
                                     data=json.dumps(body).encode(), headers={"Content-Type": "application/json"})
    urllib.request.urlopen(request).read()


def wrapped(public_key, material):
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (("public.der", public_key), ("material", material)):
            with open(os.path.join(folder, name), "wb") as file:
                file.write(content)
        return subprocess.run(
            ["openssl", "pkeyutl", "-encrypt", "-in", "material", "-inkey", "public.der", "-keyform", "DER", "-pubin",
             "-pkeyopt", "rsa_padding_mode:oaep", "-pkeyopt", "rsa_oaep_md:sha256", "-pkeyopt", "rsa_mgf1_md:sha256"],
            cwd=folder, check=True, capture_output=True).stdout


def imported(kms, key, material, **more):
    parameters = kms.get_parameters_for_import(KeyId=key, WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_3072")
    return kms.import_key_material(KeyId=key, ImportToken=parameters["ImportToken"],
                                   EncryptedKeyMaterial=wrapped(parameters["PublicKey"], material), **more)


kms, away = kms_in("us-east-1"), kms_in("eu-central-1")
for_ever = {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}

# 1. Rotation: by hand, and by the clock.
key = kms.create_key()["KeyMetadata"]["KeyId"]
old = kms.encrypt(KeyId=key, Plaintext=b"old")["CiphertextBlob"]
kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=100)
kms.rotate_key_on_demand(KeyId=key)
status = kms.get_key_rotation_status(KeyId=key)
check(status["KeyRotationEnabled"] and status["RotationPeriodInDays"] == 100, "rotation is on")
clock({"advance": "P250D"})
rotations = [r["RotationType"] for p in kms.get_paginator("list_key_rotations").paginate(KeyId=key, PaginationConfig={"PageSize": 1})
             for r in p["Rotations"]]
check(rotations == ["ON_DEMAND", "AUTOMATIC", "AUTOMATIC"], f"rotations {rotations}")
check(kms.decrypt(CiphertextBlob=old)["Plaintext"] == b"old", "an old ciphertext is readable")
clock({"release": True})

# 2. Import, with an end.
key = kms.create_key(Origin="EXTERNAL")["KeyMetadata"]["KeyId"]
refused(lambda: kms.encrypt(KeyId=key, Plaintext=b"x"), "KMSInvalidStateException", "is pending import.")
until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=30)
imported(kms, key, b"m" * 32, ExpirationModel="KEY_MATERIAL_EXPIRES", ValidTo=until)
check(abs(kms.describe_key(KeyId=key)["KeyMetadata"]["ValidTo"] - until) < datetime.timedelta(seconds=2), "ValidTo")
blob = kms.encrypt(KeyId=key, Plaintext=b"imported")["CiphertextBlob"]
clock({"advance": "P31D"})
refused(lambda: kms.decrypt(CiphertextBlob=blob), "KMSInvalidStateException", "is pending import.")
refused(lambda: imported(kms, key, b"n" * 32, **for_ever), "IncorrectKeyMaterialException")
imported(kms, key, b"m" * 32, **for_ever)
check(kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"imported", "the same material reads it again")
clock({"release": True})

# 3. Replicas.
key = kms.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
replica = kms.replicate_key(KeyId=key, ReplicaRegion="eu-central-1")["ReplicaKeyMetadata"]
check(replica["KeyState"] == "Creating", "a replica is being made")
check(away.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled", "and is there")
blob = kms.encrypt(KeyId=key, Plaintext=b"there")["CiphertextBlob"]
check(away.decrypt(CiphertextBlob=blob)["Plaintext"] == b"there", "the replica reads what the primary wrote")
kms.update_primary_region(KeyId=key, PrimaryRegion="eu-central-1")
check(kms.describe_key(KeyId=key)["KeyMetadata"]["MultiRegionConfiguration"]["MultiRegionKeyType"] == "REPLICA", "moved")
check(away.schedule_key_deletion(KeyId=key)["KeyState"] == "PendingReplicaDeletion", "a primary waits for its replicas")
away.cancel_key_deletion(KeyId=key)
print(f"boto3 key life over {ENDPOINT}: {checks} checks")
