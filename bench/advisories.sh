#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # run has set them
# Part of bench/run: as many advisories as RustSec and the Go database had in November 2026, made up, or the real ones
# where ADVISORIES names a folder with their archives.
program=build/bin/attest-advisories
advisories=$data/advisories
if [ -n "${ADVISORIES:-}" ]; then
	sources=("$ADVISORIES"/*)
else
	sources=("$advisories/rustsec.tar" "$advisories/go.tar")
	[ -e "$advisories/go.tar" ] || python3 - "$advisories" <<'END'
import json, os, sys, tarfile, io
folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
def archive(name, files):
    with tarfile.open(os.path.join(folder, name), "w") as tar:
        for path, text in files:
            entry = tarfile.TarInfo(path)
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text))
def rustsec(i):
    return f"""```toml
[advisory]
id = "RUSTSEC-2026-{i:04}"
package = "crate-{i % 900}"
date = "2026-01-01"
aliases = ["CVE-2026-{i}"]
cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"

[versions]
patched = [">= 1.{i}.0"]
```

# Something is wrong

{"What it is takes a while to tell. " * 30}
""".encode()
def go(i):
    return json.dumps({"schema_version": "1.3.1", "id": f"GO-2026-{i:04}", "modified": "2026-01-01T00:00:00Z",
        "aliases": [f"CVE-2026-{i}", f"GHSA-{i}"], "summary": "Something is wrong", "details": "It takes time. " * 40,
        "affected": [{"package": {"ecosystem": "Go", "name": f"example.org/m{i % 1400}"}, "ranges": [{"type": "SEMVER",
            "events": [{"introduced": "0"}, {"fixed": f"1.{i}.0"}]}], "ecosystem_specific": {"imports": [
                {"path": f"example.org/m{i}/p", "symbols": [f"F{j}" for j in range(12)]}]}}],
        "references": [{"type": "WEB", "url": f"https://example.org/{i}/{j}"} for j in range(4)]}, indent=1).encode()
archive("rustsec.tar", [(f"crates/crate-{i % 900}/RUSTSEC-2026-{i:04}.md", rustsec(i)) for i in range(1225)])
archive("go.tar", [(f"data/osv/GO-2026-{i:04}.json", go(i)) for i in range(4291)])
END
fi

heading "Importing 1,225 advisories of RustSec and 4,291 of Go"
command="$program import --db $advisories/a.db ${sources[*]}"
mkdir -p "$advisories"
$command >"$data/log" 2>&1 || { cat "$data/log" >&2; exit 2; } # the time of what fails is none
read -r wall cpu < <(measure 5 "$command")
row "attest-advisories import, wall" "$(number "$wall" 0) ms" "at most 1500 ms"
row "attest-advisories import, CPU" "$(number "$cpu" 0) ms"
# shellcheck disable=SC2046,SC2086 # a command with its arguments
row "attest-advisories import, peak memory" "$(peak $command) MiB"
read -r wall _ < <(measure 20 "$program status --db $advisories/a.db")
row "attest-advisories status" "$(number "$wall" 2) ms"
