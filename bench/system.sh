#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # run has set them
# Part of bench/run: what is installed here, by the database of dpkg.
[ -e /var/lib/dpkg/status ] || return 0
heading "The $(grep -c '^Package:' /var/lib/dpkg/status) packages of this system"
read -r wall _ < <(measure 10 "$attest /var/lib/dpkg/status")
row "attest-sbom" "$(number "$wall" 0) ms" "peak $(peak "$attest" /var/lib/dpkg/status) MiB"
peer "$wall" debsbom debsbom generate -t cdx -o "$data/debsbom"
