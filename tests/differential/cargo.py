# SPDX-License-Identifier: Apache-2.0
"""cargo.py DUMP FOLDER [METADATA]: what catalog_dump says of FOLDER/Cargo.lock against Python's reading of the same
file, with Cargo's rules for references written again; with METADATA (of `cargo metadata`), against Cargo's."""
import json
import re
import sys
import tomllib
from urllib.parse import unquote

CRATES_IO = ("registry+https://github.com/rust-lang/crates.io-index", "sparse+https://index.crates.io/")


def plain(source):
    return source.split("#")[0] if source and source.startswith("git+") else source


def label(name, version, source):
    if not source:
        return f"{name} {version} local"
    if source in CRATES_IO:
        return f"{name} {version}"
    if source.startswith("git+"):
        url, revision = source.split("#")
        return f"{name} {version} vcs_url={url.split('?')[0]}@{revision}"
    return f"{name} {version} repository_url={re.sub('^(registry|sparse)[+]', '', source)}"


def read_lock(path):
    with open(path, "rb") as file:
        lock = tomllib.load(file)
    packages = lock.get("package", []) + ([lock["root"]] if "root" in lock else [])

    def find(reference):
        name, version, source = re.fullmatch(r"(\S+)(?: (\S+))?(?: \((.*)\))?", reference).groups()
        found = [p for p in packages if p["name"] == name and version in (None, p["version"])]
        if source:
            found = [p for p in found if plain(p.get("source")) == plain(source)]
        elif len(found) > 1:
            found = [p for p in found if "source" not in p]
        (package,) = found
        return find(package["replace"]) if "replace" in package else package

    def name(p):
        return label(p["name"], p["version"], p.get("source"))

    used = [p for p in packages if "replace" not in p]
    edges = {(name(p), name(find(d))) for p in used for d in p.get("dependencies", [])}
    hashes = {}
    for p in used:
        key = f"checksum {p['name']} {p['version']} ({p.get('source')})"
        checksum = p.get("checksum") or lock.get("metadata", {}).get(key, "<none>")
        hashes[name(p)] = set() if checksum == "<none>" else {checksum.lower()}
    return hashes, {(a, b) for a, b in edges if a != b}


def read_metadata(path):
    with open(path, "rb") as file:
        metadata = json.load(file)
    names = {p["id"]: label(p["name"], p["version"], p["source"]) for p in metadata["packages"]}
    kinds = {None: "runtime", "dev": "dev", "build": "build"}
    edges = {}
    for node in metadata["resolve"]["nodes"]:
        for to in node["deps"]:
            for kind in to["dep_kinds"]:
                edges.setdefault((names[node["id"]], names[to["pkg"]]), set()).add(kinds[kind["kind"]])
    return {name: set() for name in names.values()}, edges


def ours(identity):
    local = identity.startswith("local:")
    purl = identity[identity.index("pkg:") :]
    name, version, qualifier = re.fullmatch(r"pkg:cargo/([^@?]+)@([^?]+)(?:\?(.*))?", purl).groups()
    where = " local" if local else f" {unquote(qualifier)}" if qualifier else ""
    return f"{unquote(name)} {unquote(version)}{where}"


def read_dump(path):
    hashes, edges, project, current = {}, {}, None, None
    with open(path, encoding="utf-8") as file:
        for line in file.read().splitlines()[1:]:
            if " -> " in line:
                a, b, *scopes = line.replace(" -> ", " ").split(" ")
                if a != project:
                    edges.setdefault((ours(a), ours(b)), set()).update(scopes)
                elif "pkg:" in a:  # also holds what is merely part of the workspace
                    edges.setdefault((ours(a), ours(b)), set()).update(scopes)
            elif not line.startswith(" "):
                project = project or line
                current = ours(line) if "pkg:" in line else None
                if current:
                    hashes[current] = set()
            elif line.startswith("  SHA-256 "):
                hashes[current].add(line.split()[1])
    return hashes, edges, ours(project) if "pkg:" in project else None


def main():
    found, found_edges, project = read_dump(sys.argv[1])
    expected, expected_edges = read_lock(sys.argv[2] + "/Cargo.lock")
    extra = {e for e in set(found_edges) - set(expected_edges) if not (e[0] == project and e[1].endswith(" local"))}
    missing = set(expected_edges) - set(found_edges)
    wrong = [f"edge {' -> '.join(e)} is not in the lock" for e in extra]
    wrong += [f"edge {' -> '.join(e)} is missing" for e in missing]
    wrong += [f"{n}: {found.get(n)} instead of {h}" for n, h in expected.items() if found.get(n) != h]
    wrong += [f"{n} is not in the lock" for n in found if n not in expected]
    if len(sys.argv) > 3:
        _, cargo_edges = read_metadata(sys.argv[3])
        wrong += [f"{' -> '.join(e)}: {found_edges.get(e)}, Cargo has {s}" for e, s in cargo_edges.items()
                  if not s <= found_edges.get(e, set()) or (e[0] != project and s != found_edges[e])]
    print(f"{len(expected)} packages, {len(expected_edges)} edges")
    print("\n".join(wrong))
    sys.exit(bool(wrong))


main()
