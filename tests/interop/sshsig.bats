#!/usr/bin/env bats
# OpenSSH checks what we sign, and we check what OpenSSH signs.

bats_require_minimum_version 1.5.0
ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
SIGN_FILE=${ATTEST_BUILD:-$ROOT/build}/tests/sign_file

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    ssh-keygen -q -t ed25519 -N '' -C 'somebody at home' -f ed25519
    ssh-keygen -q -t ecdsa -b 256 -N '' -f p256
    ssh-keygen -q -t ecdsa -b 384 -N '' -f p384
    ssh-keygen -q -t rsa -b 3072 -N '' -f rsa
    # The same keys where a secret is due.
    openssl genpkey -algorithm ed25519 -out own-ed25519.pem
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out own-p256.pem
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out own-p384.pem
    openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out own-rsa.pem
    seq 1 10000 >artifact
    sed 's/^77$/78/' artifact >forgery
    : >nothing
}

setup() {
    cd "$BATS_FILE_TMPDIR"
}

# Signs file $2 with key $1 in namespace $3, beside the file.
ssh_sign() {
    rm -f "$2.sig"
    ssh-keygen -q -Y sign -f "$1" -n "$3" "${@:4}" "$2"
}

@test "signatures of every key that OpenSSH makes hold" {
    for key in ed25519 p256 p384 rsa; do
        for file in artifact nothing; do
            ssh_sign "$key" "$file" file
            "$SIGN_FILE" verify "$key.pub" "$file.sig" "$file"
        done
        ssh_sign "$key" artifact file -O hashalg=sha256
        "$SIGN_FILE" verify "$key.pub" artifact.sig artifact
    done
}

@test "a changed file, another key and another namespace do not" {
    for key in ed25519 p256 p384 rsa; do
        ssh_sign "$key" artifact file
        run -1 "$SIGN_FILE" verify "$key.pub" artifact.sig forgery
        run -1 "$SIGN_FILE" verify "$key.pub" artifact.sig artifact git
    done
    run -2 "$SIGN_FILE" verify p256.pub artifact.sig artifact
    ssh_sign p256 artifact git
    "$SIGN_FILE" verify p256.pub artifact.sig artifact git
    run -1 "$SIGN_FILE" verify p256.pub artifact.sig artifact
}

@test "OpenSSH takes what we sign" {
    for key in ed25519 p256 p384 rsa; do
        openssl pkey -in "own-$key.pem" -pubout -out "own-$key.pub.pem"
        "$SIGN_FILE" sign "own-$key.pem" sshsig artifact >"$key.sig"
        "$SIGN_FILE" verify "own-$key.pub.pem" "$key.sig" artifact
        ssh-keygen -Y check-novalidate -n file -s "$key.sig" <artifact
        run ! ssh-keygen -Y check-novalidate -n file -s "$key.sig" <forgery
        run ! ssh-keygen -Y check-novalidate -n git -s "$key.sig" <artifact
    done
}

@test "OpenSSH takes what we sign for a signer that it allows" {
    for key in ed25519 p256 p384 rsa; do
        # The public half in OpenSSH's form; ssh-keygen reads no PKCS#8 of Ed25519.
        (umask 077 && cp "own-$key.pem" k.pem)
        if [ "$key" = ed25519 ]; then
            public="ssh-ed25519 $({
                printf '\0\0\0\013ssh-ed25519\0\0\0\040'
                openssl pkey -in k.pem -pubout -outform DER | tail -c 32
            } | base64 -w0)"
        else
            public=$(ssh-keygen -y -f k.pem)
        fi
        printf 'me@example.org %s\n' "$public" >allowed
        "$SIGN_FILE" sign k.pem sshsig artifact >k.sig
        ssh-keygen -Y verify -f allowed -I me@example.org -n file -s k.sig <artifact
        run ! ssh-keygen -Y verify -f allowed -I you@example.org -n file -s k.sig <artifact
        rm -f k.pem
    done
}

@test "what is written has OpenSSH's lines" {
    "$SIGN_FILE" sign own-rsa.pem sshsig artifact >rsa.sig
    [ "$(head -n 1 rsa.sig)" = '-----BEGIN SSH SIGNATURE-----' ]
    [ "$(tail -n 1 rsa.sig)" = '-----END SSH SIGNATURE-----' ]
    [ "$(sed -n 2p rsa.sig | wc -c)" = 71 ]
}

@test "a namespace is demanded" {
    run -2 "$SIGN_FILE" sign own-p256.pem sshsig artifact ''
    grep -q namespace <<<"$output"
}
