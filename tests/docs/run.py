"""Runs what the documentation tells its readers to do.

tests/docs/run.py LATCHKEY SOURCE_DIR NODE_MODULES

A fenced block's first line says what it is for:
  ```python file=NAME    is written to a folder that the page's blocks share
  ```bash run needs=A,B  is run there; without those tools it is skipped, and reported so
  ```cpp in=FILE         must stand in that file of the source tree, which has its own test
  ```python check        must be readable Python; what says nothing is JSON or YAML if it is called so, else only read
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

latchkey, source, node_modules = map(os.path.abspath, sys.argv[1:4])
FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.M | re.S)
PAGES = ["README.md"] + sorted(
    os.path.join("emulator/docs", name) for name in os.listdir(os.path.join(source, "emulator/docs")))
counts = {"run": 0, "checked": 0, "read": 0}
skipped, failed = [], []


def python_with(*modules):
    for python in ("python3", "/usr/bin/python3"):
        probe = subprocess.run([python, "-c", "import " + ",".join(modules or ("sys",))], capture_output=True)
        if probe.returncode == 0:
            return shutil.which(python)
    return None


def missing(needs):
    modules = [need for need in needs if need in ("boto3", "pytest")]
    for need in needs:
        there = {"js": os.path.isdir(os.path.join(node_modules, "@aws-sdk/client-kms")),
                 "qe": os.path.exists(os.path.join(os.path.dirname(latchkey), "latchkey_qe_client"))}
        if need not in modules and not there.get(need, shutil.which(need) is not None):
            return need
    return None if python_with(*modules) else "+".join(modules)


def run(page, folder, body, needs):
    lacking = missing(needs)
    if lacking:
        skipped.append(f"{page}: {body.splitlines()[0]} (no {lacking})")
        return
    bin_folder = os.path.join(folder, ".bin")
    os.makedirs(bin_folder, exist_ok=True)
    for name, target in (("latchkey", latchkey), ("python", python_with(*(n for n in needs if n in ("boto3", "pytest"))))):
        path = os.path.join(bin_folder, name)
        if os.path.lexists(path):
            os.unlink(path)
        with open(path, "w") as file:  # not a link: Python finds its modules, and latchkey its programs, by their own path
            file.write(f'#!/bin/sh\nexec "{target}" "$@"\n')
        os.chmod(path, 0o755)
    if "js" in needs and not os.path.lexists(os.path.join(folder, "node_modules")):
        os.symlink(node_modules, os.path.join(folder, "node_modules"))
    environment = dict(os.environ, PATH=bin_folder + ":" + os.environ["PATH"], HOME=folder)
    environment = {name: value for name, value in environment.items() if not name.startswith(("AWS_", "LATCHKEY_"))}
    body = body.replace("$LATCHKEY_SHARE", source)
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", body], cwd=folder, env=environment, capture_output=True, text=True,
                          timeout=100)
    counts["run"] += 1
    if done.returncode != 0:
        failed.append(f"{page}: exit status {done.returncode} of\n{body}{done.stdout}{done.stderr}")


def check(page, language, options, body):
    try:
        if "in" in options:
            with open(os.path.join(source, options["in"])) as file:
                if body not in file.read():
                    raise ValueError(f"is not in {options['in']}")
        elif language == "json":
            json.loads(body)
        elif language == "python":
            compile(body, page, "exec")
        elif language == "bash":
            subprocess.run(["bash", "-n"], input=body, text=True, check=True, capture_output=True)
        elif language == "yaml":
            import yaml
            yaml.safe_load(body)
        else:
            counts["read"] += 1
            return
        counts["checked"] += 1
    except ImportError:
        counts["read"] += 1
    except Exception as problem:
        failed.append(f"{page}: {problem}: the {language} block\n{body}")


for page in PAGES:
    with open(os.path.join(source, page)) as file:
        text = file.read()
    if text.count("\n```") % 2:
        failed.append(f"{page}: a block is not closed")
    for link in re.findall(r"\]\(([^)#:]+)\)", text):
        if not os.path.exists(os.path.join(source, os.path.dirname(page), link)):
            failed.append(f"{page}: the link {link} leads nowhere")
    folder = tempfile.mkdtemp(prefix="latchkey-docs-")
    try:
        for language, words, body in FENCE.findall(text):
            options = dict(word.split("=", 1) if "=" in word else (word, "") for word in words.split())
            unknown = set(options) - {"file", "run", "needs", "in", "check"}
            if unknown:
                failed.append(f"{page}: {unknown} says nothing")
            if "file" in options:
                with open(os.path.join(folder, options["file"]), "w") as file:
                    file.write(body)
            if "run" in options:
                run(page, folder, body, options["needs"].split(",") if "needs" in options else [])
            else:
                check(page, language, options, body)
    finally:
        shutil.rmtree(folder)

for line in skipped:
    print("skipped:", line)
for line in failed:
    print("FAILED:", line)
print(f"{len(PAGES)} pages: {counts['run']} blocks run, {counts['checked']} checked, {counts['read']} only read, "
      f"{len(skipped)} skipped, {len(failed)} failed")
sys.exit(1 if failed or counts["run"] == 0 else 0)
