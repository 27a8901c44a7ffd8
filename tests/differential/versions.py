# SPDX-License-Identifier: Apache-2.0
"""Versions of an ecosystem, made up from what its versions are made of, and how others order them.

versions.py pairs SCHEME COUNT
    prints COUNT pairs "A<tab>B", the same ones every time; some of them differ in one place only. The scheme
    "requirement" makes A a requirement of Cargo.
versions.py pypi
    reads pairs, prints '<', '=', '>' or '!' for each, as Python's packaging has it.
versions.py dpkg
    reads "ANSWER<tab>A<tab>B", and asks dpkg whether the answer holds: prints it if so, 'x' if not.
versions.py check SCHEME TOOL FILE
    reads pairs from stdin and their answers from FILE, and compares them with those of TOOL (version_order). Exit 1 on
    a difference, or when we refuse more than 4 % of what they order, or they order less than half.
"""
import os
import random
import subprocess
import sys

DIGITS = ["0", "0", "1", "1", "2", "3", "9", "10", "12", "100", "2024", "99999"]
WORDS = ["alpha", "beta", "rc", "a", "b", "c", "pre", "preview", "dev", "post", "x", "ALPHA", "Beta", "RC", "p", "pl",
         "rev", "r", "patch", "snapshot", "sp", "ga", "final", "m", "z", "foo"]


def dotted(source, least, most, digits=None):
    return ".".join(source.choice(digits or DIGITS) for _ in range(source.randint(least, most)))


def identifiers(source):
    return ".".join(source.choice(WORDS + DIGITS + ["x-y", "0a", "a1", "-"]) for _ in range(source.randint(1, 3)))


def stretch(source, parts):
    return "".join(source.choice(parts) for _ in range(source.randint(0, 5)))


def semver(source):
    text = dotted(source, 3, 3)
    if source.random() < 0.5:
        text += "-" + identifiers(source)
    if source.random() < 0.2:
        text += "+" + identifiers(source)
    return text


def pep440(source):
    text = source.choice(["", "", "", "v", "1!", "0!"]) + dotted(source, 1, 4)
    separators = ["", ".", "-", "_"]
    if source.random() < 0.4:
        words = ["a", "b", "c", "rc", "alpha", "beta", "pre", "preview", "RC"]
        text += source.choice(separators) + source.choice(words)
        text += source.choice(["", source.choice(separators) + source.choice(DIGITS)])
    if source.random() < 0.3:
        text += source.choice(["-" + source.choice(DIGITS), ".post" + source.choice(DIGITS), "rev1", "-r2", "_post"])
    if source.random() < 0.3:
        text += source.choice([".dev", "dev", "-dev", "_DEV"]) + source.choice(["", "-"]) + source.choice(DIGITS)
    if source.random() < 0.2:
        text += "+" + source.choice(["abc", "ABC", "1", "01", "ubuntu-1", "a.1", "1.a", "1_2"])
    return text


def deb(source):
    parts = ["~", "~~", "+", ".", "a", "b", "Z", "-", "1", "0", "00", "12", "+deb", "~rc"]
    text = source.choice(["", "", "0:", "1:", "2:"]) + source.choice(DIGITS) + stretch(source, parts)
    return text + source.choice(["", "-1", "-0", "-0ubuntu1", "-1~bpo12+1", "-2.1", "-1+b2"])


def rpm(source):
    parts = [".", "_", "~", "^", "a", "Z", "1", "0", "09", "10", "rc", "git", "+"]
    text = source.choice(["", "", "0:", "1:"]) + source.choice(DIGITS) + stretch(source, parts)
    return text + source.choice(["", "-1", "-1.el9", "-1.el9_2", "-2.fc39", "-0.1.rc1"])


def gem(source):
    text = dotted(source, 1, 4, DIGITS + WORDS[:8] + ["a1", "1b", "rc10", "0"])
    text = text if text[0].isdigit() else "0." + text
    return text + source.choice(["", "", "", "-1", "-rc.2", "-a-b"])


def packagist(source):
    if source.random() < 0.1:
        text = source.choice(["2010.01.02", "2010-10-20", "20100102", "201903.0", "20100102-203040", "2010.1.555"])
    elif source.random() < 0.1:
        text = dotted(source, 1, 3) + source.choice([".x-dev", ".*-dev", "-dev", ".X-DEV", ".x"])
    else:
        text = source.choice(["", "", "v", "V"]) + dotted(source, 1, 4)
    words = ["stable", "beta", "b", "RC", "rc", "alpha", "a", "patch", "pl", "p", "Stable", "BETA"]
    if source.random() < 0.5:
        text += source.choice(["", ".", "-", "_"]) + source.choice(words)
        text += source.choice(["", "1", ".2", "-3", "10", ".1.2", "01"])
    return text + source.choice(["", "", "", "", "", "", "", "-dev", "dev", ".dev", "+build", "@beta", "-", "."])


def maven(source):
    """What all releases of Maven order alike: newer ones take "1.rc1" for "1-rc1", and "1.0-1" for newer than "1-1"."""
    text = ".".join(source.choice(["1", "2", "3", "10", "12"]) for _ in range(source.randint(1, 4)))
    end = source.choice(["", "", "", "-SNAPSHOT", "-1", "-2"])
    if source.random() < 0.5:
        end = source.choice(["", "-1", "-2", "-10"]) + end
        words = ["alpha", "beta", "milestone", "rc", "cr", "SNAPSHOT", "sp", "jre", "android", "RC"]
        end = "-" + source.choice(words) + end
    zero = source.random() < 0.3 and not end[1:].isdigit()
    return text + (".0" if zero else "") + end


def requirement(source):
    """One to three comparators."""
    def comparator():
        text = source.choice(["", "", "=", ">", ">=", "<", "<=", "~", "^", ">= ", "^ ", "~>"])
        text += ".".join(source.choice("00123") for _ in range(source.randint(1, 3)))
        if text.count(".") == 2 and source.random() < 0.4:
            return text + "-" + source.choice(["a", "b", "a.1", "1", "0", "rc.1+x"])
        wild = source.choice(["", "", "", ".*", ".x", ".*.*", ".X.1"])
        return text + (wild if source.random() < 0.1 or text.count(".") < 2 else "")
    return source.choice(["", "", "", " "]) + source.choice([",", ", ", " , ", ", ", " "]).join(
        comparator() if source.random() < 0.97 else "*" for _ in range(source.choice([1, 1, 1, 2, 2, 3])))


def requirement_pairs(source, count):
    for _ in range(count):
        version = ".".join(source.choice("00123") for _ in range(3))
        if source.random() < 0.4:
            version += "-" + source.choice(["a", "b", "a.1", "1", "0", "rc.1+x"])
        yield requirement(source), version


KINDS = {kind.__name__: kind for kind in (semver, pep440, deb, rpm, gem, packagist, maven)}


def pairs(kind, count):
    source = random.Random(kind)
    if kind == "requirement":
        yield from requirement_pairs(source, count)
        return
    make = KINDS[kind]
    for _ in range(count):
        a, b = make(source), make(source)
        if source.random() < 0.2 and kind != "maven":
            at = source.randrange(len(a) + 1)
            b = a[:at] + source.choice([".0", "0", "1", "a", "-1", "~", ".", "rc1", "-"]) + a[at:]
        elif source.random() < 0.2 and kind != "maven":
            b = a + source.choice([".0", ".0.0", ".1", "-1", "-rc-1"])
        # dpkg would take it for an option.
        if kind != "deb" or not b.startswith("-"):
            yield (a, b) if source.random() < 0.5 else (b, a)


def read_pairs():
    return [line.rstrip("\n").split("\t") for line in sys.stdin]


def answer_pypi():
    from packaging.version import InvalidVersion, Version
    for a, b in read_pairs():
        try:
            x, y = Version(a), Version(b)
            print("<" if x < y else ">" if x > y else "=")
        except InvalidVersion:
            print("!")


def answer_dpkg():
    relations = {"<": "lt", "=": "eq", ">": "gt"}
    quiet = [(os.POSIX_SPAWN_OPEN, 2, "/dev/null", os.O_WRONLY, 0)]
    for answer, a, b in read_pairs():
        if answer not in relations:
            print("!")
            continue
        command = ["dpkg", "--compare-versions", a, relations[answer], b]
        process = os.posix_spawn("/usr/bin/dpkg", command, {"LC_ALL": "C"}, file_actions=quiet)
        print(answer if os.waitpid(process, 0)[1] == 0 else "x")


def check(scheme, tool, answers):
    compared = read_pairs()
    lines = "".join(f"{scheme}\t{a}\t{b}\n" for a, b in compared)
    ours = subprocess.run([tool], input=lines, capture_output=True, text=True, check=True).stdout.split()
    with open(answers, encoding="utf-8") as stream:
        theirs = stream.read().split()
    if not len(ours) == len(theirs) == len(compared):
        print(f"{len(compared)} pairs, {len(ours)} answers of ours, {len(theirs)} of theirs")
        return 1
    rows = list(zip(ours, theirs, compared))
    # What they order though no registry would hold it ("1.0.0-", "a:1"), we may refuse; the rest must be the same.
    refused = sum(our == "!" and their in "<=>" for our, their in zip(ours, theirs))
    wrong = [row for row in rows if row[0] != row[1] and not (row[0] == "!" and row[1] in "<=>")]
    for our, their, (a, b) in wrong[:20]:
        print(f"{a} {our} {b}, they say {their}")
    told = sum(their in "<=>yn" for their in theirs)
    print(f"{scheme}: {len(rows)} pairs, {told} with an answer, {len(wrong)} differ, {refused} refused")
    return 1 if wrong or told * 2 < len(rows) or refused * 25 > len(rows) else 0


def main():
    command, *rest = sys.argv[1:]
    if command == "pairs":
        for a, b in pairs(rest[0], int(rest[1])):
            print(a, b, sep="\t")
        return 0
    if command == "check":
        return check(*rest)
    return {"pypi": answer_pypi, "dpkg": answer_dpkg}[command]()


sys.exit(main())
