#!/usr/bin/env bats
# Keys in tokens, against SoftHSM: found, refused when there are two, and used to sign what openssl verifies.

load common

PIN=12345678

setup() {
    PATH=$BIN:$PATH
    cd "$BATS_TEST_TMPDIR"
    mkdir tokens
    printf 'directories.tokendir = %s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n' "$PWD" >softhsm2.conf
    export SOFTHSM2_CONF=$PWD/softhsm2.conf
    MODULE=$(find /usr/lib -name libsofthsm2.so | head -n 1)
    GOOD=$TESTDATA/secret/good
    [ -n "$MODULE" ] || { echo "SoftHSM is missing; ./setup check installs it"; return 1; }
    softhsm2-util --init-token --free --label mine --so-pin 1234 --pin $PIN >/dev/null
    echo 'what is signed' >file
    echo $PIN >pin
    Q="module-path=$MODULE&pin-source=file:$PWD/pin"
}

put() { # KIND ID LABEL [TOKEN]
    softhsm2-util --import "$GOOD/pkcs8-$1.pem" --token "${4:-mine}" --label "$3" --id "$2" --pin $PIN >/dev/null
}

sign() { # URI SCHEME DIGEST
    "$TESTS/pkcs11_sign" "$1" "$2" "$3" file
}

@test "the public half is the one of the key that was put in" {
    local kind id=10
    for kind in p256 p384 rsa2048 rsa3072; do
        put $kind $id $kind
        attest key public "pkcs11:token=mine;object=$kind;type=private?$Q" | diff - "$GOOD/pkcs8-$kind.pem.pub"
        attest key show "pkcs11:token=mine;id=%$id?$Q" | grep -q '^part  *secret$'
        id=$((id + 1))
    done
}

@test "openssl verifies what the token signed, in every way" {
    put p256 01 p256
    put p384 02 p384
    put rsa2048 03 rsa
    local digest
    for digest in sha256 sha384 sha512; do
        sign "pkcs11:object=p256?$Q" ecdsa $digest >signature
        openssl dgst -$digest -verify "$GOOD/pkcs8-p256.pem.pub" -signature signature file
        sign "pkcs11:object=p384?$Q" ecdsa $digest >signature
        openssl dgst -$digest -verify "$GOOD/pkcs8-p384.pem.pub" -signature signature file
        sign "pkcs11:object=rsa?$Q" pkcs1 $digest >signature
        openssl dgst -$digest -verify "$GOOD/pkcs8-rsa2048.pem.pub" -signature signature file
        sign "pkcs11:object=rsa?$Q" pss $digest >signature
        openssl dgst -$digest -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest \
            -verify "$GOOD/pkcs8-rsa2048.pem.pub" -signature signature file
    done
}

@test "a wrong PIN, none, and where PINs come from" {
    put p256 01 key
    attest key show "pkcs11:object=key?module-path=$MODULE&pin-value=$PIN"
    attest key show "pkcs11:object=key?module-path=$MODULE" --passphrase-file pin
    run -2 attest key show "pkcs11:object=key?module-path=$MODULE&pin-value=87654321"
    [[ "$output" == *'the PIN does not open the token'* ]]
    [[ "$output" != *87654321* ]]
    run -2 attest key show "pkcs11:object=key?module-path=$MODULE&pin-value=87654321" --format json
    [[ "$output" != *87654321* ]]
    run -2 setsid -w attest key show "pkcs11:object=key?module-path=$MODULE"
    [[ "$output" == *'expected a passphrase for token mine'* ]]
    run -2 attest key show "pkcs11:object=key?module-path=$MODULE&pin-source=file:$PWD/nowhere"
    run -2 attest key show "pkcs11:object=key?module-path=$MODULE&pin-source=relative"
    run -2 attest key show "pkcs11:object=key?module-path=$MODULE&pin-source=%7ccat%20pin"
}

@test "no such key, no such token; two of either are refused" {
    put p256 01 key
    run -2 attest key show "pkcs11:object=other?$Q"
    [[ "$output" == *'expected a private key that the URI names, found none'* ]]
    run -2 attest key show "pkcs11:token=other;object=key?$Q"
    [[ "$output" == *'expected a token that the URI names, found none'* ]]
    put p384 02 key
    run -2 attest key show "pkcs11:object=key?$Q"
    [[ "$output" == *'expected one private key that the URI names, found several'* ]]
    attest key show "pkcs11:object=key;id=%02?$Q" | grep -q 'ECDSA P-384'
    softhsm2-util --init-token --free --label second --so-pin 1234 --pin $PIN >/dev/null
    run -2 attest key show "pkcs11:object=key;id=%02?$Q"
    [[ "$output" == *'expected one token that the URI names, found 2'* ]]
    attest key show "pkcs11:token=mine;object=key;id=%02?$Q"
}

@test "hostile URIs" {
    local uri
    put p256 01 key
    for uri in 'pkcs11:object=%' 'pkcs11:object=%zz' 'pkcs11:object' 'pkcs11:nonsense=1' \
        "pkcs11:object=key;type=public?$Q" "pkcs11:object=key;type=cert?$Q" "pkcs11:?module-path=libsofthsm2.so" \
        "pkcs11:?module-path=$PWD/file" "pkcs11:?module-path=/nowhere" \
        "pkcs11:object=$(head -c 5000 /dev/zero | tr '\0' x)"; do
        run -2 attest key show "$uri"
        [ -n "$output" ]
    done
}

@test "a key in a token stays there" {
    put p256 01 key
    run -2 attest key convert "pkcs11:object=key?$Q" -o out --as pkcs8 --no-passphrase
    [[ "$output" == *'found one that stays in its token'* ]]
    [ ! -e out ]
}

@test "attest sign with a key in a token makes what openssl and attest verify" {
    put p256 01 p256
    attest key public "pkcs11:object=p256;type=private?$Q" -o p256.pub
    attest sign --key "pkcs11:object=p256?$Q" file
    attest verify file --key p256.pub
    rm file.sigstore.json
    attest sign --key "pkcs11:object=p256?$Q" --as raw file
    openssl dgst -sha256 -verify p256.pub -signature file.sig file
    run -2 attest sign --key "pkcs11:object=nothing?$Q" -o none file
    [ ! -e none ]
}
