#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What tests/cli/docs.bats asks of the documents: `docs.py CHECK`, in the root of the source tree. Prints every
offence on a line of its own; exit 1 when there is one. PATH has to lead to the programs under test."""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

OFFENCES = []


def offend(text):
    OFFENCES.append(text)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def documents():
    return sorted(glob.glob("*.md") + glob.glob("docs/**/*.md", recursive=True))


def pages():
    return sorted(glob.glob("docs/man/*.1"))


def sources():
    folders = ("libattest/*", "sbom", "policy", "release", "cmd")
    return sorted(path for folder in folders for path in glob.glob(folder + "/*.c"))


def compare(what, here, found, there, wanted):
    for name in sorted(set(found) - set(wanted)):
        offend(f"{what} {name}: in {here}, not in {there}")
    for name in sorted(set(wanted) - set(found)):
        offend(f"{what} {name}: in {there}, not in {here}")
    if not found or not wanted:
        offend(f"no {what} found in {here} or in {there}: is this check blind?")


# --- examples ------------------------------------------------------------------------------------------------


def blocks(path):
    """(line number, text) of everything that shows commands."""
    text = read(path)
    if path.endswith(".md"):
        for match in re.finditer(r"^```console\n(.*?)^```$", text, re.M | re.S):
            yield text.count("\n", 0, match.start()) + 2, match[1]
    else:
        start = text.find(".Sh EXAMPLES")
        for match in re.finditer(r"^\.Bd -literal[^\n]*\n(.*?)^\.Ed$", text[start:], re.M | re.S):
            plain = match[1].replace("\\e", "\\").replace("\\&", "")
            yield text.count("\n", 0, start + match.start()) + 2, plain


def examples_of(path):
    """(line number, command, output) of every example of a document."""
    for number, block in blocks(path):
        command = None
        for line in block.splitlines():
            if line.startswith("$ "):
                if command:
                    yield at, command, output
                command, output, at = line[2:], [], number
            elif command:
                output.append(line)
            number += 1
        if command:
            yield at, command, output


def pattern_of(output):
    """A line "..." stands for any lines, "..." within a line for anything in it."""
    pattern = ""
    for line in output:
        if line == "...":
            pattern += r"(?:.*\n)*"
        else:
            pattern += r".*".join(re.escape(part) for part in line.split("...")) + r"\n"
    return pattern


def run(command, folder):
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": folder}
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
        if name in os.environ:
            environment[name] = os.environ[name]
    # One pipe for both, in the order in which a terminal would show them.
    done = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False)
    return done.stdout.decode("utf-8", "replace")


def check_examples():
    count = 0
    for path in documents() + pages():
        with tempfile.TemporaryDirectory() as temporary:
            folder = os.path.join(temporary, "docs")
            shutil.copytree("testdata/docs", folder)
            for line, command, output in examples_of(path):
                count += 1
                got = run(command, folder)
                if not re.fullmatch(pattern_of(output), got if got.endswith("\n") or not got else got + "\n"):
                    offend(f"{path}:{line}: $ {command}\n--- shown\n" + "\n".join(output) + f"\n--- printed\n{got}")
    if count < 15:
        offend(f"only {count} examples found: is this check blind?")


# --- options -------------------------------------------------------------------------------------------------


def options_of_help(*command):
    text = subprocess.run(command + ("--help",), capture_output=True, text=True, check=True).stdout
    found = set()
    for match in re.finditer(r"^ +(?:-(\w), )?--([a-z0-9-]+)( [A-Z]+)?  ", text, re.M):
        found |= {f"--{match[2]}" + (" VALUE" if match[3] else "")}
        found |= {f"-{match[1]}"} if match[1] else set()
    return found


def commands_of_align():
    text = subprocess.run(("attest-align", "--help"), capture_output=True, text=True, check=True).stdout
    return re.findall(r"^  ([a-z]+)  ", text, re.M)


def options_of_page(path, heading):
    section = re.search(rf"^\.S[sh] {heading}\n(.*?)(?=^\.S[sh] )", read(path), re.M | re.S)
    found = set()
    for item in re.findall(r"^\.It (.*Fl.*)$", section[1] if section else "", re.M):
        for option in item.split(" , "):
            match = re.fullmatch(r"(?:Fl Fl ([a-z0-9-]+)|Fl (\w))( Ar \w+)?", option.strip())
            if not match:
                offend(f"{path}: cannot read the option in: {item}")
            elif match[1]:
                found.add(f"--{match[1]}" + (" VALUE" if match[3] else ""))
            else:
                found.add(f"-{match[2]}")
    return found


def check_options():
    page = "docs/man/attest-sbom.1"
    generate, tree = options_of_help("attest-sbom"), options_of_help("attest-sbom", "tree")
    compare("option", "attest-sbom --help", generate, page, options_of_page(page, "Options of generate"))
    described = options_of_page(page, "Options of tree")
    # Options of both commands are described once; the second time their names are enough.
    described = {o + " VALUE" if o + " VALUE" in generate else o for o in described}
    compare("option", "attest-sbom tree --help", tree, page, described)
    for command in ("write", "verify"):
        page = "docs/man/attest-checksum.1"
        described = options_of_page(page, f"Options of {command}")
        described = {o + " VALUE" if o == "--jobs" else o for o in described}
        compare("option", f"attest-checksum {command} --help", options_of_help("attest-checksum", command), page,
                described)
    for command in ("new", "show", "public", "convert"):
        page = "docs/man/attest-key.1"
        compare("option", f"attest-key {command} --help", options_of_help("attest-key", command) - {"--help"},
                page, options_of_page(page, f"Options of {command}"))
    for command in ("update", "import", "status", "show"):
        page = "docs/man/attest-advisories.1"
        compare("option", f"attest-advisories {command} --help", options_of_help("attest-advisories", command), page,
                options_of_page(page, f"Options of {command}"))
    for command in ("check", "scan", "init"):
        page = "docs/man/attest-policy.1"
        described = options_of_page(page, f"Options of {command}")
        compare("option", f"attest-policy {command} --help", options_of_help("attest-policy", command) | {"--help"},
                page, described | {"--help"})
    for command in commands_of_align():
        page = "docs/man/attest-align.1"
        compare("option", f"attest-align {command} --help", options_of_help("attest-align", command) | {"--help"},
                page, options_of_page(page, f"Options of {command}") | {"--help"})
    for program in ("attest-provenance", "attest-inspect"):
        page = f"docs/man/{program}.1"
        compare("option", f"{program} --help", options_of_help(program), page, options_of_page(page, "Options"))
    compare("option", "attest --help", options_of_help("attest"), "docs/man/attest.1",
            options_of_page("docs/man/attest.1", "DESCRIPTION"))


# --- what the sources hold -----------------------------------------------------------------------------------


def check_codes():
    found = set()
    for path in sources():
        text = read(path)
        found |= set(re.findall(r'\.code = "([a-z-]+)"', text))
        for call in re.findall(r"\b\w*warn\w*\(([^;{]*)\);", text):
            found |= set(re.findall(r'(?<![(\w] )(?<=, )"([a-z]+(?:-[a-z]+)+)"(?=,)', call))
    function = re.search(r"code_for\(int code\)\n\{(.*?)\n\}", read("libattest/base/finding.c"), re.S)
    found |= set(re.findall(r'return "([a-z-]+)"', function[1]))
    documented = {os.path.basename(path)[:-3] for path in glob.glob("docs/checks/*.md")}
    compare("finding code", "the sources", found, "docs/checks", documented)
    for code in documented:
        if not read(f"docs/checks/{code}.md").startswith(f"# {code}\n"):
            offend(f"docs/checks/{code}.md: expected the heading \"# {code}\"")


def check_properties():
    found = set()
    for path in sources():
        found |= set(re.findall(r'"(attest:[a-z0-9:-]+)"', read(path)))
    scopes = re.search(r"sbom_scope_name\(uint32_t bit\)\n\{(.*?)\n\}", read("sbom/document.c"), re.S)
    # The prefix of the scopes' names, and the ref of a document that is read and has no root.
    found -= {"attest:dependency:", "attest:document"}
    found |= {f"attest:dependency:{name}" for name in re.findall(r'return "(\w+)"', scopes[1])}
    text = read("docs/FORMATS.md")
    tables = text[text.index("## Properties"):text.index("## The report")]
    documented = set()
    for row in re.findall(r"^\| (`attest:.*?) \|", tables, re.M):
        documented |= set(re.findall(r"`(attest:[a-z0-9:-]+)`", row))
    compare("property", "the sources", found, "docs/FORMATS.md", documented)


def file_patterns():
    found = set()
    for path in glob.glob("sbom/cataloger_*.c"):
        lists = re.findall(r"\.patterns =\s*\(const char \*const\[\]\)\{(.*?)\}", read(path), re.S)
        for text in lists:
            text = re.sub(r'STATUS_D "[^"]*"', '"var/lib/dpkg/status.d/*"', text)
            found |= {name.removeprefix("**/") for name in re.findall(r'"([^"]+)"', text)}
    return found


def check_files():
    patterns = file_patterns()
    refused = {"bun.lockb"}
    readme = read("README.md")
    if "`bun.lockb` is refused" not in readme:
        offend("README.md does not say that bun.lockb is refused")
    table = readme[readme.index("## Files that are understood"):readme.index("## Exit status")]
    listed = set()
    for row in re.findall(r"^\| ([^|]*`[^|]*) \|", table, re.M):
        # "`status`, `status.d/*` below `var/lib/dpkg`"
        row, _, below = row.partition(" below ")
        for name in re.findall(r"`([^`]+)`", row):
            listed.add((below.strip("`") + "/" if below else "") + name)
    compare("file", "the catalogers", patterns - refused, "README.md", listed - {"go.sum"})
    page = read("docs/man/attest-sbom.1")
    section = page[page.index(".Sh FILES"):page.index(".Sh EXIT STATUS")]
    listed = set()
    for line in re.findall(r"^\.Pa (.*)$", section, re.M):
        listed |= set(line.replace(")", "").replace(",", "").split())
    compare("file", "the catalogers", patterns - refused, "attest-sbom.1", listed - {"go.sum"})
    text = subprocess.run(["attest-sbom", "--help"], capture_output=True, text=True, check=True).stdout
    text = text[text.index("Understood files:"):text.index("Exit status")]
    for name in re.findall(r"[\w*/-]+\.\w+(?:\.\w+)*", text):
        if name not in patterns | {"go.sum", "status.d"}:
            offend(f"file {name}: in attest-sbom --help, not in the catalogers")


# --- links, version, report ----------------------------------------------------------------------------------


def anchors(path):
    found = set()
    for heading in re.findall(r"^#+ (.*)$", read(path), re.M):
        plain = re.sub(r"[^\w\s-]", "", heading.lower()).strip()
        found.add(re.sub(r"\s", "-", plain))
    return found


def check_links():
    count = 0
    for path in documents():
        text = re.sub(r"^```.*?^```$", "", read(path), flags=re.M | re.S)
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            count += 1
            if re.match(r"https://", target):
                continue
            file, _, anchor = target.partition("#")
            full = os.path.normpath(os.path.join(os.path.dirname(path), file)) if file else path
            if not os.path.exists(full):
                offend(f"{path}: {target} leads nowhere")
            elif anchor and anchor not in anchors(full):
                offend(f"{path}: {target}: no such heading")
    for code in re.findall(r"docs/checks/([a-z-]+)\.md", "".join(read(p) for p in documents())):
        if not os.path.exists(f"docs/checks/{code}.md"):
            offend(f"docs/checks/{code}.md is named and not there")
    if count < 10:
        offend(f"only {count} links found: is this check blind?")


def check_version():
    version = re.search(r"^VERSION := (\S+)$", read("Makefile"), re.M)[1]
    newest = re.search(r"^## \[?(\d+\.\d+\.\d+)\]?", read("CHANGELOG.md"), re.M)
    if not newest or newest[1] != version:
        offend(f"CHANGELOG.md: expected {version} as the newest version, found {newest and newest[1]}")
    printed = subprocess.run(["attest", "--version"], capture_output=True, text=True, check=True).stdout
    if printed.splitlines()[0] != f"attest {version}":
        offend(f"attest --version: expected {version}, found {printed.splitlines()[0]}")


def check_items(*paths):
    check_report(*paths)
    check_report(*paths, schema="items")


def check_ledger(*paths):
    check_report(*paths, schema="ledger")


def check_report(*paths, schema="report"):
    import json
    import jsonschema
    schema = json.loads(read(f"docs/schemas/{schema}.schema.json"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for path in paths:
        for error in validator.iter_errors(json.loads(read(path))):
            offend(f"{path}: {'/'.join(map(str, error.absolute_path))}: {error.message}")
    if not paths:
        offend("no report to look at")


def main():
    checks = {name[6:]: check for name, check in globals().items() if name.startswith("check_")}
    checks[sys.argv[1]](*sys.argv[2:])
    print("\n".join(OFFENCES))
    sys.exit(1 if OFFENCES else 0)


main()
