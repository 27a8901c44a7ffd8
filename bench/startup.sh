#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Part of bench/run: from exec to exit of --version.
heading "Start-up: --version"
for program in build/bin/attest-sbom build/bin/attest-checksum build/bin/attest; do
	read -r wall _ < <(measure 200 "$program --version")
	row "$(basename "$program")" "$(number "$wall" 2) ms" "under 5 ms"
done
read -r wall _ < <(measure 200 /bin/true)
row "/bin/true" "$(number "$wall" 2) ms"
