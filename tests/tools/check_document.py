#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Checks SBOM documents (CycloneDX or SPDX 2 as JSON), as TAP, one test per file.

usage: check_document.py [--schemas DIR] FILE...

Every document must be referentially sound: what is referred to is there, once; nothing refers to itself or to the
same thing twice; everything is reachable from the document's root. With --schemas it must also be valid against
the published schema of its version: DIR/cyclonedx/bom-V.schema.json (and what these refer to beside them) or
DIR/spdx/spdx-schema-2.3.json. Nothing is ever fetched.
"""
import argparse
import json
import os
import sys


def no_duplicate_keys(pairs):
    keys = [key for key, _ in pairs]
    if len(keys) != len(set(keys)):
        raise ValueError("duplicate key among " + ", ".join(keys))
    return dict(pairs)


class References:
    """Names that a document defines, and edges between them."""

    def __init__(self):
        self.problems, self.names, self.edges = [], set(), {}

    def define(self, name):
        if not name:
            self.problems.append("something has no name")
        if name in self.names:
            self.problems.append(f"defined twice: {name}")
        self.names.add(name)

    def refer(self, name, where):
        if name not in self.names:
            self.problems.append(f"{where} refers to what is not there: {name}")

    def connect(self, start, end, kind=""):
        self.refer(start, "an edge")
        self.refer(end, f"an edge from {start}")
        if start == end:
            self.problems.append(f"refers to itself: {start}")
        if (end, kind) in self.edges.setdefault(start, set()):
            self.problems.append(f"twice the same edge: {start} -> {end} {kind}")
        self.edges[start].add((end, kind))

    def check_reach(self, root):
        seen, todo = set(), [root]
        while todo:
            name = todo.pop()
            if name not in seen:
                seen.add(name)
                todo.extend(end for end, _ in self.edges.get(name, ()))
        lost = sorted(self.names - seen)
        if lost:
            self.problems.append(f"{len(lost)} not reachable from {root}: {', '.join(lost[:5])}")


def check_cyclonedx(document):
    refs = References()
    root = document["metadata"]["component"]
    seen = {}
    todo = [root] + document.get("components", [])
    while todo:
        component = todo.pop()
        refs.define(component.get("bom-ref"))
        facts = {key: value for key, value in component.items() if key not in ("bom-ref", "evidence")}
        facts = json.dumps(facts, sort_keys=True)
        if facts in seen and component.get("purl"):
            refs.problems.append(f"the same component twice: {component['purl']}")
        seen[facts] = True
        if "purl" in component and not component["purl"].startswith("pkg:"):
            refs.problems.append(f"no purl: {component['purl']}")
        todo.extend(component.get("components", []))
    sources = set()
    for dependency in document.get("dependencies", []):
        refs.refer(dependency["ref"], "dependencies")
        if dependency["ref"] in sources:
            refs.problems.append(f"two lists of dependencies of {dependency['ref']}")
        sources.add(dependency["ref"])
        for end in dependency.get("dependsOn", []):
            refs.connect(dependency["ref"], end)
    for composition in document.get("compositions", []):
        for name in composition.get("assemblies", []) + composition.get("dependencies", []):
            refs.refer(name, "compositions")
    refs.check_reach(root.get("bom-ref"))
    return refs.problems


PURPOSES = {"APPLICATION", "ARCHIVE", "CONTAINER", "DEVICE", "FILE", "FIRMWARE", "FRAMEWORK", "INSTALL", "LIBRARY",
            "OPERATING_SYSTEM", "OTHER", "SOURCE"}


def check_spdx(document):
    refs = References()
    refs.define(document["SPDXID"])
    for kind in ("packages", "files", "snippets"):
        for element in document.get(kind, []):
            refs.define(element["SPDXID"])
    for relationship in document.get("relationships", []):
        start, kind = relationship["spdxElementId"], relationship["relationshipType"]
        end = relationship["relatedSpdxElement"]
        if end in ("NONE", "NOASSERTION"):
            continue
        if kind.endswith("_OF"):
            start, end = end, start
        refs.connect(start, end, kind)
    licenses = [entry["licenseId"] for entry in document.get("hasExtractedLicensingInfos", [])]
    if len(licenses) != len(set(licenses)):
        refs.problems.append("an extracted license twice")
    for package in document.get("packages", []):
        if package.get("primaryPackagePurpose", "OTHER") not in PURPOSES:
            refs.problems.append(f"{package['SPDXID']} has a purpose that the schema does not know")
        text = package.get("licenseDeclared", "").replace("(", " ").replace(")", " ")
        for word in text.split():
            if word.startswith("LicenseRef-") and word not in licenses:
                refs.problems.append(f"{package['SPDXID']} refers to a license that is not there: {word}")
    refs.check_reach(document["SPDXID"])
    return refs.problems


class Schemas:
    """The published schemas of a folder; each is read once."""

    def __init__(self, folder):
        self.folder, self.validators = folder, {}

    def validator(self, path):
        import jsonschema

        if path not in self.validators:
            folder = os.path.join(self.folder, os.path.dirname(path))
            store = {}
            for name in os.listdir(folder):
                if name.endswith(".json"):
                    with open(os.path.join(folder, name), encoding="utf-8") as file:
                        schema = json.load(file)
                    store[schema.get("$id", name)] = schema
            with open(os.path.join(self.folder, path), encoding="utf-8") as file:
                schema = json.load(file)

            def refuse(uri):
                raise ValueError(f"the schema refers to {uri}, which is not in {folder}")

            resolver = jsonschema.RefResolver.from_schema(
                schema, store=store, handlers={"http": refuse, "https": refuse, "file": refuse})
            self.validators[path] = jsonschema.Draft7Validator(
                schema, resolver=resolver, format_checker=jsonschema.FormatChecker())
        return self.validators[path]

    def problems(self, path, document):
        for error in sorted(self.validator(path).iter_errors(document), key=str)[:5]:
            yield f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}"


def check(path, schemas):
    try:
        with open(path, encoding="utf-8") as file:
            document = json.load(file, object_pairs_hook=no_duplicate_keys)
        if document.get("bomFormat") == "CycloneDX":
            problems = check_cyclonedx(document)
            schema = f"cyclonedx/bom-{document['specVersion']}.schema.json"
        elif document.get("spdxVersion") == "SPDX-2.3":
            problems = check_spdx(document)
            schema = "spdx/spdx-schema-2.3.json"
        else:
            return ["neither CycloneDX nor SPDX 2.3"]
        if schemas:
            problems += schemas.problems(schema, document)
        return problems
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return [f"{type(error).__name__}: {error}"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--schemas", metavar="DIR")
    parser.add_argument("files", nargs="+")
    options = parser.parse_args()
    schemas = Schemas(options.schemas) if options.schemas else None
    failed = 0
    print(f"1..{len(options.files)}")
    for number, path in enumerate(options.files, 1):
        problems = check(path, schemas)
        failed += bool(problems)
        print(f"{'not ok' if problems else 'ok'} {number} - {path}")
        for problem in problems:
            print("# " + " ".join(problem.split()))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
