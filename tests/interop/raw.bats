#!/usr/bin/env bats
# OpenSSL checks what we sign, and we check what OpenSSL signs: bare signatures, in bytes and in base64.

bats_require_minimum_version 1.5.0
ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
SIGN_FILE=${ATTEST_BUILD:-$ROOT/build}/tests/sign_file

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    openssl genpkey -algorithm ed25519 -out ed25519.pem
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out p256.pem
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out p384.pem
    openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.pem
    for key in ed25519 p256 p384 rsa; do
        openssl pkey -in "$key.pem" -pubout -out "$key.pub"
    done
    seq 1 10000 >artifact
    sed 's/^77$/78/' artifact >forgery
    : >nothing
}

setup() {
    cd "$BATS_FILE_TMPDIR"
}

digest_of() { # KEY
    case $1 in p384) echo sha384 ;; *) echo sha256 ;; esac
}

# Signs $2 with key $1 into "sig".
openssl_sign() { # KEY FILE OPTION...
    case $1 in
    ed25519) openssl pkeyutl -sign -inkey "$1.pem" -rawin -in "$2" -out sig ;;
    *) openssl dgst "-$(digest_of "$1")" "${@:3}" -sign "$1.pem" -out sig "$2" ;;
    esac
}

@test "what OpenSSL signs holds, in bytes and in base64" {
    for key in ed25519 p256 p384 rsa; do
        for file in artifact nothing; do
            # pkeyutl of OpenSSL 3.0 signs no empty file.
            [ "$key $file" != 'ed25519 nothing' ] || continue
            openssl_sign "$key" "$file"
            "$SIGN_FILE" verify "$key.pub" sig "$file"
            base64 -w0 sig >sig.b64
            "$SIGN_FILE" verify "$key.pub" sig.b64 "$file"
            echo >>sig.b64
            "$SIGN_FILE" verify "$key.pub" sig.b64 "$file"
        done
    done
}

@test "a changed file and another key do not" {
    for key in ed25519 p256 p384 rsa; do
        openssl_sign "$key" artifact
        run -1 "$SIGN_FILE" verify "$key.pub" sig forgery
    done
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out other.pem
    openssl pkey -in other.pem -pubout -out other.pub
    openssl_sign p256 artifact
    run -1 "$SIGN_FILE" verify other.pub sig artifact
    # It is no signature by a key of another kind at all.
    run ! "$SIGN_FILE" verify ed25519.pub sig artifact
    run ! "$SIGN_FILE" verify rsa.pub sig artifact
}

@test "RSA-PSS holds with every length of salt" {
    for length in auto digest max 0 20; do
        openssl_sign rsa artifact -sigopt rsa_padding_mode:pss -sigopt "rsa_pss_saltlen:$length"
        "$SIGN_FILE" verify rsa.pub sig artifact
        run -1 "$SIGN_FILE" verify rsa.pub sig forgery
    done
}

@test "OpenSSL takes what we sign" {
    for key in p256 p384 rsa; do
        "$SIGN_FILE" sign "$key.pem" raw artifact >sig
        openssl dgst "-$(digest_of "$key")" -verify "$key.pub" -signature sig artifact
        run ! openssl dgst "-$(digest_of "$key")" -verify "$key.pub" -signature sig forgery
        "$SIGN_FILE" verify "$key.pub" sig artifact
    done
    "$SIGN_FILE" sign ed25519.pem raw artifact >sig
    openssl pkeyutl -verify -pubin -inkey ed25519.pub -rawin -in artifact -sigfile sig
    run ! openssl pkeyutl -verify -pubin -inkey ed25519.pub -rawin -in forgery -sigfile sig
    "$SIGN_FILE" verify ed25519.pub sig artifact
}

@test "OpenSSL takes RSA-PSS from us, with a salt as long as the digest" {
    "$SIGN_FILE" sign rsa.pem raw:pss artifact >sig
    openssl dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32 -verify rsa.pub -signature sig artifact
    "$SIGN_FILE" verify rsa.pub sig artifact
}

@test "Ed25519ph holds, which is what cosign signs files with" {
    "$SIGN_FILE" sign ed25519.pem raw:ph artifact >sig
    "$SIGN_FILE" verify ed25519.pub sig artifact
    run -1 "$SIGN_FILE" verify ed25519.pub sig forgery
    run ! openssl pkeyutl -verify -pubin -inkey ed25519.pub -rawin -in artifact -sigfile sig
}

@test "what is no signature is not taken for one" {
    openssl_sign p256 artifact
    printf 'hello\n' >text
    head -c 20 sig >short
    { cat sig && printf x; } >long
    base64 -w40 sig >lines
    { base64 -w0 sig && printf '\n\n'; } >line-more
    base64 -w0 sig | tr -d = | sed 's/^/ /' >indented
    : >empty
    for file in text short long lines line-more indented empty; do
        run -2 "$SIGN_FILE" verify p256.pub "$file" artifact
    done
}
