#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""values.py json|toml|yaml VALUE_DUMP PATH...: reads files with our parser and with Python's, prints where
they differ. Folders stand for the files in them; "random:N" for N generated values. Exit 1 on a difference,
and when nothing was compared."""
import datetime
import json
import math
import os
import random
import re
import subprocess
import sys

# What the other side reads differently on purpose, each with its reason.
EXCEPTIONS = {
    "byte-order-mark.toml": "Python refuses a byte order mark, which TOML 1.0 leaves open",
    "times-leap-second.toml": "Python's times end at second 59, RFC 3339's at 60",
    "anchor-again.yaml": "PyYAML refuses a second anchor of the same name, which YAML allows",
    "tabs-between.yaml": "PyYAML refuses a tab after a colon, which YAML allows",
    "tag-nonspecific.yaml": "PyYAML takes the tag ! for none; it makes a scalar a string",
}


def core_loader():
    """PyYAML speaks YAML 1.1; this gives it the core schema of 1.2, and keys as text."""
    import yaml

    class Core(yaml.SafeLoader):
        yaml_implicit_resolvers = {}

    def scalar(kind, pattern, first):
        Core.add_implicit_resolver("tag:yaml.org,2002:" + kind, re.compile("^(?:" + pattern + ")$"), first)

    scalar("null", "~|null|Null|NULL|", ["~", "n", "N", ""])
    scalar("bool", "true|True|TRUE|false|False|FALSE", list("tTfF"))
    scalar("int", "[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789"))
    scalar("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)"
           r"|\.(?:nan|NaN|NAN)", list("-+.0123456789"))

    def integer(loader, node):
        text = node.value
        return int(text[2:], 8) if text.startswith("0o") else int(text, 16 if text.startswith("0x") else 10)

    def number(loader, node):
        return float(node.value.lower().replace(".inf", "inf").replace(".nan", "nan"))

    def mapping(loader, node):
        return {key.value: loader.construct_object(value, deep=True) for key, value in node.value}

    Core.add_constructor("tag:yaml.org,2002:int", integer)
    Core.add_constructor("tag:yaml.org,2002:float", number)
    Core.add_constructor("tag:yaml.org,2002:map", mapping)
    Core.add_constructor("!", Core.construct_yaml_str)
    return Core


def reference(kind, data):
    if kind == "json":
        return json.loads(data)
    if kind == "toml":
        import tomllib
        return tomllib.loads(data.decode())
    import yaml
    return yaml.load(data.decode("utf-8-sig"), Loader=core_loader())


def comparable(value):
    """Kinds must be the same too: 1 is not 1.0, and not True. Order of members counts."""
    if isinstance(value, dict):
        return ["object"] + [[key, comparable(member)] for key, member in value.items()]
    if isinstance(value, list):
        return ["array"] + [comparable(item) for item in value]
    if isinstance(value, (datetime.date, datetime.time)):
        return ["str", instant(value.isoformat())]
    if isinstance(value, float) and not math.isfinite(value):
        return ["str", str(value)]
    if isinstance(value, float):
        return ["float", value.hex()]
    return [type(value).__name__, instant(value) if isinstance(value, str) else value]


def instant(text):
    """One spelling for the dates and times that look different and are not."""
    match = re.fullmatch(r"(\d{4}-\d\d-\d\d)?([Tt ])?(\d\d:\d\d(?::\d\d)?)(\.\d+)?([Zz]|[-+]\d\d:\d\d)?", text)
    if not match:
        return text
    date, between, time, fraction, offset = (part or "" for part in match.groups())
    fraction = fraction[:7].rstrip("0").rstrip(".")
    offset = "Z" if offset in ("z", "Z", "+00:00") else offset
    return date + ("T" if between else "") + time + fraction + offset


def ours(tool, kind, data):
    run = subprocess.run([tool, kind], input=data, capture_output=True)
    return json.loads(run.stdout) if run.returncode == 0 else run.stderr.decode().strip()


def random_text(source):
    alphabet = "ab \t\n\"'\\/#:-?[]{},&*!|>%@`~0123\x01\x7f\x85é€\u2028😀"
    return "".join(source.choice(alphabet) for _ in range(source.randrange(12)))


def random_value(source, depth):
    choice = source.randrange(6 if depth < 6 else 4)
    if choice == 0:
        return source.choice([None, True, False, 0, -1, 2**64 - 1, -2**63, source.getrandbits(60)])
    if choice == 1:
        return source.choice([source.uniform(-1e6, 1e6), source.random() * 10.0 ** source.randrange(-300, 300)])
    if choice in (2, 3):
        return random_text(source)
    if choice == 4:
        return [random_value(source, depth + 1) for _ in range(source.randrange(6))]
    return {random_text(source): random_value(source, depth + 1) for _ in range(source.randrange(6))}


def random_document(kind, count):
    source = random.Random(8785)
    values = [random_value(source, 0) for _ in range(count)]
    if kind == "json":
        return json.dumps(values, ensure_ascii=False, indent=1).encode()
    import yaml
    return yaml.safe_dump(values, allow_unicode=True, sort_keys=False).encode()


def inputs(kind, paths):
    for path in paths:
        if path.startswith("random:"):
            yield path, random_document(kind, int(path.split(":")[1]))
            continue
        for file in sorted(os.path.join(path, name) for name in os.listdir(path)) if os.path.isdir(path) else [path]:
            if file.endswith("." + kind) and os.path.basename(file) not in EXCEPTIONS:
                with open(file, "rb") as stream:
                    yield file, stream.read()


def main():
    kind, tool, paths = sys.argv[1], sys.argv[2], sys.argv[3:]
    same = different = 0
    for name, data in inputs(kind, paths):
        found = ours(tool, kind, data)
        try:
            expected = reference(kind, data)
        except Exception as error:
            expected = error
        if comparable(found) == comparable(expected):
            same += 1
        else:
            different += 1
            print("differs: %s: ours %.300s, theirs %.300s" % (name, found, expected))
    print("%d the same, %d different" % (same, different))
    return 0 if same and not different else 1


sys.exit(main())
