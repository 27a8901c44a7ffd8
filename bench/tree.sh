#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # run has set them
# Part of bench/run: a large tree that is mostly no input, against the program that only counts its files.
heading "A tree of 200,000 files with ten lockfiles"
read -r find_wall _ < <(measure 10 "find $data/tree -type f | wc -l")
read -r wall cpu < <(measure 10 "$attest $data/tree")
row "find -type f | wc -l" "$(number "$find_wall" 0) ms"
row "attest-sbom" "$(number "$wall" 0) ms" "$(ratio "$wall" "$find_wall") of find, at most 1.5 x"
row "attest-sbom, processor time" "$(number "$cpu" 0) ms"
row "attest-sbom, peak memory" "$(peak "$attest" "$data/tree") MiB" "at most 64 MiB"
compare "$data/tree" "$wall"
