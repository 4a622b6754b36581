"""Compares what the tables of KMS, IAM and STS say with AWS's public API models, as botocore carries them.

usage: compare.py DUMP     (DUMP: the program latchkey_model_dump)

Every operation of a model is in a table or among the names that are not there yet. An operation in a table has the
model's members, with the same names, required flags, types, bounds, patterns and enums, down to the last structure.
Where AWS itself answers differently from its model, DEVIATIONS says how and why.

The tables were written from the models of botocore REFERENCE. AWS adds to its models all the time and takes nothing away:
what an older botocore does not know yet, and what a newer one knows beyond the tables, is noted and fails nothing.
"""

import glob
import gzip
import json
import os
import subprocess
import sys

import botocore

REFERENCE = (1, 43)
VERSION = tuple(int(part) for part in botocore.__version__.split(".")[:2])
INT32 = (-(2**31), 2**31 - 1)
TYPES = {"long": "integer", "double": "float"}

# path (or the end of one) -> the properties that may differ, and the reason.
DEVIATIONS = {}


def load_model(service):
    pattern = os.path.join(os.path.dirname(botocore.__file__), "data", service, "*", "service-2.json*")
    path = sorted(glob.glob(pattern))[-1]
    opened = gzip.open(path, "rt") if path.endswith(".gz") else open(path, encoding="utf-8")
    with opened as file:
        return json.load(file)


class Comparison:
    def __init__(self, service, tables):
        self.service = service
        self.tables = tables
        self.model = load_model(service)
        self.shapes = self.model["shapes"]
        self.problems = []
        self.notes = []
        self.checked = 0

    def differs(self, path, what, ours, theirs):
        for end, (properties, _) in DEVIATIONS.items():
            if path.endswith(end) and what in properties:
                return
        self.problems.append(f"{path}: {what} is {ours!r}, the model has {theirs!r}")

    def expect(self, path, what, ours, theirs):
        self.checked += 1
        if ours != theirs:
            self.differs(path, what, ours, theirs)

    def expect_names(self, path, what, ours, theirs):
        self.checked += 1
        for name in sorted(set(ours) - set(theirs)):
            text = f"{path}: {what} {name} is in the table only"
            (self.notes if VERSION < REFERENCE else self.problems).append(text)
        for name in sorted(set(theirs) - set(ours)):
            text = f"{path}: {what} {name} is in the model only"
            (self.notes if VERSION > REFERENCE else self.problems).append(text)

    def shape(self, path, ours, name, open_shapes):
        theirs = self.shapes[name]
        kind = TYPES.get(theirs["type"], theirs["type"])
        self.expect(path, "type", ours["type"], kind)
        if ours["type"] != kind:
            return
        if theirs.get("sensitive"):
            self.expect(path, "secret", ours["secret"], True)
        if kind == "integer":
            self.expect(path, "min", ours["min"], theirs.get("min", INT32[0]))
            self.expect(path, "max", ours.get("max"), theirs.get("max", INT32[1]))
        elif kind in ("string", "blob", "list", "map"):
            # A minimum of nothing is no constraint.
            self.expect(path, "min", ours["min"], theirs.get("min", 0) if "enum" not in theirs else 0)
            self.expect(path, "max", ours.get("max"), theirs.get("max") if "enum" not in theirs else None)
            self.expect(path, "pattern", ours.get("pattern"), theirs.get("pattern"))
            self.expect_names(path, "value", ours.get("enum", []), theirs.get("enum", []))
        if name in open_shapes:
            return
        inside = open_shapes | {name}
        if kind == "list":
            self.shape(path + "[]", ours["element"], theirs["member"]["shape"], inside)
        elif kind == "map":
            self.shape(path + "{key}", ours["key"], theirs["key"]["shape"], inside)
            self.shape(path + "{value}", ours["element"], theirs["value"]["shape"], inside)
        elif kind == "structure":
            self.members(path, ours["members"], theirs, inside)

    def members(self, path, ours, theirs, open_shapes):
        required = set(theirs.get("required", []))
        by_name = {member["name"]: member for member in ours}
        self.expect_names(path, "member", by_name, theirs.get("members", {}))
        self.expect(path, "order of required members",
                    [m["name"] for m in ours if m["name"] in required],
                    [name for name in theirs.get("members", {}) if name in required and name in by_name])
        for name, member in theirs.get("members", {}).items():
            if name not in by_name:
                continue
            here = f"{path}.{name}"
            self.expect(here, "required", by_name[name]["required"], name in required)
            self.shape(here, by_name[name]["shape"], member["shape"], open_shapes)

    def run(self):
        operations = self.tables["operations"]
        not_yet = self.tables["not_yet"]
        for name in sorted(set(operations) & set(not_yet)):
            self.problems.append(f"{self.service}.{name} is in the table and among those that are not there yet")
        self.expect_names(self.service, "operation", set(operations) | set(not_yet), self.model["operations"])
        for name, members in operations.items():
            model = self.model["operations"].get(name)
            if model is None:
                continue
            path = f"{self.service}.{name}"
            if "input" in model:
                self.members(path, members, self.shapes[model["input"]["shape"]], frozenset())
            elif members:
                self.problems.append(f"{path} has members, the model has none")
        print(f"{self.service}: {len(operations)} operations in the table, {len(not_yet)} not yet, "
              f"{len(self.model['operations'])} in the model; {self.checked} properties compared, "
              f"{len(self.problems)} differ")


def main():
    tables = json.loads(subprocess.run([sys.argv[1]], check=True, capture_output=True, text=True).stdout)
    failed = False
    for service in tables:
        comparison = Comparison(service, tables[service])
        comparison.run()
        for line in comparison.notes + comparison.problems:
            print("  " + line)
        failed = failed or bool(comparison.problems)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
