#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # run has set them
# Part of bench/run: digests of files, beside the programs that everybody has. Every file is read once before, so that
# the disk is not what is measured.
program=build/bin/attest-checksum
artifacts=$data/artifacts
if [ ! -e "$artifacts/made" ]; then
	rm -rf "$artifacts"
	mkdir -p "$artifacts/many"
	head -c 1G /dev/urandom >"$artifacts/large"
	for i in $(seq 64); do
		tail -c +"$((i * 16777216 - 16777215))" "$artifacts/large" | head -c 64M >"$artifacts/many/$i"
	done
	head -c 1024 "$artifacts/large" >"$artifacts/small"
	(cd "$artifacts" && sha256sum large >large.sha256 && sha256sum small >small.sha256 && b2sum large >large.b2 &&
		cd many && sha256sum -- * >../many.sums && mv ../many.sums SHA256SUMS)
	touch "$artifacts/made"
fi

heading "Verifying a file of 1 GiB"
read -r peer _ < <(measure 7 "openssl dgst -sha256 $artifacts/large")
read -r wall _ < <(measure 7 "$program verify $artifacts/large.sha256")
row "openssl dgst -sha256" "$(number "$peer" 0) ms"
row "attest-checksum verify" "$(number "$wall" 0) ms" "at most 1.05 x: $(ratio "$wall" "$peer")"
row "attest-checksum, peak memory" "$(peak "$program" verify "$artifacts/large.sha256") MiB" "at most 16 MiB"
read -r peer _ < <(measure 5 "openssl dgst -blake2b512 $artifacts/large")
read -r wall _ < <(measure 5 "$program verify $artifacts/large.b2")
row "openssl dgst -blake2b512" "$(number "$peer" 0) ms"
row "attest-checksum verify, BLAKE2b" "$(number "$wall" 0) ms" "at most 1.05 x: $(ratio "$wall" "$peer")"

heading "Verifying 64 files of 64 MiB"
read -r peer _ < <(measure 3 "bash -c 'cd $artifacts/many && sha256sum --quiet -c SHA256SUMS'")
read -r wall _ < <(measure 3 "$program verify $artifacts/many/SHA256SUMS --jobs 2")
row "sha256sum, one processor" "$(number "$peer" 0) ms"
row "attest-checksum verify, two" "$(number "$wall" 0) ms" "at least 1.8 x faster: $(ratio "$peer" "$wall")"
peak=$(peak "$program" verify "$artifacts/many/SHA256SUMS" --jobs 2)
row "attest-checksum, peak memory" "$peak MiB" "at most 16 MiB"

heading "Verifying a file of 1 KiB"
read -r wall _ < <(measure 100 "$program verify $artifacts/small.sha256")
row "attest-checksum verify" "$(number "$wall" 2) ms" "at most 5 ms"
row "attest-checksum, peak memory" "$(peak "$program" verify "$artifacts/small.sha256") MiB" "at most 8 MiB"
read -r wall _ < <(measure 100 "sha256sum $artifacts/small")
row "sha256sum" "$(number "$wall" 2) ms"
