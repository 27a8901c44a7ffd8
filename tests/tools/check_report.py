#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Checks reports as their readers would, and prints TAP: `check_report.py SCHEMA FILE...`. SCHEMA is the published
schema of SARIF 2.1.0. Files named *.sarif have to be valid by it, and refer to rules that are there; *.xml have to be
well-formed, with the counts that the suite claims."""
import json
import sys
import xml.etree.ElementTree as tree

import jsonschema


def check_sarif(schema, path):
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker()).validate(document)
    for run in document["runs"]:
        rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        assert len(rules) == len(set(rules)), "a rule stands there twice"
        for result in run["results"]:
            assert rules[result["ruleIndex"]] == result["ruleId"], "ruleIndex points elsewhere"
            for location in result["locations"]:
                assert location["physicalLocation"]["artifactLocation"]["uri"], "a place without a file"
            assert result["locations"], "GitHub refuses results without a place"


def check_junit(path):
    root = tree.parse(path).getroot()
    assert root.tag == "testsuites", root.tag
    for suite in root:
        tests = suite.findall("testcase")
        found = {"tests": len(tests), "failures": len(suite.findall("testcase/failure")),
                 "errors": len(suite.findall("testcase/error")), "skipped": len(suite.findall("testcase/skipped"))}
        for name, count in found.items():
            assert int(suite.get(name)) == count, f"{name}: {suite.get(name)} said, {count} found"
        assert tests, "a suite without tests"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    failed = False
    print(f"1..{len(sys.argv) - 2}")
    for number, path in enumerate(sys.argv[2:], 1):
        try:
            if path.endswith(".sarif"):
                check_sarif(schema, path)
            else:
                check_junit(path)
            print(f"ok {number} - {path}")
        except (AssertionError, KeyError, IndexError, ValueError, jsonschema.ValidationError, tree.ParseError) as error:
            failed = True
            print(f"not ok {number} - {path}\n# {str(error)[:1000]}")
    return 1 if failed else 0


sys.exit(main())
