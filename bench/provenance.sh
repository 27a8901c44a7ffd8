#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # run has set them
# Part of bench/run: one statement about a thousand files, beside hashing them. checksum.sh has made the large file that
# they are pieces of.
program=build/bin/attest-provenance
pieces=$data/pieces
if [ ! -e "$pieces/made" ] || [ "$artifacts/made" -nt "$pieces/made" ]; then
	rm -rf "$pieces"
	mkdir -p "$pieces/files" "$pieces/tree"
	split -b 1M -a 4 "$artifacts/large" "$pieces/files/"
	find "$pieces/files" -type f | sort | tail -n +1001 | xargs rm
	git -C "$pieces/tree" init -q -b main
	git -C "$pieces/tree" -c user.name=me -c user.email=me@example.com commit -q --allow-empty -m first
	(umask 077 && cp testdata/signing/p256.pem "$pieces/key")
	touch "$pieces/made"
fi
stated="$program $pieces/files/* --builder-id https://b.example/ --source https://g.example/a --checkout $pieces/tree \
--key $pieces/key -o $pieces/statement"
hashed="build/bin/attest-checksum write -o $pieces/SHA256SUMS $pieces/files/*"

# A shell expands the names, for all three; in turn, so that all meet the same load.
heading "Stating the provenance of 1,000 files of 1 MiB, signed by P-256"
ours=() peers=() others=()
for command in "$stated" "$hashed"; do
	bash -c "$command" >"$data/log" 2>&1 || { cat "$data/log" >&2; exit 2; } # the time of what fails is none
done
for _ in 1 2 3 4 5; do
	read -r one _ < <(measure 1 "bash -c '$hashed'")
	peers+=("$one")
	read -r one _ < <(measure 1 "bash -c '$stated'")
	ours+=("$one")
	read -r one _ < <(measure 1 "bash -c 'sha256sum $pieces/files/*'")
	others+=("$one")
done
wall=$(median_of "${ours[@]}") peer=$(median_of "${peers[@]}") other=$(median_of "${others[@]}")
row "sha256sum" "$(number "$other" 0) ms"
row "attest-checksum write" "$(number "$peer" 0) ms"
row "attest-provenance" "$(number "$wall" 0) ms" "at most 1.2 x: $(ratio "$wall" "$peer")"

# What verifying costs beside reading the file: one of them against the statement about all, and all against it.
program=build/bin/attest-verify
by_statement="$program --provenance $pieces/statement --key testdata/signing/p256.pub --builder https://b.example/ \
--source https://g.example/a"
first=$(find "$pieces/files" -type f | sort | head -n 1)
for command in "$by_statement $first" "$by_statement $pieces/files/*"; do
	bash -c "$command" >"$data/log" 2>&1 || { tail -n 5 "$data/log" >&2; exit 2; }
done
heading "Verifying provenance with 1,000 subjects"
read -r wall _ < <(measure 30 "$by_statement $first")
read -r peer _ < <(measure 30 "build/bin/attest-checksum write -o - $first")
row "attest-checksum, one file" "$(number "$peer" 2) ms"
row "attest-verify, one file" "$(number "$wall" 2) ms" "at most 10 ms more: $(number "$(
	awk -v a="$wall" -v b="$peer" 'BEGIN { print a - b }')" 2) ms"
ours=() peers=()
for _ in 1 2 3; do
	read -r one _ < <(measure 1 "bash -c '$hashed'")
	peers+=("$one")
	read -r one _ < <(measure 1 "bash -c '$by_statement $pieces/files/*'")
	ours+=("$one")
done
wall=$(median_of "${ours[@]}") peer=$(median_of "${peers[@]}")
row "attest-checksum, all files" "$(number "$peer" 0) ms"
row "attest-verify, all files" "$(number "$wall" 0) ms" "parsed once: $(ratio "$wall" "$peer")"
