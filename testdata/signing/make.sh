#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# testdata/signing/make.sh [PART...]: makes the signature vectors anew, with the formats' own tools (minisign,
# signify-openbsd, openssl, libsodium, and cosign 3 where PEERS/bin has it). What Ed25519 and RSA sign comes out as it was, ECDSA
# signatures differ from run to run. The keys beside it are for tests, and known to everybody.
# shellcheck disable=SC2016,SC1003 # what sed and jq read is in single quotes
set -eu
cd "$(dirname "$0")/.."
keys=$PWD/signing artifact=$PWD/signing/artifact
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

base64_of() { base64 -w0 "$@"; }

make_minisign() {
	rm -rf minisign/good minisign/bad
	mkdir -p minisign/good minisign/bad
	local good=minisign/good/prehashed name
	sign_minisign() { # NAME ARGUMENT...
		minisign -S -s "$keys/minisign.key" -m "$artifact" -x "minisign/good/$1" "${@:2}" >/dev/null
	}
	sign_minisign prehashed -c "signature from a test" -t $'timestamp:1700000000\tfile:artifact\thashed'
	sign_minisign legacy -l -c "signature from a test" -t $'timestamp:1700000000\tfile:artifact'
	sign_minisign utf8 -c "Unterschrift für Prüfungen" -t "geprüft: ✓"
	sign_minisign long -c "x" -t "$(printf 'y%.0s' {1..4000})"
	sed 's/$/\r/' $good >minisign/good/crlf
	head -c -1 $good >minisign/good/no-line-end
	sed '1s/:.*/: /' $good >minisign/good/empty-comment

	spoil() { sed "$2" $good >"minisign/bad/$1"; }
	spoil no-trusted-comment '3,$d'
	spoil no-global-signature '4d'
	spoil no-signature '2d'
	spoil trailing-line '$a more'
	spoil trailing-empty-line '$a\\'
	spoil other-untrusted-prefix '1s/untrusted comment/Untrusted comment/'
	spoil other-trusted-prefix '3s/trusted comment: /trusted comment:/'
	spoil long-untrusted "1s/\$/$(printf 'x%.0s' {1..1000})/"
	spoil long-trusted "3s/\$/$(printf 'x%.0s' {1..8200})/"
	spoil control-in-trusted '3s/hashed/\x1b[31m/'
	spoil nul-in-trusted '3s/hashed/\x00/'
	spoil return-in-trusted '3s/hashed/a\rb/'
	spoil bidi-in-trusted '3s/hashed/\xe2\x80\xae/'
	spoil latin1-in-trusted '3s/hashed/\xe9/'
	spoil space-before-signature '2s/^/ /'
	spoil space-behind-signature '2s/$/ /'
	spoil no-padding '2s/=$//'
	spoil url-alphabet '2s,/,_,'
	spoil leftover-bits '2s/.=$/9=/'
	spoil short-signature '2s/....$//'
	spoil short-global '4s/....$//'
	spoil long-base64 "2s/\$/$(printf 'A%.0s' {1..200})/"
	spoil other-algorithm '2s/^RU/RV/'
	sed 2q minisign/good/prehashed | tr '\n' '\r' >minisign/bad/return-only
	for name in minisign/bad/*; do
		! cmp -s "$name" $good || { echo "$name is not bad" >&2; exit 1; }
	done
}

make_signify() {
	rm -rf signify/good signify/bad
	mkdir -p signify/good signify/bad
	local good=signify/good/plain
	signify-openbsd -S -s "$keys/signify.sec" -m "$artifact" -x $good
	sed 's/$/\r/' $good >signify/good/crlf
	sed "1s/:.*/: $(printf 'x%.0s' {1..1023})/" $good >signify/good/long-comment

	spoil() { sed "$2" $good >"signify/bad/$1"; }
	signify-openbsd -S -e -s "$keys/signify.sec" -m "$artifact" -x signify/bad/embedded
	head -c -1 $good >signify/bad/no-line-end
	spoil no-signature '2d'
	spoil long-comment "1s/\$/$(printf 'x%.0s' {1..1024})/"
	spoil no-space '1s/: /:/'
	spoil other-algorithm '2s/^RW/RX/'
	spoil prehashed-algorithm '2s/^RW/RU/'
	spoil space '2s/$/ /'
	spoil short '2s/....$//'
	spoil public-key '2s/.*/RWRBVFRFU1QAAXdk8FnfttKQT+KFktj0Ee+I+9YqFZutteknmM8uwIJh/'
	spoil trailing-empty-line '$a\\'
}

pae() { # TYPE FILE
	printf 'DSSEv1 %d %s %d ' "${#1}" "$1" "$(stat -c %s "$2")"
	cat "$2"
}

# The base64 of a signature; "ph" prehashes Ed25519.
sign_with() { # KEY DIGEST FILE
	case $1-$2 in
	ed25519-pure) openssl pkeyutl -sign -rawin -inkey "$keys/ed25519.pem" -in "$3" | base64_of ;;
	ed25519-ph) sign_prehashed "$3" | base64_of ;;
	rsa-pss)
		openssl dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32 -sign "$keys/rsa.pem" "$3" |
			base64_of
		;;
	*) openssl dgst "-$2" -sign "$keys/$1.pem" "$3" | base64_of ;;
	esac
}

sign_prehashed() { # FILE
	openssl pkey -in "$keys/ed25519.pem" -outform DER | tail -c 32 >"$scratch/seed"
	python3 - "$scratch/seed" "$1" <<'END'
import ctypes, sys
sodium = ctypes.CDLL("libsodium.so.23")
sodium.sodium_init()
seed, message = (open(name, "rb").read() for name in sys.argv[1:])
public, secret, out, state = (ctypes.create_string_buffer(size) for size in (32, 64, 64, 512))
sodium.crypto_sign_seed_keypair(public, secret, seed)
sodium.crypto_sign_ed25519ph_init(state)
sodium.crypto_sign_ed25519ph_update(state, message, ctypes.c_ulonglong(len(message)))
sodium.crypto_sign_ed25519ph_final_create(state, out, None, secret)
sys.stdout.buffer.write(out.raw)
END
}

fingerprint() { openssl pkey -in "$keys/$1.pem" -pubout -outform DER | openssl dgst -sha256 -binary; }

make_dsse() {
	rm -rf dsse/good dsse/bad
	mkdir -p dsse/good dsse/bad
	local type=text/plain payload way good=dsse/good/ed25519
	payload=$(base64_of "$artifact")
	pae $type "$artifact" >"$scratch/pae"
	envelope() { # KEYID SIGNATURE...
		local keyid=$1
		shift
		jq -cn --arg payload "$payload" --arg type $type --arg keyid "$keyid" \
			'{payload: $payload, payloadType: $type,
			  signatures: [$ARGS.positional[] | {keyid: $keyid, sig: .}]}' --args "$@"
	}
	for way in ed25519-pure p256-sha256 p384-sha384 p384-sha256 rsa-sha256 rsa-pss ed25519-ph; do
		envelope "${way%-*}" "$(sign_with "${way%-*}" "${way#*-}" "$scratch/pae")" >"dsse/good/$way"
	done
	mv dsse/good/ed25519-pure $good
	jq . $good >dsse/good/indented
	jq -c 'del(.signatures[].keyid)' $good >dsse/good/no-keyid
	jq -c '.signatures[].keyid = null' $good >dsse/good/null-keyid
	jq -c '.future = [1] | .signatures[0].cert = "x"' $good >dsse/good/unknown-members
	jq -c '.payload |= (gsub("\\+"; "-") | gsub("/"; "_") | rtrimstr("=") | rtrimstr("="))
		| .signatures[].sig |= (gsub("\\+"; "-") | gsub("/"; "_") | rtrimstr("=") | rtrimstr("="))' \
		$good >dsse/good/url-safe
	jq -cs '.[0] + {signatures: (.[0].signatures + .[1].signatures)}' dsse/good/p256-sha256 $good >dsse/good/two
	cat dsse/good/p256-sha256 $good >dsse/good/lines
	payload='' && : >"$scratch/empty" && pae $type "$scratch/empty" >"$scratch/pae"
	envelope '' "$(sign_with ed25519 pure "$scratch/pae")" >dsse/good/empty-payload

	spoil() { jq -c "$2" $good >"dsse/bad/$1"; }
	spoil no-payload 'del(.payload)'
	spoil no-type 'del(.payloadType) | .signatures[0].keyid = "\"payloadType\""'
	spoil null-payload '.payload = null'
	spoil empty-type '.payloadType = ""'
	spoil number-type '.payloadType = 1'
	spoil no-signatures 'del(.signatures)'
	spoil zero-signatures '.signatures = []'
	spoil object-signatures '.signatures |= .[0]'
	spoil string-signature '.signatures[0] |= .sig'
	spoil no-sig 'del(.signatures[0].sig)'
	spoil empty-sig '.signatures[0].sig = ""'
	spoil number-keyid '.signatures[0].keyid = 1'
	spoil payload-not-base64 '.payload |= "*" + .[1:]'
	spoil payload-space '.payload |= " " + .'
	spoil sig-bad-padding '.signatures[0].sig |= .[:-3]'
	spoil mixed-alphabets '.signatures[0].sig |= "-+" + .[2:]'
	spoil many-signatures '.signatures |= [range(33) as $i | .[0]]'
	sed 's/"payloadType"/"payload":"","payloadType"/' $good >dsse/bad/duplicate-payload
	sed 's/}$/},/' $good >dsse/bad/trailing-comma
	{ cat $good; echo '{"payloadType":'; } >dsse/bad/second-line
	{ cat $good; echo; echo '{}'; } >dsse/bad/third-line
}

make_bundle() {
	rm -rf bundle/good
	mkdir -p bundle/good bundle/bad
	local way type=application/vnd.dev.sigstore.bundle.v0.3+json good=bundle/good/ed25519 key name
	bundle() { # KEY MEMBER-AS-JSON
		jq -cn --arg type $type --arg hint "$(fingerprint "$1" | base64_of)" --argjson rest "$2" \
			'{mediaType: $type, verificationMaterial: {publicKey: {hint: $hint}}} + $rest'
	}
	message() { # KEY DIGEST ALGORITHM
		bundle "$1" "$(jq -cn --arg sig "$(sign_with "$1" "$2" "$artifact")" --arg name "SHA2_$3" \
			--arg digest "$(openssl dgst "-sha$3" -binary "$artifact" | base64_of)" \
			'{messageSignature: {messageDigest: {algorithm: $name, digest: $digest}, signature: $sig}}')"
	}
	message ed25519 pure 256 >$good
	message ed25519 ph 512 >bundle/good/ed25519ph
	for way in p256-sha256 p384-sha256 p384-sha384 rsa-sha256; do
		message "${way%-*}" "${way#*-}" "${way#*-sha}" >"bundle/good/$way"
	done
	for way in ed25519-pure ed25519-ph p256-sha256 p384-sha256 p384-sha384 rsa-sha256; do
		pae text/plain "$artifact" >"$scratch/pae"
		bundle "${way%-*}" "$(jq -cn --arg payload "$(base64_of "$artifact")" \
			--arg sig "$(sign_with "${way%-*}" "${way#*-}" "$scratch/pae")" \
			'{dsseEnvelope: {payload: $payload, payloadType: "text/plain", signatures: [{sig: $sig}]}}')" \
			>"bundle/good/dsse-$way"
	done
	vary() { jq -c "$2" $good >"bundle/good/$1"; }
	vary no-digest '.messageSignature.messageDigest = {}'
	vary no-hint '.verificationMaterial.publicKey = {}'
	vary nulls '.dsseEnvelope = null | .verificationMaterial.tlogEntries = null'
	vary version-0.1 '.mediaType = "application/vnd.dev.sigstore.bundle+json;version=0.1"'
	vary version-0.2 '.mediaType = "application/vnd.dev.sigstore.bundle+json;version=0.2"'
	vary version-0.3 '.mediaType = "application/vnd.dev.sigstore.bundle+json;version=0.3"'
	vary logged '.verificationMaterial += {
		tlogEntries: [{logIndex: "7", logId: {keyId: "AAAA"}, kindVersion: {kind: "hashedrekord", version: "0.0.1"},
			integratedTime: 1700000000, inclusionPromise: {signedEntryTimestamp: "AAAA"},
			inclusionProof: {logIndex: "7", rootHash: "AAAA", treeSize: "8", hashes: ["AAAA", "AAAA"],
				checkpoint: {envelope: "x\n"}}, canonicalizedBody: "e30="}],
		timestampVerificationData: {rfc3161Timestamps: [{signedTimestamp: "AAAA"}, {}]}}'
	jq . $good >bundle/good/indented
	jq -cS . $good >bundle/good/sorted
	cat $good bundle/good/p256-sha256 >bundle/good/lines
	[ ! -x "${PEERS:-}/bin/cosign" ] || {
		echo '{"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.2+json","rekorTlogConfig":{"selector":"ANY"},"tsaConfig":{"selector":"ANY"}}' \
			>"$scratch/offline.json"
		export COSIGN_PASSWORD=test HOME=$scratch
		for key in p256 p384 rsa; do
			(
				cd "$scratch"
				"$PEERS/bin/cosign" import-key-pair --key "$keys/$key.pem" -o "cosign-$key"
				"$PEERS/bin/cosign" sign-blob --key "cosign-$key.key" --signing-config offline.json \
					--bundle "cosign-$key" -y "$artifact"
			) >"$scratch/log" 2>&1 || cat "$scratch/log" >&2
			cp "$scratch/cosign-$key" bundle/good/
		done
	}
	make_bad_bundles
}

make_bad_bundles() {
	local good=bundle/good/ed25519 dsse=bundle/good/dsse-ed25519-pure
	rm -rf bundle/bad
	mkdir -p bundle/bad
	spoil() { jq -c "$2" $good >"bundle/bad/$1"; }
	spoil_dsse() { jq -c "$2" $dsse >"bundle/bad/$1"; }
	spoil no-type 'del(.mediaType)'
	spoil number-type '.mediaType = 3'
	spoil version-0.4 '.mediaType |= sub("0.3"; "0.4")'
	spoil version-0.30 '.mediaType |= sub("0.3"; "0.30")'
	spoil unknown-member '.future = 1'
	spoil unknown-in-material '.verificationMaterial.future = 1'
	spoil unknown-in-key '.verificationMaterial.publicKey.rawBytes = "AAAA"'
	spoil unknown-in-signature '.messageSignature.future = null'
	spoil snake-case '.media_type = .mediaType'
	spoil no-material 'del(.verificationMaterial)'
	spoil null-material '.verificationMaterial = null'
	spoil empty-material '.verificationMaterial = {}'
	spoil list-material '.verificationMaterial |= [.]'
	spoil certificate '.verificationMaterial = {certificate: {rawBytes: "MAA="}}'
	spoil chain '.verificationMaterial = {x509CertificateChain: {certificates: [{rawBytes: "MAA="}]}}'
	spoil key-and-certificate '.verificationMaterial.certificate = {rawBytes: "MAA="}'
	spoil number-hint '.verificationMaterial.publicKey.hint = 1'
	spoil no-content 'del(.messageSignature)'
	spoil both-contents '.dsseEnvelope = {}'
	spoil no-message-digest 'del(.messageSignature.messageDigest)'
	spoil no-algorithm 'del(.messageSignature.messageDigest.algorithm)'
	spoil no-digest-bytes 'del(.messageSignature.messageDigest.digest)'
	spoil number-algorithm '.messageSignature.messageDigest.algorithm = 1'
	spoil sha3 '.messageSignature.messageDigest.algorithm = "SHA3_256"'
	spoil unspecified-algorithm '.messageSignature.messageDigest.algorithm = "HASH_ALGORITHM_UNSPECIFIED"'
	spoil lowercase-algorithm '.messageSignature.messageDigest.algorithm = "sha2_256"'
	spoil digest-of-other-size '.messageSignature.messageDigest.algorithm = "SHA2_384"'
	spoil digest-not-base64 '.messageSignature.messageDigest.digest |= "!" + .[1:]'
	spoil no-signature 'del(.messageSignature.signature)'
	spoil empty-signature '.messageSignature.signature = ""'
	spoil signature-not-base64 '.messageSignature.signature |= "." + .[1:]'
	spoil signature-line-end '.messageSignature.signature += "\n"'
	spoil entries-object '.verificationMaterial.tlogEntries = {}'
	spoil entry-null '.verificationMaterial.tlogEntries = [null]'
	spoil entry-unknown '.verificationMaterial.tlogEntries = [{foo: 1}]'
	spoil entry-negative '.verificationMaterial.tlogEntries = [{logIndex: "-1"}]'
	spoil entry-negative-number '.verificationMaterial.tlogEntries = [{logIndex: -1}]'
	spoil entry-huge '.verificationMaterial.tlogEntries = [{logIndex: "9223372036854775808"}]'
	spoil entry-fraction '.verificationMaterial.tlogEntries = [{logIndex: 1.5}]'
	spoil entry-body '.verificationMaterial.tlogEntries = [{canonicalizedBody: "{}"}]'
	spoil many-entries '.verificationMaterial.tlogEntries = [range(33) | {}]'
	spoil many-hashes '.verificationMaterial.tlogEntries = [{inclusionProof: {hashes: [range(65) | "AAAA"]}}]'
	spoil many-timestamps '.verificationMaterial.timestampVerificationData.rfc3161Timestamps = [range(33) | {}]'
	spoil_dsse dsse-two '.dsseEnvelope.signatures += .dsseEnvelope.signatures'
	spoil_dsse dsse-none '.dsseEnvelope.signatures = []'
	spoil_dsse dsse-unknown '.dsseEnvelope.signatures[0].cert = "AAAA"'
	spoil_dsse dsse-null '.dsseEnvelope.payload = null'
	spoil_dsse dsse-empty '.dsseEnvelope = {}'
	sed 's/"messageSignature"/"mediaType":"application\/vnd.dev.sigstore.bundle.v0.3+json",&/' $good \
		>bundle/bad/duplicate-type
	sed 's/}$/,}/' $good >bundle/bad/trailing-comma
	sed 's/^/\xef\xbb\xbf/' $good >bundle/bad/byte-order-mark
	{ cat $good; echo; jq -c '.mediaType |= sub("0.3"; "0.9")' $good; } >bundle/bad/third-line
}

[ $# -gt 0 ] || set -- minisign signify dsse bundle
for part; do
	"make_$part"
done
