#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # run has set them
# Part of bench/run: large lockfiles.
heading "A package-lock.json of $(du -m --apparent-size "$data/large/package-lock.json" | cut -f1) MB"
read -r wall cpu < <(measure 10 "$attest $data/large")
row "attest-sbom" "$(number "$wall" 0) ms" "at most 250 ms"
row "attest-sbom, processor time" "$(number "$cpu" 0) ms"
row "attest-sbom, peak memory" "$(peak "$attest" "$data/large") MiB" "at most 150 MB"
compare "$data/large" "$wall"

heading "A package-lock.json of 12,000 packages"
read -r wall cpu < <(measure 20 "$attest $data/components")
read -r _ json < <(measure 20 "build/bench/json_only $data/components/package-lock.json")
row "attest-sbom" "$(number "$wall" 0) ms"
row "attest-sbom, processor time" "$(number "$cpu" 0) ms"
row "parsing the JSON alone, processor time" "$(number "$json" 0) ms"
row "the difference" "$(awk -v a="$cpu" -v b="$json" 'BEGIN { printf "%.0f", a - b }') ms" "under 60 ms"
compare "$data/components" "$wall"
