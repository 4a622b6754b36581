"""Runs a file of steps (one operation after the other, with what each must answer) through boto3 or the AWS CLI:

    sweep.py boto3|cli SERVICE STEPS.json

Runs under `latchkey exec`; ENDPOINT names the endpoint to use (HTTP or HTTPS, with verification on). Every operation that
the client knows must occur in the steps. What the client is too old to know is passed over."""
import base64
import contextlib
import io
import json
import os
import re
import subprocess
import sys
import tempfile

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

CLIENT, SERVICE, STEPS = sys.argv[1:4]
ENDPOINT = os.environ.get("ENDPOINT") or os.environ["AWS_ENDPOINT_URL"]
MODEL = botocore.session.get_session().get_service_model(SERVICE)


class Refused(Exception):
    def __init__(self, code, message):
        super().__init__(f"{code}: {message}")
        self.code = code


def with_blobs(shape, value):
    """The value with bytes where the model has a blob."""
    if shape is None:
        return value
    if shape.type_name == "structure":
        return {name: with_blobs(shape.members[name], member) for name, member in value.items()}
    if shape.type_name == "list":
        return [with_blobs(shape.member, member) for member in value]
    return base64.b64decode(value) if shape.type_name == "blob" else value


def plain(value):
    """An answer as the steps write it: bytes as base64."""
    if isinstance(value, dict):
        return {name: plain(member) for name, member in value.items()}
    if isinstance(value, list):
        return [plain(member) for member in value]
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


class Boto3:
    def __init__(self):
        self.client = botocore.session.get_session().create_client(
            SERVICE, endpoint_url=ENDPOINT, region_name="us-east-1", config=Config(retries={"max_attempts": 1}))

    def call(self, operation, given):
        try:
            return plain(self.client._make_api_call(operation, with_blobs(MODEL.operation_model(operation).input_shape, given)))
        except ClientError as error:
            raise Refused(error.response["Error"]["Code"], error.response["Error"]["Message"]) from None


class Cli:
    """The CLI's own main function, called in this process where its package is there: starting it costs more than a call."""

    def __init__(self, directory):
        self.directory = directory
        try:
            from awscli.clidriver import create_clidriver
            self.driver = create_clidriver()
        except ImportError:
            self.driver = None

    def run(self, arguments):
        if not self.driver:
            done = subprocess.run(["aws", *arguments], capture_output=True, text=True, check=False)
            return done.returncode, done.stdout, done.stderr
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = self.driver.main(arguments)
        return status, out.getvalue(), err.getvalue()

    def call(self, operation, given):
        # Blobs go in by files, which every version of the CLI takes for what they are.
        arguments = [SERVICE, botocore.xform_name(operation, "-"), "--endpoint-url", ENDPOINT, "--region", "us-east-1",
                     "--output", "json", "--no-paginate"]
        texts = {}
        for name, value in given.items():
            if MODEL.operation_model(operation).input_shape.members[name].type_name != "blob":
                texts[name] = value
                continue
            file = os.path.join(self.directory, name)
            with open(file, "wb") as blob:
                blob.write(base64.b64decode(value))
            arguments += ["--" + botocore.xform_name(name, "-"), "fileb://" + file]
        # The CLI hands a new device's seed out in a file only, and takes no JSON for it.
        seed = os.path.join(self.directory, "seed")
        if operation == "CreateVirtualMFADevice":
            arguments += ["--virtual-mfa-device-name", texts["VirtualMFADeviceName"], "--outfile", seed,
                          "--bootstrap-method", "Base32StringSeed"]
        else:
            arguments += ["--cli-input-json", json.dumps(texts)]
        status, out, err = self.run(arguments)
        if status == 0:
            answer = json.loads(out or "{}")
            if operation == "CreateVirtualMFADevice":
                with open(seed, "rb") as file:
                    answer["VirtualMFADevice"]["Base32StringSeed"] = base64.b64encode(file.read()).decode()
            return answer
        refused = re.search(r"An error occurred \((\w+)\) when calling the \w+ operation[^:]*: ?(.*)", err)
        if not refused:
            sys.exit(f"FAILED: {operation}: {err}")
        raise Refused(*refused.groups())


def account():
    sts = botocore.session.get_session().create_client("sts", endpoint_url=ENDPOINT, region_name="us-east-1")
    return sts.get_caller_identity()["Account"]


def at(answer, path):
    for step in path.split("."):
        answer = answer[int(step)] if isinstance(answer, list) else answer[step]
    return answer


def filled(value, variables):
    if isinstance(value, dict):
        return {name: filled(member, variables) for name, member in value.items()}
    if isinstance(value, list):
        return [filled(member, variables) for member in value]
    return re.sub(r"\$\{(\w+)\}", lambda match: variables[match[1]], value) if isinstance(value, str) else value


def run_step(client, step, variables):
    operation = step["call"]
    try:
        answer = client.call(operation, filled(step["in"], variables))
    except Refused as refused:
        if refused.code != step.get("error"):
            sys.exit(f"FAILED: {operation} {step['in']}: {refused} instead of {step.get('error', 'success')}")
        return
    if "error" in step:
        sys.exit(f"FAILED: {operation} {step['in']}: not refused with {step['error']}")
    for path, wanted in filled(step.get("out", {}), variables).items():
        if at(answer, path) != wanted:
            sys.exit(f"FAILED: {operation}: {path} is {at(answer, path)!r}, wanted {wanted!r}")
    for name, path in step.get("save", {}).items():
        variables[name] = at(answer, path)


def main():
    with open(STEPS, encoding="utf-8") as file:
        steps = json.load(file)
    tag = CLIENT + ("-tls" if ENDPOINT.startswith("https") else "")
    done, passed_over = 0, 0
    with tempfile.TemporaryDirectory() as directory:
        client = Boto3() if CLIENT == "boto3" else Cli(directory)
        variables = {"tag": tag, "dir": directory, "account": account()}
        for step in steps:
            if "run" in step:
                variables[step["save"]] = subprocess.run(["sh", "-c", step["run"]], check=True, capture_output=True, text=True,
                                                         env={**os.environ, **variables}).stdout
            elif step["call"] not in MODEL.operation_names:
                passed_over += 1
            else:
                run_step(client, step, variables)
                done += 1
    missing = set(MODEL.operation_names) - {step.get("call") for step in steps}
    if missing:
        sys.exit(f"FAILED: the steps lack {sorted(missing)}")
    print(f"{tag}: {done} calls of {len(MODEL.operation_names)} {SERVICE} operations ok, {passed_over} unknown to this client")


main()
