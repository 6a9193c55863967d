#!/usr/bin/python3
"""Holds headroomd -n, its messages and headroom.schema.json to one another.

Usage: verdicts.py HEADROOMD, from the project's top directory. Prints each
failure and a last line "N passed, N failed".
"""

import json
import os
import re
import subprocess
import sys
import tempfile

import jsonschema

HERE = "tests/config/"
BEYOND = " (beyond the schema)"


def read_cases(name):
    """Cases of a table: (title, text of the file, expected errors)."""
    with open(HERE + name, encoding="utf-8") as table:
        blocks = re.split(r"^== ", table.read(), flags=re.M)[1:]
    for block in blocks:
        title, body = block.split("\n", 1)
        text, _, expected = body.partition("\n--\n")
        yield title, text.rstrip("\n"), expected.rstrip("\n")


def no_constant(name):
    raise ValueError(name + " is not JSON")


class Checker:
    def __init__(self, headroomd):
        self.headroomd = headroomd
        self.passed = self.failed = 0
        with open("config/headroom.schema.json", encoding="utf-8") as file:
            self.schema = json.load(file)
        jsonschema.Draft202012Validator.check_schema(self.schema)
        self.validator = jsonschema.Draft202012Validator(self.schema)

    def check(self, title, found, expected):
        if found == expected:
            self.passed += 1
            return
        self.failed += 1
        print(f"FAILED: {title}\n  found:    {found!r}\n"
              f"  expected: {expected!r}")

    def run(self, text, *options, **environment):
        """Exit status, standard output and errors for a text as a file."""
        with tempfile.TemporaryDirectory() as folder:
            with open(folder + "/desk.json", "wb") as file:
                file.write(text.encode())
            done = subprocess.run(
                [self.headroomd, *options, "-c", "desk.json"], cwd=folder,
                capture_output=True, check=False, timeout=20,
                env={**os.environ, **environment})
        return (done.returncode, done.stdout.decode(),
                done.stderr.decode().rstrip("\n"))

    def schema_takes(self, text):
        try:
            value = json.loads(text, parse_constant=no_constant)
        except ValueError:
            return False
        # The parser of this language takes half a surrogate pair.
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            return False
        return self.validator.is_valid(value)

    def broken(self):
        for title, text, expected in read_cases("broken.txt"):
            self.check(title, self.run(text, "-n"), (1, "", expected))
            self.check(title + ": schema", self.schema_takes(text),
                       title.endswith(BEYOND))

    def valid(self, title, text):
        self.check(title, self.run(text, "-n"), (0, "", ""))
        self.check(title + ": schema", self.schema_takes(text), True)
        status, printed, errors = self.run(text, "-nv")
        self.check(title + ": print", (status, errors), (0, ""))
        self.check(title + ": schema of the print",
                   self.schema_takes(printed), True)
        self.check(title + ": print again", self.run(printed, "-nv"),
                   (0, printed, ""))

    def without_plugins(self):
        """The example that uses plugins is right where there are none."""
        with open("config/live-band.json", encoding="utf-8") as file:
            text = file.read()
        status, _, errors = self.run(text, "-n", LV2_PATH="/nonexistent")
        uris = re.findall(r'warning: .*found "([^"]*)"; allowed: an '
                          r'installed plugin', errors)
        self.check("live-band.json without plugins",
                   (status, len(errors.splitlines()), uris),
                   (0, len(uris), re.findall('"lv2": "([^"]*)"', text)))

    def resolve(self, part):
        """A part of the schema with what it refers to."""
        if "$ref" not in part:
            return part
        name = part["$ref"].rsplit("/", 1)[1]
        return {**self.resolve(self.schema["$defs"][name]), **part}

    def keys(self):
        """Each object has the same keys for both."""
        text = json.dumps({
            "zz": 0, "version": 1, "jack": {"zz": 0}, "meters": {"zz": 0},
            "osc": {"zz": 0, "allow": [
                {"zz": 0, "network": "::/0", "role": "view"}],
                "limits": {"zz": 0}, "subscribers": [{"zz": 0}]},
            "channels": [{"zz": 0, "id": "a", "sends": {"b": {"zz": 0}},
                          "inserts": [{"zz": 0, "lv2": ""},
                                      {"zz": 0, "jack": {"zz": 0}}]}],
            "buses": [{"zz": 0, "id": "b"}], "master": {"zz": 0}})
        defs = self.schema["$defs"]
        top = self.schema["properties"]
        objects = {
            "": top, "jack": top["jack"]["properties"],
            "meters": top["meters"]["properties"],
            "osc": top["osc"]["properties"],
            "osc.allow[0]": defs["network"]["properties"],
            "osc.limits": top["osc"]["properties"]["limits"]["properties"],
            "osc.subscribers[0]": defs["subscriber"]["properties"],
            "channels[0]": defs["channel"]["properties"],
            "channels[0].sends.b": defs["send"]["properties"],
            "channels[0].inserts[0]": defs["lv2_insert"]["properties"],
            "channels[0].inserts[1]": defs["jack_insert"]["properties"],
            "channels[0].inserts[1].jack":
                defs["jack_insert"]["properties"]["jack"]["properties"],
            "buses[0]": defs["bus"]["properties"],
            "master": defs["master"]["properties"]}
        found = {}
        for line in self.run(text, "-n")[2].splitlines():
            match = re.fullmatch(
                r'desk.json:1: (?:(.*): )?found the key "zz"; allowed: (.*)',
                line)
            if match:
                found[match[1] or ""] = sorted(match[2].split(", "))
        for path, properties in objects.items():
            self.check("keys of " + (path or "the file"), found.get(path),
                       sorted(properties))

    def compare_defaults(self, path, properties, printed):
        for key, part in properties.items():
            part = self.resolve(part)
            if "default" in part and key in printed and part["default"] != {}:
                self.check(f"default of {path}{key}", printed[key],
                           part["default"])
            elif part.get("type") == "object" and key in printed:
                self.compare_defaults(f"{path}{key}.",
                                      part.get("properties", {}),
                                      printed[key])

    def defaults(self):
        """What is left out has the schema's default."""
        text = json.dumps({
            "version": 1,
            "channels": [{"id": "a", "name": "a", "sends": {"b": {}},
                          "inserts": [{"jack": {}}]}],
            "buses": [{"id": "b"}]})
        desk = json.loads(self.run(text, "-nv")[1])
        defs = self.schema["$defs"]
        slot = desk["channels"][0]["inserts"].pop()
        send = desk["channels"][0].pop("sends")["b"]
        top = {key: part for key, part in self.schema["properties"].items()
               if key not in ("channels", "buses", "master")}
        self.compare_defaults("", top, desk)
        self.compare_defaults("channels[0].", defs["channel"]["properties"],
                              desk["channels"][0])
        self.compare_defaults("sends.", defs["send"]["properties"], send)
        self.compare_defaults("inserts.", defs["jack_insert"]["properties"],
                              slot)
        self.compare_defaults("buses[0].", defs["bus"]["properties"],
                              desk["buses"][0])
        self.compare_defaults("master.", defs["master"]["properties"],
                              desk["master"])


def main():
    checker = Checker(sys.argv[1])
    checker.broken()
    for title, text, _ in read_cases("valid.txt"):
        checker.valid(title, text)
    for name in ("headroom.json", "live-band.json", "minimal.json"):
        with open("config/" + name, encoding="utf-8") as file:
            checker.valid(name, file.read())
    checker.without_plugins()
    with open("daemon/mixer/headroom.json.5", encoding="utf-8") as file:
        page = re.search(r"^\.Bd .*\n(\{\n.*?\n\}\n)\.Ed", file.read(),
                         re.M | re.S)
    checker.valid("headroom.json(5)", page[1])
    checker.keys()
    checker.defaults()
    print(f"{checker.passed} passed, {checker.failed} failed")
    return checker.failed != 0


if __name__ == "__main__":
    sys.exit(main())
