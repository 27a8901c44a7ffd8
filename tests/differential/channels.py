# SPDX-License-Identifier: Apache-2.0
"""channels.py ATTEST SEED COUNT: what attest calls COUNT pairs of commits between two releases, and the releases.

Checks PyPI's names with Python's packaging, Go's with the rules of https://go.dev/ref/mod#pseudo-versions and those of
images with the grammar of the distribution specification, and leaves to others, in the current folder:
    order   "CHANNEL<tab>VERSION<tab>...": ascending versions of SemVer (Go's without their "v")
    tags    npm's dist-tags
    crates  versions for crates.io
"""
import json
import random
import re
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

from packaging.version import Version

CONFIG = """[project]
name = "p"
version-from = "VERSION"
[[version]]
file = "VERSION"
[[channel]]
kind = "npm"
package = "@a/p"
[[channel]]
kind = "pypi"
[[channel]]
kind = "crates"
[[channel]]
kind = "go"
folder = "sdk/go"
[[channel]]
kind = "oci"
repository = "r.example/a/p"
"""
NUMBERS = [0, 0, 1, 1, 2, 9, 10, 99, 2024, 99999]
WORDS = ["alpha", "beta", "rc"]
PSEUDO = re.compile(r"v(?:\d+\.0\.0-|\d+\.\d+\.\d+-0\.|\d+\.\d+\.\d+-(?!0\.)[0-9A-Za-z.-]+\.0\.)"
                    r"(\d{14})-([0-9a-f]{12})")
IMAGE_TAG = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}")


def written(numbers, pre=None):
    return ".".join(map(str, numbers)) + (f"-{pre[0]}.{pre[1]}" if pre else "")


def later(source, numbers, word=0):
    """A release with greater numbers, or a pre-release of it of WORDS[word] or later."""
    position = source.randrange(3)
    raised = numbers[:position] + [numbers[position] + source.choice([1, 1, 8])] + [0] * (2 - position)
    return raised, source.choice([None, None, (source.choice(WORDS[word:]), source.choice(NUMBERS))])


def releases(source):
    """Two that follow each other, the first perhaps None, and the version that the sources say in between."""
    numbers = [source.choice(NUMBERS) for _ in range(3)]
    kind = source.randrange(5)
    if kind == 0:
        return None, later(source, [0, 0, 0]), "0.0.0"
    if kind == 1:
        return (numbers, None), later(source, numbers, 2), written(numbers)
    if kind == 2:  # what comes next is known; "dev" sorts behind "alpha" and "beta", and before "rc"
        following = later(source, numbers, 2)
        return (numbers, None), following, written(*following)
    word, count = source.randrange(3), source.choice(NUMBERS)
    last = (numbers, (WORDS[word], count))
    if kind == 3:
        return last, source.choice([(numbers, None), later(source, numbers)]), written(*last)
    following = numbers, source.choice([None, (WORDS[word], count + 1), *[(w, 0) for w in WORDS[word + 1:]]])
    return last, following, source.choice([written(*last), written(*following), written(numbers)])


def two_times(source):
    """Two moments of one day, in UTC."""
    day = datetime(2001, 1, 1, tzinfo=timezone.utc) + timedelta(days=source.randrange(13000))
    if source.random() < 0.2:
        day = datetime(source.choice([2024, 2028, 2100]), *source.choice([(2, 28), (12, 31), (1, 1)]),
                       tzinfo=timezone.utc)
    seconds = source.choice([[0, 1], [86398, 86399], [0, 86399], sorted(source.sample(range(86400), 2))])
    return [day + timedelta(seconds=second) for second in seconds]


def two_commits(source):
    """Their order is never that of the times; digits alone would be numbers to SemVer."""
    length = source.choice([40, 40, 64])
    sets = source.choice([["f" * 9 + "e", "0" * 9 + "1"], ["0123456789"] * 2, ["0123456789abcdef"] * 2, ["9e", "01e"]])
    made = ["".join(source.choice(digits) for _ in range(length - 1)) + "7" for digits in sets]
    return sorted(made, reverse=True)


def ask(attest, commit, time, ref, last):
    """{(CHANNEL, USE): [NAME, ...]}"""
    process = subprocess.run(
        [attest, "channels", "--format", "json", "--commit", commit, "--date", time, "--ref", ref, "--last", last],
        capture_output=True, check=False, text=True)
    report = json.loads(process.stdout)
    assert process.returncode == 0 and not report["findings"], (commit, time, ref, last, process.stdout)
    names = {}
    for step in report["steps"]:
        names.setdefault((step["subject"]["channel"], step["name"]), []).append(step["found"])
    return names


def check_pypi(versions):
    read = [Version(version) for version in versions]
    assert [str(version) for version in read] == versions, versions
    assert all(a < b for a, b in zip(read, read[1:])), versions


def check_go(version, commit, time):
    match = PSEUDO.fullmatch(version)
    assert match and match.groups() == (time.strftime("%Y%m%d%H%M%S"), commit[:12]), (version, commit, time)


def check_image(tags, expected):
    assert tags == expected and all(IMAGE_TAG.fullmatch(tag) for tag in tags), (tags, expected)


def between(attest, source):
    last, following, declared = releases(source)
    Path("VERSION").write_text(declared + "\n", encoding="ascii")
    last_text = written(*last) if last else "none"
    commits, times, asked = two_commits(source), two_times(source), []
    zone = timezone(timedelta(minutes=source.choice([0, 0, 330, -720, 840])))

    def release(version, before):
        text = written(*version)
        names = ask(attest, commits[0], times[0].isoformat(), "refs/tags/v" + text, before)
        moving = [] if version[1] else [written(version[0][:2]), "latest"]
        check_image(names["oci", "tag"], [text, *moving])
        assert names["npm", "dist-tag"] == ["next" if version[1] else "latest"], names
        assert names["go", "tag"] == ["sdk/go/v" + text], names
        asked.append(names)

    if last:
        release(last, "none")
    for commit, time in zip(commits, times):
        names = ask(attest, commit, time.astimezone(zone).isoformat(), "refs/heads/main", last_text)
        check_go(names["go", "version"][0], commit, time)
        check_image(names["oci", "tag"], [commit, "dev"])
        assert names["npm", "dist-tag"] == ["dev"], names
        asked.append(names)
    release(following, last_text)
    return asked


def main():
    attest, seed, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    source = random.Random(seed)
    Path("attest.toml").write_text(CONFIG, encoding="ascii")
    order, tags, crates = [], set(), set()
    for _ in range(count):
        asked = between(attest, source)
        versions = {channel: [names[channel, "version"][0] for names in asked]
                    for channel in ("npm", "pypi", "crates", "go")}
        check_pypi(versions["pypi"])
        assert all(version.startswith("v") for version in versions["go"]), versions
        versions["go"] = [version[1:] for version in versions["go"]]
        order += ["\t".join([channel, *versions[channel]]) for channel in ("npm", "crates", "go")]
        tags.update(name for names in asked for name in names["npm", "dist-tag"])
        crates.update(versions["crates"])
    for name, lines in ("order", order), ("tags", sorted(tags)), ("crates", sorted(crates)):
        Path(name).write_text("\n".join(lines) + "\n", encoding="ascii")


main()
