#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # run has set them
# Part of bench/run: signatures of a large file and of a small one, beside the digest alone by openssl, and beside
# cosign where it is. checksum.sh has made the files.
program=build/bin/attest-verify
signed=$data/signed
keys=testdata/signing
if [ ! -e "$signed/made" ] || [ "$artifacts/made" -nt "$signed/made" ]; then
	rm -rf "$signed"
	mkdir -p "$signed"
	(umask 077 && cp "$keys/p256.pem" "$keys/minisign.key" "$signed")
	for i in large small; do
		ln "$artifacts/$i" "$signed/$i"
		build/bin/attest-sign --key "$signed/p256.pem" "$signed/$i" 2>>"$data/log"
		build/bin/attest-sign --key "$signed/minisign.key" --as minisign -o "$signed/$i.blake2b" "$signed/$i" \
			2>>"$data/log"
	done
	touch "$signed/made"
fi
# FILE: how its bundle is verified, and its signature by minisign.
by_bundle() { echo "$program $signed/$1 --key $keys/p256.pub"; }
by_minisign() { echo "$program $signed/$1 --key $keys/minisign.pub --signature $signed/$1.blake2b"; }

# Both in turn, so that both meet the same load.
beside() { # WHAT DIGEST COMMAND
	local peers=() ours=() one other
	for _ in 1 2 3 4 5; do
		read -r one _ < <(measure 1 "openssl dgst -$2 $artifacts/large")
		peers+=("$one")
		read -r one _ < <(measure 1 "$3")
		ours+=("$one")
	done
	one=$(median_of "${ours[@]}") other=$(median_of "${peers[@]}")
	row "openssl dgst -$2" "$(number "$other" 0) ms"
	row "$1" "$(number "$one" 0) ms" "at most 1.05 x: $(ratio "$one" "$other")"
}

for i in large small; do
	for command in "$(by_bundle $i)" "$(by_minisign $i)"; do
		$command >"$data/log" 2>&1 || { cat "$data/log" >&2; exit 2; } # the time of what fails is none
	done
done

heading "Verifying the signature of a file of 1 GiB"
beside "attest-verify, bundle by P-256" sha256 "$(by_bundle large)"
beside "attest-verify, minisign" blake2b512 "$(by_minisign large)"
# shellcheck disable=SC2046 # a command with its arguments
row "attest-verify, peak memory" "$(peak $(by_bundle large)) MiB" "at most 16 MiB"

heading "Verifying the signature of a file of 1 KiB"
read -r wall _ < <(measure 100 "$(by_minisign small)")
row "attest-verify, minisign" "$(number "$wall" 2) ms" "at most 5 ms"
read -r wall _ < <(measure 100 "$(by_bundle small)")
row "attest-verify, bundle by P-256" "$(number "$wall" 2) ms" "at most 5 ms"
# shellcheck disable=SC2046
row "attest-verify, peak memory" "$(peak $(by_bundle small)) MiB" "at most 8 MiB"
if command -v cosign >/dev/null; then
	command="cosign verify-blob --key $keys/p256.pub --bundle $signed/small.sigstore.json"
	command+=" --insecure-ignore-tlog=true $signed/small"
	read -r peer _ < <(measure 20 "$command")
	# shellcheck disable=SC2086
	row "cosign verify-blob" "$(number "$peer" 1) ms" "at least 6 x: $(ratio "$peer" "$wall"), $(peak $command) MiB"
fi
