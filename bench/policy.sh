#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # run has set them
# Part of bench/run: the advisories check by the database that advisories.sh made, of which every tenth component or so
# has an advisory.
program=build/bin/attest-policy
judged=$data/policy
database=$data/advisories/a.db
mkdir -p "$judged/lock"
[ -e "$judged/100000.json" ] || python3 - "$judged" <<'END'
import os, sys
folder = sys.argv[1]
with open(os.path.join(folder, "lock", "Cargo.lock"), "w") as lock:
    lock.write('version = 4\n\n[[package]]\nname = "app"\nversion = "0.1.0"\n')
    for i in range(1100):
        lock.write(f'\n[[package]]\nname = "crate-{i * 9}"\nversion = "1.{i}.0"\n'
                   f'source = "registry+https://github.com/rust-lang/crates.io-index"\nchecksum = "{i:064x}"\n')
for count in (12500, 25000, 50000, 100000):
    with open(os.path.join(folder, f"{count}.json"), "w") as document:
        document.write('{"bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {"component": {"type": '
                       '"application", "bom-ref": "root", "name": "app"}}, "components": [')
        document.write(",".join(f'{{"type": "library", "bom-ref": "{i}", "name": "crate-{i}", "version": "1.0.0", '
                                f'"purl": "pkg:cargo/crate-{i}@1.0.0"}}' for i in range(count)))
        document.write("]}")
END

heading "Advisories on 1,100 components of a Cargo.lock"
options="--db $database --now $(date -u +%F)"
command="$program check advisories $judged/lock $options"
$command >/dev/null 2>"$data/log"
[ $? -lt 2 ] || { cat "$data/log" >&2; exit 2; } # the time of what fails is none
read -r wall cpu < <(measure 20 "$command")
row "attest policy check advisories, wall" "$(number "$wall") ms" "at most 14 ms"
row "attest policy check advisories, CPU" "$(number "$cpu") ms"
# shellcheck disable=SC2046,SC2086 # a command with its arguments
row "attest policy check advisories, peak memory" "$(peak $command) MiB" "at most 24 MiB"

heading "Advisories on the components of an SBOM"
for count in 12500 25000 50000 100000; do
	goal=
	[ "$count" -lt 100000 ] || goal="at most 1000 ms"
	read -r wall _ < <(measure 5 "$program check advisories $judged/$count.json $options")
	row "$count components" "$(number "$wall" 0) ms" "$goal"
done
