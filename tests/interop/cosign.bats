#!/usr/bin/env bats
# needs: PEERS
# Sigstore bundles between us and cosign 3, which stands in PEERS/bin: without a network, a log or a certificate.

load ../cli/common
load signing

setup() {
    signing_setup || return 1
    export PATH=$PEERS/bin:$PATH HOME=$PWD COSIGN_PASSWORD=test
    # No service at all: nothing is looked for in the network.
    echo '{"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.2+json",
        "rekorTlogConfig":{"selector":"ANY"},"tsaConfig":{"selector":"ANY"}}' >offline.json
}

cosign_takes() { # KEY
    sign_file sign "$KEYS/$1.pem" bundle artifact >made
    cosign verify-blob --key "$KEYS/$1.pub" --bundle made --insecure-ignore-tlog=true artifact
    run ! cosign verify-blob --key "$KEYS/$1.pub" --bundle made --insecure-ignore-tlog=true spoilt
    sign_file sign "$KEYS/$1.pem" bundle statement application/vnd.in-toto+json >made
    cosign verify-blob-attestation --key "$KEYS/$1.pub" --bundle made --type https://example.com/p \
        --insecure-ignore-tlog=true artifact
    run ! cosign verify-blob-attestation --key "$KEYS/$1.pub" --bundle made --type https://example.com/p \
        --insecure-ignore-tlog=true spoilt
}

# cosign 3.1 signs files with Ed25519 only by its older way, which says nothing of a digest.
cosign_makes() { # KEY ARGUMENT...
    local key=$1
    shift
    cosign import-key-pair --key "$KEYS/$key.pem" -o imported
    cosign sign-blob --key imported.key --bundle made -y "$@" artifact
    sign_file verify "$KEYS/$key.pub" made artifact
    run -1 sign_file verify "$KEYS/$key.pub" made spoilt
    cosign attest-blob --key imported.key --bundle made --signing-config offline.json --statement statement -y
    sign_file verify "$KEYS/$key.pub" made statement
    run -1 sign_file verify "$KEYS/$key.pub" made spoilt
}

@test "cosign takes our bundles: Ed25519" { cosign_takes ed25519; }
@test "cosign takes our bundles: P-256" { cosign_takes p256; }
@test "cosign takes our bundles: P-384" { cosign_takes p384; }
@test "cosign takes our bundles: RSA" { cosign_takes rsa; }
@test "cosign's bundles hold here: Ed25519" { cosign_makes ed25519 --use-signing-config=false --tlog-upload=false; }
@test "cosign's bundles hold here: P-256" { cosign_makes p256 --signing-config offline.json; }
@test "cosign's bundles hold here: P-384" { cosign_makes p384 --signing-config offline.json; }
@test "cosign's bundles hold here: RSA" { cosign_makes rsa --signing-config offline.json; }
