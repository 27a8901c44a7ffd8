#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Replays a record of "attest align after" with one thing in it changed at a time, and prints each change that made no
difference to the exit status: URL, a space, and what was changed. mutate.py RECORD SCRATCH COMMAND..."""
import copy
import json
import os
import shutil
import subprocess
import sys

record, scratch, command = sys.argv[1], sys.argv[2], sys.argv[3:]


def changed(value):
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 1
    if isinstance(value, str):
        return value[:-1] + ("1" if value[-1:] == "0" else "0")
    return ["x"]


def parts(value, path=()):
    """All that has a name or a place, with the path to it; of what is put together, its parts as well. Of a list its
    last item is enough: the others are read by the same code."""
    for key in value if isinstance(value, dict) else range(len(value))[-1:] if isinstance(value, list) else ():
        yield path + (key,)
        yield from parts(value[key], path + (key,))


def mutants(document):
    for path in list(parts(document)):
        for what in "changed", "removed":
            mutant = copy.deepcopy(document)
            parent = mutant
            for key in path[:-1]:
                parent = parent[key]
            if what == "removed":
                del parent[path[-1]]
            elif isinstance(parent[path[-1]], (dict, list)):
                continue
            else:
                parent[path[-1]] = changed(parent[path[-1]])
            yield "/".join("*" if isinstance(key, int) else key for key in path) + " " + what, mutant


def bodies(body):
    try:
        lines = [json.loads(line) for line in body.decode().splitlines() if line]
        whole = lines if len(lines) > 1 or b"\n" not in body.rstrip() else [json.loads(body)]
    except ValueError:
        try:
            whole = [json.loads(body)]
        except ValueError:
            for at in range(0, len(body), max(1, len(body) // 5)):
                yield "a bit", body[:at] + bytes([body[at] ^ 1]) + body[at + 1:]
            yield "cut", body[:-1]
            return
    for i, document in enumerate(whole):
        for what, mutant in mutants(document):
            lines = whole[:i] + [mutant] + whole[i + 1:]
            yield what, "".join(json.dumps(line) + "\n" for line in lines).encode()


def replay():
    return subprocess.run(command + ["--replay", scratch], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          check=False).returncode


def attempt(name, answer, body, what):
    with open(os.path.join(scratch, name + ".json"), "w", encoding="utf-8") as out:
        json.dump(answer, out)
    with open(os.path.join(scratch, name + ".body"), "wb") as out:
        out.write(body)
    status = replay()
    if status not in (1, 2):
        print(answer["request"]["url"], what, "" if status == 0 else f"exit {status}")


shutil.copytree(record, scratch)
if replay() != 0:
    sys.exit("the record itself does not hold")
# What is asked again, as an address that two channels lead to, is compared again by the same code.
for name in sorted(name[:-5] for name in os.listdir(record) if name.endswith("-1.body")):
    with open(f"{record}/{name}.json", encoding="utf-8") as exchange:
        original = json.load(exchange)
    with open(f"{record}/{name}.body", "rb") as content:
        served = content.read()
    for status in 404, 500:
        answer = copy.deepcopy(original)
        answer["answer"]["status"] = status
        attempt(name, answer, served, f"status {status}")
    for what, body in bodies(served):
        answer = copy.deepcopy(original)
        answer["answer"].update(body=len(body), length=len(body))
        attempt(name, answer, body, what)
    for ending in ".json", ".body":
        shutil.copy(f"{record}/{name}{ending}", f"{scratch}/{name}{ending}")
