#!/usr/bin/env bats
# Sigstore bundles and DSSE envelopes: openssl takes the signatures in them. cosign.bats asks cosign.

load ../cli/common
load signing

setup() { signing_setup; }

# The DSSE message of a file.
message() { # TYPE FILE
    printf 'DSSEv1 %d %s %d ' "${#1}" "$1" "$(stat -c %s "$2")"
    cat "$2"
}

signature_of() { # JQ-PATH FILE
    jq -r "$1" "$2" | base64 -d
}

@test "openssl takes the signatures in our bundles" {
    local key
    for key in p256 p384 rsa; do
        sign_file sign "$KEYS/$key.pem" bundle artifact >made
        signature_of .messageSignature.signature made >signature
        openssl dgst -sha256 -verify "$KEYS/$key.pub" -signature signature artifact
        [ "$(signature_of .messageSignature.messageDigest.digest made | od -An -v -tx1 | tr -d ' \n')" = \
            "$(sha256sum artifact | cut -d' ' -f1)" ]
    done
    sign_file sign "$KEYS/ed25519.pem" bundle artifact >made
    signature_of .messageSignature.signature made >signature
    openssl pkeyutl -verify -rawin -pubin -inkey "$KEYS/ed25519.pub" -sigfile signature -in artifact
}

@test "openssl takes the signatures in our envelopes" {
    local key digest
    message text/plain artifact >signed
    for key in p256 p384 rsa; do
        sign_file sign "$KEYS/$key.pem" dsse artifact text/plain >made
        signature_of '.signatures[0].sig' made >signature
        digest=sha256
        [ $key != p384 ] || digest=sha384
        openssl dgst -$digest -verify "$KEYS/$key.pub" -signature signature signed
    done
    sign_file sign "$KEYS/ed25519.pem" dsse artifact text/plain >made
    signature_of '.signatures[0].sig' made >signature
    openssl pkeyutl -verify -rawin -pubin -inkey "$KEYS/ed25519.pub" -sigfile signature -in signed
}

@test "our bundles and envelopes hold here" {
    local key
    for key in ed25519 p256 p384 rsa; do
        sign_file sign "$KEYS/$key.pem" bundle artifact >made
        sign_file verify "$KEYS/$key.pub" made artifact
        run -1 sign_file verify "$KEYS/$key.pub" made spoilt
        sign_file sign "$KEYS/$key.pem" bundle artifact text/plain >made
        sign_file verify "$KEYS/$key.pub" made artifact
        run -1 sign_file verify "$KEYS/$key.pub" made spoilt
        sign_file sign "$KEYS/$key.pem" dsse statement >made
        sign_file verify "$KEYS/$key.pub" made statement
    done
}
